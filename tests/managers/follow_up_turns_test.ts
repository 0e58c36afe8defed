// Many messages of one visitor: they are joined in order, none is lost or shown twice, and others' are shown within seconds.

import assert from "node:assert/strict";
import { type Api, GrammyError } from "grammy";
import { FakeTime } from "@std/testing/time";
import { createAdminChat } from "../../lib/managers/chat.ts";
import { createShownWords } from "../../lib/managers/shown_words.ts";
import { createDelivery } from "../../lib/delivery/delivery.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { FollowUpContent } from "../../lib/lead.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { aConfirmation, aNewLead, aVisitor, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { crmSide, noNotes } from "../helpers/crm_side.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { recordsAtOnce } from "../helpers/records_at_once.ts";
import { oneChat } from "../helpers/one_chat.ts";

const REFUSED = new GrammyError(
  "no",
  { ok: false, error_code: 400, description: "Bad Request: refused" },
  "sendMessage",
  {},
);

interface Shown {
  readonly atMs: number;
  readonly text: string;
  readonly entities: readonly { readonly type: string; readonly offset: number }[];
}

interface Room {
  readonly journal: Journal;
  /** What the managers' chat has, in order; a copy as `copy 4`. */
  readonly shown: Shown[];
  /** A visitor's message after their lead. */
  say(
    visitor: number,
    text: string,
    content?: Partial<FollowUpContent>,
    album?: string,
  ): Promise<void>;
  /** Lets time go by, in seconds. */
  pass(seconds: number): Promise<void>;
  /** How long a visitor's text took to be shown, in seconds. */
  waitFor(text: string): Promise<number>;
}

interface Options {
  /** Refuses a text. */
  readonly fails?: (text: string) => boolean;
}

/** Managers' chat, journal and delivery on a fake clock, with Telegram's 20 messages a minute. */
async function withManagers(run: (room: Room) => Promise<void>, options: Options = {}) {
  using time = new FakeTime(NOON_MS);
  const journal = await openJournal(":memory:");
  const { log } = aLog();
  const stop = new AbortController();
  const shown: Shown[] = [];
  const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
  const shared = { journal, now: Date.now, random: () => 1, stopping: stop.signal, sleep, log };
  const put = (text: string, entities: Shown["entities"] = []) => {
    if (options.fails?.(text)) return Promise.reject(REFUSED);
    return Promise.resolve({ message_id: shown.push({ atMs: Date.now(), text, entities }) });
  };
  const api = {
    sendMessage: (_: number, text: string, { entities }: { entities: Shown["entities"] }) =>
      put(text, entities),
    copyMessages: (_chat: number, _from: number, ids: number[]) =>
      Promise.all(ids.map((id) => put(`copy ${id}`))),
    copyMessage: (_chat: number, _from: number, id: number) => put(`copy ${id}`),
  } as unknown as Api;
  const profiles = someProfiles();
  const never = () => Promise.reject(new Error("not asked here"));
  const recordDurably = createDurableRecording(shared);
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
    chats: oneChat(createAdminChat({
      ...shared,
      api,
      chatId: -1,
      topicId: null,
      alertChatId: null,
      onMigrate() {},
    })),
  });
  const leads = new Map<number, number>();
  let messages = 100;

  async function leadOf(visitor: number): Promise<number> {
    const known = leads.get(visitor);
    if (known !== undefined) return known;
    const { lead, post, attempt, confirmation } = (await journal.recordChoice(
      aNewLead({
        id: `lead-${visitor}`,
        chatId: visitor,
        visitor: aVisitor({ userId: visitor, username: `visitor${visitor}` }),
        receivedAtMs: Date.now(),
      }),
      aConfirmation(),
      "crm:host:a",
      true,
    ))!;
    await journal.finishWork(confirmation);
    assert.ok(post.kind === "post" && attempt !== undefined);
    await journal.endAttempt(post, attempt, { kind: "accepted", status: 200 }, Date.now());
    leads.set(visitor, lead.number);
    return lead.number;
  }

  async function pass(seconds: number): Promise<void> {
    for (let tenths = 0; tenths < seconds * 10; tenths++) {
      time.tick(100);
      for (let nth = 0; nth < 12; nth++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  try {
    await run({
      journal,
      shown,
      pass,
      async say(visitor, text, content = {}, albumId) {
        void delivery.receiveFollowUp({
          lead: await leadOf(visitor),
          chatId: visitor,
          messageId: messages++,
          albumId: albumId ?? null,
          content: someContent({ text, ...content }),
        });
      },
      async waitFor(text) {
        const sinceMs = Date.now();
        while (!shown.some((each) => each.text.includes(text))) {
          assert.ok(Date.now() < sinceMs + 600_000, `"${text}" was not shown in ten minutes`);
          await pass(1);
        }
        const at = shown.find((each) => each.text.includes(text))?.atMs ?? NaN;
        return (at - sinceMs) / 1_000;
      },
    });
  } finally {
    stop.abort();
    const stopped = delivery.stop();
    await pass(61); // Whoever waits for Telegram's pace looks again.
    await stopped;
    await journal.close();
  }
}

async function burst(
  say: Room["say"],
  from: number,
  to: number,
  content: Partial<FollowUpContent> = {},
) {
  for (let nth = from; nth <= to; nth++) await say(1, `A${nth}.`, content);
}

/** The numbers of A's texts in the order in which the managers read them. */
function numbersOf(shown: readonly Shown[]): number[] {
  return shown.flatMap(({ text }) => [...text.matchAll(/A(\d+)\./g)].map(([, nth]) => Number(nth)));
}

for (const afterSeconds of [0, 1, 5, 20, 45, 61, 100]) {
  Deno.test(`another's message is shown within 10 s, ${afterSeconds} s after one visitor sent 150`, () =>
    withManagers(async ({ say, pass, waitFor }) => {
      await burst(say, 1, 150);
      await pass(afterSeconds);
      await say(2, "привет от B");
      const seconds = await waitFor("привет от B");
      assert.ok(seconds <= 10, `${seconds} s`);
    }));
}

Deno.test("another's message is shown within 10 s while one visitor sends photos without end", () =>
  withManagers(async ({ say, pass, waitFor }) => {
    for (let minute = 0; minute < 3; minute++) {
      await burst(say, 1, 50, { media: "🖼 фото", captionable: true });
      await pass(30);
      await say(2, `привет ${minute}!`);
      const seconds = await waitFor(`привет ${minute}!`);
      assert.ok(seconds <= 10, `${seconds} s`);
    }
  }));

Deno.test("150 texts of one visitor come in order, none lost or twice, in few messages", () =>
  withManagers(async ({ say, pass, shown, journal }) => {
    await burst(say, 1, 150);
    await pass(240);
    assert.deepEqual(numbersOf(shown), Array.from({ length: 150 }, (_, index) => index + 1));
    assert.ok(shown.length <= 23, `${shown.length} messages`);
    for (const { text } of shown) {
      assert.ok(text.length <= 4096);
      assert.equal(text.split("Дополнение от").length, 2, "the template stands once");
    }
    assert.deepEqual(await journal.lanes("admin_chat"), []);
  }));

Deno.test("20 messages in ten minutes are shown by themselves, and the 21st goes with those after it", () =>
  withManagers(async ({ say, pass, shown }) => {
    await burst(say, 1, 20);
    await pass(200);
    assert.equal(shown.length, 20);
    await burst(say, 21, 25);
    await pass(10);
    assert.deepEqual(numbersOf(shown.slice(20)), [21, 22, 23, 24, 25]);
    assert.equal(shown.length, 21);
    await pass(600);
    await burst(say, 26, 27);
    await pass(10);
    assert.equal(shown.length, 23, "ten minutes later they are few again");
  }));

Deno.test("joined texts keep their formatting, and no message holds more than Telegram's 4096 characters or 100 entities", () =>
  withManagers(async ({ say, pass, shown }) => {
    await burst(say, 1, 20);
    await pass(200);
    const long = "я".repeat(1_500);
    for (let nth = 21; nth <= 26; nth++) await say(1, `A${nth}.${long}`);
    const span = { offset: 0, length: 2 };
    for (let nth = 27; nth <= 66; nth++) {
      await say(1, `A${nth}.`, {
        entities: ["bold", "italic", "underline"].map((type) => ({ ...span, type })),
      });
    }
    await pass(120);
    assert.deepEqual(numbersOf(shown), Array.from({ length: 66 }, (_, index) => index + 1));
    assert.ok(shown.length <= 25, `${shown.length} messages`);
    for (const { text, entities } of shown) {
      assert.ok(text.length <= 4096 && entities.length <= 100);
      assert.ok(entities.every(({ offset }) => /^A\d/.test(text.slice(offset))));
    }
    const all = shown.flatMap(({ entities }) => entities);
    assert.equal(all.length, 120);
  }));

Deno.test("media among many texts stay in their place", () =>
  withManagers(async ({ say, pass, shown }) => {
    await burst(say, 1, 20);
    await pass(200);
    await burst(say, 21, 23);
    await say(1, "подпись", { media: "🖼 фото", captionable: true });
    await burst(say, 24, 25);
    await pass(60);
    const last = shown.slice(20).map(({ text }) =>
      /^copy/.test(text) ? "copy" : numbersOf([{ text, atMs: 0, entities: [] }])
    );
    assert.deepEqual(last, [[21, 22, 23], "copy", [24, 25]]);
  }));

Deno.test("a joined message that fails is tried again text by text, in order", () =>
  withManagers(async ({ say, pass, shown, journal }) => {
    await burst(say, 1, 20);
    await pass(200);
    await burst(say, 21, 24);
    await pass(60);
    assert.deepEqual(numbersOf(shown), Array.from({ length: 24 }, (_, index) => index + 1));
    assert.equal(shown.length, 24);
    assert.deepEqual(await journal.lanes("admin_chat"), []);
  }, { fails: (text) => text.split("\n\n").length > 2 }));

Deno.test("an album waits for a minute that has room for it and for others, and no longer than a minute when there is none", () =>
  withManagers(async ({ say, pass, shown, waitFor }) => {
    const copies = () => shown.filter(({ text }) => text.startsWith("copy")).length;
    for (let visitor = 10; visitor < 19; visitor++) await say(visitor, `от ${visitor}`);
    await pass(2);
    assert.equal(shown.length, 9);
    for (let nth = 0; nth < 10; nth++) {
      await say(1, "", { media: "🖼 фото", captionable: true }, "album");
    }
    await pass(3);
    assert.equal(copies(), 0);
    await say(2, "привет от B");
    assert.ok(await waitFor("привет от B") <= 10);
    for (let seconds = 0; seconds < 70; seconds += 5) {
      await say(100 + seconds, `ещё ${seconds}`);
      await pass(5);
    }
    await pass(60);
    assert.equal(copies(), 10);
    for (let from = 0; from < shown.length; from++) {
      const minute = shown.filter(({ atMs }) =>
        atMs >= shown[from]!.atMs && atMs < shown[from]!.atMs + 60_000
      );
      assert.ok(minute.length <= 20, `${minute.length} messages in a minute`);
    }
  }));

Deno.test("visitors who send much take turns", () =>
  withManagers(async ({ say, pass, shown }) => {
    for (let nth = 1; nth <= 12; nth++) await say(1, `A${nth}.`);
    for (let nth = 1; nth <= 12; nth++) await say(2, `B${nth}.`);
    await pass(2);
    const order = shown.map(({ text }) => /([AB])\d+\./.exec(text)?.[1]).join("");
    assert.match(order, /^(AB){5,}/);
  }));
