// One module: how it is, what it did, what it left behind.
import { action_buttons } from "./actions.js";
import { read } from "./api.js";
import { show_blame } from "./blame_table.js";
import { calls_table } from "./calls_table.js";
import { stage_chart, time_chart } from "./charts.js";
import { h, set_text } from "./dom.js";
import { events_of, events_table } from "./events.js";
import { bytes, date_and_clock, duration } from "./format.js";
import { history_of } from "./history.js";
import { left_behind } from "./left_behind.js";
import { latest } from "./live.js";
import { who_needs } from "./order.js";
import { uptime_of, why_of } from "./overview.js";
import { facts, loader, section } from "./page_parts.js";
import { legend } from "./stages.js";
import { show_state, state_pill } from "./states.js";

const kEvents = 12;

function links(names) {
  if (names.length === 0) return "";
  return h("span", {}, names.map((name, i) => [i > 0 ? ", " : "", h("a", { href: `#/module/${name}` }, name)]).flat());
}

function facts_of(module, modules) {
  const last = module.last_exit;
  return facts([
    ["Owner", module.owner],
    ["Up for", uptime_of(module)],
    ["Process", module.pid === 0 ? "none" : String(module.pid)],
    ["Generation", String(module.generation)],
    ["Restarts", String(module.restarts)],
    ["Next start", module.next_attempt_ms > Date.now() ? `in ${duration(module.next_attempt_ms - Date.now())}` : ""],
    ["Memory", `${bytes(module.anonymous_bytes)} of ${module.memory_limit_bytes ? bytes(module.memory_limit_bytes) : "no limit"}`],
    ["Interface", module.interface],
    ["Backend", module.backend],
    ["Requires", links(module.requires || [])],
    ["Is needed by", links(who_needs(module.name, modules))],
    ["Sandbox", `${module.sandbox}, level ${module.sandbox_level}`],
    ["Not protected", module.unprotected.join("; ")],
    ["Not granted", module.ungranted.join(", ")],
    ["Last end", last ? `${last.cause}, ${date_and_clock(last.time_ms)}, after ${duration(last.uptime_ms)}${last.asked ? ", asked for" : ""}` : ""],
  ]);
}

function charts_of(name) {
  const read_history = () => history_of(name);
  const line = (label, colour, value) => ({ label, colour, value });
  return [
    time_chart("Calls and errors", "1/s", [line("calls", "stage-handler", (s) => s.rate), line("errors", "bad", (s) => s.errors)], read_history),
    time_chart("Latency", "ms", [line("p50", "stage-backend", (s) => s.p50), line("p99", "stage-persist", (s) => s.p99)], read_history),
    stage_chart("Where time goes", read_history),
    time_chart("Memory of its own", "MiB", [line("memory", "stage-handler", (s) => s.memory)], read_history),
    time_chart("Processor", "%", [line("processor", "stage-queue", (s) => s.cpu)], read_history),
    time_chart("Calls that wait for a worker", "calls", [line("queue", "stage-queue", (s) => s.queue)], read_history),
  ];
}

export function module_page(name) {
  const pill = state_pill();
  const why = h("span", { class: "why" });
  const buttons = action_buttons();
  const known = h("div");
  const charts = charts_of(name);
  const blame = h("div");
  const slow = h("div", {}, h("p", { class: "hint" }, "Asking …"));
  const slow_loader = loader(slow);
  const events = h("div");
  const left = left_behind(name);
  const element = h("div", {}, h("header", { class: "title" }, h("h1", {}, name), pill, why, buttons.element), known,
    section("Charts", legend(), h("div", { class: "charts" }, charts.map((chart) => chart.element))),
    section("Whom front ends wait for here", blame),
    section("Slowest calls", slow), section("Events", events), left.elements);

  const load_slow = () => slow_loader.load(
    read("flight", { module: name, order: "slowest", limit: 10, since_ms: 600000 }).then((reply) => reply.records), calls_table);
  const show_events = () => {
    if (!events.contains(document.activeElement)) events.replaceChildren(events_table(events_of(name).slice(0, kEvents)));
  };
  const show_module = () => {
    const modules = latest.modules.modules;
    const module = modules.find((each) => each.name === name);
    if (module === undefined) return known.replaceChildren(h("p", { class: "hint bad" }, `There is no module ${name}.`));
    show_state(pill, module);
    set_text(why, why_of(module));
    buttons.show(module);
    if (!known.contains(document.activeElement)) known.replaceChildren(facts_of(module, modules));
    return undefined;
  };
  const show = {
    modules: show_module,
    top: () => { for (const chart of charts) chart.draw(); },
    blame: () => show_blame(blame, latest.blame, { only: name }),
    events: (page) => {
      show_events();
      // A module that died has left something.
      if (page.events.some((event) => event.data.module === name)) left.ask();
    },
  };
  load_slow();
  show_events();
  return {
    title: name,
    element,
    update: (kind, data) => { if (show[kind]) show[kind](data); },
    close() {
      left.close();
      for (const chart of charts) chart.close();
      slow_loader.close();
    },
  };
}
