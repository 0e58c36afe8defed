// Presses with odd, missing and enormous fields: whatever says where it was pressed, by whom and on which known button is a lead, and is
// confirmed.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Update } from "grammy/types";
import { createBot } from "../../lib/bot/bot.ts";
import { fullName } from "../../lib/visitor_name.ts";
import { crmPayload } from "../../lib/crm/payload.ts";
import { card } from "../../lib/managers/cards.ts";
import type { Confirmation, Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { Lead } from "../../lib/lead.ts";
import { managerName } from "../../lib/managers/texts.ts";
import { visitorOf } from "../../lib/bot/visitor.ts";
import { aVisitor, NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { createShownWords } from "../../lib/managers/shown_words.ts";
import { scopeOfOne } from "../helpers/one_chat.ts";

const USER = 310_452_007;

/** What a bot did with updates: its leads, and what their visitors were to read. */
interface Handled {
  readonly journal: Journal;
  readonly leads: Lead[];
  readonly confirmations: Confirmation[];
  readonly calls: string[];
}

/** Hands updates to a bot whose journal is real, and whose Telegram takes everything. */
async function handle(updates: readonly unknown[], look: (handled: Handled) => Promise<void>) {
  const journal = await openJournal(":memory:");
  const handled: Handled = { journal, leads: [], confirmations: [], calls: [] };
  const { log } = aLog();
  const profiles = someProfiles();
  let ids = 0;
  const manager = () => Promise.resolve("");
  const bot = createBot({
    token: "1:test",
    apiRoot: "http://127.0.0.1:9",
    sent() {},
    retries: () => (call, ...rest) => call(...rest),
    pace: (_call, method) => {
      handled.calls.push(method);
      const result = { message_id: 900 + handled.calls.length, chat: { id: USER } };
      return Promise.resolve({ ok: true, result } as never);
    },
  }, {
    journal,
    log,
    profiles: () => profiles,
    delivery: {
      async receive(lead, confirmation) {
        const recorded = await journal.recordChoice(lead, confirmation, "crm:x", false);
        if (recorded === undefined) return Promise.resolve(undefined);
        handled.leads.push(recorded.lead);
        handled.confirmations.push(confirmation);
        return Promise.resolve(recorded.lead);
      },
      receiveFollowUp: () => Promise.resolve(),
      receiveEdit: () => Promise.resolve(),
      receivePhone: () => Promise.resolve(false),
      dismissPhone: () => Promise.resolve(),
    },
    managers: {
      closeByHand: manager,
      resend: manager,
      take: () => manager().then((text) => ({ text })),
      giveBack: manager,
      about: () => Promise.resolve({ text: "" }),
      sendAll: manager,
      status: () => Promise.resolve(""),
    },
    answers: {
      receive: async (message) => Promise.resolve(await journal.recordAnswer(message, NOON_MS)),
      receiveEdit: async (edit) => Promise.resolve(await journal.recordAnswerEdit(edit, NOON_MS)),
      choose: () => Promise.resolve("unknown"),
    },
    greetingPhotos: { send: () => Promise.resolve({ kind: "without", reason: "" }) },
    isManager: () => Promise.resolve(false),
    newId: () => `id-${++ids}`,
    afterVisitors: () => Promise.resolve(),
    isWorkTime: () => true,
    now: () => NOON_MS,
    shownWords: createShownWords(),
    scopeOf: scopeOfOne(-1001),
    blocking: { block: () => Promise.resolve(true), unblock: () => Promise.resolve(true) },
    tellTime: String,
    publicUrl: null,
    pause: () => Promise.resolve(),
    loginLink: () => Promise.resolve(null),
    loginLinkShown: () => Promise.resolve(),
  });
  bot.botInfo = { id: 1, is_bot: true, first_name: "Bot", username: "bot" } as typeof bot.botInfo;
  try {
    for (const update of updates) await bot.handleUpdate(update as Update);
    await look(handled);
  } finally {
    await journal.close();
  }
}

/** A press on a known button, of which a test changes what it is about. */
function aPress(
  { from = {}, message = {}, query = {} }: {
    from?: object | null;
    message?: object;
    query?: object;
  } = {},
): object {
  return {
    update_id: 1,
    callback_query: {
      id: "7",
      chat_instance: "1",
      data: "agency_clients",
      from: from === null ? null : { id: USER, is_bot: false, first_name: "Galliard", ...from },
      message: {
        message_id: 2,
        date: 1,
        chat: { id: USER, type: "private", first_name: "Galliard" },
        text: "Что для вас сейчас главное?",
        ...message,
      },
      ...query,
    },
  };
}

const HUGE = "я".repeat(65_536);

const ODD_NAMES: readonly unknown[] = [
  null,
  undefined,
  "",
  " \t\u00a0",
  "\u200b\u2060\ufeff",
  "\u3164",
  "\u2800",
  "\ud800",
  "\0",
  "\u202e",
  42,
  true,
  {},
  ["Galliard"],
];

for (const first_name of ODD_NAMES) {
  Deno.test(`a first_name of ${JSON.stringify(first_name)} costs no lead, and the contact stands for it`, () =>
    handle(
      [aPress({ from: { first_name, username: "betterrman" } })],
      ({ leads: [lead] }) => {
        assert.ok(lead);
        const payload = crmPayload(lead);
        assert.deepEqual(payload["contact"], { name: "@betterrman", username: "@betterrman" });
        assert.match(card(lead, "crm_failed").text, /^Имя: @betterrman$/m);
        return Promise.resolve();
      },
    ));
}

const ODD_FIELDS: Readonly<Record<string, Parameters<typeof aPress>[0]>> = {
  "no from": { from: null },
  "a from without id": { from: { id: undefined } },
  "an enormous name": { from: { first_name: HUGE, last_name: HUGE } },
  "half a character in a name": { from: { first_name: "A\ud800B", last_name: "\udc00" } },
  "NUL in a name": { from: { first_name: "A\0B" } },
  "an odd username": { from: { username: ["x"] } },
  "a username with a space": { from: { username: "no name" } },
  "an enormous username": { from: { username: HUGE } },
  "an odd language": { from: { language_code: 7 } },
  "an enormous language": { from: { language_code: HUGE } },
  "no date": { message: { date: undefined } },
  "an odd date": { message: { date: "today" } },
  "an InaccessibleMessage": { message: { date: 0, text: undefined } },
  "a chat without type": { message: { chat: { id: USER } } },
  "an odd reply_markup": { message: { reply_markup: { inline_keyboard: [null, [null, 1], {}] } } },
  "buttons that are no list": { message: { reply_markup: { inline_keyboard: { length: 1 } } } },
  "a reply_markup of null": { message: { reply_markup: null } },
  "an odd text of the button": {
    message: {
      reply_markup: { inline_keyboard: [[{ text: {}, callback_data: "agency_clients" }]] },
    },
  },
  "an odd photo": { message: { photo: {} } },
};

for (const [name, press] of Object.entries(ODD_FIELDS)) {
  Deno.test(`a press with ${name} is a lead, and is confirmed`, () =>
    handle([aPress(press)], async ({ leads, confirmations, journal }) => {
      assert.equal(leads.length, 1);
      assert.equal(leads[0]?.visitor.userId, USER);
      assert.equal(confirmations[0]?.text, "✅ Принято: Привлечь клиентов.");
      const stored = (await journal.findLead(1))!;
      assert.ok(JSON.stringify(crmPayload(stored)).length < 2_000);
      assert.ok(JSON.stringify(stored).isWellFormed());
      assert.doesNotMatch(JSON.stringify(stored), /\\u0000/);
    }));
}

for (
  const [name, press] of Object.entries(
    {
      "without data": { query: { data: undefined } },
      "on an inline message": { query: { message: undefined } },
      "on a message of null": { query: { message: null } },
      "on a message without a place": { message: { chat: {} } },
      "on a message whose id is no number": { message: { message_id: "2" } },
      "on a message whose id is too large": { message: { message_id: 2 ** 40 } },
    } satisfies Record<string, Parameters<typeof aPress>[0]>,
  )
) {
  Deno.test(`a press ${name} is no lead, and fails nothing`, () =>
    handle([aPress(press)], ({ leads }) => Promise.resolve(assert.deepEqual(leads, []))));
}

const odd = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.string({ unit: "binary" }),
  fc.constantFrom(HUGE, "\0", "\ud800", null, undefined, -1, 0, 2 ** 53, NaN),
);

/** Some of these names, each with an odd value. */
function oddFields(...names: string[]) {
  return fc.dictionary(fc.constantFrom(...names), odd);
}

Deno.test("whatever stands in the inessential fields of a press, it is one lead and is confirmed", () =>
  fc.assert(
    fc.asyncProperty(
      oddFields("first_name", "last_name", "username", "language_code", "is_bot", "is_premium"),
      oddFields(
        "text",
        "caption",
        "photo",
        "reply_markup",
        "from",
        "entities",
        "message_thread_id",
      ),
      oddFields("chat_instance", "inline_message_id", "id", "game_short_name"),
      async (from, message, query) => {
        await handle(
          [aPress({ from, message, query })],
          async ({ leads, confirmations, journal }) => {
            assert.equal(leads.length, 1);
            assert.equal(confirmations.length, 1);
            const lead = (await journal.findLead(1))!;
            assert.ok(fullName(lead.visitor).trim() !== "");
            assert.ok(card(lead, "crm_failed").text.length <= 4096);
          },
        );
      },
    ),
    { numRuns: 300 },
  ));

Deno.test("whatever stands in the inessential fields of a /start, it is greeted", () =>
  fc.assert(
    fc.asyncProperty(
      oddFields("first_name", "last_name", "username", "language_code"),
      async (fields) => {
        const from = { id: USER, ...fields };
        const text = "/start agency";
        const entities = [{ type: "bot_command", offset: 0, length: 6 }];
        const chat = { id: USER, type: "private" };
        const message = { message_id: 1, date: 1, text, entities, from, chat };
        await handle([{ update_id: 1, message }], async ({ calls, journal }) => {
          assert.deepEqual(calls, ["sendPhoto"]);
          assert.equal(
            (await journal.findMenu({ chatId: USER, messageId: 901 })).profile,
            "agency",
          );
        });
      },
    ),
    { numRuns: 100 },
  ));

Deno.test("a name is told by what shows of it, else by the contact", () => {
  const name = (firstName: string, lastName: string | null = null, username: string | null = "x") =>
    fullName(aVisitor({ userId: 42, firstName, lastName, username }));
  assert.equal(name("\u200b", "Ivanov"), "Ivanov");
  assert.equal(name("Anna", " "), "Anna");
  assert.equal(name("\u200b", "\u2800"), "@x");
  assert.equal(name("", null, null), "id42");
  assert.equal(name("🦄"), "🦄");
});

Deno.test("a manager is named by username, first name or id, whatever Telegram tells of them", () => {
  const named = (from: unknown) => managerName(visitorOf(from, 0));
  assert.equal(named({ id: 5, first_name: "Мария", username: "maria" }), "@maria");
  assert.equal(named({ id: 5, first_name: "Мария" }), "Мария");
  assert.equal(named({ id: 5, first_name: null }), "id5");
  assert.equal(named({ id: 5, first_name: "\u3164" }), "id5");
  assert.equal(named({ id: 5, first_name: HUGE }).length, 64);
});
