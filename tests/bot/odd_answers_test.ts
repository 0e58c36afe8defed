// Managers' replies with odd, missing and enormous fields: none stops the bot, and one that says what it replies to is an answer.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Update } from "grammy/types";
import { createBot } from "../../lib/bot/bot.ts";
import { type Journal, openJournal } from "../../lib/journal/journal.ts";
import { readUpdate } from "../../lib/telegram/updates.ts";
import { aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const GROUP = -1001;
const BOT = { id: 1, is_bot: true, first_name: "Bot", username: "bot" };

/** Hands one update to a bot whose journal has a card as message 7 of the managers' chat; returns what was said about its lead. */
async function handle(update: object, look: (journal: Journal) => void = () => {}): Promise<void> {
  const journal = openJournal(":memory:");
  const parts = partsOf(journal);
  const { number } = parts.insertLead(aNewLead())!;
  parts.rememberCard(number, "crm_failed", { chatId: GROUP, messageId: 7 }, NOON_MS);
  const never = () => Promise.reject(new Error("not asked here"));
  const profiles = someProfiles();
  const bot = createBot({
    token: "1:test",
    apiRoot: "http://127.0.0.1:9",
    retries: () => (call, ...rest) => call(...rest),
    pace: () => {
      const result = { message_id: 900, chat: { id: GROUP } };
      return Promise.resolve({ ok: true, result } as never);
    },
  }, {
    journal,
    log: aLog().log,
    profiles: () => profiles,
    delivery: {
      receive: never,
      receiveFollowUp: never,
      receiveEdit: () => Promise.resolve(),
      receivePhone: never,
      dismissPhone: never,
    },
    answers: {
      receive: (message) => Promise.resolve(journal.recordAnswer(message, NOON_MS)),
      receiveEdit: (edit) => Promise.resolve(journal.recordAnswerEdit(edit, NOON_MS)),
      choose: (choice) => Promise.resolve(journal.chooseLead(choice, NOON_MS)),
    },
    managers: {
      closeByHand: never,
      resend: never,
      take: never,
      giveBack: never,
      about: () => Promise.resolve({ text: "" }),
      sendAll: never,
      status: () => "",
    },
    greetingPhotos: { send: () => Promise.resolve({ kind: "without", reason: "" }) },
    isManager: () => Promise.resolve(false),
    newId: () => "id",
    afterVisitors: () => Promise.resolve(),
    isWorkTime: () => true,
    now: () => NOON_MS,
    adminChatId: () => GROUP,
    blocking: { block: () => Promise.resolve(true), unblock: () => Promise.resolve(true) },
    tellTime: String,
    publicUrl: null,
    pause: () => Promise.resolve(),
    loginLink: () => Promise.resolve(null),
    loginLinkShown: () => Promise.resolve(),
  });
  bot.botInfo = BOT as typeof bot.botInfo;
  try {
    const read = readUpdate(structuredClone(update));
    if (read.kind === "good") await bot.handleUpdate(read.update as Update);
    look(journal);
  } finally {
    journal.close();
  }
}

function aReply(message: object = {}, kind = "message"): object {
  return {
    update_id: 1,
    [kind]: {
      message_id: 20,
      date: 1,
      chat: { id: GROUP, type: "supergroup" },
      from: { id: 42, is_bot: false, first_name: "Anna", username: "anna" },
      text: "Здравствуйте",
      reply_to_message: { message_id: 7, date: 1, chat: { id: GROUP }, from: BOT },
      ...message,
    },
  };
}

/** Every field of a reply that a test makes odd. */
const FIELDS = [
  "from",
  "sender_chat",
  "author_signature",
  "entities",
  "caption",
  "caption_entities",
  "media_group_id",
  "photo",
  "document",
  "voice",
  "edit_date",
  "forward_origin",
  "message_thread_id",
  "is_topic_message",
] as const;

const ODD = fc.oneof(
  fc.constantFrom(null, 0, -1, 1.5, "", "x", [], {}, true, [null], [{}], { id: {} }, NaN, 2 ** 60),
  fc.anything({ maxDepth: 2 }),
);

Deno.test("a reply with any odd field is still an answer, in its words", () =>
  fc.assert(
    fc.asyncProperty(fc.constantFrom(...FIELDS), ODD, async (field, odd) => {
      fc.pre(isJson(odd));
      await handle(aReply({ [field]: odd }), (journal) => {
        const [said] = journal.conversationOf(1);
        // What another bot wrote is nobody's answer.
        if (field === "from" && Object(odd).is_bot === true) return;
        assert.ok(said?.kind === "answer", field);
        assert.equal(said.contents[0]?.text, "Здравствуйте");
      });
    }),
    { numRuns: 40 },
  ));

Deno.test("a reply to anything odd, and an odd edit, do nothing and stop nothing", () =>
  fc.assert(
    fc.asyncProperty(ODD, ODD, async (target, words) => {
      fc.pre(isJson(target) && isJson(words));
      const reply = { reply_to_message: target, text: words };
      await handle(aReply(reply));
      await handle(aReply({ reply_to_message: { ...Object(target), message_id: 7 } }));
      await handle(aReply({ ...reply, message_id: 20 }, "edited_message"));
      await handle(
        aReply({
          reply_to_message: {
            message_id: 8,
            chat: { id: GROUP },
            from: BOT,
            reply_markup: { inline_keyboard: [[{ text: "x", callback_data: words }]] },
          },
        }),
        (journal) => assert.deepEqual(journal.conversationOf(1), []),
      );
    }),
    { numRuns: 40 },
  ));

for (
  const [what, message] of [
    ["is a service message", { text: undefined, pinned_message: { message_id: 3 } }],
    ["another bot wrote", { from: { id: 9, is_bot: true, first_name: "Other" } }],
    ["is in another chat", { chat: { id: -5, type: "supergroup" } }],
    ["replies to a message of another chat", {
      reply_to_message: { message_id: 7, date: 1, chat: { id: -5 }, from: BOT },
    }],
    ["is a command", { text: "/unknown" }],
    ["is an empty note", { text: "/note" }],
    ["is a note for another bot", { text: "/note@other secret" }],
  ] as const
) {
  Deno.test(`what ${what} is no answer`, () =>
    handle(aReply(message), (journal) => assert.deepEqual(journal.conversationOf(1), [])));
}

for (
  const [text, kind, words] of [
    ["/note перезвонить", "note", "перезвонить"],
    ["/NOTE@Bot  перезвонить\nзавтра ", "note", "перезвонить\nзавтра"],
    ["/notes нет", undefined, ""],
    ["/ путь", "answer", "/ путь"],
    ["/var/log — вот путь", "answer", "/var/log — вот путь"],
    ["см. /note", "answer", "см. /note"],
  ] as const
) {
  Deno.test(`a reply «${text.replace("\n", " ")}» is ${kind ?? "nothing"}`, () =>
    handle(aReply({ text }), (journal) => {
      const [said] = journal.conversationOf(1);
      assert.equal(said?.kind, kind);
      if (said !== undefined) assert.equal(said.contents[0]?.text, words);
    }));
}

/** As Telegram could send it. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
