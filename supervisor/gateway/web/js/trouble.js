// What is wrong with the node, in sentences: who broke, who owns it, what to do. The first thing on the first page.
import { add, h } from "./dom.js";
import { duration, percent } from "./format.js";
import { connection } from "./live.js";
import { who_needs } from "./order.js";
import { level_of, state_word } from "./states.js";

const kMuch = 0.5; // of what front ends wait for
const kFeltMs = 100; // so long a wait a person feels
const kRecentMs = 300000;
const kRemedies = { stopped: "start", paused: "resume" };
const kOddVerdicts = ["demand_rose", "slower", "starved", "blocked", "remote", "unanswered"];

const link_to = (name) => h("a", { href: `#/module/${name}` }, name);

function about_state(module, modules) {
  const next = module.next_attempt_ms > Date.now() ? `, started again in ${duration(module.next_attempt_ms - Date.now())}` : "";
  const needed = who_needs(module.name, modules);
  return {
    level: level_of(module),
    parts: [link_to(module.name), ` is ${state_word(module)}`, module.why ? `: ${module.why}` : "", next, ". Owner: ",
      h("strong", {}, module.owner), ".", needed.length > 0 ? ` ${needed.join(", ")} needs it.` : ""],
    hint: `statusctl ${kRemedies[module.state] || "why"} ${module.name}`,
  };
}

// What the module has died of lately though it is back: null when there is nothing.
export function recent_death(module) {
  const last = module.last_exit;
  const back = module.state === "ready" || module.state === "degraded";
  return back && last && !last.asked && Date.now() - last.time_ms < kRecentMs ? last : null;
}

function about_death(module) {
  const last = recent_death(module);
  return {
    level: "warn",
    parts: [link_to(module.name), ` died ${duration(Date.now() - last.time_ms)} ago: ${last.cause}; it is back. Owner: `,
      h("strong", {}, module.owner), "."],
    hint: `statusctl why ${module.name}`,
  };
}

function about_blame(blame) {
  const first = blame && blame.rows.length > 0 ? blame.rows[0] : null;
  if (first === null || first.share < kMuch) return [];
  if (!kOddVerdicts.includes(first.verdict) && first.p99_ms < kFeltMs) return [];
  return [{
    level: "warn",
    parts: [`Front ends wait for `, link_to(first.module), ` / ${first.stage}: ${percent(first.share)} of their time. `,
      first.why, ". Owner: ", h("strong", {}, first.owner), "."],
    hint: `statusctl trace ${first.trace}`,
  }];
}

const about_messages = (custody) => (custody ? custody.standings : []).filter((each) => each.overdue > 0).map((each) => ({
  level: "warn",
  parts: [`${each.overdue} messages stand at `, link_to(each.module), ` after ${each.step} for more than 30 s. Owner: `,
    h("strong", {}, each.owner), "."],
  hint: `statusctl message ${each.oldest}`,
}));

const about_faults = (faults) => (faults && faults.faults.length > 0 ? [{
  level: "warn",
  parts: [`Faults were put in on purpose: ${faults.faults.map((each) => `${each.method} (${each.kind})`).join(", ")}.`],
  hint: "statusctl fault clear",
}] : []);

export function troubles({ modules, blame, custody, faults }) {
  const list = modules ? modules.modules : [];
  const weight = { bad: 0, warn: 1, off: 2 };
  const states = list.filter((module) => level_of(module) !== "ok").map((module) => about_state(module, list));
  const deaths = list.filter((module) => recent_death(module) !== null).map(about_death);
  return [...states, ...deaths, ...about_blame(blame), ...about_messages(custody), ...about_faults(faults)]
    .sort((a, b) => weight[a.level] - weight[b.level]);
}

export function show_troubles(place, known) {
  const found = troubles(known);
  const items = found.map((each) => h("li", { class: each.level }, h("span", {}, each.parts), h("code", {}, each.hint)));
  const count = known.modules ? known.modules.modules.length : 0;
  if (connection.state === "lost") {
    items.unshift(h("li", { class: "off" }, "What is wrong now nobody knows here: the connection is lost."));
  } else if (count === 0) {
    items.push(h("li", { class: "off" }, "Waiting for the node …"));
  } else if (items.length === 0) {
    items.push(h("li", { class: "ok" }, `Nothing is wrong: all ${count} modules are ready.`));
  }
  // Only what says something else is put there: a reader is not interrupted.
  const text = items.map((item) => item.textContent.replace(/(in|died) [0-9].*?[.:]/, "")).join();
  if (place.dataset.said === text) return;
  place.dataset.said = text;
  place.replaceChildren();
  add(place, items);
}
