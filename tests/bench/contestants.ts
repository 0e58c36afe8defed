// The measured bots, each started as a process of its own: the floors, a Telegraf bot, ours. Knows no case.

import type { Locales } from "../helpers/a_profile.ts";
import { textLines } from "../helpers/text_lines.ts";
import type { Addresses } from "./peer.ts";
import { parseUsage, type Usage } from "./usage.ts";
import { DENO } from "../helpers/deno.ts";

export const HERE = new URL("./", import.meta.url).pathname;

/** How long a process may take to tell its usage, or to end, in ms. */
const PATIENCE_MS = 15_000;

export interface Contestant {
  readonly name: string;
  readonly runtime: "deno" | "node";
  /** The arguments after `deno run`, or after `node`. */
  readonly args: readonly string[];
  /** The folder whose deno.json counts. */
  readonly folder: string;
  /** Whether it has a config page beside the bot. */
  readonly hasPage: boolean;
  /** The journal that it starts on, if any. */
  readonly journal?: GrownJournal;
  /** How many leads are in the database that it starts on; undefined where its journal is a file. */
  readonly leadsInDatabase?: number;
}

/** A journal that holds settled leads. */
export interface GrownJournal {
  readonly path: string;
  readonly leads: number;
}

/** Common to every bot of this folder. */
export const OURS = { folder: `${HERE}../../`, hasPage: false };

/** The bots that need nothing but Deno; the first is what all others are compared to. */
export const ON_DENO: readonly Contestant[] = [
  onDeno("floor", "floor_bot.ts"),
  onDeno("ruled", "ruled_bot.ts", "--allow-write"),
  onDeno("telegraf", "telegraf_bot.mjs"),
];

function onDeno(name: string, file: string, ...permissions: string[]): Contestant {
  const args = ["--allow-net", "--allow-read", "--allow-env", ...permissions, `${HERE}${file}`];
  return { ...OURS, name, runtime: "deno", args };
}

/** The bot of a working copy, started by the words of its own `deno task start`. */
export async function botOf(name: string, folder = `${HERE}../../`): Promise<Contestant> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
  const args = String(tasks.start).split(/\s+/).slice(2);
  return { name, runtime: "deno", args, folder, hasPage: true };
}

/** The locales.json that a contestant is shipped with. */
export async function shippedLocales({ folder }: Contestant): Promise<Locales> {
  return JSON.parse(await Deno.readTextFile(`${folder}/locales/locales.json`));
}

/** A bot that runs. */
export interface Running {
  /** When it was told to start, in ms since 1970. */
  readonly spawnedAtMs: number;
  /** What it has used so far; only for one that was started with a meter. */
  usage(): Promise<Usage>;
  /** Rejects with its output when it ends before it is stopped; never resolves. */
  readonly lost: Promise<never>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly addresses: Pick<Addresses, "botApi" | "webhook">;
  /** A folder of the bot's own; what it holds is kept between starts. */
  readonly folder: string;
  readonly crmTimeoutSeconds: number;
  /** Loads the meter beside the bot, so that `usage` works. */
  readonly meter: boolean;
  /** Replaces the shipped profiles; the agency's webhook is always the peer's. */
  readonly locales?: Locales;
  /** The page's port; by default a free one. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** More words for `deno run`. */
  readonly denoFlags?: readonly string[];
}

/** Starts a bot. Its log is written and discarded: reading it would take CPU from what is measured. */
export async function startBot(contestant: Contestant, options: StartOptions): Promise<Running> {
  const { addresses, folder, crmTimeoutSeconds, meter, port = 0, denoFlags = [] } = options;
  const localesPath = `${folder}/locales.json`;
  const locales = structuredClone(options.locales ?? await shippedLocales(contestant));
  locales.agency.webhook_url = addresses.webhook;
  await Deno.writeTextFile(localesPath, JSON.stringify(locales));

  const spawnedAtMs = performance.timeOrigin + performance.now();
  const child = new Deno.Command(contestant.runtime === "deno" ? DENO : "node", {
    args: argumentsOf(contestant, meter, denoFlags),
    cwd: contestant.folder,
    env: {
      ...inherited(),
      BOT_TOKEN: "987654321:AAF0bench-token-of-nobodys-bot-000000000",
      ADMIN_CHAT_ID: "-1001234567890",
      TELEGRAM_API_ROOT: addresses.botApi,
      LOCALES_PATH: localesPath,
      DATA_DIR: `${folder}/data`,
      PORT: String(port),
      CRM_TIMEOUT_SECONDS: String(crmTimeoutSeconds),
      TELEGRAM_MESSAGES_PER_SECOND: "0",
      ...options.env,
    },
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const requests = child.stdin.getWriter();
  const said: string[] = [];
  let heard = Promise.withResolvers<Usage>();
  const reading = (async () => {
    for await (const line of child.stderr.pipeThrough(textLines())) {
      const usage = parseUsage(line);
      if (usage !== undefined) heard.resolve(usage);
      else said.push(line);
    }
  })();

  let stopping = false;
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {}); // Prevents an unhandled rejection; callers await this promise too.
  reading.then(() => {
    if (!stopping) lost.reject(new Error(`${contestant.name} ended:\n${said.join("\n")}`));
  });

  return {
    spawnedAtMs,
    lost: lost.promise,
    async usage() {
      heard = Promise.withResolvers();
      await requests.write(new Uint8Array([10]));
      return await within(
        heard.promise,
        () => `${contestant.name} tells no usage: ${said.join("\n")}`,
      );
    },
    async stop() {
      stopping = true;
      try {
        child.kill("SIGTERM");
      } catch {
        // It is gone already.
      }
      const killer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await child.status;
      clearTimeout(killer);
      await requests.close().catch(() => {});
      await reading;
    },
  };
}

function argumentsOf(
  { runtime, args }: Contestant,
  meter: boolean,
  denoFlags: readonly string[],
): string[] {
  if (runtime === "node") return [...meter ? ["--import", `${HERE}node_meter.mjs`] : [], ...args];
  return ["run", ...denoFlags, ...meter ? ["--preload", `${HERE}meter.ts`] : [], ...args];
}

async function within<T>(promise: Promise<T>, complaint: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(complaint())), PATIENCE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The environment that `deno` needs to find its caches. */
export function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "NPM_CONFIG_REGISTRY"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
