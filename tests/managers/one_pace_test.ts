// Everything that goes into the managers' chat keeps its 20 messages a minute together, and answers to visitors wait for none of it.

import assert from "node:assert/strict";
import { type Api, GrammyError } from "grammy";
import { FakeTime } from "@std/testing/time";
import { createAnswers } from "../../lib/delivery/answers.ts";
import { createShownWords } from "../../lib/managers/shown_words.ts";
import { createDelivery } from "../../lib/delivery/delivery.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { createAdminChat } from "../../lib/managers/chat.ts";
import { createLeadReminder } from "../../lib/managers/lead_reminder.ts";
import { createAnswerChat } from "../../lib/visitors/answer_chat.ts";
import { aConfirmation, aNewLead, aVisitor, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { crmSide, noNotes } from "../helpers/crm_side.ts";
import { partsOf } from "../helpers/journal_parts.ts";
import { recordsAtOnce } from "../helpers/records_at_once.ts";
import { oneChat } from "../helpers/one_chat.ts";

const GROUP = -1001234;
const MINUTE_MS = 60_000;

const BLOCKED = new GrammyError(
  "no",
  { ok: false, error_code: 403, description: "Forbidden: bot was blocked by the user" },
  "copyMessage",
  {},
);

Deno.test("cards, follow-ups, answers that come back and a reminder keep to 20 messages in any minute, and an answer leaves within a second", async () => {
  using time = new FakeTime(NOON_MS);
  const journal = await openJournal(":memory:");
  const parts = partsOf(journal);
  const { log } = aLog();
  const stop = new AbortController();
  const inGroup: { readonly atMs: number; readonly text: string }[] = [];
  const answered: number[] = [];
  const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
  const shared = { journal, now: Date.now, random: () => 1, stopping: stop.signal, sleep, log };
  const api = {
    sendMessage(_: number, text: string) {
      return Promise.resolve({ message_id: inGroup.push({ atMs: Date.now(), text }) + 1_000 });
    },
    editMessageText: () => Promise.resolve(true),
    copyMessage(to: number) {
      if (to >= 500) return Promise.reject(BLOCKED);
      return Promise.resolve({ message_id: answered.push(Date.now()) });
    },
  } as unknown as Api;
  const never = () => Promise.reject(new Error("not asked here"));
  const recordDurably = createDurableRecording(shared);
  const adminChat = createAdminChat({
    ...shared,
    api,
    chatId: GROUP,
    topicId: null,
    alertChatId: null,
    onMigrate() {},
  });
  const profiles = someProfiles();
  const delivery = createDelivery({
    shownWords: createShownWords(),
    ...shared,
    recordDurably,
    recordDone: recordsAtOnce(journal, recordDurably),
    elapsedMs: Date.now,
    afterVisitors: () => Promise.resolve(),
    profiles: () => profiles,
    crmTimeoutMs: 10_000,
    repeatWindowMs: 0,
    tellTime: String,
    cutOff: stop.signal,
    ...crmSide(),
    crm: { sendLead: never, send: noNotes, close() {} },
    visitorChat: {
      confirm: never,
      remind: never,
      askPhone: never,
      thank: () => Promise.resolve({ kind: "sent" }),
    },
    chats: oneChat(adminChat),
  });
  const answers = createAnswers({
    ...shared,
    answerChat: createAnswerChat(api),
    chats: oneChat(adminChat),
    react: () => Promise.resolve("done"),
    recordDurably,
    tellTime: String,
    wakeNotes() {},
  });
  const reminder = createLeadReminder({
    ...shared,
    remindAfterMs: MINUTE_MS,
    workHours: [],
    timeZone: "Europe/Moscow",
    chats: () =>
      Promise.resolve([{ key: "", formerKeys: [], of: { profiles: new Set(), isAllBut: true } }]),
    alert: () => Promise.resolve(true),
    wake: delivery.wake,
  });

  async function pass(seconds: number): Promise<void> {
    for (let tenths = 0; tenths < seconds * 10; tenths++) {
      time.tick(100);
      for (let nth = 0; nth < 12; nth++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** A lead whose POST failed: its card is due. */
  async function fail(visitor: number): Promise<number> {
    const lead = aNewLead({
      id: `lead-${visitor}`,
      chatId: visitor,
      visitor: aVisitor({ userId: visitor, username: `v${visitor}` }),
      receivedAtMs: Date.now(),
    });
    const { post, confirmation } =
      (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", true))!;
    await journal.finishWork(confirmation);
    await parts.turnIntoCard(post, "crm_failed", Date.now());
    await journal.rememberAbout(post.subject, [{ chatId: GROUP, messageId: visitor }]);
    return post.subject;
  }

  /** A manager's reply to a visitor; one from 500 on has blocked the bot. */
  function answer(visitor: number, messageId: number): void {
    void answers.receive({
      kind: "answer",
      chatId: GROUP,
      messageId,
      albumId: null,
      by: "@anna",
      target: { chatId: GROUP, messageId: visitor },
      content: someContent({ text: "Здравствуйте", media: "фото" }),
    });
  }

  try {
    for (let visitor = 100; visitor < 106; visitor += 1) await fail(visitor);
    delivery.wake();
    await pass(65);
    assert.equal(inGroup.length, 6);
    await reminder.look();

    const leads: number[] = [];
    for (let nth = 0; nth < 100; nth += 1) leads.push(await fail(200 + nth));
    for (let visitor = 500; visitor < 512; visitor += 1) await fail(visitor);
    for (let visitor = 500; visitor < 512; visitor += 1) answer(visitor, 5_000 + visitor);
    for (const [nth, lead] of leads.slice(0, 12).entries()) {
      void delivery.receiveFollowUp({
        lead,
        chatId: 200 + nth,
        messageId: 700 + nth,
        albumId: null,
        content: someContent({ text: `дополнение ${nth}` }),
      });
    }
    delivery.wake();
    await pass(5);
    const waiting = await journal.countDueWork("admin_chat", "card", Date.now(), 500);
    assert.ok(waiting > 0, "cards wait");
    const askedAtMs = Date.now();
    answer(100, 900);
    await pass(1);
    assert.equal(answered.length, 1);
    assert.ok((answered[0] ?? Infinity) - askedAtMs <= 1_000, "an answer waits for no card");

    await pass(600);
    const texts = inGroup.map(({ text }) => text).join("\n");
    assert.match(texts, /⏰/);
    for (let visitor = 500; visitor < 512; visitor += 1) {
      assert.ok(texts.includes(`@v${visitor}`), `the card of ${visitor}`);
    }
    assert.equal(inGroup.filter(({ text }) => text.startsWith("❌ Не доставлено")).length, 12);
    for (let nth = 0; nth < 12; nth += 1) assert.ok(texts.includes(`дополнение ${nth}`), `${nth}`);
    for (const { atMs } of inGroup) {
      const minute = inGroup.filter((each) => each.atMs >= atMs && each.atMs < atMs + MINUTE_MS);
      assert.ok(minute.length <= 20, `${minute.length} messages in a minute`);
    }
  } finally {
    stop.abort();
    const stopped = Promise.all([delivery.stop(), answers.stop()]);
    await pass(61);
    await stopped;
    await journal.close();
  }
});
