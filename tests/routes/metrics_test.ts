import assert from "node:assert/strict";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { openPage, type PageOfTest } from "../helpers/a_page.ts";
import { type Family, parseExposition } from "../helpers/exposition_parser.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const TOKEN = "a-token-of-the-metrics";
const withToken = { config: { metricsToken: TOKEN } };

Deno.test("without METRICS_TOKEN there are no metrics", async () => {
  await using page = await openPage();
  assert.equal((await page.browser().get("/metrics")).status, 404);
  const headers = { authorization: "Bearer " };
  assert.equal((await page.browser().get("/metrics", headers)).status, 404);
});

for (
  const authorization of [
    "",
    "Bearer",
    "Bearer wrong",
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ]
) {
  Deno.test(`metrics for "${authorization}" are 401`, async () => {
    await using page = await openPage(withToken);
    const response = await page.browser().get("/metrics", { authorization });
    assert.equal(response.status, 401);
    assert.equal(response.headers.get("www-authenticate"), "Bearer");
    assert.doesNotMatch(await response.text(), /triborg_|a-token/);
  });
}

Deno.test("metrics count leads, due work and attempts, without personal data", async () => {
  await using page = await openPage(withToken);
  const { journal } = page;
  const recorded = await journal.recordChoice(aNewLead(), aConfirmation(), "crm.example", false);
  assert.ok(recorded);
  const post = await journal.findWork("post", recorded.lead.number);
  assert.ok(post);
  const attempt = await journal.beginAttempt(recorded.lead.number, null, NOON_MS);
  await journal.endAttempt(post, attempt, { kind: "accepted", status: 200 }, NOON_MS + 300);
  await partsOf(journal).insertLead(aNewLead({ menuMessageId: 9, profile: "cg" }));
  await partsOf(journal).insertRepeat(aNewLead({ menuMessageId: 10 }), recorded.lead.number);

  await journal.oweInvitation(recorded.lead.number, "@anna", NOON_MS);

  const response = await page.browser().get("/metrics", { authorization: `Bearer ${TOKEN}` });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (
    const line of [
      'triborg_leads{profile="agency",state="in_crm"} 1',
      'triborg_leads{profile="cg",state="received"} 1',
      'triborg_owed_work{kind="confirmation"} 1',
      'triborg_owed_work{kind="answer_invite"} 1',
      'triborg_crm_attempts_total{outcome="accepted"} 1',
      'triborg_repeated_presses_total{profile="agency"} 1',
      'triborg_profile_state{profile="agency",state="live"} 1',
      "triborg_healthy 1",
      "# TYPE triborg_crm_attempts_total counter",
    ]
  ) assert.ok(text.split("\n").includes(line), `${line}\n${text}`);
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
  assert.doesNotMatch(text, /Galliard|betterrman|310452007|crm\.example/);
});

/** The metrics of a page, read by the strict parser. */
async function familiesOf(page: PageOfTest): Promise<Map<string, Family>> {
  const response = await page.browser().get("/metrics", { authorization: `Bearer ${TOKEN}` });
  const families = parseExposition(await response.text());
  return new Map(families.map((family) => [family.name, family]));
}

/** The value of a sample by its labels, in the order in which they are written. */
function valueOf(family: Family | undefined, ...labels: readonly string[]): number | undefined {
  return family?.samples.find((each) => [...each.labels.values()].join() === labels.join())?.value;
}

Deno.test("the metrics are well formed to the letter, whatever was measured", async () => {
  await using page = await openPage(withToken);
  const { measures } = page.deps;
  for (const seconds of [0.0015, 0.002, 70]) measures.confirmations.observe(seconds);
  measures.countOutcome("agency", "timeout");
  const families = await familiesOf(page);
  const confirmations = families.get("triborg_press_to_confirmation_seconds");
  assert.equal(confirmations?.type, "histogram");
  assert.equal(valueOf(confirmations, "0.0015"), 1);
  assert.equal(valueOf(confirmations, "60"), 2);
  assert.equal(valueOf(confirmations, "+Inf"), 3);
  const outcomes = families.get("triborg_crm_outcomes_total");
  assert.equal(valueOf(outcomes, "agency", "timeout"), 1);
  assert.equal(valueOf(outcomes, "agency", "accepted"), 0);
});

Deno.test("POSTs are counted by current profiles alone, however many there were", async () => {
  await using page = await openPage(withToken);
  const { measures } = page.deps;
  for (let nth = 0; nth < 2_000; nth++) measures.countOutcome(`gone-${nth}`, "accepted");
  assert.equal(measures.outcomesOf("gone-0").size, 0);
  measures.countOutcome("agency", "accepted");
  const outcomes = (await familiesOf(page)).get("triborg_crm_outcomes_total");
  const profiles = new Set(outcomes?.samples.map(({ labels }) => labels.get("profile")));
  assert.deepEqual([...profiles], [...page.store.current().byKey.keys()]);
  assert.equal(valueOf(outcomes, "agency", "accepted"), 1);
});

Deno.test("owed work is counted by lane, and no CRM's host is named", async () => {
  await using page = await openPage(withToken);
  const { journal } = page;
  for (const [nth, lane] of ["crm:host:crm.example", "crm:paced:a.amocrm.ru", "x"].entries()) {
    const lead = aNewLead({ id: `${nth}`, menuMessageId: nth + 1 });
    assert.ok(await journal.recordChoice(lead, aConfirmation(), lane, false));
  }
  const lanes = (await familiesOf(page)).get("triborg_owed_work_by_lane");
  const owed = lanes?.samples.filter(({ value }) => value > 0)
    .map(({ labels, value }) => `${labels.get("lane")} ${value}`);
  assert.deepEqual(owed, ["visitors 3", "crm 1", "crm_paced 1", "other 1"]);
});

Deno.test("each kind of page has its own times, and no address does", async () => {
  await using page = await openPage(withToken);
  const browser = await page.login();
  for (const path of ["/", "/leads", "/leads/1", "/leads/2", "/wp-admin/x", "/profiles/agency"]) {
    await (await browser.get(path)).body?.cancel();
  }
  const times = (await familiesOf(page)).get("triborg_page_request_duration_seconds");
  const counts = times?.samples.filter(({ name }) => name.endsWith("_count"))
    .map(({ labels, value }) => `${labels.get("page")} ${value}`);
  assert.deepEqual(counts, [
    "home 1",
    "profile 1",
    "leads 1",
    "lead 2",
    "menu 0",
    "login 1",
    "asset 0",
    "metrics 0", // This one is still being answered.
    "other 1",
  ]);
});
