// Where time goes: the stages of calls, as a stacked bar that also says it in words.
import { h, set_attribute } from "./dom.js";
import { ns, percent } from "./format.js";

export const kStages = ["queue", "handler", "persist", "backend", "other", "send", "reply"];

const kMeanings = {
  queue: "waiting for a worker",
  handler: "the module's own code",
  persist: "its database",
  backend: "its backend",
  other: "waiting for other modules",
  send: "on the way to the module",
  reply: "on the way back",
};

export const stage_ns = (stages, stage) => (stages ? stages[`${stage}_ns`] || 0 : 0);
export const all_ns = (stages) => kStages.reduce((sum, stage) => sum + stage_ns(stages, stage), 0);

export function legend() {
  return h("ul", { class: "legend", "aria-label": "Stages" },
    kStages.map((stage) => h("li", {}, h("i", { class: `swatch ${stage}`, "aria-hidden": "true" }), stage,
      h("span", { class: "meaning" }, kMeanings[stage]))));
}

// An element for show_bar().
export function stage_bar() {
  return h("div", { class: "stages", role: "img" }, kStages.map((stage) => h("i", { class: stage })));
}

export function show_bar(bar, stages) {
  const all = all_ns(stages);
  const parts = [];
  kStages.forEach((stage, index) => {
    const share = all === 0 ? 0 : stage_ns(stages, stage) / all;
    bar.children[index].style.flexGrow = String(Math.round(share * 1000));
    if (share >= 0.02) parts.push([share, `${stage} ${percent(share)}`]);
  });
  const text = parts.sort((a, b) => b[0] - a[0]).map((part) => part[1]).join(", ");
  set_attribute(bar, "aria-label", all === 0 ? "no calls" : text);
  set_attribute(bar, "title", all === 0 ? "no calls" : `${text} of ${ns(all)}`);
  bar.classList.toggle("none", all === 0);
}
