// The bot in the test's own process, beside the simulated Telegram and CRM, so that a story can move its clocks.

import assert from "node:assert/strict";
import { readConfig } from "../../lib/app/config.ts";
import { type App, startApp } from "../../lib/app/app.ts";
import { aLog, type LogOfTest } from "./a_log.ts";
import { TOKEN, withWorld, type World, type WorldOptions } from "./world.ts";

export interface MovedMachine {
  /** How far the wall clock is from the true time, in ms. */
  skewMs: number;
  /** Further than this process has lived, in ms. */
  passedMs: number;
}

export interface BotHere {
  readonly world: World;
  readonly machine: MovedMachine;
  readonly log: LogOfTest;
  readonly bot: App;
}

export interface BotHereOptions extends Pick<WorldOptions, "env" | "locales"> {
  /** The value of `SECRET_<NAME>` in its environment. */
  readonly secret?: (name: string) => string | undefined;
}

/** The bot in the test's own process, on a machine whose clocks the story moves. */
export async function withBot(
  story: (here: BotHere) => Promise<void>,
  { secret = () => undefined, ...options }: BotHereOptions = {},
): Promise<void> {
  await withWorld(async (world) => {
    const machine: MovedMachine = { skewMs: 0, passedMs: 0 };
    const log = aLog();
    const env = {
      BOT_TOKEN: TOKEN,
      ADMIN_CHAT_ID: String(world.admin.id),
      TELEGRAM_API_ROOT: world.telegram.url,
      LOCALES_PATH: world.localesPath,
      DATA_DIR: `${world.folder}/data`,
      PORT: "0",
      CRM_TIMEOUT_SECONDS: "1",
      ...options.env,
    };
    const result = readConfig(env);
    assert.ok(result.ok);
    const app = await startApp(result.config, log, {
      now: () => Date.now() + machine.skewMs + machine.passedMs,
      elapsedMs: () => performance.now() + machine.passedMs,
      random: Math.random,
      host: () => "here",
      isProxied: false,
      secret,
    });
    assert.ok(typeof app !== "number");
    const bot = app;
    try {
      await world.telegram.untilPolled();
      await story({ world, machine, log, bot });
    } finally {
      bot.stop();
      await bot.ended;
    }
  }, { ...options, asleep: true });
}
