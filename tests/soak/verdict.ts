// Judges a soak: what held and what did not, each with its figures. Measures nothing.

import type { Account } from "./ledger.ts";
import {
  type Bounded,
  type Demand,
  type Gauge,
  GAUGES,
  type Sample,
  type Steady,
} from "./samples.ts";
import { type Trend, trendOf } from "./trend.ts";

export interface Finding {
  readonly ok: boolean;
  readonly words: string;
}

/** What a soak saw. */
export interface Seen {
  readonly account: Account;
  readonly samples: readonly Sample[];
  /** Leads a second. */
  readonly rate: number;
  /** Warm-up, in s since the first visitor came. */
  readonly warmUpS: number;
  /** Work that the journal of the stopped bot still owes. */
  readonly owedInJournal: number;
  /** Leads in that journal. */
  readonly leadsInJournal: number;
  /** Why it ended before its time; null when it did not. */
  readonly cutShort: string | null;
}

export function verdict(seen: Seen): Finding[] {
  const { cutShort } = seen;
  const cut = cutShort === null ? [] : [{ ok: false, words: `ended early: ${cutShort}` }];
  return [...cut, ...promises(seen), ...gauges(seen)];
}

function promises({ account, owedInJournal, leadsInJournal }: Seen): Finding[] {
  const { pressed, confirmed, started, greeted, accepted, shown, settled } = account;
  const { followUps, followUpsShown, posts, posted, keysAgain, faults } = account;
  const both = accepted + shown - settled;
  return [
    of("presses confirmed", confirmed, pressed),
    of("visitors with /start greeted", greeted, started),
    of(
      `leads in the CRM (${accepted}) or in a card (${shown}${
        both > 0 ? `, ${both} in both` : ""
      })`,
      settled,
      pressed,
    ),
    of("follow-ups shown to the managers", followUpsShown, followUps),
    of("presses in the journal as leads", leadsInJournal, pressed),
    {
      ok: keysAgain === 0 && posts === posted,
      words: `idempotency keys that were POSTed twice: ${keysAgain}; ` +
        `POSTs: ${posts}, of as many leads: ${posted}`,
    },
    {
      ok: owedInJournal === 0,
      words: `work that the journal still owes at the end: ${owedInJournal}`,
    },
    {
      ok: faults.length === 0,
      words: faults.length === 0 ? "nothing came that was no part of this" : faults.join("; "),
    },
  ];
}

function of(what: string, done: number, all: number): Finding {
  return { ok: done === all && all > 0, words: `${what}: ${done} of ${all}` };
}

function gauges({ samples, warmUpS, rate }: Seen): Finding[] {
  const warmUp = samples.filter(({ atS }) => atS <= warmUpS);
  const after = samples.filter(({ atS }) => atS > warmUpS);
  if (warmUp.length < 1 || after.length < 3) {
    return [{ ok: false, words: `too few samples to judge: ${samples.length}` }];
  }
  return (Object.keys(GAUGES) as Gauge[]).map((gauge) => {
    const demand: Demand = GAUGES[gauge];
    const trend = trendOf(after.map((sample) => ({ atS: sample.atS, value: sample[gauge] })));
    return "noise" in demand
      ? judgeSteady(demand, trend)
      : judgeBounded(demand, rate, Math.max(...warmUp.map((sample) => sample[gauge])), trend);
  });
}

/**
 * A trend raises the median, the floor and the slope alike; each of them alone also rises by where the
 * last third begins and ends.
 */
export function judgeSteady({ words, noise }: Steady & Demand, trend: Trend): Finding {
  const { first, last, firstFloor, lastFloor, slopeAdds } = trend;
  return {
    ok: Math.min(last - first, lastFloor - firstFloor, slopeAdds) <= noise,
    words: `${words}: median of the first third ${short(first)}, of the last ${short(last)}; ` +
      `floor ${short(firstFloor)}, ${short(lastFloor)}; ${slope(trend)} (noise ${noise})`,
  };
}

/** @param warmUpMost The highest value of the warm-up. @param trend Of what came after it. */
export function judgeBounded(
  { words, burst, drift }: Bounded & Demand,
  rate: number,
  warmUpMost: number,
  trend: Trend,
): Finding {
  const { first, last, slopeAdds, most } = trend;
  const drifted = Math.max(last - first, slopeAdds);
  return {
    ok: most <= warmUpMost + burst(rate) && drifted <= drift(rate),
    words: `${words}: at most ${short(most)}, in the warm-up ${short(warmUpMost)} ` +
      `(a burst may add ${burst(rate)}); median of the first third ${short(first)}, of the last ` +
      `${short(last)}; ${slope(trend)} (drift ${drift(rate)})`,
  };
}

function slope({ slopeAdds }: Trend): string {
  return `slope ${slopeAdds < 0 ? "−" : "+"}${short(Math.abs(slopeAdds))} over the run`;
}

function short(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}
