// The soak's own parts: what they count, and that they tell a rise from noise.

import assert from "node:assert/strict";
import type { CrmMode } from "../../lib/simulator/crm/modes.ts";
import { seededRandom } from "./chance.ts";
import { nextCrmMode, nextFault } from "./flaky.ts";
import { Ledger } from "./ledger.ts";
import { type Timers, watchAbortListeners, watchTimers } from "./live.ts";
import { type Gauge, GAUGES, type Sample } from "./samples.ts";
import { type Point, trendOf } from "./trend.ts";
import { type Finding, type Seen, verdict } from "./verdict.ts";

const MINUTES = 30;

/** One value every ten seconds. */
function series(value: (atS: number, nth: number) => number): Point[] {
  return Array.from({ length: MINUTES * 6 }, (_, nth) => {
    const atS = 10 * (nth + 1);
    return { atS, value: value(atS, nth) };
  });
}

/** A saw with teeth of 50 MB and 70 s. */
function saw(atS: number): number {
  return 90 + (atS * 50 / 70) % 50;
}

/** A run in which everything went well, but for what is given. */
function aRun({ gauges = {}, ...seen }: Partial<Seen> & {
  readonly gauges?: Partial<Record<Gauge, (atS: number) => number>>;
} = {}): Seen {
  const ledger = new Ledger();
  const visitor = ledger.add();
  for (const mark of ["started", "greeted", "pressed", "confirmed", "accepted"] as const) {
    ledger.note(visitor, mark);
  }
  ledger.posted(visitor, "key");
  ledger.wrote(visitor);
  ledger.followUpShown(visitor);
  const samples = series(() => 0).map(({ atS }) => ({
    atS,
    presses: 20 * atS,
    cpuMs: 80 * atS,
    cpuShare: 0.08,
    ...Object.fromEntries(
      (Object.keys(GAUGES) as Gauge[]).map((gauge) => [
        gauge,
        gauges[gauge]?.(atS) ?? (gauge === "rssMb" ? saw(atS) : 5),
      ]),
    ) as Record<Gauge, number>,
  } satisfies Sample));
  return {
    account: ledger.account(),
    samples,
    rate: 20,
    warmUpS: MINUTES * 10,
    owedInJournal: 0,
    leadsInJournal: 1,
    cutShort: null,
    ...seen,
  };
}

function failures(findings: readonly Finding[]): string[] {
  return findings.filter(({ ok }) => !ok).map(({ words }) => words);
}

/** The one thing that did not hold. */
function onlyFailure(seen: Seen): string {
  const [failure, ...others] = failures(verdict(seen));
  assert.deepEqual(others, []);
  return failure ?? assert.fail("everything held");
}

Deno.test("trendOf tells what a steady rise adds, despite outliers", () => {
  const points = series((atS, nth) => nth % 30 === 0 ? 10_000 : atS / 100);
  const { slopeAdds, first, last, most } = trendOf(points);
  assert.ok(Math.abs(slopeAdds - 17.9) < 0.01, `slope adds ${slopeAdds}`);
  assert.ok(last - first > 11 && last - first < 13);
  assert.equal(most, 10_000);
});

Deno.test("trendOf sees no rise where a step up and a step down are equally long", () => {
  const { slopeAdds, first, last } = trendOf(series((atS) => atS > 600 && atS <= 1_200 ? 50 : 5));
  assert.deepEqual({ slopeAdds, first, last }, { slopeAdds: 0, first: 5, last: 5 });
});

Deno.test("trendOf refuses two samples", () => {
  assert.throws(() => trendOf(series(() => 1).slice(0, 2)), RangeError);
});

Deno.test("a run in which everything went well holds", () => {
  assert.deepEqual(failures(verdict(aRun())), []);
});

Deno.test("memory that rises by 1 KB a lead fails, although it goes up and down", () => {
  const leaking = aRun({ gauges: { rssMb: (atS) => saw(atS) + 20 * atS / 1024 } });
  assert.match(onlyFailure(leaking), /^resident memory/);
});

Deno.test("memory that rises during the warm-up only holds", () => {
  const rssMb = (atS: number) => 60 + Math.min(atS, 1_200) / 10;
  assert.deepEqual(failures(verdict(aRun({ warmUpS: 1_200, gauges: { rssMb } }))), []);
  assert.match(onlyFailure(aRun({ warmUpS: 10, gauges: { rssMb } })), /^resident memory/);
});

for (
  const [gauge, words] of [
    ["botApiConnections", /^connections to the Bot API/],
    ["crmConnections", /^connections to the CRM/],
    ["timers", /^timers/],
    ["listeners", /^abort listeners:/],
    ["listenersOnOne", /^abort listeners of one/],
    ["unconfirmed", /^presses to confirm/],
    ["owedLeads", /^leads that are neither/],
  ] as const
) {
  Deno.test(`${gauge} that grow by one in ten leads fail`, () => {
    assert.match(onlyFailure(aRun({ gauges: { [gauge]: (atS: number) => 5 + 2 * atS } })), words);
  });

  Deno.test(`${gauge} fail when one moment needs more than a burst explains`, () => {
    const most = 6 + GAUGES[gauge].burst(20);
    const spike = aRun({ gauges: { [gauge]: (atS: number) => atS === 900 ? most : 5 } });
    assert.match(onlyFailure(spike), words);
    const burst = aRun({ gauges: { [gauge]: (atS: number) => atS === 900 ? most - 1 : 5 } });
    assert.deepEqual(failures(verdict(burst)), []);
  });
}

Deno.test("timers that drift up slowly fail, although no moment has many", () => {
  assert.match(onlyFailure(aRun({ gauges: { timers: (atS) => 5 + atS / 40 } })), /^timers/);
});

Deno.test("a run that ended early does not hold", () => {
  assert.match(onlyFailure(aRun({ cutShort: "interrupted" })), /interrupted/);
});

Deno.test("a run too short to judge does not hold", () => {
  assert.match(onlyFailure(aRun({ samples: [] })), /too few samples/);
});

Deno.test("a journal that still owes work does not hold", () => {
  assert.match(onlyFailure(aRun({ owedInJournal: 1 })), /still owes at the end: 1/);
});

Deno.test("a journal that lacks a lead does not hold", () => {
  assert.match(onlyFailure(aRun({ leadsInJournal: 0 })), /in the journal as leads: 0 of 1/);
});

for (
  const [what, happen, words] of [
    [
      "a press without confirmation",
      (l) => settle(l, ["pressed", "accepted"]),
      /confirmed: 1 of 2/,
    ],
    [
      "a lead that neither the CRM nor the managers have",
      (l) => settle(l, ["pressed", "confirmed"]),
      /1 of 2$/,
    ],
    ["a /start without greeting", (l) => settle(l, ["started"]), /greeted: 1 of 2/],
    ["a follow-up that is not shown", (l) => l.wrote(0), /follow-ups .* 1 of 2/],
    ["a POST with the key of another lead", (l) => {
      settle(l, ["pressed", "confirmed", "accepted"]);
      l.posted(1, "key");
    }, /POSTed twice: 1; POSTs: 2, of as many leads: 2/],
    ["a lead POSTed twice", (l) => l.posted(0, "key"), /POSTed twice: 1; POSTs: 2/],
    [
      "a second POST with another key",
      (l) => l.posted(0, "other"),
      /POSTs: 2, of as many leads: 1/,
    ],
    ["a mark of an unknown visitor", (l) => l.note(99, "confirmed"), /visitor 99/],
  ] as [string, (ledger: Ledger) => void, RegExp][]
) {
  Deno.test(`${what} does not hold`, () => {
    const ledger = new Ledger();
    settle(ledger, ["started", "greeted", "pressed", "confirmed", "accepted"]);
    ledger.posted(0, "key");
    ledger.wrote(0);
    ledger.followUpShown(0);
    assert.ok(ledger.isEven);
    happen(ledger);
    const { pressed } = ledger.account();
    assert.match(
      onlyFailure(aRun({ account: ledger.account(), leadsInJournal: pressed })),
      words,
    );
  });
}

function settle(ledger: Ledger, marks: readonly Parameters<Ledger["note"]>[1][]): void {
  const visitor = ledger.add();
  for (const mark of marks) ledger.note(visitor, mark);
}

Deno.test("a ledger keeps any number of visitors apart", () => {
  const ledger = new Ledger();
  for (let nth = 0; nth < 5_000; nth++) {
    const visitor = ledger.add();
    ledger.note(visitor, "pressed");
    if (visitor % 2 === 0) ledger.note(visitor, visitor % 4 === 0 ? "accepted" : "shown");
  }
  ledger.note(0, "shown");
  ledger.note(0, "shown");
  const { pressed, accepted, shown, settled, again } = ledger.account();
  assert.deepEqual({ pressed, accepted, shown, settled, again }, {
    pressed: 5_000,
    accepted: 1_250,
    shown: 1_251,
    settled: 2_500,
    again: { shown: 1 },
  });
  assert.equal(ledger.owedLeads, 2_500);
});

Deno.test("the same seed gives the same numbers, another seed others", () => {
  const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(draw(7).every((value) => value >= 0 && value < 1));
});

Deno.test("of a thousand leads the CRM refuses about 80, of a thousand calls about 50 fail", () => {
  const random = seededRandom(7);
  const modes = Array.from({ length: 1_000 }, () => nextCrmMode(random, atOnce));
  const accepts = (mode: CrmMode) =>
    mode.kind === "slow" || mode.kind === "answer" && mode.status === undefined;
  const refused = modes.filter((mode) => !accepts(mode)).length;
  assert.ok(refused > 50 && refused < 110, `${refused} refused`);
  const faults = Array.from({ length: 1_000 }, () => nextFault("sendMessage", random, atOnce));
  const failed = faults.filter((fault) => fault !== undefined).length;
  assert.ok(failed > 30 && failed < 75, `${failed} failed`);
});

function atOnce(): Promise<void> {
  return Promise.resolve();
}

/** Timers that run when they are told to. */
function fakeTimers() {
  const waiting = new Map<number, () => void>();
  let last = 0;
  const begin = (callback: () => void) => {
    waiting.set(++last, callback);
    return last;
  };
  const scope = {
    setTimeout: begin,
    setInterval: begin,
    clearTimeout: (id?: number) => void waiting.delete(id ?? 0),
    clearInterval: (id?: number) => void waiting.delete(id ?? 0),
  };
  return { scope: scope as unknown as Timers, fire: (id: number) => waiting.get(id)?.() };
}

Deno.test("timers count until they fire or are cleared, intervals until they are cleared", () => {
  const { scope, fire } = fakeTimers();
  const watch = watchTimers(scope);
  const fired: number[] = [];
  const [first, second] = [1, 2].map((id) => scope.setTimeout(() => void fired.push(id), 5));
  const third = scope.setInterval(() => void fired.push(3), 5);
  assert.deepEqual(watch.take(), { now: 3, most: 3 });
  fire(Number(first));
  fire(Number(third));
  assert.deepEqual(fired, [1, 3]);
  assert.deepEqual(watch.take(), { now: 2, most: 3 });
  scope.clearTimeout(Number(second));
  scope.clearTimeout(Number(second));
  scope.clearTimeout(Number(first));
  assert.deepEqual(watch.take(), { now: 1, most: 2 });
  scope.clearTimeout(Number(third)); // As browsers do, it ends an interval too.
  assert.deepEqual(watch.take(), { now: 0, most: 1 });
});

/** A prototype of its own, so that nothing of this reaches other tests. */
function watchedSignals() {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const methods = { addEventListener, removeEventListener };
  const watch = watchAbortListeners(methods);
  const controller = () => {
    const made = new AbortController();
    return { abort: () => made.abort(), signal: Object.assign(made.signal, methods) };
  };
  return { watch, controller };
}

Deno.test("abort listeners count until they are removed or their signal aborts", () => {
  const { watch, controller } = watchedSignals();
  const [one, other] = [controller(), controller()];
  const heard: string[] = [];
  const listener = () => void heard.push("one");
  one.signal.addEventListener("abort", listener);
  one.signal.addEventListener("abort", listener);
  one.signal.addEventListener("abort", () => heard.push("once"), { once: true });
  other.signal.addEventListener("abort", listener);
  assert.deepEqual(watch.take(), { now: 3, most: 3 });
  assert.equal(watch.mostOnOne(), 2);
  other.signal.removeEventListener("abort", listener);
  other.signal.removeEventListener("abort", listener);
  assert.deepEqual(watch.take(), { now: 2, most: 3 });
  one.abort();
  assert.deepEqual(heard, ["one", "once"]);
  assert.deepEqual(watch.take(), { now: 0, most: 2 });
  one.signal.removeEventListener("abort", listener);
  one.signal.addEventListener("abort", listener);
  assert.equal(watch.take().now, 0);
  assert.equal(watch.mostOnOne(), 0);
});

Deno.test("an abort listener with a signal of its own ends when that aborts", () => {
  const { watch, controller } = watchedSignals();
  const [one, until] = [controller(), new AbortController()];
  one.signal.addEventListener("abort", () => {}, { signal: until.signal });
  assert.equal(watch.take().now, 1);
  until.abort();
  assert.equal(watch.take().now, 0);
});
