// A module's state as a word and a mark, never by colour alone.
import { h } from "./dom.js";

// ok, warn, bad or off: how bad it is.
const kStates = {
  ready: ["ok", "●"],
  degraded: ["warn", "▲"],
  starting: ["warn", "◌"],
  draining: ["warn", "◌"],
  paused: ["warn", "❚❚"],
  backoff: ["bad", "✕"],
  failed: ["bad", "✕"],
  stopped: ["off", "■"],
};

export const level_of = (module) =>
  module.state === "ready" && module.locked ? "warn" : (kStates[module.state] || ["warn"])[0];

export const state_word = (module) => (module.locked && module.state === "ready" ? "locked" : module.state);

export function state_pill() {
  return h("span", { class: "pill" });
}

export function show_state(pill, module) {
  const mark = (kStates[module.state] || ["warn", "?"])[1];
  const text = `${mark} ${state_word(module)}`;
  if (pill.textContent !== text) pill.textContent = text;
  pill.className = `pill ${level_of(module)}`;
}
