// Measures the page with much to show, and presses while it is read. Only bots with a page give figures.

import { withProfiles } from "../helpers/a_profile.ts";
import type { Bench, Figures } from "./cases.ts";
import { type Contestant, shippedLocales, startBot } from "./contestants.ts";
import { type Load, type Reading, startReaders } from "./readers.ts";
import { quantile } from "./statistics.ts";
import { freePort } from "../helpers/free_port.ts";

const PROFILES = 50;
const LEADS = 10_000;

/** Readers at once. */
const READERS = 4;

/** The paths that are read, and the names of their figures. */
const PATHS = {
  home: "/",
  profile: "/profiles/agency",
  leads: "/leads",
} as const;

type Name = keyof typeof PATHS;

/** Presses one by one, alone and while the page is read, in turns, so that both meet the same machine. */
export async function pageBesideBot(bench: Bench): Promise<Figures> {
  const { contestant, peer, sizes, startOptions } = bench;
  if (!contestant.hasPage) return {};
  const folder = await Deno.makeTempDir({ prefix: "triborg-bench-" });
  const locales = withProfiles(await shippedLocales(contestant), PROFILES);
  const port = freePort();
  try {
    const cookie = await fillJournal(contestant, folder, Object.keys(locales));
    await peer.order("begin", null);
    const bot = await startBot(contestant, {
      ...startOptions,
      folder,
      locales,
      port,
      meter: false,
    });
    const press = async (): Promise<readonly number[]> => {
      const order = { count: sizes.pagePresses, pace: "one by one", crm: "answers" } as const;
      return (await peer.order("press", order)).confirmationsMs;
    };
    const measure = async () => {
      await peer.order("firstPoll", null);
      const alone: number[] = [];
      const loaded: number[] = [];
      const readings = new Map<Name, Reading[]>();
      await press(); // Warms up, as the first reader does.
      for (let nth = 0; nth < sizes.timesPage; nth++) {
        for (const [name, path] of Object.entries(PATHS) as [Name, string][]) {
          alone.push(...await press());
          const load: Load = { url: `http://127.0.0.1:${port}${path}`, cookie, readers: READERS };
          const readers = await startReaders(load);
          loaded.push(...await press());
          readings.set(name, [...readings.get(name) ?? [], await readers.stop()]);
        }
      }
      return toFigures(alone, loaded, readings);
    };
    try {
      return await Promise.race([measure(), bot.lost]);
    } finally {
      await bot.stop();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function toFigures(
  alone: readonly number[],
  loaded: readonly number[],
  readings: ReadonlyMap<Name, readonly Reading[]>,
): Figures {
  const figures: Figures = {
    page_alone_p50_ms: quantile(alone, 0.5),
    page_loaded_p50_ms: quantile(loaded, 0.5),
    page_slows: quantile(loaded, 0.5) / quantile(alone, 0.5),
  };
  for (const [name, all] of readings) {
    const pagesMs = all.flatMap((reading) => reading.pagesMs);
    const allMs = all.reduce((sum, reading) => sum + reading.allMs, 0);
    figures[`page_${name}_per_s`] = pagesMs.length / allMs * 1000;
    figures[`page_${name}_p50_ms`] = quantile(pagesMs, 0.5);
    figures[`page_${name}_p99_ms`] = quantile(pagesMs, 0.99);
  }
  return figures;
}

/** Records leads of a fortnight and a login by the contestant's own code; returns the cookie. */
async function fillJournal(
  { folder: checkout }: Contestant,
  folder: string,
  keys: readonly string[],
): Promise<string> {
  // The last path of each is where releases before 2026-12 have it.
  const { openJournal }: typeof import("../../lib/journal/sqlite/open.ts") = await importFirst(
    `${checkout}/lib/journal/sqlite/open.ts`,
    `${checkout}/lib/journal/journal.ts`,
    `${checkout}/lib/journal.ts`,
  );
  const { createAuth }: typeof import("../../lib/page/auth.ts") = await importFirst(
    `${checkout}/lib/page/auth.ts`,
    `${checkout}/lib/auth.ts`,
  );
  const { inventLeads }: typeof import("../helpers/invented_leads.ts") = await import(
    `${checkout}/tests/helpers/invented_leads.ts`
  );
  await Deno.mkdir(`${folder}/data`, { recursive: true });
  const journal = await openJournal(`${folder}/data/triborg.db`);
  try {
    await inventLeads(journal, Date.now(), LEADS, keys.filter((key) => key !== "fallback"));
    const { committed } = journal;
    const auth = createAuth({ records: journal, committed, password: "bench", now: Date.now });
    const visit = { address: "127.0.0.1", device: "bench" };
    const entry = await auth.enterByPassword("bench", "bench", visit);
    if (entry.kind !== "entered") throw new Error(`Cannot log in: ${entry.kind}`);
    return `triborg=${entry.cookie}`;
  } finally {
    await journal.close();
  }
}

async function importFirst<Module>(...paths: readonly string[]): Promise<Module> {
  for (const path of paths.slice(0, -1)) {
    if (await Deno.stat(path).then(() => true, () => false)) return await import(path);
  }
  return await import(paths.at(-1) ?? "");
}
