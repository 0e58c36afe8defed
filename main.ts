// The script a person runs: reads the environment and the clock, opens the house, and closes it on a signal. Holds no rule.

import { type Config, readConfig, VARIABLES } from "./lib/config.ts";
import { readEnvFile } from "./lib/env_file.ts";
import { EXIT } from "./lib/exit.ts";
import { openHouse } from "./lib/house.ts";
import { lateLog } from "./lib/log/late_log.ts";
import { writeByTurns } from "./lib/log/line_writer.ts";
import { createMask } from "./lib/log/mask.ts";
import type { Machine, Running, Voice } from "./lib/rooms.ts";

/** Within this the process is gone after SIGINT or SIGTERM, in ms; open POSTs are cut off earlier. */
const STOP_WITHIN_MS = 7_500;

const MACHINE: Machine = {
  now: Date.now,
  elapsedMs: () => performance.now(),
  random: Math.random,
};

/** Opens the house on this machine; the returned number is the exit code of a start that was refused. */
export function start(config: Config, voice: Voice): Promise<Running | number> {
  return openHouse(config, voice, MACHINE);
}

/** Runs the bot until a signal ends it, and tells the exit code. */
async function main(): Promise<number> {
  const signalled = Promise.withResolvers<"signalled">();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => signalled.resolve("signalled"));
  }
  // Also out of a start that hangs on reading `.env` or the profiles.
  signalled.promise.then(() => setTimeout(() => Deno.exit(0), STOP_WITHIN_MS));
  const config = await readEnvironment();
  if (config === undefined) return EXIT.faults;
  const { write, flush } = writeByTurns((lines) => console.log(lines));
  // However the process ends.
  for (const end of ["unload", "error", "unhandledrejection"]) addEventListener(end, flush);
  const mask = createMask();
  const log = lateLog(async () => {
    const { createLog } = await import("./lib/log.ts");
    return createLog({ format: config.logFormat, level: config.logLevel, mask, write });
  });
  // Its lines wait until then; also those of a start that was refused, or failed.
  const running = await start(config, { log, mask }).finally(log.open);
  if (typeof running === "number") return running;
  if (Deno.stdout.isTerminal()) {
    const link = await running.newLoginLink("терминал");
    if (link !== null) console.log(`🔑 Страница настроек, вход на 10 минут: ${link}`);
  }
  const ended = await Promise.race([running.ended, signalled.promise]);
  if (ended !== "signalled") return ended;
  log.info("👋 Останавливаемся: незаконченное останется в журнале");
  running.stop();
  return await running.ended;
}

/** The environment over `.env`; undefined after every fault has been said. */
async function readEnvironment(): Promise<Config | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(".env");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      console.error(`❌ .env: не прочесть: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
    text = "";
  }
  const file = readEnvFile(text, (name) => Deno.env.get(name));
  if (!file.ok) {
    console.error(`❌ .env: ${file.fault}`);
    return undefined;
  }
  const { values } = file;
  const env = Object.fromEntries(
    VARIABLES.map((name) => [name, Deno.env.get(name) ?? values[name]]),
  );
  const result = readConfig(env);
  if (result.ok) return result.config;
  for (const { variable, message } of result.faults) console.error(`❌ ${variable}: ${message}`);
  return undefined;
}

if (import.meta.main) Deno.exit(await main());
