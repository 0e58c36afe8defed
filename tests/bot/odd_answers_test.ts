// Managers' replies with odd, missing and enormous fields: none stops the bot, and one that says what it replies to is an answer.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Update } from "grammy/types";
import { createBot } from "../../lib/bot/bot.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { NewLead } from "../../lib/lead.ts";
import { ownScope } from "../../lib/managers/chats.ts";
import { readUpdate } from "../../lib/telegram/updates.ts";
import { aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { partsOf } from "../helpers/journal_parts.ts";
import { createShownWords } from "../../lib/managers/shown_words.ts";
import { scopeOfOne } from "../helpers/one_chat.ts";

const GROUP = -1001;
const OTHER = -2002;
const OTHER_SCOPE = ownScope(new Set(["cg"]), (chatId) => chatId === OTHER);
const BOT = { id: 1, is_bot: true, first_name: "Bot", username: "bot" };

/** Hands one update to a bot whose journal has a card as message 7 of the managers' chat; looks at what was said about its lead. */
async function handle(
  update: object,
  look: (journal: Journal) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await handleAll([update], [aNewLead()], look);
}

/** The same of several updates, and of leads that share the message. Another group is the chat of profile cg. */
async function handleAll(
  updates: readonly object[],
  leads: readonly NewLead[],
  look: (journal: Journal) => Promise<void>,
  sent: (chatId: number) => void = () => {},
): Promise<void> {
  const journal = await openJournal(":memory:");
  const parts = partsOf(journal);
  for (const each of leads) {
    const { number } = (await parts.insertLead(each))!;
    await parts.rememberCard(number, "crm_failed", { chatId: GROUP, messageId: 7 }, NOON_MS);
  }
  const never = () => Promise.reject(new Error("not asked here"));
  const profiles = someProfiles();
  const bot = createBot({
    token: "1:test",
    apiRoot: "http://127.0.0.1:9",
    sent,
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
      receive: async (message) => Promise.resolve(await journal.recordAnswer(message, NOON_MS)),
      receiveEdit: async (edit) => Promise.resolve(await journal.recordAnswerEdit(edit, NOON_MS)),
      choose: async (choice) => Promise.resolve(await journal.chooseLead(choice, NOON_MS)),
    },
    managers: {
      closeByHand: never,
      resend: never,
      take: never,
      giveBack: never,
      about: () => Promise.resolve({ text: "" }),
      sendAll: never,
      status: () => Promise.resolve(""),
    },
    greetingPhotos: { send: () => Promise.resolve({ kind: "without", reason: "" }) },
    isManager: () => Promise.resolve(false),
    newId: () => "id",
    afterVisitors: () => Promise.resolve(),
    isWorkTime: () => true,
    now: () => NOON_MS,
    shownWords: createShownWords(),
    scopeOf: (chatId) => chatId === OTHER ? OTHER_SCOPE : scopeOfOne(GROUP)(chatId),
    blocking: {
      block: async ({ chatId }, by) =>
        Promise.resolve(await journal.blockVisitor(chatId, by, NOON_MS)),
      unblock: () => Promise.resolve(true),
    },
    tellTime: String,
    publicUrl: null,
    pause: () => Promise.resolve(),
    loginLink: () => Promise.resolve(null),
    loginLinkShown: () => Promise.resolve(),
  });
  bot.botInfo = BOT as typeof bot.botInfo;
  try {
    for (const update of updates) {
      const read = readUpdate(structuredClone(update));
      if (read.kind === "good") await bot.handleUpdate(read.update as Update);
    }
    await look(journal);
  } finally {
    await journal.close();
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

Deno.test("what is said in a chat is told for the limit of its group, and a reaction is not", async () => {
  const told: number[] = [];
  const shrugged = aReply({
    reply_to_message: { message_id: 8, date: 1, chat: { id: GROUP }, from: BOT },
  });
  const updates = [aReply({ text: "/unknown" }), shrugged];
  await handleAll(updates, [aNewLead()], async () => {}, (chatId) => told.push(chatId));
  assert.deepEqual(told, [GROUP]);
});

Deno.test("the lead of an answer is chosen in the chat where it was written, and in no other", async () => {
  const leads = [aNewLead(), aNewLead({ id: "0badc0de-8c5e", chatId: 8, menuMessageId: 3 })];
  const press = (id: number, chatId: number) => aPress(id, chatId, "to:1:2:0badc0de");
  await handleAll([aReply(), press(2, OTHER)], leads, async (journal) => {
    assert.equal((await journal.findAnswer(1))?.isAsking, true);
  });
  await handleAll([aReply(), press(2, OTHER), press(3, GROUP)], leads, async (journal) => {
    assert.equal((await journal.findAnswer(1))?.lead?.number, 2);
  });
});

Deno.test("a visitor is blocked by a button in the chat that has their lead, and in no other", async () => {
  const lead = aNewLead();
  const data = `block:1:${lead.id.slice(0, 8)}`;
  await handleAll([aPress(1, OTHER, data)], [lead], async (journal) => {
    assert.equal(await journal.blockOf(lead.chatId), null);
  });
  await handleAll([aPress(1, GROUP, data)], [lead], async (journal) => {
    assert.equal((await journal.blockOf(lead.chatId))?.by, "@anna");
  });
});

/** A press on a button that its message has. */
function aPress(update_id: number, chatId: number, data: string): object {
  const reply_markup = { inline_keyboard: [[{ text: "x", callback_data: data }]] };
  return {
    update_id,
    callback_query: {
      id: `${update_id}`,
      from: { id: 42, is_bot: false, first_name: "Anna", username: "anna" },
      chat_instance: "1",
      data,
      message: {
        message_id: 30,
        date: 1,
        chat: { id: chatId, type: "supergroup" },
        text: "?",
        reply_markup,
      },
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
      await handle(aReply({ [field]: odd }), async (journal) => {
        const [said] = await journal.conversationOf(1);
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
        async (journal) => assert.deepEqual(await journal.conversationOf(1), []),
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
    handle(
      aReply(message),
      async (journal) => assert.deepEqual(await journal.conversationOf(1), []),
    ));
}

for (
  const [text, kind, words] of [
    ["/note перезвонить", "note", "перезвонить"],
    ["/NOTE@Bot  перезвонить\nзавтра ", "note", "перезвонить\nзавтра"],
    ["/notes нет", undefined, ""],
    ["/note: мутный", "note", "мутный"],
    ["/note, мутный", "note", "мутный"],
    ["/note@bot; мутный", "note", "мутный"],
    ["/note -5 % скидки", "note", "-5 % скидки"],
    ["/note...", undefined, ""],
    ["/noteмутный", undefined, ""],
    ["/заметка мутный", undefined, ""],
    ["/цена: 100", undefined, ""],
    ["/5000", undefined, ""],
    ["/почта/вася — вот путь", "answer", "/почта/вася — вот путь"],
    ["/ путь", "answer", "/ путь"],
    ["/var/log — вот путь", "answer", "/var/log — вот путь"],
    ["см. /note", "answer", "см. /note"],
  ] as const
) {
  Deno.test(`a reply «${text.replace("\n", " ")}» is ${kind ?? "nothing"}`, () =>
    handle(aReply({ text }), async (journal) => {
      const [said] = await journal.conversationOf(1);
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
