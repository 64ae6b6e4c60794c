// A browser with one page of the dashboard: it keeps what must not happen, and says what it has seen.
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";

const { chromium } = createRequire(`${process.env.STATUS_BROWSER_MODULES}/`)("playwright-core");

const kPatienceMs = Number(process.env.STATUS_PATIENCE_MS);
const shots = process.env.STATUS_BROWSER_SHOTS;

// For the test that waits for it.
export function saw(what) {
  console.log(`saw: ${what}`);
}

export function check(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

export const kWide = { width: 1280, height: 900 };
export const kNarrow = { width: 390, height: 844 };

// Runs `story(page, about)` on a page of the address. `about.expected`: what a browser says of answers that the story
// provokes, and of those that fail while the node is away.
export async function browse(url, story) {
  const origin = new URL(url).origin;
  const wrong = [];
  const about = { expected: null };
  const foreign = [];
  // The page under test is ours, and who runs the test need not be allowed to make the browser's sandbox.
  const browser = await chromium.launch({ executablePath: process.env.STATUS_CHROMIUM, chromiumSandbox: false,
    args: ["--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"] });
  try {
    const context = await browser.newContext({ viewport: kWide, colorScheme: "light" });
    context.setDefaultTimeout(kPatienceMs);
    const page = await context.newPage();
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    page.on("console", (message) => {
      const expected = about.expected !== null && about.expected.test(message.text());
      if (["error", "warning"].includes(message.type()) && !expected) wrong.push(`${message.type()}: ${message.text()}`);
    });
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== origin) foreign.push(request.url());
    });
    await page.goto(url);
    await story(page, about).catch(async (error) => {
      // What there was to see instead.
      await page.screenshot({ path: `${shots}/failed.png`, fullPage: true });
      console.error(`at ${page.url()}:\n${await page.locator("body").innerText()}\n${wrong.join("\n")}`);
      throw error;
    });
    check(foreign.length === 0, `no request goes elsewhere: ${foreign.join(" ")}`);
    check(wrong.length === 0, `the console is silent: ${wrong.join("\n")}`);
    saw("the end");
  } finally {
    await browser.close();
  }
}

// NAME-1280-light.png and three more; the page must not be wider than the screen.
export async function take_shots(page, name) {
  mkdirSync(shots, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    for (const size of [kWide, kNarrow]) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      check(width <= size.width, `${name} needs no scrolling sideways at ${size.width}: it is ${width} wide`);
      await page.screenshot({ path: `${shots}/${name}-${size.width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.setViewportSize(kWide);
  await page.emulateMedia({ colorScheme: "light" });
}

// The row of a module on the first page.
export const row_of = (page, module) => page.locator(`tr[data-module="${module}"]`);
