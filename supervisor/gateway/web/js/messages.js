// Where the messages are that have not arrived, and how many have come through each step.
import { cell, h, table, track } from "./dom.js";
import { duration, words } from "./format.js";
import { latest } from "./live.js";
import { search_form, section } from "./page_parts.js";

function standings_table(custody) {
  if (custody.standings.length === 0) return h("p", { class: "hint" }, "No module has to go on with any message.");
  return table(["Module", "Owner", "After", "Messages", "Overdue", "Oldest", "Message"], custody.standings.map((each) =>
    h("tr", { class: each.overdue > 0 ? "bad" : null }, cell("Module", h("a", { href: `#/module/${each.module}` }, each.module), "name"),
      cell("Owner", each.owner), cell("After", words(each.step)), cell("Messages", String(each.messages), "number"),
      cell("Overdue", String(each.overdue), "number"), cell("Oldest", duration(each.oldest_ms), "number"),
      cell("Message", h("a", { href: `#/message/${each.oldest}` }, `${each.oldest.slice(0, 16)}…`), "mono"))), { class: "cards" });
}

function passed_table(custody) {
  const most = Math.max(1, ...custody.passed.map((each) => each.messages));
  return table(["Step", "Messages", ""], custody.passed.map((each) => h("tr", {}, cell("Step", words(each.step), "name"),
    cell("Messages", String(each.messages), "number"), cell("", track(each.messages / most), "share"))), { class: "cards steps" });
}

export function messages_page() {
  const standings = h("div");
  const passed = h("div");
  const show = () => {
    const custody = latest.custody;
    if (custody === null) return;
    const lost = custody.lost_records > 0 ? ` ${custody.lost_records} steps were overwritten before they were read, and are missing.` : "";
    if (!standings.contains(document.activeElement)) {
      standings.replaceChildren(standings_table(custody), h("p", { class: "hint" },
        `${custody.away} are with other nodes, for peers that have not said that they have them.${lost}`));
    }
    passed.replaceChildren(passed_table(custody));
  };
  return {
    title: "Messages",
    element: h("div", {}, h("h1", {}, "Messages"), search_form("message_id, message_hash or delivery trace", "message"),
      section("Under way in this node", standings), section("Came through each step, since the gateway started", passed)),
    update: (kind) => { if (kind === "custody") show(); },
    close: () => {},
  };
}
