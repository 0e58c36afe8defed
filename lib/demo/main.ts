// `deno task demo`: the real bot with a simulated Telegram and CRM on this machine. Plays the scenarios as a
// transcript, then stays up. Needs no token and no network.

import { join } from "node:path";
import { type Machine, startApp } from "../app/app.ts";
import { type Config, readConfig } from "../app/config.ts";
import { createLog } from "../log/log.ts";
import { createMask } from "../log/mask.ts";
import { serveDemoChat } from "./chat.tsx";
import { createChatStage } from "./chat_stage.ts";
import { createDemoProfiles, type Destination } from "./demo_profiles.ts";
import { startAmoCrm } from "../simulator/crm/amocrm.ts";
import { startCrmServer } from "../simulator/crm/server.ts";
import { type Scenario, SCENARIOS, type Stage } from "./scenarios.ts";
import { startTelegramServer } from "../simulator/telegram/server.ts";
import { createTranscript, type Transcript } from "./transcript.ts";

const TOKEN = "1234567890:demo-token-of-a-bot-that-does-not-exist";

/** Longest wait of a scenario for an event: enough for a slow machine; the transcript takes under 30 s. */
const PATIENCE_MS = 5_000;

/** Between two steps of a scenario in the browser, slow enough to follow. */
const PACE_MS = 900;

const MACHINE: Omit<Machine, "secret"> = {
  now: Date.now,
  elapsedMs: () => performance.now(),
  random: Math.random,
  isProxied: false,
};

async function main(once: boolean): Promise<number> {
  const transcript = createTranscript((line) => console.log(line));
  const folder = await Deno.makeTempDir({ prefix: "triborg-demo-" });
  await using telegram = await startTelegramServer({ token: TOKEN, failsafeMs: PATIENCE_MS });
  await using crm = await startCrmServer({ failsafeMs: PATIENCE_MS });
  await using amo = await startAmoCrm({ failsafeMs: PATIENCE_MS });
  const admin = telegram.group({ title: "Менеджеры", type: "supergroup" });
  const localesPath = join(folder, "locales.json");
  const profiles = createDemoProfiles(localesPath, { webhook: crm.url, account: amo.account });
  const profileKeys = await profiles.write("webhook");

  const log = createLineBook();
  const mask = createMask();
  const config = demoConfig({
    telegram: telegram.url,
    amoCrm: amo.root,
    adminChatId: admin.id,
    folder,
    localesPath,
  });
  const app = await startApp(config, {
    log: createLog({ format: "text", level: "info", mask, write: log.write }),
    mask,
  }, { ...MACHINE, secret: () => amo.token });
  if (typeof app === "number") {
    console.error(log.lines.join("\n"));
    return app;
  }
  try {
    /** Resolves when the bot works with the profiles as written. */
    const connect = async (destination: Destination) => {
      const reloaded = log.next("✅ locales.json: изменения приняты");
      await profiles.write(destination);
      await reloaded;
    };
    const stage: Stage = {
      telegram,
      crm,
      amo,
      admin,
      connect,
      lines: log.lines,
      nextLine: log.next,
    };
    transcript.open(telegram.bot.username ?? "");
    const held = await playAll(stage, transcript);
    if (once) return held ? 0 : 1;
    const chat = createChatStage({ ...stage, profiles: profileKeys, paceMs: PACE_MS });
    await using page = serveDemoChat(chat, telegram.bot.id);
    transcript.invite(localesPath, SCENARIOS.map(({ title }) => title), page.url);
    await converse(stage, transcript);
    return 0;
  } finally {
    app.stop();
    await app.ended;
    await Deno.remove(folder, { recursive: true });
  }
}

async function playAll(stage: Stage, transcript: Transcript): Promise<boolean> {
  let held = true;
  for (const [index, scenario] of SCENARIOS.entries()) {
    held = await playOne(stage, transcript, scenario, index + 1) && held;
  }
  transcript.conclude(held);
  return held;
}

async function playOne(
  stage: Stage,
  transcript: Transcript,
  scenario: Scenario,
  number: number,
): Promise<boolean> {
  const { told, checked } = await scenario.play(stage);
  transcript.scenario(number, scenario.title, told, checked);
  return checked.every(({ held }) => held);
}

/** Plays scenarios by number from stdin, until its end or a signal. */
async function converse(stage: Stage, transcript: Transcript): Promise<void> {
  const ended = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGINT", ended.resolve);
  Deno.addSignalListener("SIGTERM", ended.resolve);
  if (Deno.stdin.isTerminal()) void readCommands(stage, transcript).then(ended.resolve);
  await ended.promise;
}

async function readCommands(stage: Stage, transcript: Transcript): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const line of lines) {
    const number = Number(line.trim());
    const scenario = SCENARIOS[number - 1];
    if (scenario !== undefined) await playOne(stage, transcript, scenario, number);
  }
}

function demoConfig(
  world: {
    readonly telegram: string;
    readonly amoCrm: string;
    readonly adminChatId: number;
    readonly folder: string;
    readonly localesPath: string;
  },
): Config {
  const result = readConfig({
    BOT_TOKEN: TOKEN,
    ADMIN_CHAT_ID: String(world.adminChatId),
    TELEGRAM_API_ROOT: world.telegram,
    AMOCRM_API_ROOT: world.amoCrm,
    LOCALES_PATH: world.localesPath,
    DATA_DIR: join(world.folder, "data"),
    CRM_TIMEOUT_SECONDS: "1",
    REPEAT_WINDOW_MINUTES: "0", // Pressing the same button again shows a new lead.
    PORT: "0",
  });
  if (!result.ok) throw new Error(`The demo's configuration has faults: ${JSON.stringify(result)}`);
  return result.config;
}

/** Keeps the log's lines and waits for new ones. */
function createLineBook() {
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  return {
    lines,
    write(line: string): void {
      lines.push(line);
      for (const look of waiting) look(line);
    },
    next(beginning: string): Promise<string | undefined> {
      return new Promise((resolve) => {
        const settle = (line?: string) => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(line);
        };
        const look = (line: string) => {
          if (line.startsWith(beginning)) settle(line);
        };
        const timer = setTimeout(settle, PATIENCE_MS);
        waiting.add(look);
      });
    },
  };
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--once")));
