// The one event stream: what is shown, as it happens. Nothing is polled while it is open but a log that is being read.

// Without any message for so long the connection is taken for lost: there is one each second.
const kSilenceMs = 4000;
const kHiddenMs = 30000;
const kSlowestMs = 5000;
const kKinds = ["modules", "top", "blame", "custody", "faults"];

// The newest of each kind; null before the first.
export const latest = { modules: null, top: null, blame: null, custody: null, faults: null };
// `state`: connecting, open, lost, resting (the page is hidden).
export const connection = { state: "connecting", last_ms: 0, lost_ms: 0, why: "" };

const listeners = new Map();
let source = null;
let cursor = "";
let attempt = 0;
let retry = 0;
let watchdog = 0;
let hidden = 0;

// kind: one of kKinds, "events", "connection". Returns what ends it.
export function on(kind, listener) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(listener);
  return () => listeners.get(kind).delete(listener);
}

function tell(kind, data) {
  for (const listener of listeners.get(kind) || []) listener(data);
}

function set_state(state, why = "") {
  if (state === "lost" && connection.state !== "lost") connection.lost_ms = Date.now();
  connection.state = state;
  connection.why = why;
  tell("connection", connection);
}

function heard() {
  connection.last_ms = Date.now();
  clearTimeout(watchdog);
  watchdog = setTimeout(() => lose("nothing has come for some seconds"), kSilenceMs);
  if (connection.state === "open") return;
  attempt = 0;
  set_state("open");
}

function close() {
  clearTimeout(watchdog);
  clearTimeout(retry);
  if (source !== null) source.close();
  source = null;
}

// A node that answers and gives no stream has as many viewers as it may have.
async function say_if_full() {
  const answers = await fetch("/healthz", { cache: "no-store" }).then((reply) => reply.ok, () => false);
  if (answers && connection.state === "lost") set_state("lost", "it answers, but too many dashboards are open: close one");
}

function lose(why) {
  close();
  set_state("lost", why);
  if (attempt > 1) say_if_full();
  retry = setTimeout(connect, Math.min(250 * 2 ** attempt, kSlowestMs));
  attempt += 1;
}

export function connect() {
  close();
  source = new EventSource(cursor === "" ? "/api/events" : `/api/events?after=${encodeURIComponent(cursor)}`);
  watchdog = setTimeout(() => lose("the node does not answer"), kSilenceMs);
  source.addEventListener("error", () => lose("the node does not answer"));
  for (const kind of kKinds) {
    source.addEventListener(kind, (message) => {
      latest[kind] = JSON.parse(message.data);
      heard();
      tell(kind, latest[kind]);
    });
  }
  source.addEventListener("events", (message) => {
    cursor = message.lastEventId;
    heard();
    tell("events", JSON.parse(message.data));
  });
}

// A page that nobody looks at does not keep a connection, of which a browser has six.
export function start_live() {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = setTimeout(() => { close(); set_state("resting"); }, kHiddenMs);
    } else if (connection.state === "resting") {
      set_state("connecting");
      connect();
    }
  });
  connect();
}
