// What the modules did while this page was open: one sample for each message of the stream, the newest five minutes.
import { on } from "./live.js";
import { kStages, stage_ns } from "./stages.js";

const kKept = 300;
const kWindowSeconds = 5; // over which the node takes its figures

// module → samples, the oldest first. A sample's `stages`: milliseconds of each stage in a second.
const samples = new Map();

function sample_of(row, time_ms) {
  const stages = {};
  for (const stage of kStages) stages[stage] = stage_ns(row.stages, stage) / 1e6 / kWindowSeconds;
  return {
    time_ms,
    rate: row.calls_per_second,
    errors: row.errors_per_second,
    p50: row.p50_ms,
    p99: row.p99_ms,
    cpu: row.cpu_share * 100,
    memory: row.anonymous_bytes / (1 << 20),
    queue: row.queue_depth,
    stages,
  };
}

export function start_history() {
  on("top", (top) => {
    const time_ms = Date.now();
    for (const row of top.rows) {
      if (!samples.has(row.module)) samples.set(row.module, []);
      const list = samples.get(row.module);
      list.push(sample_of(row, time_ms));
      if (list.length > kKept) list.shift();
    }
  });
}

export const history_of = (module) => samples.get(module) || [];

// All modules together, sample by sample from the newest back.
export function stages_of_all() {
  const lists = [...samples.values()];
  const length = Math.max(0, ...lists.map((list) => list.length));
  const out = [];
  for (let back = length; back > 0; back -= 1) {
    const there = lists.filter((list) => list.length >= back).map((list) => list[list.length - back]);
    const stages = {};
    for (const stage of kStages) stages[stage] = there.reduce((sum, sample) => sum + sample.stages[stage], 0);
    out.push({ time_ms: there[0].time_ms, stages });
  }
  return out;
}
