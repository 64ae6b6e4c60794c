// What several pages are made of.
import { h } from "./dom.js";

// Terms and what they are: [["owner", "chat-team"], …]; empty ones are left out.
export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

export function section(title, ...content) {
  const id = `part-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), content);
}

// Puts what `load()` promises into `place`, or says why it could not be had. What comes after close() is dropped.
export function loader(place) {
  let open = true;
  return {
    async load(promise, show) {
      try {
        const value = await promise;
        if (open) place.replaceChildren(...[show(value)].flat());
      } catch (error) {
        if (open) place.replaceChildren(h("p", { class: "hint bad" }, error.message));
      }
    },
    close() { open = false; },
  };
}

// A field and a button that lead to a page of that name.
export function search_form(label, where, value = "") {
  const input = h("input", { type: "text", id: `find-${where}`, spellcheck: "false", autocomplete: "off", maxlength: "80" });
  input.value = value;
  return h("form", { class: "find", role: "search", onsubmit: (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text !== "") location.hash = `#/${where}/${encodeURIComponent(text)}`;
  } }, h("label", { for: `find-${where}` }, label), input, h("button", { type: "submit" }, "Show"));
}
