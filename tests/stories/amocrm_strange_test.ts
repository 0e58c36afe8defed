// amoCRM that answers strangely, through the running bot.

import assert from "node:assert/strict";
import type { AmoCrm, AmoRequest, CrmOrder } from "../../lib/simulator/crm/amocrm.ts";
import { withAmoWorld } from "../helpers/amo_world.ts";
import { journalRows } from "../helpers/journal_rows.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard, wordsOf } from "../helpers/visits.ts";

const RESEND = "🔁 Отправить в CRM";

function isLead({ path }: AmoRequest): boolean {
  return path === "leads/unsorted/forms" || path === "leads/complex";
}

/** Orders what happens to leads alone. */
function onLeads(amo: AmoCrm, order: CrmOrder): void {
  amo.behave((request) => isLead(request) ? order : undefined);
}

const MEGABYTES = "x".repeat(8 * 1024 * 1024);

const TAKEN: readonly (readonly [string, CrmOrder])[] = [
  ["whose body never ends", { after: { kind: "endless_body" } }],
  ["whose body stops in its middle", { after: { kind: "headers_then_silence" } }],
  ["whose body is cut", { after: { kind: "reset_in_body" } }],
  ["of 8 MB", { after: { kind: "answer", body: `[{"x":"${MEGABYTES}"` } }],
  ["of nested lists", { after: { kind: "answer", body: "[".repeat(60_000) } }],
  ["with an id beyond 2^53", {
    after: {
      kind: "answer",
      body: '{"_embedded":{"unsorted":[{"_embedded":{"leads":[{"id":9007199254740993}]}}]}}',
    },
  }],
  ["with an id that is text", {
    after: {
      kind: "answer",
      body: '{"_embedded":{"unsorted":[{"_embedded":{"leads":[{"id":"1; DROP"}]}}]}}',
    },
  }],
];
for (const [what, order] of TAKEN) {
  Deno.test(`a 200 ${what} is a lead that amoCRM took, without a link or notes`, () =>
    withAmoWorld(async (world, amo) => {
      onLeads(amo, order);
      await becomeLead(galliard(world));
      await world.bot.line("✅ Лид успешно отправлен в AmoCRM. Статус: 200");
      await world.bot.stop();
      assert.equal(amo.requestCount, 1);
      assert.deepEqual(journalRows(world, "SELECT * FROM deals"), []);
      assert.deepEqual(journalRows(world, "SELECT * FROM crm_notes"), []);
    }));
}

const REFUSED: readonly (readonly [string, CrmOrder, RegExp])[] = [
  ["204", { kind: "answer", status: 204, body: "" }, /Статус: 204/],
  ["a 302", { kind: "redirect" }, /Статус: 302/],
  ["a 307 to another host", {
    kind: "answer",
    status: 307,
    body: "",
    headers: { location: "https://evil.example/api/v4/leads/complex" },
  }, /Статус: 307/],
  [
    "a 400 of 8 MB",
    { kind: "answer", status: 400, body: MEGABYTES },
    /Статус: 400, Ответ: x{500}$/,
  ],
  ["a 404 without end", { kind: "endless_body", status: 404 }, /Статус: 404/],
];
for (const [what, order, line] of REFUSED) {
  Deno.test(`${what} is a refusal: one POST, the card, and nothing is followed`, () =>
    withAmoWorld(async (world, amo) => {
      onLeads(amo, order);
      await becomeLead(galliard(world));
      const card = await world.admin.chat.nextMessage();
      assert.equal(wordsOf(card), expectedCard());
      assert.equal(buttonTexts(card)[1], RESEND);
      await world.bot.line(line);
      assert.equal(amo.requestCount, 1);
    }));
}

Deno.test("a lead that amoCRM merged into an older deal links to that deal, and its notes go there", () =>
  withAmoWorld(async (world, amo) => {
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
    const older = await amo.nextDeal();
    await amo.nextNote();
    amo.mergeInto(older.id);
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.say("дополнение");
    while (amo.notesOf(older.id).length < 3) await amo.nextNote();
    assert.equal(amo.deals.length, 1);
    assert.equal(amo.merges.length, 1);
    await world.bot.stop();
    const deals = journalRows(world, "SELECT lead, deal_id FROM deals ORDER BY lead");
    assert.deepEqual(deals.map(({ deal_id }) => deal_id), [older.id, older.id]);
  }, { crm: (crm) => Object.assign(crm, { entry: "lead", pipeline_id: 7_100_001 }) }));
