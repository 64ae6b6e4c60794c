// What a module left behind and what it runs with: the end of its log, its deaths, its configuration.
import { read } from "./api.js";
import { h } from "./dom.js";
import { bytes, clock, date_and_clock, duration } from "./format.js";
import { followed_log, log_of } from "./log_lines.js";
import { facts, loader, section } from "./page_parts.js";

const frame_of = (frame) => (frame.object ? `${frame.object.split("/").pop()} + 0x${Number(frame.offset).toString(16)}` : "in no known file");

function thread_of(thread) {
  const running = thread.method ? `, running ${thread.method}` : "";
  return h("li", {}, `thread ${thread.tid} ${thread.name || ""}${running}`,
    h("ol", { class: "mono" }, (thread.frames || []).slice(0, 12).map((frame) => h("li", {}, frame_of(frame)))));
}

function crash_of(record, index) {
  const used = record.resources || {};
  const calls = record.calls_in_flight || [];
  return h("details", { open: index === 0 }, h("summary", {}, `${date_and_clock(record.time_ms)}  `, h("strong", {}, record.cause),
    ` after ${duration(record.uptime_ms)}, generation ${record.generation}`),
  facts([["Was", record.state], ["Last word", record.fatal ? `${record.fatal.reason}: ${record.fatal.message}` : ""],
    ["Most memory", used.max_rss_bytes ? bytes(used.max_rss_bytes) : ""],
    ["Build", record.build_id ? record.build_id.slice(0, 16) : ""]]),
  calls.length === 0 ? null : h("ul", {}, calls.map((call) => h("li", {}, `In flight: ${call.method} for ${duration(call.running_ms)} `,
    call.trace_id ? h("a", { href: `#/trace/${call.trace_id}` }, "its trace") : ""))),
  (record.threads || []).length === 0 ? null : h("ul", {}, record.threads.slice(0, 4).map(thread_of)),
  (record.log || []).length === 0 ? null : log_of(record.log, `Last lines before ${clock(record.time_ms)}`));
}

const crashes_of = (reply) => (reply.records.length === 0 ? h("p", { class: "hint" }, "It has never died.") : reply.records.map(crash_of));

function figure(name, value) {
  if (typeof value !== "number" || value === 0) return String(value);
  if (name.endsWith("_bytes")) return bytes(value);
  return name.endsWith("_ms") ? duration(value) : String(value);
}

// {limits: {memory_bytes: 5}} → [["limits.memory_bytes", "5 B"]].
function flat(value, name = "") {
  if (typeof value !== "object" || value === null) return [[name, figure(name, value)]];
  return Object.entries(value).flatMap(([key, each]) => flat(each, name === "" ? key : `${name}.${key}`));
}

export function left_behind(name) {
  const log = followed_log(name);
  const places = [h("div"), h("div")];
  const loads = places.map(loader);
  const ask = () => {
    // Somebody is reading it.
    if (places.some((place) => place.contains(document.activeElement))) return;
    loads[0].load(read("crashes", { module: name, count: 5 }), crashes_of);
    loads[1].load(read("settings", { module: name }), (reply) => facts(flat(reply.configuration)));
  };
  const again = h("button", { type: "button", onclick: ask }, "Read again");
  ask();
  return {
    elements: [
      section("Log", h("p", { class: "hint" }, "The last 100 lines, as they come; ids, addresses and paths are taken out."), ...log.elements),
      section("Deaths", h("p", { class: "hint" }, `With names of functions: statusctl why ${name} `, again), places[0]),
      section("Configuration", h("p", { class: "hint" }, "Texts of the module's own settings are hidden."), places[1]),
    ],
    ask,
    close() {
      log.close();
      loads.forEach((each) => each.close());
    },
  };
}
