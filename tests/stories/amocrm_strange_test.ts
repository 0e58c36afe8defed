// amoCRM that answers strangely, and a profile that changes while its leads and notes are on their way.

import assert from "node:assert/strict";
import { crmLane, openJournal } from "../../lib/journal/journal.ts";
import type { AmoCrm, AmoRequest, CrmOrder } from "../../lib/simulator/crm/amocrm.ts";
import { aConfirmation, aNewLead } from "../helpers/a_lead.ts";
import { withAmoWorld } from "../helpers/amo_world.ts";
import { journalRows } from "../helpers/journal_rows.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import {
  assertAdminChatSilent,
  becomeLead,
  buttonTexts,
  galliard,
  wordsOf,
} from "../helpers/visits.ts";
import type { Locales, World } from "../helpers/world.ts";

const RESEND = "🔁 Отправить в CRM";

function isLead({ path }: AmoRequest): boolean {
  return path === "leads/unsorted/forms" || path === "leads/complex";
}

function isNote({ path }: AmoRequest): boolean {
  return path.endsWith("/notes");
}

/** Orders what happens to leads alone. */
function onLeads(amo: AmoCrm, order: CrmOrder): void {
  amo.behave((request) => isLead(request) ? order : undefined);
}

/** Orders what happens to notes alone. */
function onNotes(amo: AmoCrm, order: CrmOrder): void {
  amo.behave((request) => isNote(request) ? order : undefined);
}

async function edit(world: World, change: (agency: Locales, all: Locales) => void): Promise<void> {
  const accepted = () => world.bot.lines.filter((line) => line.includes("изменения приняты"));
  const before = accepted().length;
  await world.editLocales((locales) => change(locales.agency, locales));
  await world.bot.line(() => accepted().length > before);
}

// — Strange answers —

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

// — Changes on the way —

Deno.test("a profile that leaves amoCRM and comes back gets its notes written in order, and its leads where it says", () =>
  withAmoWorld(async (world, amo) => {
    onNotes(amo, { kind: "answer", status: 500, body: "" });
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.say("раз");
    const deal = await amo.nextDeal();
    await world.bot.line(/^⚠️ Примечание к сделке \d+ не записано: 500/);
    let connected: Locales;
    await edit(world, (agency) => {
      connected = agency.crm;
      delete agency.crm;
      agency.webhook_url = world.crm.url;
    });
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
    await world.crm.nextLead();
    visitor.say("два");
    await edit(world, (agency) => void (agency.crm = connected));
    amo.behave(null);
    visitor.say("три");
    while (amo.notesOf(deal.id).length < 4) await amo.nextNote();
    const [, ...texts] = amo.notesOf(deal.id).map(({ text }) => text);
    assert.deepEqual(texts, ["раз", "два", "три"]);
    assert.equal(amo.deals.length, 1);
    assert.equal(world.crm.receivedCount, 1);
  }));

Deno.test("leads that wait for amoCRM's rate go to the webhook that the profile was given meanwhile", () =>
  withAmoWorld(async (world, amo) => {
    onLeads(amo, { kind: "answer", status: 429, headers: { "retry-after": "2" } });
    await becomeLead(galliard(world));
    await amo.nextRequest();
    await edit(world, (agency) => {
      delete agency.crm;
      agency.webhook_url = world.crm.url;
    });
    await world.crm.nextLead();
    await world.bot.line(/^✅ Лид успешно отправлен/);
    await assertAdminChatSilent(world);
    assert.equal(amo.requestCount, 1);
  }));

Deno.test("without its secret notes wait and leads are cards; with it again notes are written", () =>
  withAmoWorld(async (world, amo) => {
    onNotes(amo, { kind: "answer", status: 500, body: "" });
    await becomeLead(galliard(world));
    const deal = await amo.nextDeal();
    await world.bot.line(/^⚠️ Примечание/);
    await world.bot.stop();
    amo.behave(null);
    await world.restart({ SECRET_AMO: "" });
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
    await world.admin.chat.waitFor((each) => wordsOf(each).includes("@anna"));
    assert.deepEqual(amo.notesOf(deal.id), []);
    await world.bot.stop();
    await world.restart();
    await amo.nextNote();
    assert.equal(amo.notesOf(deal.id).length, 1);
    assert.ok(!world.admin.chat.messages.some((each) => wordsOf(each).includes("@betterrman")));
  }));

for (
  const [what, change] of [
    ["deleted", (_: Locales, all: Locales) => {
      delete all.agency;
      all.fallback.buttons = all.fallback.buttons.filter(
        ({ callback_data }: { readonly callback_data: string }) =>
          callback_data !== "select_agency",
      );
    }],
    [
      "moved to another account",
      (agency: Locales) => void (agency.crm.account = "other.amocrm.ru"),
    ],
  ] as const
) {
  Deno.test(`notes of a profile that was ${what} wait, make no card, and keep nobody else's back`, () =>
    withAmoWorld(async (world, amo) => {
      onNotes(amo, { kind: "answer", status: 500, body: "" });
      await becomeLead(galliard(world));
      const deal = await amo.nextDeal();
      await world.bot.line(/^⚠️ Примечание/);
      await edit(world, change);
      amo.behave(null);
      const anna = world.telegram.user({ first_name: "Anna", username: "anna" });
      anna.start("cg");
      await anna.press(await anna.chat.nextMessage(), "Рекламный ролик").answered;
      const other = await amo.nextDeal((each) => each.id !== deal.id);
      while (amo.notesOf(other.id).length < 1) await amo.nextNote();
      await world.bot.stop();
      assert.deepEqual(amo.notesOf(deal.id), []);
      assert.equal(journalRows(world, "SELECT * FROM crm_notes").length, 1);
      assert.deepEqual(world.admin.chat.messages, []);
    }, {
      amo: { accounts: ["monster.amocrm.ru", "other.amocrm.ru"] },
      locales(locales) {
        locales.cg.crm = locales.agency.crm = { ...locales.agency.crm };
        locales.cg.webhook_url = "";
      },
    }));
}

// — A long line —

const LEADS = 5_000;

Deno.test("a stop with 5,000 leads in line leaves in time: each was sent once or is still owed", () =>
  withAmoWorld(async (world, amo) => {
    await Deno.mkdir(`${world.folder}/data`);
    const journal = openJournal(`${world.folder}/data/triborg.db`);
    const lane = crmLane(amo.account, true);
    for (let at = 1; at <= LEADS; at += 1) {
      const lead = aNewLead({ id: crypto.randomUUID(), chatId: at, menuMessageId: 1 });
      journal.recordChoice(lead, aConfirmation(), lane, false);
    }
    await journal.committed();
    journal.close();
    journalRows(world, "DELETE FROM outbox WHERE kind = 'confirmation'");
    await world.restart();
    for (let deals = 0; deals < 3; deals += 1) await amo.nextDeal();
    assert.equal(await world.bot.stop(), 0);
    const count = (sql: string) => Number(Object.values(journalRows(world, sql)[0] ?? {})[0]);
    const sent = count("SELECT count(*) FROM leads WHERE state = 'in_crm'");
    assert.equal(sent, amo.deals.length);
    assert.equal(count("SELECT count(*) FROM outbox WHERE kind = 'post'"), LEADS - sent);
    assert.equal(count("SELECT count(*) FROM attempts"), sent);
    assert.equal(count("SELECT count(*) FROM attempts WHERE ended_at_ms IS NULL"), 0);
    await world.restart();
    for (let deals = 0; deals < 3; deals += 1) await amo.nextDeal();
    assert.deepEqual(amo.duplicates(), []);
    assert.ok(amo.peakPerSecond() <= 7, `${amo.peakPerSecond()} calls within a second`);
  }, { asleep: true, telegram: { limits: "off" } }));
