// What a story of the running bot needs: simulated Telegram and CRM over HTTP, a folder of its own, the bot as a process.

import { type CrmServer, startCrmServer } from "../../lib/simulator/crm/server.ts";
import {
  type Group,
  startTelegramServer,
  type TelegramServer,
  type TelegramServerOptions,
} from "../../lib/simulator/telegram/server.ts";
import { type BotProcess, startBotProcess } from "./bot_process.ts";
import { freePort } from "./free_port.ts";

export const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";

export interface World {
  readonly telegram: TelegramServer;
  readonly crm: CrmServer;
  readonly admin: Group;
  /** A folder that is gone after the story. */
  readonly folder: string;
  readonly localesPath: string;
  /** The running bot; after `restart` the new one. */
  readonly bot: BotProcess;
  /** Starts the bot, again or for the first time. */
  restart(env?: Readonly<Record<string, string>>): Promise<BotProcess>;
  /** Rewrites locales.json the way an editor does, in place. */
  editLocales(edit: (locales: Locales) => void): Promise<void>;
}

/** locales.json as stories edit it. */
// deno-lint-ignore no-explicit-any
export type Locales = any;

export interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the shipped locales.json before the bot starts. */
  readonly locales?: (locales: Locales, crm: CrmServer) => void;
  readonly telegram?: Partial<TelegramServerOptions>;
  /** How many files the bot may have open. */
  readonly openFiles?: number;
  /** Until it resolves the bot's stdout is not read. */
  readonly stalled?: Promise<void>;
  /** Leaves the first start to the story; else the story begins when the bot polls. */
  readonly asleep?: boolean;
}

/** Variables for a bot that takes its updates by webhook, on a port that is free. */
export function webhookEnv(secret = "a-secret_of_16-or-more") {
  const port = freePort();
  const url = `http://127.0.0.1:${port}/updates`;
  return { PORT: String(port), WEBHOOK_URL: url, WEBHOOK_SECRET: secret };
}

/** Starts everything, runs the story, and closes everything even if the story fails. */
export async function withWorld(
  story: (world: World) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  await using telegram = await startTelegramServer({ token: TOKEN, ...options.telegram });
  await using crm = await startCrmServer();
  const admin = telegram.group({ title: "Менеджеры", type: "supergroup" });
  const localesPath = `${folder}/locales.json`;
  const locales = JSON.parse(await Deno.readTextFile("locales/locales.json"));
  for (const key of ["agency", "cg", "express"]) locales[key].webhook_url = crm.url;
  options.locales?.(locales, crm);
  await Deno.writeTextFile(localesPath, JSON.stringify(locales, null, 2));

  let bot: BotProcess | undefined;
  const world: World = {
    telegram,
    crm,
    admin,
    folder,
    localesPath,
    get bot() {
      if (bot === undefined) throw new Error("The bot has not been started yet");
      return bot;
    },
    async restart(env = {}) {
      bot = await startBotProcess({
        BOT_TOKEN: TOKEN,
        ADMIN_CHAT_ID: String(admin.id),
        TELEGRAM_API_ROOT: telegram.url,
        LOCALES_PATH: localesPath,
        DATA_DIR: `${folder}/data`,
        PORT: "0",
        CRM_TIMEOUT_SECONDS: "1",
        ...(options.telegram?.limits === "off" ? { TELEGRAM_MESSAGES_PER_SECOND: "0" } : {}),
        ...options.env,
        ...env,
      }, { openFiles: options.openFiles, stalled: options.stalled });
      return bot;
    },
    async editLocales(edit) {
      const current = JSON.parse(await Deno.readTextFile(localesPath));
      edit(current);
      await Deno.writeTextFile(localesPath, JSON.stringify(current, null, 2));
    },
  };
  try {
    if (!options.asleep) {
      await world.restart();
      await telegram.untilPolled();
    }
    await story(world);
  } catch (error) {
    if (bot !== undefined) console.error(`The bot's log:\n${bot.lines.join("\n")}`);
    throw error;
  } finally {
    await bot?.kill();
    await Deno.remove(folder, { recursive: true });
  }
}
