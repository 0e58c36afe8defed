// `deno task soak`: the bot under an even load for half an hour, with a flaky CRM and a flaky Bot API. Ends by itself, with 1 when
// something did not hold.
//
//   deno task soak                30 minutes at 20 leads/s, the first sixth of it to warm up
//   deno task soak --minutes 3    a shorter one; memory takes longer than its half minute to warm up
//   deno task soak --rate 10      another load; above 20 the managers' chat cannot keep up
//   deno task soak --seed 7       the same random numbers again
//   deno task soak --json         every sample, for machines

import { parseArgs } from "node:util";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { botOf, startBot } from "../bench/contestants.ts";
import { seededRandom } from "./chance.ts";
import { Crowd } from "./crowd.ts";
import { nextCrmMode, nextFault } from "./flaky.ts";
import { Ledger } from "./ledger.ts";
import { openPeer, type Peer } from "./peer.ts";
import { table } from "./report.ts";
import type { Sample } from "./samples.ts";
import { sleep } from "./sleep.ts";
import { verdict } from "./verdict.ts";
import { watch } from "./watch.ts";

const WARM_UP = 1 / 6;

/** How long the bot has after the last visitor to finish its work, in ms: cards wait for Telegram's limit. */
const REST_MS = 180_000;

/** How long no call may have come by then, in ms: repeats after a lost answer come sooner. */
const QUIET_MS = 10_000;

/** The CRM's deadline, in s: short, because a run has many silent answers. */
const CRM_TIMEOUT_SECONDS = 2;

interface Plan {
  readonly minutes: number;
  readonly rate: number;
  readonly seed: number;
  readonly json: boolean;
}

function readPlan(args: string[]): Plan {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string", default: "30" },
      rate: { type: "string", default: "20" },
      seed: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const number = (name: "minutes" | "rate" | "seed", most: number, otherwise?: number) => {
    const value = Number(values[name] ?? otherwise);
    if (value > 0 && value <= most) return value;
    throw new RangeError(
      `Cannot soak with --${name} ${values[name]}: must be above 0, up to ${most}`,
    );
  };
  return {
    minutes: number("minutes", 24 * 60),
    rate: number("rate", 1_000),
    seed: number("seed", 2 ** 32, 1 + Math.floor(Math.random() * 2 ** 32)),
    json: values.json,
  };
}

/** Waits until all work is done and the bot is quiet, or the time is over. */
async function untilEven(ledger: Ledger, peer: Peer, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + REST_MS;
  const isAtRest = () => ledger.isEven && performance.now() - peer.lastCallAtMs() > QUIET_MS;
  while (!isAtRest() && performance.now() < untilMs && !signal.aborted) await sleep(100, signal);
}

/** Reads the journal of a bot that has ended. */
async function readJournal(folder: string) {
  const journal = await openJournal(`${folder}/data/triborg.db`);
  const sum = (numbers: number[]) => numbers.reduce((all, each) => all + each, 0);
  const read = {
    owedInJournal: sum((await journal.owedTotals()).map(({ works }) => works)),
    leadsInJournal: sum((await journal.leadTotals()).map(({ leads }) => leads)),
  };
  await journal.close();
  return read;
}

async function soak(plan: Plan, interrupted: AbortSignal) {
  const { minutes, rate, seed } = plan;
  const startedAt = new Date().toISOString();
  const folder = await Deno.makeTempDir({ prefix: "triborg-soak-" });
  const [ofCrm, ofCalls] = [seededRandom(seed), seededRandom(seed + 1)];
  const ledger = new Ledger();
  const peer = await openPeer({
    ledger,
    greeted: (visitor) => crowd.greeted(visitor),
    nextCrmMode: () => nextCrmMode(ofCrm, sleep),
    nextFault: (method) => nextFault(method, ofCalls, sleep),
  });
  const crowd = new Crowd(ledger, peer.push);
  const samples: Sample[] = [];
  let cutShort: string | null = null;
  try {
    const bot = await startBot(await botOf("triborg"), {
      addresses: peer,
      folder,
      crmTimeoutSeconds: CRM_TIMEOUT_SECONDS,
      meter: false,
      denoFlags: ["--preload", new URL("./meter.ts", import.meta.url).pathname],
    });
    const over = new AbortController();
    const signal = AbortSignal.any([interrupted, over.signal]);
    const interruption = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve())
    );
    try {
      await Promise.race([peer.polled, bot.lost, interruption]);
      const watching = watch({ bot, peer, ledger }, minutes, samples, signal);
      watching.catch(() => {}); // `lost` reports a bot that ended.
      await Promise.race([crowd.come(minutes * 60_000, rate, signal), bot.lost]);
      over.abort();
      await watching;
      await Promise.race([untilEven(ledger, peer, interrupted), bot.lost]);
    } catch (error) {
      cutShort = error instanceof Error ? error.message.trim() : String(error);
    } finally {
      over.abort();
      await bot.stop();
    }
    if (interrupted.aborted) cutShort = "interrupted";
    const seen = {
      account: ledger.account(),
      samples,
      rate,
      warmUpS: minutes * 60 * WARM_UP,
      ...await readJournal(folder),
      cutShort,
    };
    return {
      startedAt,
      machine: {
        os: `${Deno.build.os} ${Deno.build.arch}`,
        cores: navigator.hardwareConcurrency,
        deno: Deno.version.deno,
      },
      minutes,
      seed,
      ...seen,
      managersChat: { ...peer.managersChat },
      findings: verdict(seen),
    };
  } finally {
    await peer.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(): Promise<number> {
  const plan = readPlan(Deno.args);
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interrupted.abort());
  }
  console.error(`seed ${plan.seed}`);
  const report = await soak(plan, interrupted.signal);
  console.log(plan.json ? JSON.stringify(report, null, 2) : table(report));
  return report.findings.every(({ ok }) => ok) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
