// Calls that flight recorders hold, as rows with a link to their traces.
import { cell, h, table } from "./dom.js";
import { exact_clock, ns } from "./format.js";
import { show_bar, stage_bar } from "./stages.js";

function line_of(record) {
  const bar = stage_bar();
  show_bar(bar, record.stages);
  return h("tr", { class: record.code === "OK" ? null : "warn" },
    cell("When", exact_clock(record.time_ms)),
    cell("Method", h("a", { href: `#/trace/${record.trace}` }, record.method), "name"),
    cell(record.side === "answered" ? "For" : "At", record.peer),
    cell("Took", ns(record.total_ns), "number"), cell("Where", bar, "bar"), cell("Outcome", record.code));
}

export function calls_table(records) {
  if (records.length === 0) return h("p", { class: "hint" }, "No such call is recorded.");
  return table(["When", "Method", "Whom", "Took", "Where time goes", "Outcome"], records.map(line_of), { class: "cards calls" });
}
