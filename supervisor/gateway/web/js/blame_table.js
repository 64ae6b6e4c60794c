// Whom front ends waited for: module, stage, owner, and why.
import { cell, h, table, track } from "./dom.js";
import { duration, ms, percent } from "./format.js";

const kArrows = { rising: "↑ rising", falling: "↓ falling", steady: "→ steady", new: "new" };

const line_of = (row) => h("tr", { "data-blamed": `${row.module}/${row.stage}` },
  cell("Module", h("a", { href: `#/module/${row.module}` }, row.module), "name"),
  cell("Stage", [h("i", { class: `swatch ${row.stage}`, "aria-hidden": "true" }), row.stage]),
  cell("Owner", row.owner),
  cell("Share", h("span", { class: "meter" }, track(row.share), percent(row.share)), "share"),
  cell("Calls", String(row.count), "number"),
  cell("p50", ms(row.p50_ms), "number"),
  cell("p99", ms(row.p99_ms), "number"),
  cell("Trend", kArrows[row.trend] || row.trend),
  cell("Why", row.why, "wide"),
  cell("Slowest", h("a", { href: `#/trace/${row.trace}`, "aria-label": `Slowest trace of ${row.module} ${row.stage}` }, "trace")));

// Replaces what `place` shows. `only`: of that module; `most`: so many rows.
export function show_blame(place, blame, { only = "", most = 6 } = {}) {
  if (blame === null) return undefined;
  // Nothing is taken from under the keyboard or the pointer; the style sheet says so.
  const held = place.contains(document.activeElement) || place.matches(":hover");
  place.classList.toggle("held", held);
  if (held) return undefined;
  const rows = blame.rows.filter((row) => only === "" || row.module === only).slice(0, most);
  const about = `${blame.calls} calls of front ends in the last ${duration(blame.seconds * 1000)}, `
    + `which waited ${duration(blame.waited_seconds * 1000)} for them.`;
  if (rows.length === 0) {
    return place.replaceChildren(h("p", { class: "hint" }, blame.calls === 0 ? "No front end has called anything lately." : about));
  }
  return place.replaceChildren(h("p", { class: "hint" }, about),
    table(["Module", "Stage", "Owner", "Share", "Calls", "p50", "p99", "Trend", "Why", "Slowest"], rows.map(line_of),
      { class: "cards blame" }));
}
