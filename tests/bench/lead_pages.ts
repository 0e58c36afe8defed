// Times pages of the list of leads on a journal that a bot left: requests to the page as a function, one by one.

import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { openPage } from "../helpers/a_page.ts";

/** Requests whose times are thrown away. */
const WARM_UP = 20;

/** Places in the list, with their query. */
const PLACES = {
  newest: () => "",
  middle: (leads: number) => `?before=${Math.ceil(leads / 2)}`,
  oldest: () => "?after=0",
} as const;

type Place = keyof typeof PLACES;

/** Times of requests for each place, in ms; the places take turns. */
export async function measurePages(path: string, times: number): Promise<Record<Place, number[]>> {
  const journal = await openJournal(path);
  const leads = (await journal.leadTotals()).reduce((sum, each) => sum + each.leads, 0);
  await using page = await openPage({ journal, now: Date.now });
  const browser = await page.login();
  const tookMs: Record<Place, number[]> = { newest: [], middle: [], oldest: [] };
  for (let nth = -WARM_UP; nth < times; nth++) {
    for (const place of Object.keys(PLACES) as Place[]) {
      const before = performance.now();
      const response = await browser.get(`/leads${PLACES[place](leads)}`);
      await response.text();
      if (response.status !== 200) throw new Error(`/leads answered ${response.status}`);
      if (nth >= 0) tookMs[place].push(performance.now() - before);
    }
  }
  return tookMs;
}
