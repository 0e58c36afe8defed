// The bench's report on made-up figures: ratios, and whether the bot kept its bounds.

import assert from "node:assert/strict";
import { type Figures, QUICK } from "./cases.ts";
import type { Measured } from "./measured.ts";
import { table, toReport } from "./report.ts";
import { BOUNDS, judge } from "./wanted.ts";

/** The contestant that others are compared to. */
const COMPARED: Figures = {
  leads_per_s: 1000,
  cpu_per_lead_ms: 1,
  one_p50_ms: 1,
  silent_p50_ms: 10,
  first_poll_ms: 100,
  idle_mb: 50,
};

/** Figures that reach each bound, and that just miss it. */
const CASES: Readonly<Record<string, readonly [reaches: Figures, misses: Figures]>> = {
  "leads_per_s floor": [{ leads_per_s: 600 }, { leads_per_s: 599 }],
  "leads_per_s telegraf": [{ leads_per_s: 1500 }, { leads_per_s: 1499 }],
  "cpu_per_lead_ms floor": [{ cpu_per_lead_ms: 2.5 }, { cpu_per_lead_ms: 2.51 }],
  "cpu_per_lead_ms telegraf": [{ cpu_per_lead_ms: 0.99 }, { cpu_per_lead_ms: 1 }],
  "one_p50_ms floor": [{ one_p50_ms: 1.3 }, { one_p50_ms: 1.31 }],
  "silent_p50_ms floor": [{ silent_p50_ms: 15 }, { silent_p50_ms: 15.1 }],
  "first_poll_ms floor": [{ first_poll_ms: 130 }, { first_poll_ms: 131 }],
  "idle_mb floor": [{ idle_mb: 65 }, { idle_mb: 66 }],
  "page_slows itself": [{ page_slows: 1.2 }, { page_slows: 1.21 }],
  "one_p50_ms triborg postgres": [{ one_p50_ms: 2.5 }, { one_p50_ms: 2.51 }],
  "leads_per_s triborg postgres": [{ leads_per_s: 800 }, { leads_per_s: 799 }],
  "cpu_per_lead_ms triborg postgres": [{ cpu_per_lead_ms: 1.5 }, { cpu_per_lead_ms: 1.51 }],
  "leads_per_s postgres postgres-grown": [{ leads_per_s: 900 }, { leads_per_s: 899 }],
};

function aRound(contestants: Readonly<Record<string, Figures>>, round = 1): Measured[] {
  return Object.entries(contestants).map(([contestant, figures]) => ({
    round,
    contestant,
    figures,
  }));
}

function aReport(measured: readonly Measured[]) {
  const startedAt = "2026-11-22T10:00:00.000Z";
  return toReport({
    startedAt,
    tookSeconds: 1,
    rounds: 1,
    sizes: QUICK,
    measured,
    parts: [],
    node: null,
  });
}

Deno.test("each bound has a figure on both sides", () => {
  const named = BOUNDS.map(({ figure, to, of }) =>
    [figure, to?.at(-1) ?? "itself", ...of === undefined ? [] : [of]].join(" ")
  );
  assert.deepEqual(named.toSorted(), Object.keys(CASES).toSorted());
});

for (const [name, [reaches, misses]] of Object.entries(CASES)) {
  const [, other = "", of = "triborg"] = name.split(" ");
  for (const [figures, reached] of [[reaches, true], [misses, false]] as const) {
    Deno.test(`${of} ${reached ? "reaches" : "misses"} ${name} with ${JSON.stringify(figures)}`, () => {
      const verdicts = judge(aRound({ [other]: COMPARED, [of]: figures }));
      assert.equal(verdicts.length, 1);
      assert.equal(verdicts[0]?.reached, reached);
    });
  }
}

Deno.test("the bot is compared to Telegraf on Node when that took part", () => {
  const [verdict] = judge(aRound({
    telegraf: { leads_per_s: 1000 },
    "node-telegraf": { leads_per_s: 2000 },
    triborg: { leads_per_s: 1600 },
  }));
  assert.equal(verdict?.to, "node-telegraf");
  assert.equal(verdict?.ratio.median, 0.8);
  assert.equal(verdict?.reached, false);
});

Deno.test("a verdict judges the median of the ratios within each round", () => {
  const measured = [[1000, 900], [2000, 1000], [500, 250]].flatMap(([floor, bot], index) =>
    aRound({ floor: { leads_per_s: floor! }, triborg: { leads_per_s: bot! } }, index + 1)
  );
  const [verdict] = judge(measured);
  assert.deepEqual(verdict?.ratio, { median: 0.5, least: 0.5, most: 0.9 });
  assert.equal(verdict?.reached, false);
});

Deno.test("the table shows the bound, the measured ratio and the cost of the rules alone", () => {
  const report = aReport(aRound({
    floor: COMPARED,
    ruled: { leads_per_s: 700, idle_mb: 60 },
    triborg: { leads_per_s: 650, idle_mb: 70, page_slows: 1.1 },
  }));
  const rows = table(report).split("\n").map((line) => line.replace(/ +/g, " "));
  for (
    const row of [
      "| leads/s, × floor | ≥ 0.6 | 0.65 | ✓ | 0.70 |",
      "| idle memory, × floor | ≤ 1.3 | 1.40 | ✗ | 1.20 |",
      "| page loaded ÷ idle | ≤ 1.2 | 1.10 | ✓ | |",
    ]
  ) assert.ok(rows.includes(row), `no "${row}" in\n${rows.join("\n")}`);
});

Deno.test("the report for machines holds the verdicts", () => {
  const report = aReport(aRound({ floor: COMPARED, triborg: { idle_mb: 60 } }));
  const once = { median: 1.2, least: 1.2, most: 1.2 };
  assert.deepEqual(JSON.parse(JSON.stringify(report)).wanted, [{
    what: "idle memory",
    figure: "idle_mb",
    sign: "≤",
    bound: 1.3,
    to: "floor",
    ratio: once,
    reached: true,
    withRulesAlone: null,
  }]);
});

Deno.test("there is no verdict when the bot did not take part", () => {
  const report = aReport(aRound({ floor: COMPARED, ruled: COMPARED }));
  assert.deepEqual(report.wanted, []);
  assert.doesNotMatch(table(report), /wanted/);
});
