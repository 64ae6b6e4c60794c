// Elements from code. What comes from the node becomes text and nothing else.

// A table that the style sheet shows as cards still is one to a screen reader.
const kRoles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };

// h("td", {class: "number", "data-label": "p99"}, "4.1 ms"): attributes as they are called in HTML; functions become
// listeners (`onclick`); null and undefined children are left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const role = tag === "th" ? (attributes.scope === "row" ? "rowheader" : "columnheader") : kRoles[tag];
  if (role) element.setAttribute("role", role);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

export function add(element, children) {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

// Text that did not change is not written: a reader's place and a selection stay.
export function set_text(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function set_attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Makes the children of `parent` those that `keys` name, in that order; what stays is moved only if it has to be, so that
// the keyboard's focus stays with it. `make(key)` makes a missing one.
export function keep_children(parent, kept, keys, make) {
  for (const [key, element] of kept) {
    if (keys.includes(key)) continue;
    element.remove();
    kept.delete(key);
  }
  let before = null;
  for (const key of keys) {
    if (!kept.has(key)) kept.set(key, make(key));
    const element = kept.get(key);
    const place = before === null ? parent.firstElementChild : before.nextElementSibling;
    if (place !== element) parent.insertBefore(element, place);
    before = element;
  }
}

export function table(head, rows, attributes = {}) {
  return h("table", attributes,
    h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, rows));
}

// A cell that says its column's name where the table has become cards. What is more than a text stays together there.
export function cell(label, content, kind = "") {
  return h("td", { "data-label": label, class: kind || null }, typeof content === "string" ? content : h("div", {}, content));
}

// A bar of that share of its width, for the eye alone: the figure stands beside it.
export function track(share) {
  const fill = h("i");
  fill.style.width = `${Math.round(share * 100)}%`;
  return h("span", { class: "track", "aria-hidden": "true" }, fill);
}
