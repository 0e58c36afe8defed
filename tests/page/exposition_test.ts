import assert from "node:assert/strict";
import { createHistogram } from "../../lib/histogram.ts";
import { exposition, type Metric } from "../../lib/page/exposition.ts";
import { parseExposition } from "../helpers/exposition_parser.ts";

const LEADS: Metric = {
  name: "leads",
  help: "Leads.",
  type: "gauge",
  samples: [{ labels: { profile: 'a"b\\c\nd' }, value: 1 }],
};

Deno.test("a label's value cannot break its line, and is read back as it was", () => {
  const text = exposition([LEADS]);
  assert.equal(
    text,
    '# HELP leads Leads.\n# TYPE leads gauge\nleads{profile="a\\"b\\\\c\\nd"} 1\n',
  );
  assert.equal(parseExposition(text)[0]?.samples[0]?.labels.get("profile"), 'a"b\\c\nd');
});

Deno.test("a help text of several lines stays one line", () => {
  assert.match(exposition([{ ...LEADS, help: "One\\\ntwo" }]), /^# HELP leads One\\\\\\ntwo\n/);
});

Deno.test("a histogram counts up to each bound, and everything in the last bucket", () => {
  const histogram = createHistogram([0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 30, -1]) histogram.observe(value);
  const metric: Metric = {
    name: "wait_seconds",
    help: "Waits.",
    type: "histogram",
    samples: [{ labels: { of: "a" }, reading: histogram.read() }],
  };
  assert.equal(
    exposition([metric]),
    [
      "# HELP wait_seconds Waits.",
      "# TYPE wait_seconds histogram",
      'wait_seconds_bucket{of="a",le="0.1"} 3',
      'wait_seconds_bucket{of="a",le="1"} 4',
      'wait_seconds_bucket{of="a",le="+Inf"} 5',
      'wait_seconds_sum{of="a"} 30.65',
      'wait_seconds_count{of="a"} 5',
      "",
    ].join("\n"),
  );
});

Deno.test("a histogram leaves out what is no number", () => {
  const histogram = createHistogram([1]);
  for (const value of [NaN, Infinity, -Infinity]) histogram.observe(value);
  assert.deepEqual(histogram.read(), { bounds: [1], upTo: [0], count: 0, sum: 0 });
});

Deno.test("metrics without samples are left out", () => {
  assert.equal(exposition([{ ...LEADS, samples: [] }]), "");
});

const HEAD = "# HELP a_total Of a.\n# TYPE a_total counter\n";
const HISTOGRAM = "# HELP b Of b.\n# TYPE b histogram\n";

for (
  const [fault, text] of [
    ["no line end", HEAD + "a_total 1"],
    ["no help", "# TYPE a_total counter\na_total 1\n"],
    ["no type", "# HELP a_total Of a.\na_total 1\n"],
    ["no samples", HEAD],
    ["a family twice", HEAD + "a_total 1\n" + HEAD + "a_total 1\n"],
    ["a sample twice", HEAD + 'a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n'],
    ["another family's sample", HEAD + "b_total 1\n"],
    ["a counter that falls below zero", HEAD + "a_total -1\n"],
    ["a counter without _total", "# HELP a Of a.\n# TYPE a counter\na 1\n"],
    ["an open label", HEAD + 'a_total{x="1 1\n'],
    ["an unknown escape", HEAD + 'a_total{x="\\t"} 1\n'],
    ["a bad label name", HEAD + 'a_total{x-y="1"} 1\n'],
    ["a comma too many", HEAD + 'a_total{x="1",} 1\n'],
    ["undefined as a value", HEAD + "a_total undefined\n"],
    ["an empty line", HEAD + "\na_total 1\n"],
    ["no last bucket", HISTOGRAM + 'b_bucket{le="1"} 1\nb_sum 1\nb_count 1\n'],
    ["buckets that shrink", HISTOGRAM + bucketsOf([2, 1], 1)],
    ["a count of its own", HISTOGRAM + bucketsOf([1, 1], 2)],
  ] as const
) {
  Deno.test(`the strict parser refuses ${fault}`, () => {
    assert.throws(() => parseExposition(text), SyntaxError);
  });
}

Deno.test("the strict parser takes what is well formed", () => {
  const [a, b] = parseExposition(HEAD + "a_total 1e+21\n" + HISTOGRAM + bucketsOf([1, 2], 2));
  assert.equal(a?.samples[0]?.value, 1e21);
  assert.equal(b?.samples.length, 4);
});

function bucketsOf([first, all]: readonly [number, number], count: number): string {
  return `b_bucket{le="1"} ${first}\nb_bucket{le="+Inf"} ${all}\nb_sum 1\nb_count ${count}\n`;
}
