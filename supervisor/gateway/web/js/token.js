// The operator's token: in this page's memory alone, gone with it.

export const token = { text: "" };

const button = document.getElementById("token");
const dialog = document.getElementById("token-dialog");
const input = document.getElementById("token-text");
const listeners = [];

export function on_token(listener) {
  listeners.push(listener);
}

function set(text) {
  token.text = text;
  button.textContent = text === "" ? "Read-only" : "Operator";
  button.classList.toggle("on", text !== "");
  for (const listener of listeners) listener();
}

export function ask_for_token() {
  input.value = "";
  dialog.showModal();
  input.focus();
}

export function start_token() {
  button.addEventListener("click", ask_for_token);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "use") set(input.value.trim());
    if (dialog.returnValue === "forget") set("");
    input.value = "";
  });
}
