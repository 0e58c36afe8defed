import assert from "node:assert/strict";
import { exposition } from "../../lib/page/exposition.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { openPage } from "../helpers/a_page.ts";
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
  const recorded = journal.recordChoice(aNewLead(), aConfirmation(), "crm.example", false);
  assert.ok(recorded);
  const post = journal.findWork("post", recorded.lead.number);
  assert.ok(post);
  const attempt = journal.beginAttempt(recorded.lead.number, null, NOON_MS);
  journal.endAttempt(post, attempt, { kind: "accepted", status: 200 }, NOON_MS + 300);
  partsOf(journal).insertLead(aNewLead({ menuMessageId: 9, profile: "cg" }));
  partsOf(journal).insertRepeat(aNewLead({ menuMessageId: 10 }), recorded.lead.number);

  journal.oweInvitation(recorded.lead.number, "@anna", NOON_MS);

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

Deno.test("every line of the exposition is a comment or a sample", async () => {
  await using page = await openPage(withToken);
  const response = await page.browser().get("/metrics", { authorization: `Bearer ${TOKEN}` });
  const text = await response.text();
  assert.ok(text.endsWith("\n"));
  for (const line of text.trimEnd().split("\n")) {
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/);
  }
});

Deno.test("a label's value cannot break its line", () => {
  const samples = [{ labels: { profile: 'a"b\\c\nd' }, value: 1 }];
  assert.equal(
    exposition([{ name: "leads", help: "Leads.", type: "gauge", samples }]),
    '# HELP leads Leads.\n# TYPE leads gauge\nleads{profile="a\\"b\\\\c\\nd"} 1\n',
  );
});
