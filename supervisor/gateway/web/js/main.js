// Starts the page: the event stream, the routes in the URL's hash, the banner.
import { say } from "./actions.js";
import { read } from "./api.js";
import { h, set_text } from "./dom.js";
import { events_page, start_events } from "./events.js";
import { clock, duration } from "./format.js";
import { start_history } from "./history.js";
import { connection, latest, on, start_live } from "./live.js";
import { message_page } from "./message.js";
import { messages_page } from "./messages.js";
import { module_page } from "./module.js";
import { kFrontDoor } from "./order.js";
import { overview_page } from "./overview.js";
import { start_token } from "./token.js";
import { trace_page } from "./trace.js";
import { troubles } from "./trouble.js";

const place = document.getElementById("page");
const banner = document.getElementById("banner");
const link = document.getElementById("link");

const kPages = {
  "": overview_page,
  module: module_page,
  trace: trace_page,
  message: message_page,
  messages: messages_page,
  events: events_page,
};
const kKinds = ["modules", "top", "blame", "custody", "faults"];

let page = null;

// "#/module/chat" → ["module", "chat"].
function route() {
  try {
    return location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  } catch {
    return [""]; // no page of ours writes such a one
  }
}

// A tab that nobody looks at says how much is wrong.
function show_title() {
  let mark = troubles(latest).length > 0 ? "▲ " : "";
  if (connection.state === "lost") mark = "✕ ";
  document.title = `${mark}${page.title} – Status node`;
}

function open_page(moved) {
  const [name, argument] = route();
  if (page !== null) page.close();
  const make = Object.hasOwn(kPages, name) ? kPages[name] : overview_page;
  page = make(argument || "");
  place.replaceChildren(page.element);
  show_title();
  for (const each of document.querySelectorAll("nav a")) {
    const here = each.getAttribute("href").replace(/^#\/?/, "") === name;
    if (here) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  for (const kind of kKinds) {
    if (latest[kind] !== null) page.update(kind);
  }
  page.update("connection");
  say("");
  if (moved) {
    scrollTo(0, 0);
    place.focus();
  }
}

function show_connection() {
  const lost = connection.state === "lost";
  link.className = `link ${connection.state}`;
  set_text(link, { open: "● live", lost: "✕ lost", connecting: "◌ connecting", resting: "◌ resting" }[connection.state]);
  document.body.classList.toggle("stale", lost);
  banner.hidden = !lost;
  if (!lost) return;
  const last = connection.last_ms === 0 ? "Nothing has come yet." : `What you see is of ${clock(connection.last_ms)}.`;
  const now = `The connection to the node is lost since ${clock(connection.lost_ms)}: ${connection.why}. ${last} `
    + "It is tried again all the time.";
  set_text(banner, now);
}

function show_facts() {
  read("hello").then((hello) => {
    document.getElementById("facts").replaceChildren(h("span", {}, `version ${hello.version}`),
      h("span", { title: "of this run of the node" }, `run ${hello.boot_id.slice(0, 8)}`));
  }).catch(() => {}); // the banner says that the node is away
}

function start() {
  start_token();
  start_history();
  start_events();
  for (const kind of [...kKinds, "events"]) {
    on(kind, (data) => {
      page.update(kind, data);
      show_title();
    });
  }
  let was = "";
  on("connection", () => {
    show_connection();
    page.update("connection");
    show_title();
    if (connection.state === "open" && was !== "open") show_facts();
    was = connection.state;
  });
  addEventListener("hashchange", () => open_page(true));
  open_page(false);
  start_live();
  setInterval(() => {
    const started = latest.modules === null ? null : latest.modules.modules.find((module) => module.name === kFrontDoor);
    link.title = started ? `gateway up for ${duration(Date.now() - started.started_ms)}` : "";
  }, 1000);
}

start();
