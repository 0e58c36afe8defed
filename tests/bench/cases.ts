// What is measured: each case gives figures of one contestant in one round. A new case is a new entry of `CASES`.

import type { Contestant, Running, StartOptions } from "./contestants.ts";
import { startBot } from "./contestants.ts";
import { pageBesideBot } from "./page.ts";
import type { PressOrder, PressReport } from "./peer.ts";
import type { PeerProcess } from "./peer_process.ts";
import { median, quantile } from "./statistics.ts";

/** The figures of the cases, and how the table shows them; `lower` says whether lower is better. */
export const FIGURES = {
  one_p50_ms: { label: "press → confirmation, one by one, p50", unit: "ms", good: "low" },
  one_p95_ms: { label: "                                   p95", unit: "ms", good: "low" },
  one_p99_ms: { label: "                                   p99", unit: "ms", good: "low" },
  fifty_p50_ms: { label: "50 presses at once, p50", unit: "ms", good: "low" },
  fifty_p95_ms: { label: "                    p95", unit: "ms", good: "low" },
  fifty_p99_ms: { label: "                    p99", unit: "ms", good: "low" },
  silent_p50_ms: { label: "50 at once, CRM silent, p50", unit: "ms", good: "low" },
  silent_p95_ms: { label: "                        p95", unit: "ms", good: "low" },
  silent_p99_ms: { label: "                        p99", unit: "ms", good: "low" },
  silent_start_ms: { label: "meanwhile /start → greeting", unit: "ms", good: "low" },
  leads_per_s: { label: "burst to the last POST and confirmation", unit: "leads/s", good: "high" },
  cpu_per_lead_ms: { label: "CPU per lead", unit: "ms", good: "low" },
  server_cpu_per_lead_ms: { label: "             of PostgreSQL", unit: "ms", good: "low" },
  idle_mb: { label: "resident memory, idle", unit: "MB", good: "low" },
  peak_mb: { label: "resident memory, peak", unit: "MB", good: "low" },
  first_poll_ms: { label: "spawn → first getUpdates", unit: "ms", good: "low" },
  page_first_ms: { label: "a page of /leads, the newest, p50", unit: "ms", good: "low" },
  page_middle_ms: { label: "                 the middle", unit: "ms", good: "low" },
  page_last_ms: { label: "                 the oldest", unit: "ms", good: "low" },
  page_home_per_s: {
    label: "page, 50 profiles, 10,000 leads: /",
    unit: "requests/s",
    good: "high",
  },
  page_home_p50_ms: { label: "                                    p50", unit: "ms", good: "low" },
  page_home_p99_ms: { label: "                                    p99", unit: "ms", good: "low" },
  page_profile_per_s: {
    label: "                          a profile",
    unit: "requests/s",
    good: "high",
  },
  page_profile_p50_ms: {
    label: "                                    p50",
    unit: "ms",
    good: "low",
  },
  page_profile_p99_ms: {
    label: "                                    p99",
    unit: "ms",
    good: "low",
  },
  page_leads_per_s: {
    label: "                             /leads",
    unit: "requests/s",
    good: "high",
  },
  page_leads_p50_ms: { label: "                                    p50", unit: "ms", good: "low" },
  page_leads_p99_ms: { label: "                                    p99", unit: "ms", good: "low" },
  page_alone_p50_ms: {
    label: "meanwhile press → confirmation, page idle, p50",
    unit: "ms",
    good: "low",
  },
  page_loaded_p50_ms: {
    label: "                            page loaded, p50",
    unit: "ms",
    good: "low",
  },
  page_slows: {
    label: "confirmation while the page is loaded, × idle",
    unit: "ratio",
    good: "low",
  },
  peer_busy: { label: "share of the burst that the peer computed", unit: "of 1", good: "low" },
} as const;

export type Figure = keyof typeof FIGURES;
export type Figures = Partial<Record<Figure, number>>;

/** The amount of work in one round. */
export interface Sizes {
  readonly oneByOne: number;
  readonly timesFifty: number;
  readonly timesSilent: number;
  readonly burst: number;
  readonly bursts: number;
  readonly starts: number;
  /** Requests for each page of the list of leads. */
  readonly pages: number;
  /** How often presses alone and presses while the page is read are measured, for each path. */
  readonly pagePresses: number;
  readonly timesPage: number;
  /** POSTs of each kind when parts are measured alone. */
  readonly posts: number;
  /** How long a silent CRM delays those who wait for it. */
  readonly crmTimeoutSeconds: number;
}

export const FULL: Sizes = {
  oneByOne: 200,
  timesFifty: 6,
  timesSilent: 2,
  burst: 2_000,
  bursts: 3,
  starts: 5,
  pages: 100,
  pagePresses: 30,
  timesPage: 2,
  posts: 2_000,
  crmTimeoutSeconds: 2,
};

export const QUICK: Sizes = {
  oneByOne: 50,
  timesFifty: 2,
  timesSilent: 1,
  burst: 500,
  bursts: 1,
  starts: 2,
  pages: 20,
  pagePresses: 12,
  timesPage: 1,
  posts: 500,
  crmTimeoutSeconds: 1,
};

/** What a case works with: one contestant, freshly started, idle, with a meter. */
export interface Bench {
  readonly contestant: Contestant;
  readonly bot: Running;
  readonly peer: PeerProcess;
  readonly sizes: Sizes;
  /** Starts the same contestant once more, without a meter, on the same data. */
  readonly startOptions: StartOptions;
  /** What the server of its database has used so far, in ms. */
  readonly serverCpuMs?: (() => Promise<number>) | undefined;
}

export interface Case {
  readonly name: string;
  /** `after` comes when the measured bot has ended. */
  readonly when: "running" | "after";
  measure(bench: Bench): Promise<Figures>;
}

/** In this order: memory before any work, warm-up before timed work, the peak at the end. */
export const CASES: readonly Case[] = [
  { name: "idle", when: "running", measure: idleMemory },
  { name: "one", when: "running", measure: oneByOne },
  { name: "fifty", when: "running", measure: fiftyAtOnce },
  { name: "silent", when: "running", measure: fiftyWhileSilent },
  { name: "burst", when: "running", measure: burst },
  { name: "peak", when: "running", measure: peakMemory },
  { name: "start", when: "after", measure: starts },
  { name: "page", when: "after", measure: pageBesideBot },
];

/** What is measured of a bot that starts on a journal with many leads. */
export const GROWTH_CASES: readonly Case[] = [
  ...CASES.filter(({ name }) => ["idle", "burst", "peak", "start"].includes(name)),
  { name: "pages", when: "after", measure: pagesOfLeads },
];

/** What is measured of a bot on PostgreSQL, beside the same bot on SQLite. */
export const POSTGRES_CASES: readonly Case[] = CASES.filter(({ name }) =>
  ["idle", "one", "fifty", "burst", "peak"].includes(name)
);

/** Idle time before idle memory is read, in ms. */
const IDLE_MS = 1_000;

/** Presses whose times are thrown away. */
const WARM_UP = 50;

const MEGABYTE = 1024 * 1024;

async function idleMemory({ bot }: Bench): Promise<Figures> {
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  return { idle_mb: (await bot.usage()).rssBytes / MEGABYTE };
}

async function peakMemory({ bot }: Bench): Promise<Figures> {
  return { peak_mb: (await bot.usage()).peakRssBytes / MEGABYTE };
}

async function oneByOne({ peer, sizes }: Bench): Promise<Figures> {
  const order = { pace: "one by one", crm: "answers" } as const;
  await peer.order("press", { ...order, count: WARM_UP });
  const { confirmationsMs } = await peer.order("press", { ...order, count: sizes.oneByOne });
  return {
    one_p50_ms: quantile(confirmationsMs, 0.5),
    one_p95_ms: quantile(confirmationsMs, 0.95),
    one_p99_ms: quantile(confirmationsMs, 0.99),
  };
}

async function fiftyAtOnce(bench: Bench): Promise<Figures> {
  const order = { count: 50, pace: "at once", crm: "answers" } as const;
  const reports = await repeat(bench, bench.sizes.timesFifty, order);
  const confirmationsMs = reports.flatMap((report) => report.confirmationsMs);
  return {
    fifty_p50_ms: quantile(confirmationsMs, 0.5),
    fifty_p95_ms: quantile(confirmationsMs, 0.95),
    fifty_p99_ms: quantile(confirmationsMs, 0.99),
  };
}

async function fiftyWhileSilent(bench: Bench): Promise<Figures> {
  const order = { count: 50, pace: "at once", crm: "silent" } as const;
  const reports = await repeat(bench, bench.sizes.timesSilent, order);
  const confirmationsMs = reports.flatMap((report) => report.confirmationsMs);
  return {
    silent_p50_ms: quantile(confirmationsMs, 0.5),
    silent_p95_ms: quantile(confirmationsMs, 0.95),
    silent_p99_ms: quantile(confirmationsMs, 0.99),
    silent_start_ms: median(reports.map(({ greetingMs }) => greetingMs ?? NaN)),
  };
}

async function burst(bench: Bench): Promise<Figures> {
  const { bot, sizes, serverCpuMs } = bench;
  const rates: number[] = [];
  const cpuMs: number[] = [];
  const serverMs: number[] = [];
  const busy: number[] = [];
  const order = { count: sizes.burst, pace: "at once", crm: "answers" } as const;
  for (let nth = 0; nth < sizes.bursts; nth++) {
    const before = await bot.usage();
    const serverBefore = await serverCpuMs?.() ?? 0;
    const [report] = await repeat(bench, 1, order);
    const serverAfter = await serverCpuMs?.() ?? 0;
    const after = await bot.usage(); // Work after the last confirmation belongs to the lead too.
    if (report === undefined) continue;
    rates.push(sizes.burst / report.allMs * 1000);
    cpuMs.push((after.cpuMs - before.cpuMs) / sizes.burst);
    serverMs.push((serverAfter - serverBefore) / sizes.burst);
    busy.push(report.peerCpuMs / report.allMs);
  }
  return {
    leads_per_s: median(rates),
    cpu_per_lead_ms: median(cpuMs),
    ...serverCpuMs !== undefined && { server_cpu_per_lead_ms: median(serverMs) },
    peer_busy: median(busy),
  };
}

async function starts({ contestant, peer, sizes, startOptions }: Bench): Promise<Figures> {
  const tookMs: number[] = [];
  for (let nth = 0; nth < sizes.starts; nth++) {
    await peer.order("begin", null);
    const bot = await startBot(contestant, { ...startOptions, meter: false });
    try {
      tookMs.push(await Promise.race([peer.order("firstPoll", null), bot.lost]) - bot.spawnedAtMs);
      await peer.order("quiet", null);
    } finally {
      await bot.stop();
    }
  }
  return { first_poll_ms: median(tookMs) };
}

/** Measures the page on the journal that the bot left. */
async function pagesOfLeads({ startOptions, sizes }: Bench): Promise<Figures> {
  const { measurePages } = await import("./lead_pages.ts");
  const times = await measurePages(`${startOptions.folder}/data/triborg.db`, sizes.pages);
  return {
    page_first_ms: median(times.newest),
    page_middle_ms: median(times.middle),
    page_last_ms: median(times.oldest),
  };
}

/** Gives the same order several times, each when the bot is idle. */
async function repeat({ peer }: Bench, times: number, order: PressOrder): Promise<PressReport[]> {
  const reports: PressReport[] = [];
  for (let nth = 0; nth < times; nth++) {
    reports.push(await peer.order("press", order));
    await peer.order("quiet", null);
  }
  return reports;
}
