// An operator who watches: all is well, a module becomes slow, one is killed and comes back.
//   watching.mjs URL MESSAGE     MESSAGE: the id of one that was sent
import { browse, check, row_of, saw, take_shots } from "./page.mjs";

const [url, message] = process.argv.slice(2);
const kOrder = ["gateway", "keys", "waku", "chat", "storage"];

async function all_ready(page) {
  for (const module of kOrder) await row_of(page, module).getByText("● ready").waitFor();
}

await browse(url, async (page) => {
  await page.getByText("● live").waitFor();
  await all_ready(page);
  const order = await page.locator("tr[data-module]").evaluateAll((rows) => rows.map((row) => row.dataset.module));
  check(order.join() === kOrder.join(), `modules are in the order of who requires whom: ${order}`);
  await row_of(page, "chat").getByText("chat-team").waitFor();
  await page.getByText("Nothing is wrong").waitFor();
  await take_shots(page, "overview");
  saw("all ready");

  await page.locator("#blame tbody tr").first().and(page.locator('[data-blamed="chat/backend"]')).waitFor();
  await page.locator(".trouble").getByText("Front ends wait for chat / backend").waitFor();
  await page.locator(".trouble").getByText("chat-team").first().waitFor();
  await page.locator(".trouble").getByText("Faults were put in on purpose").waitFor();
  await take_shots(page, "slow");
  saw("chat is slow");

  const slowest = page.locator('[data-blamed="chat/backend"] a', { hasText: "trace" });
  await slowest.press("Enter");
  await page.locator("tr", { hasText: "chat.send_message" }).first().waitFor();
  await page.getByText(/calls in .*, begun at/).waitFor();
  await take_shots(page, "trace");
  await page.goto(`${url}#/message/${message}`);
  await page.locator(".cards.steps").getByText("handed to waku").first().waitFor();
  await take_shots(page, "message");
  await page.goto(`${url}#/messages`);
  await page.getByText("accepted").first().waitFor();
  await take_shots(page, "messages");
  await page.goto(`${url}#/`);
  saw("a trace and a message");

  await page.locator('tr.bad[data-module="chat"]').getByText("✕ backoff").waitFor();
  await page.locator(".trouble li.bad").getByText("chat is backoff").waitFor();
  saw("chat is down");
  await take_shots(page, "down");
  await row_of(page, "chat").getByText("● ready").waitFor();
  saw("chat is back");

  await page.goto(`${url}#/module/chat`);
  await page.getByText("signal 9 (SIGKILL)").first().waitFor();
  await page.locator("details", { hasText: "SIGKILL" }).first().waitFor();
  await page.locator(".log div").first().waitFor();
  await page.getByText("limits.memory_bytes").waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".chart canvas").length === 6);
  await take_shots(page, "module");
  await page.goto(`${url}#/events`);
  await page.locator(".events").getByText("signal 9 (SIGKILL)").first().waitFor();
  await take_shots(page, "events");
  await page.goto(`${url}#/trace`);
  await page.locator(".calls tbody tr").first().waitFor();
});
