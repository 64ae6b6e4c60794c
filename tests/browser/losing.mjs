// The node goes away under an open page, and comes back.
//   losing.mjs URL
import { browse, check, row_of, saw, take_shots } from "./page.mjs";

const [url] = process.argv.slice(2);

await browse(url, async (page, about) => {
  await row_of(page, "chat").getByText("● ready").waitFor();
  const banner = page.getByRole("alert");
  check(await banner.isHidden(), "there is no banner while all is well");
  about.expected = /net::ERR_/;
  saw("connected");
  await banner.getByText("The connection to the node is lost since").waitFor();
  await banner.getByText(/What you see is of [0-9]{2}:[0-9]{2}:[0-9]{2}/).waitFor();
  await page.getByText("✕ lost").waitFor();
  check((await page.title()).startsWith("✕"), "a tab in the background says it, too");
  await take_shots(page, "lost");
  saw("lost");
  await page.getByText("● live").waitFor();
  await banner.waitFor({ state: "hidden" });
  about.expected = null;
  check(!(await page.title()).startsWith("✕"), "and when it is over");
  await row_of(page, "chat").getByText("● ready").waitFor();
});
