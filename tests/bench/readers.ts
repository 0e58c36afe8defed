// A process of its own: readers that request one path of the page again and again. Apart from the peer and the bench, so
// that this load takes no CPU from those. Knows nothing of presses.

import { textLines } from "../helpers/text_lines.ts";
import { inherited } from "./contestants.ts";
import { DENO } from "../helpers/deno.ts";

export interface Load {
  readonly url: string;
  /** `name=value` of a session. */
  readonly cookie: string;
  /** Each has one request open at a time, on a connection that is kept. */
  readonly readers: number;
}

export interface Reading {
  /** From each request to the last byte of its page. */
  readonly pagesMs: readonly number[];
  /** From the first request to the last page. */
  readonly allMs: number;
}

/** Running readers. */
export interface Readers {
  /** Ends after the pages in progress, and returns the times. */
  stop(): Promise<Reading>;
}

/** Starts readers; resolves when the first of them has a page. @throws {Error} When the page is refused. */
export async function startReaders(load: Load): Promise<Readers> {
  const child = new Deno.Command(DENO, {
    args: ["run", "--allow-net", import.meta.filename!, JSON.stringify(load)],
    env: inherited(),
    clearEnv: true,
    stdin: "piped", // Its end tells them to stop.
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(textLines()).getReader();
  const line = async () => {
    const { value } = await lines.read();
    if (value === undefined) throw new Error(`Cannot read ${load.url}`);
    return value;
  };
  await line();
  return {
    async stop() {
      await child.stdin.close();
      const reading: Reading = JSON.parse(await line());
      await child.status;
      return reading;
    },
  };
}

async function read({ url, cookie, readers }: Load): Promise<void> {
  const pagesMs: number[] = [];
  const begunAtMs = performance.now();
  let endedAtMs = begunAtMs;
  let stopping = false;

  async function readOn(): Promise<void> {
    while (!stopping) {
      const askedAtMs = performance.now();
      const response = await fetch(url, { headers: { cookie }, redirect: "manual" });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
      endedAtMs = performance.now();
      if (pagesMs.push(endedAtMs - askedAtMs) === 1) console.log("reading");
    }
  }

  const reading = Promise.all(Array.from({ length: readers }, readOn));
  for await (const _nothing of Deno.stdin.readable);
  stopping = true;
  await reading;
  console.log(JSON.stringify({ pagesMs, allMs: endedAtMs - begunAtMs } satisfies Reading));
}

if (import.meta.main) await read(JSON.parse(Deno.args[0]!));
