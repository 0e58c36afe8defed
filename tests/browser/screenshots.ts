// The READMEs' pictures in both languages, taken by `deno task screenshots`: the demo, and the config page with invented
// leads. With the variable SCREENSHOTS, a folder, also as PNG.

import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type Language, LANGUAGES } from "../../lib/page/language.ts";
import { openPage } from "../helpers/a_page.ts";
import { inventLeads } from "../helpers/invented_leads.ts";
import { withDemo } from "../demo/a_demo.ts";

const FOLDER = new URL("./screenshots/", import.meta.url);

/** A README shows pictures about 900 px wide. */
const VIEWPORT = { width: 1280, height: 860 } as const;

const LOCALES: Readonly<Record<Language, string>> = { ru: "ru-RU", en: "en-US" };

for (const language of LANGUAGES) {
  await Deno.mkdir(new URL(`${language}/`, FOLDER), { recursive: true });
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    env: { LANGUAGE: language }, // Of the browser's own words, such as a date's.
  });
  await shootDemo(browser, language);
  await shootLeads(browser, language);
  await browser.close();
}

/** The demo after its scenario of a manager who answers, and its config page's editor. */
async function shootDemo(browser: Browser, language: Language): Promise<void> {
  await withDemo(async ({ origin, until }) => {
    const context = await openContext(browser, language);
    const page = await context.newPage();
    await page.goto(`${origin}/demo`);
    await page.locator("#play-5").click();
    await until(({ performance, visitors }) =>
      performance.playing === null && visitors.current.phone.messages.length >= 5
    );
    await page.locator("#visitor .message").nth(4).waitFor();
    await page.evaluate("document.activeElement.blur()");
    await shoot(page, language, "demo");
    await page.goto(`${origin}/demo/config?to=/profiles/agency`);
    await page.locator("#preview img").waitFor();
    await shoot(page, language, "editor");
    await context.close();
  }, { language });
}

/** The leads. */
async function shootLeads(browser: Browser, language: Language): Promise<void> {
  const locales = JSON.parse(await Deno.readTextFile("locales/locales.json"));
  locales.agency.webhook_url = "http://127.0.0.1:9/webhook/agency";
  locales.express.webhook_url = "http://127.0.0.1:9/webhook/express";
  await using opened = await openPage({ locales, now: Date.now });
  await inventLeads(opened.journal, Date.now(), 400);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    opened.handler,
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const context = await openContext(browser, language);
  const page = await context.newPage();
  await page.goto(`${origin}/login?token=${await opened.auth.issueLink("@maria")}`);
  await page.getByRole("button").first().click();
  await page.waitForURL(`${origin}/`);
  await page.goto(`${origin}/leads`);
  await shoot(page, language, "leads");
  await context.close();
}

function openContext(browser: Browser, language: Language): Promise<BrowserContext> {
  return browser.newContext({
    viewport: VIEWPORT,
    locale: LOCALES[language],
    colorScheme: "light",
    reducedMotion: "reduce",
  });
}

/** JPEG, so that the repository stays small. */
async function shoot(page: Page, language: Language, name: string): Promise<void> {
  const bytes = await page.screenshot({ type: "jpeg", quality: 65 });
  await Deno.writeFile(new URL(`${language}/${name}.jpg`, FOLDER), bytes);
  console.log(`${language}/${name}.jpg: ${Math.round(bytes.length / 1024)} KB`);
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder !== undefined) {
    await page.screenshot({ path: `${folder}/${language}_${name}.png` });
  }
}
