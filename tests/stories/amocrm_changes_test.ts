// A profile, a process or a clock that changes while leads and notes for amoCRM are on their way.

import assert from "node:assert/strict";
import { crmLane } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { type AmoCrm, type CrmOrder, startAmoCrm } from "../../lib/simulator/crm/amocrm.ts";
import { aConfirmation, aNewLead } from "../helpers/a_lead.ts";
import { withAmoWorld } from "../helpers/amo_world.ts";
import { withBot } from "../helpers/bot_here.ts";
import { journalRows } from "../helpers/journal_rows.ts";
import {
  assertAdminChatSilent,
  becomeLead,
  buttonTexts,
  galliard,
  greet,
  wordsOf,
} from "../helpers/visits.ts";
import type { Locales, World } from "../helpers/world.ts";
import { CHOICE } from "../helpers/shipped_texts.ts";

/** Orders what happens to leads alone. */
function onLeads(amo: AmoCrm, order: CrmOrder): void {
  amo.behave(({ path }) => path.endsWith("/notes") ? undefined : order);
}

/** Orders what happens to notes alone. */
function onNotes(amo: AmoCrm, order: CrmOrder): void {
  amo.behave(({ path }) => path.endsWith("/notes") ? order : undefined);
}

async function edit(world: World, change: (agency: Locales, all: Locales) => void): Promise<void> {
  const accepted = () => world.bot.lines.filter((line) => line.includes("изменения приняты"));
  const before = accepted().length;
  await world.editLocales((locales) => change(locales.agency, locales));
  await world.bot.line(() => accepted().length > before);
}

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
    const journal = await openJournal(`${world.folder}/data/triborg.db`);
    const lane = crmLane(amo.account, true);
    for (let at = 1; at <= LEADS; at += 1) {
      const lead = aNewLead({ id: crypto.randomUUID(), chatId: at, menuMessageId: 1 });
      await journal.recordChoice(lead, aConfirmation(), lane, false);
    }
    await journal.committed();
    await journal.close();
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

// — The process and the clock —

Deno.test("a bot that was killed between amoCRM's taking and its own record shows a doubtful card and posts nothing again", () =>
  withAmoWorld(async (world, amo) => {
    const never = Promise.withResolvers<void>();
    onLeads(amo, { after: { kind: "slow", until: never.promise } });
    const visitor = galliard(world);
    visitor.press(await greet(visitor), CHOICE);
    await amo.nextDeal();
    await world.bot.kill();
    amo.behave(null);
    await world.restart();
    const card = await world.admin.chat.waitFor((each) => wordsOf(each).includes("@betterrman"));
    assert.equal(buttonTexts(card)[1], "🔁 Отправить в CRM (возможен дубль)");
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
    await amo.nextDeal();
    assert.equal(amo.deals.length, 2);
    never.resolve();
  }, { env: { CRM_TIMEOUT_SECONDS: "30" } }));

for (
  const [what, skewMs] of [["3 days ahead", 72 * 3600_000], [
    "6 hours back",
    -6 * 3600_000,
  ]] as const
) {
  Deno.test(`a note is written although the clock was set ${what} while it was owed`, async () => {
    await using amo = await startAmoCrm();
    await withBot(async ({ world, machine, log }) => {
      onNotes(amo, { kind: "answer", status: 500, body: "" });
      await becomeLead(galliard(world));
      const deal = await amo.nextDeal();
      await log.line("не записано: 500");
      machine.skewMs = skewMs;
      await new Promise((resolve) => setTimeout(resolve, 1_100)); // Until the bot has looked.
      machine.passedMs += 11 * 60_000;
      await log.line("сроки отправок остались прежними");
      amo.behave(null);
      await amo.nextNote();
      assert.equal(amo.notesOf(deal.id).length, 1);
      assert.ok(!log.lines.some((line) => line.includes("не записано за сутки")));
    }, {
      env: { AMOCRM_API_ROOT: amo.root },
      secret: (name) => name === "amo" ? amo.token : undefined,
      locales(locales) {
        locales.agency.crm = { kind: "amocrm", account: amo.account, token: "{secret:amo}" };
        locales.agency.webhook_url = "";
      },
    });
  });
}
