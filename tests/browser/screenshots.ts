// The README's pictures, taken by `deno task screenshots` from pages with invented leads.

import { chromium, type Page } from "playwright-core";
import { textLines } from "../helpers/text_lines.ts";
import { openPage } from "../helpers/a_page.ts";
import { inventLeads } from "../helpers/invented_leads.ts";
import { DENO, taskArguments } from "../helpers/deno.ts";

const FOLDER = new URL("./screenshots/", import.meta.url);

/** JPEG, so that the repository stays small. */
async function shoot(page: Page, name: string): Promise<void> {
  const bytes = await page.screenshot({ type: "jpeg", quality: 60 });
  await Deno.writeFile(new URL(`${name}.jpg`, FOLDER), bytes);
  console.log(`${name}.jpg: ${Math.round(bytes.length / 1024)} KB`);
}

const locales = JSON.parse(await Deno.readTextFile("locales/locales.json"));
locales.agency.webhook_url = "http://127.0.0.1:9/webhook/agency";
locales.express.webhook_url = "http://127.0.0.1:9/webhook/express";
await using opened = await openPage({ locales, now: Date.now });
inventLeads(opened.journal, Date.now(), 400);
await using server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen() {} },
  opened.handler,
);
const origin = `http://127.0.0.1:${server.addr.port}`;
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const context = await browser.newContext({
  viewport: { width: 1180, height: 720 },
  locale: "ru-RU",
});
const page = await context.newPage();
await page.goto(`${origin}/login?token=${await opened.auth.issueLink("@maria")}`);
await page.getByRole("button").first().click();
await page.waitForURL(`${origin}/`);

await Deno.mkdir(FOLDER, { recursive: true });
await page.goto(`${origin}/profiles/agency`);
await shoot(page, "profile");

const demo = await startDemo();
await page.goto(demo.address);
await page.locator('button[name="scenario"][value="3"]').click();
await page.getByText("FALLBACK").last().waitFor();
await shoot(page, "demo");
await demo.stop();
await browser.close();

/** The demo as newcomers start it; its transcript ends with its address. */
async function startDemo(): Promise<{ address: string; stop(): Promise<void> }> {
  const args = await taskArguments("demo");
  const child = new Deno.Command(DENO, { args, stdout: "piped", stdin: "null" }).spawn();
  const lines = child.stdout.pipeThrough(textLines()).getReader();
  for (;;) {
    const { value = "", done } = await lines.read();
    const address = /http:\/\/\S+\/demo/.exec(value)?.[0];
    if (done) throw new Error("The demo ended without telling its address");
    if (address === undefined) continue;
    return {
      address,
      async stop() {
        child.kill("SIGTERM");
        await lines.cancel();
        await child.status;
      },
    };
  }
}
