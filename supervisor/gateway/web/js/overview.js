// The first page: what is wrong, all modules, where time goes, whom front ends wait for.
import { action_buttons } from "./actions.js";
import { show_blame } from "./blame_table.js";
import { stage_chart } from "./charts.js";
import { cell, h, keep_children, set_text } from "./dom.js";
import { bytes, duration, ms, percent, rate } from "./format.js";
import { stages_of_all } from "./history.js";
import { latest } from "./live.js";
import { in_order } from "./order.js";
import { legend, show_bar, stage_bar } from "./stages.js";
import { level_of, show_state, state_pill } from "./states.js";
import { recent_death, show_troubles } from "./trouble.js";

const kHead = ["Module", "State", "Owner", "Calls/s", "Errors/s", "p99", "Where time goes", "CPU", "Memory", "Restarts", "Actions"];

// What the state's word does not say already.
export function why_of(module) {
  const death = recent_death(module);
  if (death !== null) return `died ${duration(Date.now() - death.time_ms)} ago: ${death.cause}`;
  return module.why === module.state ? "" : module.why;
}

function module_row(name) {
  const pill = state_pill();
  const why = h("span", { class: "why" });
  const bar = stage_bar();
  const buttons = action_buttons();
  const cells = {
    owner: cell("Owner", ""),
    rate: cell("Calls/s", "0", "number"),
    errors: cell("Errors/s", "0", "number"),
    p99: cell("p99", "–", "number"),
    cpu: cell("CPU", "", "number"),
    memory: cell("Memory", "", "number"),
    restarts: cell("Restarts", "", "number"),
  };
  const element = h("tr", { "data-module": name },
    h("th", { scope: "row", "data-label": "Module" }, h("a", { href: `#/module/${name}` }, name)),
    cell("State", [pill, why]), cells.owner, cells.rate, cells.errors, cells.p99, cell("Where time goes", bar, "bar"), cells.cpu,
    cells.memory, cells.restarts, cell("Actions", buttons.element));
  element.show = (module, top) => {
    element.className = level_of(module);
    show_state(pill, module);
    set_text(why, why_of(module));
    set_text(cells.owner, module.owner);
    set_text(cells.restarts, String(module.restarts));
    buttons.show(module);
    set_text(cells.memory, bytes(top ? top.anonymous_bytes : module.anonymous_bytes));
    cells.memory.title = module.memory_limit_bytes > 0 ? `restarted over ${bytes(module.memory_limit_bytes)}` : "no limit";
    if (!top) return;
    set_text(cells.rate, rate(top.calls_per_second));
    set_text(cells.errors, rate(top.errors_per_second));
    cells.errors.classList.toggle("alarm", top.errors_per_second > 0);
    set_text(cells.p99, ms(top.p99_ms));
    set_text(cells.cpu, percent(top.cpu_share));
    show_bar(bar, top.stages);
  };
  return element;
}

export function overview_page() {
  const trouble = h("ul", { class: "trouble", "aria-label": "What is wrong", "aria-live": "polite" });
  const body = h("tbody");
  const rows = new Map();
  const chart = stage_chart("Time in all calls, by stage", stages_of_all);
  const blame = h("div", { id: "blame" });
  const element = h("div", {}, h("h1", { class: "said" }, "Overview"), trouble,
    h("section", { "aria-labelledby": "modules-title" }, h("h2", { id: "modules-title" }, "Modules ",
      h("small", {}, "whom others build on comes first; figures of the last 5 s")),
      h("table", { class: "cards modules" }, h("thead", {}, h("tr", {}, kHead.map((text) => h("th", { scope: "col" }, text)))), body)),
    h("section", { "aria-labelledby": "blame-title" }, h("h2", { id: "blame-title" }, "Whom front ends wait for"), blame),
    h("section", { "aria-labelledby": "time-title" }, h("h2", { id: "time-title" }, "Where time goes"), legend(), chart.element));

  const show_modules = () => {
    if (latest.modules === null) return;
    const tops = new Map((latest.top ? latest.top.rows : []).map((row) => [row.module, row]));
    const modules = in_order(latest.modules.modules);
    keep_children(body, rows, modules.map((module) => module.name), module_row);
    for (const module of modules) rows.get(module.name).show(module, tops.get(module.name));
  };
  const show = {
    modules: show_modules,
    top: () => { show_modules(); chart.draw(); },
    blame: () => show_blame(blame, latest.blame),
  };
  return {
    title: "Overview",
    element,
    // Of "connection", too: what is shown then is of before.
    update(kind) {
      if (show[kind]) show[kind]();
      if (kind !== "top") show_troubles(trouble, latest);
    },
    close: () => chart.close(),
  };
}

export const uptime_of = (module) => (module.pid === 0 ? "–" : duration(module.uptime_seconds * 1000));
