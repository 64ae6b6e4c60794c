// An operator who acts, by keyboard alone: without a token nothing happens, with one a module is restarted.
//   acting.mjs URL TOKEN
import { browse, check, row_of, saw, take_shots } from "./page.mjs";

const [url, token] = process.argv.slice(2);

// Presses Tab until the element has the focus.
async function tab_to(page, target) {
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error("the keyboard does not get there");
}

async function give_token(page, text) {
  await page.locator("#token-dialog[open]").waitFor();
  check(await page.locator("#token-text").evaluate((input) => input === document.activeElement), "the field has the focus");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Operator" }).waitFor();
}

async function order(page, button) {
  await tab_to(page, button);
  await page.keyboard.press("Enter");
  await page.locator("#ask-dialog[open]").waitFor();
  await tab_to(page, page.locator("#ask-yes"));
  await page.keyboard.press("Enter");
}

await browse(url, async (page, about) => {
  about.expected = /status of 401/;
  const restart = page.getByRole("button", { name: "Restart keys" });
  await restart.waitFor();
  await tab_to(page, restart);
  const outline = await restart.evaluate((button) => getComputedStyle(button).outlineStyle);
  check(outline !== "none", "one sees what has the focus");
  await page.keyboard.press("Enter");
  await take_shots(page, "token");
  const refused = await page.evaluate(() => fetch("/api/supervisor.restart", { method: "POST",
    headers: { "Content-Type": "application/json" }, body: '{"module":"keys"}' }).then((reply) => reply.status));
  check(refused === 401, `without a token it is refused: ${refused}`);
  saw("refused without a token");

  await give_token(page, "0123456789abcdef0123456789abcdef");
  await order(page, restart);
  await page.getByText("restart keys was refused").waitFor();
  saw("refused with a wrong token");

  await page.getByRole("button", { name: "Operator" }).focus();
  await page.keyboard.press("Enter");
  await give_token(page, token);
  const restarts = row_of(page, "keys").locator('[data-label="Restarts"]');
  const before = Number(await restarts.textContent());
  await order(page, restart);
  await page.getByText("restart keys: the node has taken the order").waitFor();
  await page.waitForFunction((count) => Number(document.querySelector('tr[data-module="keys"] [data-label="Restarts"]').textContent) > count, before);
  await row_of(page, "keys").getByText("● ready").waitFor();
  const kept = await page.evaluate((text) => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + location.href
    + document.documentElement.outerHTML.includes(text), token);
  check(!kept.includes(token) && !kept.includes("true"), "the token is in the page's memory alone");
  saw("restarted");

  // Its log grows under the reader's eyes.
  await page.goto(`${url}#/module/keys`);
  const starts = page.locator(".log div", { hasText: "started: pid" });
  await starts.first().waitFor();
  const starts_before = await starts.count();
  await order(page, page.getByRole("button", { name: "Restart keys" }));
  await starts.nth(starts_before).waitFor();
  saw("the log goes on");
}).catch((error) => { console.error(error.stack.replaceAll(token, "TOKEN")); process.exitCode = 1; });
