// What has happened: the supervisor's events, the newest first.
import { cell, h, table } from "./dom.js";
import { date_and_clock, exact_clock, words } from "./format.js";
import { on } from "./live.js";

const kKept = 500;
const kAtOnce = 200;

let events = []; // the newest first
let missed = 0;

export const events_of = (module) => events.filter((event) => event.data.module === module);

export function start_events() {
  on("events", (page) => {
    missed += page.lagged;
    if (page.reset) events = [];
    events = [...page.events.reverse(), ...events].slice(0, kKept);
  });
}

const kLevels = { ready: "ok", backoff: "bad", failed: "bad", stopped: "off" };

function sentence(event) {
  const data = event.data;
  switch (event.topic) {
    case "supervisor.module_state":
      return [h("span", {}, `${data.from} → `), h("strong", { class: kLevels[data.to] || "warn" }, data.to),
        data.cause && data.cause !== data.to ? ` ${data.cause}` : ""];
    case "supervisor.module_locked":
      return [data.locked ? "waits for its key" : "has got its key"];
    case "supervisor.messages_overdue":
      return [data.messages === 0 ? `no messages stand after ${words(data.step)} any more`
        : `${data.messages} messages stand after ${words(data.step)} for more than 30 s `,
      data.oldest ? h("a", { href: `#/message/${data.oldest}` }, "the oldest") : ""];
    case "supervisor.events_lost":
      return [`${data.count} events were dropped while no gateway took them`];
    default:
      return [JSON.stringify(data)];
  }
}

export function events_table(list) {
  return table(["Time", "Module", "What", "Generation"], list.map((event) => h("tr", {},
    h("td", { "data-label": "Time", title: date_and_clock(event.time_ms) }, exact_clock(event.time_ms)),
    cell("Module", event.data.module ? h("a", { href: `#/module/${event.data.module}` }, event.data.module) : "–", "name"),
    cell("What", h("span", {}, sentence(event)), "wide"), cell("Generation", String(event.generation), "number"))),
  { class: "cards events" });
}

export function events_page() {
  const body = h("div");
  const note = h("p", { class: "hint" });
  const show = () => {
    if (body.contains(document.activeElement)) return;
    const more = missed > 0 ? ` ${missed} were gone before they could be read.` : "";
    note.textContent = events.length === 0 ? "Nothing has happened." : `The newest ${Math.min(events.length, kAtOnce)}.${more}`;
    body.replaceChildren(events_table(events.slice(0, kAtOnce)));
  };
  show();
  return {
    title: "Events",
    element: h("section", { "aria-labelledby": "events-title" }, h("h1", { id: "events-title" }, "Events"), note, body),
    update: (kind) => { if (kind === "events") show(); },
    close: () => {},
  };
}
