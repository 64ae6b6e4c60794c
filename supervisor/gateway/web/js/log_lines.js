// Lines of a module's log, and the end of one as it grows.
import { read } from "./api.js";
import { h } from "./dom.js";
import { exact_clock } from "./format.js";
import { connection } from "./live.js";

const kLines = 100;
const kFollowMs = 2000;
const kShown = ["time_ms", "level", "module", "message", "generation"];

// A line of a crash record is the text that the module wrote.
function fields_of(line) {
  if (typeof line !== "string" || !line.startsWith("{")) return line;
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

function log_line(text) {
  const line = fields_of(text);
  if (typeof line !== "object" || line === null) return h("div", {}, String(line));
  const more = Object.entries(line).filter(([key]) => !kShown.includes(key))
    .map(([key, value]) => `  ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`).join("");
  return h("div", { class: line.level }, h("time", {}, exact_clock(line.time_ms || 0)), ` ${line.level || ""} ${line.message || ""}${more}`);
}

// Focusable, because it scrolls.
export const log_of = (lines, label) => h("div", { class: "log", tabindex: "0", role: "log", "aria-label": label }, lines.map(log_line));

// How many of the last of `before` are the first of `now`.
function overlap(before, now) {
  for (let count = Math.min(before.length, now.length); count > 0; count -= 1) {
    const from = before.length - count;
    if (now.slice(0, count).every((line, i) => line === before[from + i])) return count;
  }
  return 0;
}

// What is new comes below, and what is old goes; who reads further up is left there.
export function followed_log(name) {
  const log = log_of([], `Log of ${name}`);
  const note = h("p", { class: "hint" }, "Asking …");
  let texts = [];
  let timer = 0;
  let open = true;

  function show(lines) {
    const now = lines.map((line) => JSON.stringify(line));
    const kept = overlap(texts, now);
    const at_end = log.scrollHeight - log.scrollTop - log.clientHeight < 4;
    for (let gone = texts.length - kept; gone > 0; gone -= 1) log.firstElementChild.remove();
    log.append(...lines.slice(kept).map(log_line));
    texts = now;
    note.textContent = lines.length === 0 ? "It has written nothing." : "";
    if (at_end) log.scrollTop = log.scrollHeight;
  }

  async function follow() {
    // What the connection's state says need not be said here again.
    if (connection.state === "open" || texts.length === 0) {
      try {
        const reply = await read("log_tail", { module: name, lines: kLines });
        if (open) show(reply.lines);
      } catch (error) {
        if (open) note.textContent = error.message;
      }
    }
    if (open) timer = setTimeout(follow, kFollowMs);
  }

  follow();
  return {
    elements: [log, note],
    close() {
      open = false;
      clearTimeout(timer);
    },
  };
}
