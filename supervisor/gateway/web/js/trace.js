// One trace through all modules, as a waterfall; without an id, the slowest calls to choose from.
import { read } from "./api.js";
import { calls_table } from "./calls_table.js";
import { cell, h, table } from "./dom.js";
import { exact_clock, ns, words } from "./format.js";
import { loader, search_form, section } from "./page_parts.js";
import { kStages, legend, show_bar, stage_bar, stage_ns } from "./stages.js";

// Of a call there are two records, one of each end; the caller's has all stages, and the callee's says more only where
// the caller's is gone.
function calls_of(records) {
  const by_span = new Map();
  for (const record of records) {
    const made = record.side === "made";
    const call = { ...record, module: made ? record.peer : record.module, from: made ? record.module : record.peer };
    const known = by_span.get(record.span);
    if (known === undefined) by_span.set(record.span, call);
    else by_span.set(record.span, made ? { ...known, ...call, parent: call.parent || known.parent } : { ...call, ...known });
  }
  return [...by_span.values()].sort((a, b) => a.started_ns - b.started_ns);
}

// Below the call that it was made for, in the order of time.
function placed(calls) {
  const spans = new Set(calls.map((call) => call.span));
  const out = [];
  const place = (call, depth) => {
    if (out.some((each) => each.call === call)) return;
    out.push({ call, depth });
    for (const child of calls) if (child.parent === call.span && child !== call) place(child, depth + 1);
  };
  for (const call of calls) if (!call.parent || !spans.has(call.parent)) place(call, 0);
  return out;
}

function bar_in_time(call, from, whole) {
  const bar = stage_bar();
  show_bar(bar, call.stages);
  const known = kStages.reduce((sum, stage) => sum + stage_ns(call.stages, stage), 0);
  bar.classList.toggle("unknown", known === 0);
  const lane = h("span", { class: "lane" }, bar);
  bar.style.marginLeft = `${((call.started_ns - from) / whole) * 100}%`;
  bar.style.width = `${Math.max(0.4, (call.total_ns / whole) * 100)}%`;
  return lane;
}

function longest_stage(call) {
  const most = kStages.reduce((best, stage) => (stage_ns(call.stages, stage) > stage_ns(call.stages, best) ? stage : best));
  const time = stage_ns(call.stages, most);
  return time === 0 ? "unknown" : `${most} ${ns(time)}`;
}

function waterfall(records) {
  const lines = placed(calls_of(records));
  if (lines.length === 0) return h("p", { class: "hint" }, "Nothing of that trace is recorded any more.");
  const from = Math.min(...lines.map(({ call }) => call.started_ns));
  const whole = Math.max(1, ...lines.map(({ call }) => call.started_ns + call.total_ns - from));
  const row = ({ call, depth }) => {
    const name = h("span", { class: "indent" }, h("a", { href: `#/module/${call.module}` }, call.module));
    name.style.paddingLeft = `${depth * 14}px`;
    return h("tr", { class: call.code === "OK" ? null : "bad" }, cell("Module", name, "name"), cell("Method", call.method),
      cell("Starts", call.started_ns === from ? "0" : `+${ns(call.started_ns - from)}`, "number"), cell("Took", ns(call.total_ns), "number"),
      cell("Time", bar_in_time(call, from, whole), "timeline"), cell("Mostly", longest_stage(call)), cell("Outcome", call.code));
  };
  return [h("p", { class: "hint" }, `${lines.length} calls in ${ns(whole)}, begun at ${exact_clock(lines[0].call.time_ms)}.`), legend(),
    table(["Module", "Method", "Starts", "Took", "Time", "Mostly", "Outcome"], lines.map(row), { class: "cards waterfall" })];
}

function steps_table(steps) {
  if (steps.length === 0) return h("p", { class: "hint" }, "No step of a message belongs to it.");
  return table(["Time", "Module", "Step", "Message"], steps.map((step) => h("tr", {}, cell("Time", exact_clock(step.time_ms)),
    cell("Module", step.module, "name"), cell("Step", words(step.step)),
    cell("Message", h("a", { href: `#/message/${step.message || step.hash}` }, (step.message || step.hash).slice(0, 16)), "mono"))),
  { class: "cards steps" });
}

function slowest_page() {
  const place = h("div", {}, h("p", { class: "hint" }, "Asking …"));
  const load = loader(place);
  load.load(read("flight", { module: "gateway", order: "slowest", limit: 40, since_ms: 600000 })
    .then((reply) => reply.records.filter((record) => record.side === "answered" && record.peer !== "dashboard").slice(0, 20)), calls_table);
  return {
    title: "Traces",
    element: h("div", {}, h("h1", {}, "Traces"), search_form("Trace id", "trace"), section("Slowest calls of front ends, last 10 min", place)),
    update: () => {},
    close: load.close,
  };
}

export function trace_page(id) {
  if (id === "") return slowest_page();
  const calls = h("div", {}, h("p", { class: "hint" }, "Asking …"));
  const steps = h("div");
  const loads = [loader(calls), loader(steps)];
  const asked = read("flight", { trace: id, since_ms: 86400000, limit: 500 });
  loads[0].load(asked.then((reply) => reply.records), waterfall);
  loads[1].load(asked.then((reply) => reply.steps), steps_table);
  return {
    title: "Trace",
    element: h("div", {}, h("h1", {}, "Trace"), h("code", {}, id), search_form("Another trace id", "trace"),
      section("Waterfall", calls), section("Steps of messages", steps)),
    update: () => {},
    close: () => loads.forEach((each) => each.close()),
  };
}
