// deploy/grafana.json reads what `/metrics` says, and is a dashboard that Grafana opens.

import assert from "node:assert/strict";
import { aConfirmation, aNewLead } from "../helpers/a_lead.ts";
import { openPage } from "../helpers/a_page.ts";
import { type Family, parseExposition } from "../helpers/exposition_parser.ts";
import { isRecord } from "../../lib/foreign.ts";

const TOKEN = "a-token-of-the-metrics";

/** The dashboard, as text and as what it says. */
const text = await Deno.readTextFile("deploy/grafana.json");
const dashboard = record(JSON.parse(text));
const panels = list(dashboard["panels"]);

function record(value: unknown): Readonly<Record<string, unknown>> {
  assert.ok(isRecord(value), `no record: ${JSON.stringify(value)}`);
  return value;
}

function list(value: unknown): Readonly<Record<string, unknown>>[] {
  assert.ok(Array.isArray(value) && value.length > 0, `no list: ${JSON.stringify(value)}`);
  return value.map(record);
}

const variables = list(record(dashboard["templating"])["list"]);

/** Every query: of panels, and of the variables that read labels. */
const queries = [
  ...panels.flatMap(({ targets }) => list(targets).map(({ expr }) => String(expr))),
  ...variables.filter(({ type }) => type === "query").map(({ definition }) => String(definition)),
];

/** The metrics of a bot that has a lead on its way. */
async function families(): Promise<Family[]> {
  await using page = await openPage({ config: { metricsToken: TOKEN } });
  const recorded = await page.journal.recordChoice(
    aNewLead(),
    aConfirmation(),
    "crm:host:a",
    false,
  );
  assert.ok(recorded);
  const { deps } = page;
  const facts = await deps.health();
  assert.ok(facts.oldestUndeliveredAtMs !== undefined);
  const response = await page.browser().get("/metrics", { authorization: `Bearer ${TOKEN}` });
  return parseExposition(await response.text());
}

Deno.test("every metric and label that the dashboard asks for is there", async () => {
  const known = await families();
  const samples = known.flatMap((family) => family.samples);
  // Telegram has not answered this bot yet, which has no polling.
  const names = new Set([...samples.map(({ name }) => name), "triborg_last_poll_age_seconds"]);
  const labels = new Set(samples.flatMap(({ labels }) => [...labels.keys()]));
  labels.add("instance"); // By Prometheus itself.
  for (const query of queries) {
    const asked = [...query.matchAll(/\b(?:triborg|process)_[a-z0-9_]+/g)].map(([name]) => name);
    assert.ok(asked.length > 0, query);
    assert.deepEqual(asked.filter((name) => !names.has(name)), [], query);
    const wanted = [
      ...[...query.matchAll(/([a-z_]+)(?:=~|!=|!~|=)"/g)].map(([, label = ""]) => label),
      ...[...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", ")),
    ];
    assert.deepEqual(wanted.filter((label) => !labels.has(label)), [], query);
    const opened = query.split("(").length;
    assert.equal(query.split(")").length, opened, `unbalanced: ${query}`);
  }
});

Deno.test("counters are read as rates and histograms by their buckets", async () => {
  const types = new Map((await families()).map(({ name, type }) => [name, type]));
  const expressions = panels.flatMap(({ targets }) =>
    list(targets).map(({ expr }) => String(expr))
  );
  for (const expression of expressions) {
    for (const [name] of expression.matchAll(/\btriborg_[a-z0-9_]+/g)) {
      const type = types.get(name.replace(/_bucket$/, "")) ?? "gauge";
      const isRate = new RegExp(`(rate|increase)\\(${name}\\{`).test(expression);
      assert.equal(isRate, type !== "gauge", `${name} is a ${type}: ${expression}`);
      assert.equal(/_bucket$/.test(name), type === "histogram", expression);
      assert.equal(/histogram_quantile/.test(expression), type === "histogram", expression);
    }
  }
});

Deno.test("the data source and the bot are chosen in the dashboard", () => {
  const [source, ...others] = variables;
  assert.deepEqual([source?.["type"], source?.["query"]], ["datasource", "prometheus"]);
  assert.ok(others.every(({ type }) => type === "query"));
  const used = [...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid);
  assert.deepEqual(new Set(used), new Set(["triborg", `\${${source?.["name"]}}`]));
  const known = new Set([...variables.map(({ name }) => name), "__rate_interval", "__all"]);
  const named = [...text.matchAll(/\$\{?([a-z_]+)/g)].map(([, name]) => name);
  assert.deepEqual(named.filter((name) => !known.has(name)), []);
});

Deno.test("each panel has a place of its own in the grid of 24 columns, a title and a reason", () => {
  const ids = panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const places = panels.map(({ gridPos }) => {
    const { x, y, w, h } = record(gridPos);
    return { x: Number(x), y: Number(y), w: Number(w), h: Number(h) };
  });
  for (const [at, a] of places.entries()) {
    assert.ok(a.x >= 0 && a.x + a.w <= 24 && a.w > 0 && a.h > 0);
    for (const b of places.slice(at + 1)) {
      const isApart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      assert.ok(isApart, `${JSON.stringify(a)} over ${JSON.stringify(b)}`);
    }
  }
  for (const { type, title, description, targets } of panels) {
    assert.ok(["stat", "timeseries"].includes(String(type)));
    assert.match(String(title), /\S/);
    assert.match(String(description), /\.$/);
    const refs = list(targets).map(({ refId }) => refId);
    assert.equal(new Set(refs).size, refs.length);
  }
  assert.ok(Number(dashboard["schemaVersion"]) >= 36);
});
