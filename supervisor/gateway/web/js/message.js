// The way of one message, step by step, and which module has it.
import { read } from "./api.js";
import { cell, h, table, track } from "./dom.js";
import { date_and_clock, duration, exact_clock, ms, words } from "./format.js";
import { facts, loader, search_form, section } from "./page_parts.js";

const kStandings = {
  here: ["warn", "under way here"],
  overdue: ["bad", "overdue here"],
  away: ["warn", "with other nodes"],
  delivered: ["ok", "delivered"],
  given_up: ["bad", "given up"],
  refused: ["bad", "refused"],
};

const kUnderWay = ["here", "overdue", "away"];

const trace_link = (id) => (id ? h("a", { href: `#/trace/${id}`, class: "mono" }, id) : "");

function way_of(message) {
  const [level, text] = kStandings[message.standing] || ["warn", message.standing];
  const longest = Math.max(1, ...message.stops.map((stop) => stop.after_us));
  const row = (stop) => h("tr", { class: stop.step === message.slowest ? "warn" : null },
    h("td", { "data-label": "Time", title: date_and_clock(stop.time_ms) }, exact_clock(stop.time_ms)),
    cell("Step", words(stop.step) + (stop.step === message.slowest ? " – the slowest" : ""), "name"),
    cell("By", h("a", { href: `#/module/${stop.module}` }, stop.module)),
    cell("After", stop.after_us === 0 ? "0" : `+${ms(stop.after_us / 1000)}`, "number"),
    cell("", track(stop.after_us / longest), "share"), cell("Generation", String(stop.generation), "number"));
  return [
    h("p", { class: "standing" }, h("span", { class: `pill ${level}` }, text), ` ${message.why}`,
      message.owner ? [". Owner: ", h("strong", {}, message.owner)] : ""),
    facts([["Message", message.id ? h("span", { class: "mono" }, message.id) : ""],
      ["Hashes", message.hashes.length > 0 ? h("span", { class: "mono" }, message.hashes.join(" ")) : ""],
      ["Trace of its delivery", trace_link(message.delivery_trace)], ["Trace of its call", trace_link(message.call_trace)],
      ["Has it", message.holder ? h("a", { href: `#/module/${message.holder}` }, message.holder) : "no module of this node"],
      ["For", message.for_ms ? duration(message.for_ms) : ""]]),
    section("Its way", table(["Time", "Step", "By", "After", "", "Generation"], message.stops.map(row), { class: "cards steps" })),
  ];
}

export function message_page(name) {
  const place = h("div", {}, name === "" ? "" : h("p", { class: "hint" }, "Asking …"));
  const load = loader(place);
  let under_way = name !== "";
  const ask = () => load.load(read("find_message", { name }).then((message) => {
    under_way = kUnderWay.includes(message.standing);
    return message;
  }), way_of);
  if (name !== "") ask();
  return {
    title: "Message",
    element: h("div", {}, h("h1", {}, "Message"), search_form("message_id, message_hash or delivery trace", "message", name), place),
    // Where it stands changes when those of all messages do.
    update: (kind) => { if (kind === "custody" && under_way && !place.contains(document.activeElement)) ask(); },
    close: load.close,
  };
}
