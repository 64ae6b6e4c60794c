// What an operator can do with a module. Without a token the buttons ask for one.
import { act } from "./api.js";
import { h } from "./dom.js";
import { kFrontDoor } from "./order.js";
import { ask_for_token, token } from "./token.js";

const said = document.getElementById("said");
const dialog = document.getElementById("ask-dialog");

const kActions = {
  restart: { label: "Restart", asks: "Its process is replaced by a new one. Calls that it is working on fail with UNAVAILABLE; nothing that was acknowledged is lost." },
  pause: { label: "Pause", asks: "Its process is frozen until it is resumed. Calls are refused meanwhile." },
  resume: { label: "Resume", asks: null },
  start: { label: "Start", asks: null },
};

// Which of them make sense. The front door, once frozen, could not be told to go on: this page speaks through it.
function actions_for({ name, state }) {
  if (name === kFrontDoor) return ["restart"];
  if (state === "stopped") return ["start"];
  if (state === "paused") return ["resume", "restart"];
  return state === "failed" ? ["start", "restart"] : ["restart", "pause"];
}

export function say(text, bad = false) {
  said.textContent = text;
  said.classList.toggle("bad", bad);
  said.hidden = text === "";
}

function confirmed(action, module) {
  const { label, asks } = kActions[action];
  if (asks === null) return Promise.resolve(true);
  document.getElementById("ask-title").textContent = `${label} ${module}?`;
  document.getElementById("ask-text").textContent = asks;
  document.getElementById("ask-yes").textContent = `${label} ${module}`;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export async function perform(action, module) {
  if (token.text === "") return ask_for_token();
  if (!(await confirmed(action, module))) return undefined;
  try {
    await act(action, { module });
    say(`${action} ${module}: the node has taken the order.`);
  } catch (error) {
    const refused = error.status === 401 || error.status === 403;
    say(`${action} ${module} was refused: ${error.message}${refused ? " – another token?" : ""}`, true);
  }
  return undefined;
}

// The buttons for a module, made anew only when its state asks for others.
export function action_buttons() {
  const place = h("span", { class: "actions" });
  let shown = "";
  return {
    element: place,
    show(module) {
      const wanted = actions_for(module);
      if (wanted.join() === shown) return;
      const focused = place.contains(document.activeElement);
      shown = wanted.join();
      place.replaceChildren(...wanted.map((action) => h("button", {
        type: "button", "aria-label": `${kActions[action].label} ${module.name}`, "data-action": action,
        onclick: () => perform(action, module.name) }, kActions[action].label)));
      if (focused) place.firstElementChild.focus();
    },
  };
}
