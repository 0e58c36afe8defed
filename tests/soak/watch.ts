// Samples the bot and its peers every few seconds. Judges nothing.

import type { Running } from "../bench/contestants.ts";
import type { Ledger } from "./ledger.ts";
import type { SoakUsage } from "./meter.ts";
import type { Peer } from "./peer.ts";
import type { Sample } from "./samples.ts";
import { sleep } from "./sleep.ts";

/** The longest time between two samples, and the least number of them. */
const SAMPLE_MS = 10_000;
const LEAST_SAMPLES = 36;

/** Samples between two lines of progress. */
const SAID_EVERY = 6;

const MEGABYTE = 1024 * 1024;

/** What is sampled. */
export interface Watched {
  readonly bot: Running;
  readonly peer: Peer;
  readonly ledger: Ledger;
}

/** Samples until `signal` aborts. @param minutes How long the run is planned to last. */
export async function watch(
  watched: Watched,
  minutes: number,
  samples: Sample[],
  signal: AbortSignal,
): Promise<void> {
  const { bot, peer, ledger } = watched;
  const everyMs = Math.min(SAMPLE_MS, minutes * 60_000 / LEAST_SAMPLES);
  const beganAtMs = performance.now();
  const { cpuMs: cpuAtFirstMs } = await usageOf(bot);
  let before = { cpuMs: cpuAtFirstMs, atMs: beganAtMs };
  for (let nth = 1;; nth++) {
    await sleep(beganAtMs + nth * everyMs - performance.now(), signal);
    if (signal.aborted) return;
    const usage = await usageOf(bot);
    const atMs = performance.now();
    const connections = peer.takeConnections();
    const { pressed, confirmed } = ledger.account();
    const sample = {
      atS: (atMs - beganAtMs) / 1000,
      presses: pressed,
      cpuMs: usage.cpuMs - cpuAtFirstMs,
      cpuShare: (usage.cpuMs - before.cpuMs) / (atMs - before.atMs),
      rssMb: usage.rssBytes / MEGABYTE,
      heapMb: usage.heapBytes / MEGABYTE,
      botApiConnections: connections.botApi,
      crmConnections: connections.crm,
      timers: usage.timers.most,
      listeners: usage.listeners.most,
      listenersOnOne: usage.listenersOnOne,
      unconfirmed: pressed - confirmed,
      owedLeads: ledger.owedLeads,
    };
    samples.push(sample);
    before = { cpuMs: usage.cpuMs, atMs };
    if (nth % SAID_EVERY === 0) {
      const [minute, mb] = [sample.atS / 60, sample.rssMb].map((each) => each.toFixed(1));
      console.error(`minute ${minute} of ${minutes}: ${pressed} presses, ${mb} MB`);
    }
  }
}

async function usageOf(bot: Running): Promise<SoakUsage> {
  return await bot.usage() as SoakUsage; // The soak's preload reports more than the bench's.
}
