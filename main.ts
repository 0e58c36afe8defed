// Entry point: reads the environment and the clock, starts the app, and stops it on a signal. A word runs a script instead.

import { type Config, readConfig } from "./lib/app/config.ts";
import { isUnset, NO_FILE, PROXY_VARIABLES, readEnvironment } from "./lib/app/environment.ts";
import { stackOf } from "./lib/log/error_words.ts";
import { EXIT } from "./lib/app/exit.ts";
import { startApp } from "./lib/app/app.ts";
import type { Machine } from "./lib/app/machine.ts";
import type { Telemetry } from "./lib/app/telemetry.ts";
import { createLog } from "./lib/log/log.ts";
import { createMask } from "./lib/log/mask.ts";
import { createOutput, droppedLine, type Output } from "./lib/log/output.ts";
import { terminalTime } from "./lib/log/terminal_time.ts";

/** Longest time from SIGINT or SIGTERM to exit, in ms; open POSTs are cut off earlier. */
const STOP_WITHIN_MS = 7_500;

/** How long the exit waits for log lines that a slow reader has not taken, in ms. */
const FLUSH_WITHIN_MS = 1_000;

const MACHINE: Omit<Machine, "secret"> = {
  now: Date.now,
  elapsedMs: () => performance.now(),
  random: Math.random,
  host: nameOfMachine,
  get isProxied() {
    return PROXY_VARIABLES.some((name) => Boolean(Deno.env.get(name)));
  },
};

/** Runs the bot until it ends; resolves with the exit code. */
async function main(output: Output): Promise<number> {
  const signalled = Promise.withResolvers<"signalled">();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => signalled.resolve("signalled"));
  }
  // Also ends a start that hangs on reading `.env` or the profiles.
  signalled.promise.then(() => setTimeout(() => Deno.exit(0), STOP_WITHIN_MS));
  const settings = await readSettings(output);
  if (settings === undefined) return EXIT.faults;
  const { config, secret, warnings } = settings;
  const mask = createMask();
  const isTerminal = Deno.stdout.isTerminal();
  const beginning = isTerminal && config.logFormat === "text"
    ? terminalTime({ timeZone: config.timeZone, isPlain: Deno.noColor })
    : () => "";
  const telemetry = config.telemetry ? await loadTelemetry() : undefined;
  const log = createLog({
    format: config.logFormat,
    level: config.logLevel,
    mask,
    write: output.lines.write,
    beginning,
    follow: telemetry?.follow,
  });
  output.onRoom((dropped) => log.warn(droppedLine(dropped), { ...dropped }));
  endOnDefect(async (cause) => {
    log.error("❌ Неожиданная ошибка, бот завершается: {cause}", { cause });
    await leave(EXIT.defect, output);
  });
  for (const warning of warnings) log.warn("⚠️ {warning}", { warning });
  if (config.telemetry && telemetry === undefined) {
    log.warn("⚠️ OTEL_DENO в .env не действует: Deno читает её из окружения, в котором стартует");
  }
  const app = await startApp(config, { log, mask, telemetry }, { ...MACHINE, secret });
  if (typeof app === "number") return app;
  if (isTerminal) {
    const link = await app.newLoginLink("терминал");
    const line = `🔑 Страница настроек, вход на 10 минут: ${link}`;
    if (link !== null) output.lines.write(beginning(Date.now()) + line, "urgent");
  }
  const ended = await Promise.race([app.ended, signalled.promise]);
  if (ended !== "signalled") return ended;
  log.info("👋 Останавливаемся: незаконченное останется в журнале");
  app.stop();
  return await app.ended;
}

/** Read from its file: the name itself would need a permission of its own. A container has it in the environment, too. */
function nameOfMachine(): string {
  try {
    return Deno.readTextFileSync("/etc/hostname").trim();
  } catch {
    return permittedVariable("HOSTNAME") ?? "?";
  }
}

/** Imported here, so that a bot without telemetry does not load its package. */
async function loadTelemetry(): Promise<Telemetry | undefined> {
  const { createTelemetry } = await import("./lib/app/telemetry.ts");
  return createTelemetry(MACHINE.elapsedMs);
}

/** What the bundle does in place of `deno task <word>`, for operators who have the bundle alone. */
async function runCommand(word: string, args: readonly string[]): Promise<number> {
  switch (word) {
    case "doctor":
      return await (await import("./lib/app/doctor.ts")).doctor(args);
    case "backup":
      return await (await import("./lib/app/backup.ts")).backup(args);
    case "restore":
      return await (await import("./lib/app/restore.ts")).restore(args);
    case "move":
      return await (await import("./lib/app/move.ts")).move(args);
    case "profiles":
      return await (await import("./lib/app/profiles_task.ts")).profiles(args);
    default:
      console.error(
        `❌ Нет команды «${word}»: есть doctor, backup, restore, move и profiles, а без слова — сам бот`,
      );
      return EXIT.faults;
  }
}

interface Settings {
  readonly config: Config;
  readonly secret: Machine["secret"];
  readonly warnings: readonly string[];
}

/** The configuration; undefined after reporting every fault. */
async function readSettings({ faults: { write } }: Output): Promise<Settings | undefined> {
  const { hasFile, fault, variables, secret, warnings } = await readEnvironment(permittedVariable);
  if (fault !== null) {
    write(`❌ .env: ${fault}`, "urgent");
    return undefined;
  }
  const result = readConfig(variables);
  if (result.ok) {
    return { config: result.config, secret, warnings: [...warnings, ...result.warnings] };
  }
  // A misspelled name may be the missing variable.
  for (const warning of warnings) write(`⚠️ ${warning}`, "urgent");
  for (const { variable, message } of result.faults) write(`❌ ${variable}: ${message}`, "urgent");
  if (!hasFile && result.faults.some(isUnset)) write(`❌ ${NO_FILE}`, "urgent");
  return undefined;
}

/** Undefined also where the permissions name the variables and leave this one out. */
function permittedVariable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/** Handles uncaught errors, which Deno would print unmasked. Only the first is reported. */
function endOnDefect(end: (cause: string) => Promise<void>): void {
  let ending: Promise<void> | undefined;
  const take = (event: Event, error: unknown) => {
    event.preventDefault(); // Also for those that follow while the process ends.
    ending ??= end(stackOf(error));
  };
  addEventListener("error", (event) => take(event, event.error));
  addEventListener("unhandledrejection", (event) => take(event, event.reason));
}

/** Exits once the last log lines are written, or are not read in time. */
async function leave(code: number, output: Output): Promise<never> {
  await Promise.race([output.flushed(), sleep(FLUSH_WITHIN_MS)]);
  Deno.exit(code);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) {
  // With 10 frames, the default, Deno opens a source map for a fetch that fails, and panics where files have run out.
  Error.stackTraceLimit = 8;
  const [word, ...args] = Deno.args.filter((arg) => arg !== "--");
  if (word !== undefined) Deno.exit(await runCommand(word, args));
  const output = createOutput({ stdout: Deno.stdout, stderr: Deno.stderr, sleep });
  await leave(await main(output), output);
}
