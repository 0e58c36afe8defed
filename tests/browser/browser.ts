// A real browser in front of the bot's own page: Debian's chromium, driven by playwright-core.

import assert from "node:assert/strict";
import axe from "axe-core";
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { withWorld, type World, type WorldOptions } from "../helpers/world.ts";

const CHROMIUM = "/usr/bin/chromium";

export const DESKTOP = { width: 1280, height: 900 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/** Where there is no browser the stories are left out, and say so. */
export function isThereABrowser(): boolean {
  try {
    Deno.statSync(CHROMIUM);
    return true;
  } catch {
    console.log(`No browser at ${CHROMIUM}: its tests are left out. Try apt-get install chromium`);
    return false;
  }
}

export interface Surfing {
  readonly world: World;
  /** The page's address, without a trailing slash. */
  readonly origin: string;
  /** Logged in as @maria, by the link that the bot gave her. */
  readonly page: Page;
  /** Another browser with the same login. */
  again(options?: BrowserContextOptions): Promise<Page>;
}

/** Opens a page in a context of its own. */
export type OpenPage = (options?: BrowserContextOptions) => Promise<Page>;

/** Starts the bot, opens the page by a link from it, runs the test, and fails if an error went unnoticed. */
export function surf(
  story: (surfing: Surfing) => Promise<void>,
  options: WorldOptions & {
    readonly browser?: BrowserContextOptions;
    /** What the browser has to complain of, since the story causes it. */
    readonly expected?: RegExp;
  } = {},
): Promise<void> {
  return withWorld((world) =>
    withBrowser(async (open) => {
      const page = await open(options.browser);
      const origin = await comeIn(world, page);
      const storageState = await page.context().storageState();
      await story({ world, origin, page, again: (more) => open({ ...more, storageState }) });
    }, options.expected), options);
}

/**
 * Starts a browser, runs the test, and fails if an error of a page went unnoticed.
 *
 * @param expected What the browser has to complain of, since the story causes it.
 */
export async function withBrowser(
  story: (open: OpenPage) => Promise<void>,
  expected?: RegExp,
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const complaints: string[] = [];
  try {
    await story(async (more = {}) => {
      const context = await browser.newContext({ viewport: DESKTOP, locale: "ru-RU", ...more });
      await listen(context, complaints);
      return await context.newPage();
    });
    assert.deepEqual(complaints.filter((each) => !expected?.test(each)), []);
  } finally {
    await browser.close();
  }
}

/** `/admin` in the managers' chat, the link, one press. */
async function comeIn({ admin }: World, page: Page): Promise<string> {
  admin.member({ first_name: "Мария", username: "maria" }).say("/admin");
  const answer = await admin.chat.waitFor(({ text }) => text?.includes("/login?token=") === true);
  const link = /http\S+/.exec(answer.text ?? "")?.[0] ?? "";
  await page.goto(link);
  await page.getByRole("button", { name: "Войти на этом устройстве" }).click();
  await page.getByRole("heading", { name: "Профили" }).waitFor();
  return new URL(link).origin;
}

/** Whatever the browser complains of: errors of scripts, of the console, of the content policy. */
async function listen(context: BrowserContext, complaints: string[]): Promise<void> {
  // Scripts for the browser are texts: the type checker knows Deno's globals alone.
  await context.addInitScript(`
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error("CSP: " + violatedDirective + " " + blockedURI));
  `);
  context.on("weberror", (error) => complaints.push(error.error().message));
  context.on("console", (message) => {
    // A refusal is a page like any other; the browser calls every 4xx an error.
    const isRefusal = /status of 4\d\d/.test(message.text()) &&
      !message.location().url.includes("/assets/");
    if (message.type() === "error" && !isRefusal) complaints.push(message.text());
  });
}

/** What axe-core finds that would keep somebody from using the page. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 160))))`);
}

/** By how many pixels a page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}
