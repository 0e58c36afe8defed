// The demo in the test's own process: the bot with everything simulated, the stage, the page on a free port, and a
// browser without script in front of it.

import assert from "node:assert/strict";
import { type DemoBot, startDemoBot } from "../../lib/demo/demo_bot.ts";
import { createDemoApp } from "../../lib/demo/page/app.tsx";
import { createConfigDoor } from "../../lib/demo/page/config_door.ts";
import { photoPath } from "../../lib/demo/page/photos.ts";
import { openDemoServer } from "../../lib/demo/page/server.ts";
import { createStage, type Stage } from "../../lib/demo/stage/stage.ts";
import type { Language } from "../../lib/page/language.ts";

/** A machine that runs all tests at once is slow. */
const PATIENCE_MS = 30_000;

export interface Demo {
  readonly bot: DemoBot;
  readonly stage: Stage;
  /** Without a trailing slash. */
  readonly origin: string;
  readonly port: number;
  page(headers?: HeadersInit): Promise<string>;
  post(path: string, fields: Record<string, string>, headers?: HeadersInit): Promise<Response>;
  /** Posts, and fails unless the page answers with itself. */
  act(path: string, fields: Record<string, string>): Promise<void>;
  /** The value of the button with these words. */
  button(words: string): Promise<string>;
  /** Resolves when the condition holds, checked at every move. */
  until(isSo: (stage: Stage) => boolean): Promise<void>;
  /** Opens a profile's link and presses its first button. */
  becomeLead(): Promise<void>;
}

/** Opens the demo's page beside a running bot. */
export async function withDemo(
  story: (demo: Demo) => Promise<void>,
  { language = "ru" }: { readonly language?: Language } = {},
): Promise<void> {
  await using server = openDemoServer(0);
  const { origin, port } = server;
  const started = await startDemoBot((key) => origin + photoPath(key), PATIENCE_MS);
  assert.ok(started.kind === "started");
  await using bot = started.bot;
  await bot.telegram.untilPolled();
  const stage = createStage({ ...bot, language, paceMs: 0 });
  const openConfig = createConfigDoor(() => bot.app.newLoginLink("@manager"));
  server.show(
    createDemoApp({ stage, openConfig, port, language: language === "en" ? "en" : null }),
  );
  const demo: Demo = {
    bot,
    stage,
    origin,
    port,
    page: async (headers = {}) => await (await fetch(`${origin}/demo`, { headers })).text(),
    post: (path, fields, headers = { origin, "sec-fetch-site": "same-origin" }) =>
      fetch(`${origin}${path}`, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers,
        redirect: "manual",
      }),
    async act(path, fields) {
      const response = await demo.post(path, fields);
      await response.body?.cancel();
      assert.deepEqual([response.status, response.headers.get("location")], [303, "/demo"]);
    },
    async button(words) {
      const html = await demo.page();
      const found = new RegExp(`name="press" value="([^"]+)"[^>]*>${words}<`).exec(html)?.[1];
      assert.ok(found, `No button "${words}" in ${html}`);
      return found;
    },
    async until(isSo) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        if (isSo(stage)) resolve();
      };
      const stop = stage.onMove(look);
      look();
      const failsafe = setTimeout(reject, PATIENCE_MS, new Error(`It never was so: ${isSo}`));
      await promise.finally(() => clearTimeout(failsafe));
      stop();
    },
    async becomeLead() {
      const before = stage.visitors.current.phone.messages.length;
      await demo.act("/demo/visitor", { open: "agency" });
      await demo.until(({ visitors }) =>
        visitors.current.phone.messages.slice(before).some((each) => each.reply_markup)
      );
      const menu = stage.visitors.current.phone.messages.at(-1);
      const [first] = menu?.reply_markup?.inline_keyboard.flat() ?? [];
      await demo.act("/demo/visitor", { press: await demo.button(first?.text ?? "") });
    },
  };
  try {
    await story(demo);
  } finally {
    stage.close();
  }
}
