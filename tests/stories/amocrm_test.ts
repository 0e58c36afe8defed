// Leads that go straight to amoCRM, through the running bot and a strict simulated amoCRM.

import assert from "node:assert/strict";
import type { AmoCrm, AmoDeal } from "../../lib/simulator/crm/amocrm.ts";
import type { SimMessage } from "../../lib/simulator/telegram/server.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import {
  assertAdminChatSilent,
  becomeLead,
  buttonTexts,
  galliard,
  wordsOf,
} from "../helpers/visits.ts";
import { withAmoWorld } from "../helpers/amo_world.ts";
import type { World } from "../helpers/world.ts";

const RESEND = "🔁 Отправить в CRM";
const DOUBTFUL = "🔁 Отправить в CRM (возможен дубль)";

function isLead({ path }: { readonly path: string }): boolean {
  return path === "leads/unsorted/forms" || path === "leads/complex";
}

/** Waits for so many notes of a deal; returns their texts. */
async function notesOf(amo: AmoCrm, deal: AmoDeal, count: number): Promise<string[]> {
  while (amo.notesOf(deal.id).length < count) await amo.nextNote();
  return amo.notesOf(deal.id).map(({ text }) => text);
}

function leadsPosted(amo: AmoCrm): number {
  return amo.requests.filter(isLead).length;
}

Deno.test("a lead becomes a deal in «Неразобранное» with contact, source, tag and the request as a note", () =>
  withAmoWorld(async (world, amo) => {
    await becomeLead(galliard(world));
    const deal = await amo.nextDeal();
    assert.equal(deal.entry, "unsorted");
    assert.equal(deal.name, "Новый лид с Telegram: MONSTER AGENCY");
    assert.equal(deal.contact?.name, "Galliard (@betterrman)");
    assert.deepEqual(deal.tags, ["Telegram Bot"]);
    const [note = ""] = await notesOf(amo, deal, 1);
    assert.match(note, /Привлечь клиентов/);
    assert.match(note, /https:\/\/t\.me\/betterrman/);
    await world.bot.line("✅ Лид успешно отправлен в AmoCRM. Статус: 200");
    await assertAdminChatSilent(world);
  }));

Deno.test("a phone that comes after «Пропустить» is put into the deal's contact, once more if a kill hid that it was", () =>
  withAmoWorld(async (world, amo) => {
    const visitor = galliard(world);
    const { chat } = visitor;
    await becomeLead(visitor);
    await chat.nextMessage((each) => wordsOf(each) === "Номер?");
    visitor.tap("Пропустить");
    const deal = await amo.nextDeal();
    assert.equal(deal.contact?.fields["PHONE"], undefined);
    amo.behave(({ method }) => method === "PATCH" ? { kind: "silent" } : undefined);
    visitor.say("8 (916) 123-45-67");
    const first = await amo.nextRequest(({ method }) => method === "PATCH");
    await world.bot.kill();
    amo.behave(null);
    await world.restart();
    const again = await amo.nextRequest(({ method }) => method === "PATCH");
    assert.equal(again.path, first.path);
    assert.deepEqual(again.body, first.body);
    visitor.say("после шести");
    assert.deepEqual((await notesOf(amo, deal, 3)).slice(1), ["8 (916) 123-45-67", "после шести"]);
    assert.deepEqual(amo.deals.map(({ contact }) => contact?.fields["PHONE"]), [["+79161234567"]]);
    assert.deepEqual(world.bot.lines.filter((line) => /9161234567/.test(line)), []);
  }, {
    locales: (locales) => void (locales.agency.phone = { ask: "Номер?", wait_seconds: 600 }),
  }));

Deno.test("a lead goes straight into a status, with the person responsible and fields by code and by id", () =>
  withAmoWorld(async (world, amo) => {
    await becomeLead(galliard(world));
    const deal = await amo.nextDeal();
    assert.equal(deal.entry, "lead");
    assert.equal(deal.pipelineId, 7_100_002);
    assert.equal(deal.statusId, 62_000_002);
    assert.equal(deal.responsibleUserId, 9_000_003);
    assert.deepEqual(deal.tags, ["Бот", "Сайт"]);
    assert.deepEqual(deal.fields, {
      UTM_CAMPAIGN: ["agency"],
      510001: ["Запрос: Привлечь клиентов"],
    });
  }, {
    crm: (crm) =>
      Object.assign(crm, {
        entry: "lead",
        pipeline_id: 7_100_002,
        status_id: 62_000_002,
        responsible_user_id: 9_000_003,
        tags: ["Бот", "Сайт"],
        fields: { UTM_CAMPAIGN: "{profile}", 510001: "Запрос: {choice}", UTM_SOURCE: "{source}" },
      }),
  }));

Deno.test("what the visitor writes later becomes notes of the deal, in order", () =>
  withAmoWorld(async (world, amo) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const deal = await amo.nextDeal();
    for (const text of ["раз", "два {choice}", "три"]) visitor.say(text);
    const [, ...texts] = await notesOf(amo, deal, 4);
    assert.deepEqual(texts, ["раз", "два {choice}", "три"]);
  }));

Deno.test("a manager's /note about a visitor becomes a note of the deal at once, and their answer does not", () =>
  withAmoWorld(async (world, amo) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const deal = await amo.nextDeal();
    visitor.say("раз");
    const followUp = await world.admin.chat.nextMessage();
    const manager = world.admin.member({ first_name: "Anna", username: "anna" });
    manager.reply(followUp, "Ответ клиенту");
    manager.reply(followUp, "/note из Казани");
    const [, ...texts] = await notesOf(amo, deal, 3);
    assert.deepEqual(texts, ["раз", "Заметка (@anna): из Казани"]);
  }));

Deno.test("what was written before amoCRM took the lead becomes notes too, and notes make no card", () =>
  withAmoWorld(async (world, amo) => {
    const gate = Promise.withResolvers<void>();
    amo.behave((request) => isLead(request) ? { kind: "slow", until: gate.promise } : undefined);
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.say("https://galliard.ru");
    await visitor.chat.waitFor((each) => wordsOf(each).startsWith("🙏 Спасибо"));
    let failures = 2;
    amo.behave(({ path }) => {
      if (!path.endsWith("/notes") || failures-- <= 0) return undefined;
      return { kind: "answer", status: 500, body: "" };
    });
    gate.resolve();
    const deal = await amo.nextDeal();
    const [request = "", later] = await notesOf(amo, deal, 2);
    assert.match(request, /Привлечь клиентов/);
    assert.equal(later, "https://galliard.ru");
    await world.bot.line(/^⚠️ Примечание к сделке \d+ не записано: /);
    const isCard = (each: SimMessage) => each.reply_markup !== undefined;
    assert.deepEqual(world.admin.chat.messages.filter(isCard), []);
  }, { env: { CRM_TIMEOUT_SECONDS: "10" } }));

Deno.test("a refused token makes cards, and one alarm for all leads", () =>
  withAmoWorld(async (world, amo) => {
    amo.refuse("unauthorized");
    for (const name of ["anna", "boris"]) {
      await becomeLead(world.telegram.user({ first_name: name, username: name }));
    }
    const isAlarm = (text: string) => text.startsWith("⚠️ AmoCRM: токен не принят");
    await world.admin.chat.waitUntil((all) => all.length === 3);
    const texts = world.admin.chat.messages.map(wordsOf);
    assert.equal(texts.filter(isAlarm).length, 1);
    assert.equal(leadsPosted(amo), 2);
    amo.refuse(null);
    await becomeLead(galliard(world));
    const offer = await world.admin.chat.waitFor((each) =>
      wordsOf(each).startsWith("✅ CRM снова принимает лиды: MONSTER AGENCY.")
    );
    assert.deepEqual(buttonTexts(offer), ["Отправить все в CRM (2)"]);
    await assertNothingElse(world, offer.message_id);
  }));

/** That the CRM works again is said once. */
async function assertNothingElse(world: World, lastId: number): Promise<void> {
  const marker = world.telegram.user({ first_name: "Marker", username: "marker" });
  await becomeLead(marker);
  marker.say("marker");
  await world.admin.chat.waitFor((each) => /@marker/.test(wordsOf(each)));
  const after = world.admin.chat.messages.filter(({ message_id }) => message_id > lastId);
  assert.deepEqual(after.filter((each) => /снова принимает/.test(wordsOf(each))), []);
}

Deno.test("a page that says 403 in HTML is a card with its reason, and no crash", () =>
  withAmoWorld(async (world, amo) => {
    amo.refuse("forbidden");
    await becomeLead(galliard(world));
    await world.admin.chat.waitFor((each) => wordsOf(each) === expectedCard());
    await world.bot.line(/^❌ Ошибка отправки в AmoCRM\. Статус: 403/);
  }));

Deno.test("a gateway's 502 may have arrived: the card warns, and the manager's decision is noted", () =>
  withAmoWorld(async (world, amo) => {
    let broken = true;
    amo.behave((request) =>
      isLead(request) && broken
        ? { after: { kind: "answer", status: 502, body: "<html><h1>Bad Gateway</h1></html>" } }
        : undefined
    );
    await becomeLead(galliard(world));
    const card = await world.admin.chat.nextMessage();
    assert.equal(buttonTexts(card)[1], DOUBTFUL);
    assert.equal(amo.deals.length, 1);
    broken = false;
    const maria = world.admin.member({ first_name: "Мария", username: "maria" });
    await maria.press(card, DOUBTFUL).answered;
    const sent = await world.admin.chat.waitFor((each) => /✅ В CRM: @maria/.test(wordsOf(each)));
    const deal = amo.deals.at(-1);
    assert.ok(deal);
    assert.deepEqual(buttonTexts(sent), [`Открыть сделку ${deal.id} ↗`]);
    const notes = await notesOf(amo, deal, 2);
    assert.ok(notes.some((text) => /Возможен дубль.*@maria/s.test(text)), notes.join("\n"));
  }));

Deno.test("a 429 is tried again as attempts of their own, and the lead arrives without a card", () =>
  withAmoWorld(async (world, amo) => {
    let refusals = 2;
    amo.behave((request) =>
      isLead(request) && refusals-- > 0
        ? { kind: "answer", status: 429, headers: { "retry-after": "1" } }
        : undefined
    );
    await becomeLead(galliard(world));
    const deal = await amo.nextDeal();
    assert.equal(leadsPosted(amo), 3);
    await notesOf(amo, deal, 1);
    await assertAdminChatSilent(world);
  }));

Deno.test("after three 429s the lead is a card", () =>
  withAmoWorld(async (world, amo) => {
    amo.behave((request) =>
      isLead(request) ? { kind: "answer", status: 429, headers: { "retry-after": "1" } } : undefined
    );
    await becomeLead(galliard(world));
    const card = await world.admin.chat.nextMessage();
    assert.equal(wordsOf(card), expectedCard());
    assert.equal(buttonTexts(card)[1], RESEND);
    assert.equal(leadsPosted(amo), 3);
  }));

Deno.test("a 400 names the field and what is wrong with it", () =>
  withAmoWorld(async (world) => {
    await becomeLead(galliard(world));
    await world.admin.chat.waitFor((each) => wordsOf(each) === expectedCard());
    await world.bot.line(/^❌ Ошибка отправки в AmoCRM\. Статус: 400, Ответ: .*поле pipeline_id: /);
  }, { crm: (crm) => void (crm.pipeline_id = 999_999) }));

Deno.test("200 with an unreadable body is accepted, without a link", () =>
  withAmoWorld(async (world, amo) => {
    amo.behave((request) =>
      isLead(request) ? { after: { kind: "answer", status: 200, body: "{" } } : undefined
    );
    await becomeLead(galliard(world));
    await world.bot.line("✅ Лид успешно отправлен в AmoCRM. Статус: 200");
    await assertAdminChatSilent(world);
  }));

Deno.test("a missing secret is a card that says so, and the file is as good as before", () =>
  withAmoWorld(async (world, amo) => {
    await becomeLead(galliard(world));
    const why =
      "секрет amo не задан: введите его на странице профиля или задайте переменную SECRET_AMO";
    await world.admin.chat.waitFor((each) =>
      wordsOf(each) === `${expectedCard()}\n\n──────────────\n❌ Не отправлено в CRM: ${why}`
    );
    await world.bot.line(/^❌ Лид не отправлен в AmoCRM: секрет amo/);
    assert.equal(amo.requestCount, 0);
  }, { env: { SECRET_AMO: "" } }));

const BROKEN: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ["another host", { account: "evil.example.ru" }, /agency\.crm\.account: /],
  ["a literal token", { token: "eyJhbGciOiJub25lIn0.e30.x" }, /agency\.crm\.token: /],
  ["a number as text", { pipeline_id: "1" }, /agency\.crm\.pipeline_id: /],
  [
    "an unknown placeholder",
    { fields: { UTM_SOURCE: "{sorce}" } },
    /agency\.crm\.fields\.UTM_SOURCE: .*\{source\}/,
  ],
];
for (const [what, wrong, line] of BROKEN) {
  Deno.test(`${what} in crm is a fault with its path, and the leads go to the managers' chat`, () =>
    withAmoWorld(async (world, amo) => {
      await world.bot.line(line);
      await becomeLead(galliard(world));
      const card = await world.admin.chat.nextMessage();
      assert.match(wordsOf(card), /❌ Не отправлено в CRM: ошибка в профиле: crm\./);
      await world.bot.line(/^❌ Лид не отправлен в AmoCRM: .*crm\./);
      assert.equal(amo.requestCount, 0);
      assert.doesNotMatch(world.bot.lines.join("\n"), /eyJhbGciOiJub25lIn0/);
    }, { crm: (crm) => Object.assign(crm, wrong) }));
}

Deno.test("20 leads at once are confirmed at once and reach amoCRM at its pace, before their notes", () =>
  withAmoWorld(async (world, amo) => {
    const visitors = Array.from(
      { length: 20 },
      (_, index) => world.telegram.user({ first_name: `V${index}`, username: `visitor${index}` }),
    );
    await Promise.all(visitors.map((visitor) => becomeLead(visitor)));
    while (amo.notes.length < 20) await amo.nextNote();
    assert.ok(amo.peakPerSecond() <= 5, `${amo.peakPerSecond()} calls within a second`);
    assert.equal(amo.deals.length, 20);
    assert.deepEqual(amo.duplicates(), []);
    const paths = amo.requests.map(({ path }) => path);
    const lastLead = paths.lastIndexOf("leads/unsorted/forms");
    const notesBefore = paths.slice(0, lastLead).filter((path) => path.endsWith("/notes")).length;
    assert.ok(notesBefore <= 1, `${notesBefore} notes went before the last lead`);
    await assertAdminChatSilent(world);
  }, { telegram: { limits: "off" } }));

function tokenIn(world: World, amo: AmoCrm): string[] {
  return world.bot.lines.filter((line) => line.includes(amo.token));
}

Deno.test("the token is in no line of the log, also where amoCRM repeats it", () =>
  withAmoWorld(async (world, amo) => {
    amo.behave({ kind: "answer", status: 400, body: `{"detail":"bad token ${amo.token}"}` });
    await becomeLead(galliard(world));
    await world.bot.line(/Статус: 400/);
    assert.deepEqual(tokenIn(world, amo), []);
  }));
