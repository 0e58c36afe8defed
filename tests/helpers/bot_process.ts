// The bot as operators run it: a process of its own, started by the words of `deno task start`.

import { textLines } from "./text_lines.ts";
import { DENO, taskArguments } from "./deno.ts";

const ROOT = new URL("../../", import.meta.url);

export interface BotProcess {
  readonly pid: number;
  /** Every line of its log so far. */
  readonly lines: readonly string[];
  /** The first line, old or new, that the predicate accepts; fails after 60 s, or so long. */
  line(
    wanted: string | RegExp | ((line: string) => boolean),
    patienceMs?: number,
  ): Promise<string>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
  /** SIGKILL: what was in memory is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and its memory, and does nothing. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  readonly isGone: boolean;
  /** Closes the reading end of its stdout. */
  closeStdout(): void;
  /** Resolves when the process has ended, its lines read or not. */
  readonly gone: Promise<unknown>;
  /** The exit code, when it ends by itself. */
  readonly ended: Promise<number>;
}

/** Starts the bot with this environment and nothing of the tests' own. */
export async function startBotProcess(
  env: Readonly<Record<string, string>>,
  options: {
    readonly args?: readonly string[];
    readonly cwd?: string;
    /** How many files the process may have open, as `ulimit -n` sets it. */
    readonly openFiles?: number | undefined;
    /** Until it resolves stdout is not read. */
    readonly stalled?: Promise<void> | undefined;
  } = {},
): Promise<BotProcess> {
  const args = [...(options.args ?? await taskArguments("start"))];
  const limit = `ulimit -n ${options.openFiles}; exec "$0" "$@"`;
  const child = new Deno.Command(options.openFiles === undefined ? DENO : "sh", {
    args: options.openFiles === undefined ? args : ["-c", limit, DENO, ...args],
    cwd: options.cwd ?? ROOT,
    // Deno would ask its own host for newer versions, through a story's proxy too.
    env: { ...inherited(), DENO_NO_UPDATE_CHECK: "1", ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>, signal?: AbortSignal) => {
    for await (const line of stream.pipeThrough(textLines(), { ...signal && { signal } })) {
      lines.push(line);
      for (const look of waiting) look();
    }
  };
  const closing = new AbortController();
  const readStdout = async () => {
    await options.stalled;
    await read(child.stdout, closing.signal).catch((error) => {
      if (!closing.signal.aborted) throw error;
    });
  };
  const reading = Promise.all([readStdout(), read(child.stderr)]);
  const ended = Promise.all([child.status, reading]).then(([status]) => {
    for (const look of waiting) look();
    return status.code;
  });
  let isGone = false;
  ended.then(() => isGone = true);

  return {
    pid: child.pid,
    lines,
    ended,
    gone: child.status,
    closeStdout: () => closing.abort(),
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    get isGone() {
      return isGone;
    },
    line(wanted, patienceMs = 60_000) {
      const accepts = typeof wanted === "function"
        ? wanted
        : (line: string) => typeof wanted === "string" ? line.includes(wanted) : wanted.test(line);
      return new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          clearTimeout(failsafe);
          waiting.delete(look);
          settle();
        };
        const look = () => {
          const found = lines.find(accepts);
          if (found !== undefined) finish(() => resolve(found));
          else if (isGone) finish(() => reject(failed("the process ended")));
        };
        const failed = (why: string) =>
          new Error(`No log line like ${wanted}: ${why}. The log:\n${lines.join("\n")}`);
        const failsafe = setTimeout(
          () => finish(() => reject(failed(`${patienceMs} ms passed`))),
          patienceMs,
        );
        waiting.add(look);
        look();
      });
    },
    async stop() {
      if (!isGone) child.kill("SIGTERM");
      return await ended;
    },
    async kill() {
      if (!isGone) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** What `deno` itself needs to find its caches. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "NPM_CONFIG_REGISTRY", "JSR_URL"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
