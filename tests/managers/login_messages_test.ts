// Messages with links that were used or have expired are replaced.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import type { ShowOutcome } from "../../lib/managers/chat.ts";
import { createAuth, LINK_MS, linkHash } from "../../lib/page/auth.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { MessageAddress } from "../../lib/lead.ts";
import { createLoginMessages, type LoginMessages } from "../../lib/managers/login_messages.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";
import { aLog } from "../helpers/a_log.ts";

interface Chat {
  readonly journal: Journal;
  readonly messages: LoginMessages;
  /** What became of which message. */
  readonly edits: [messageId: number, text: string][];
  readonly time: FakeTime;
  /** What the next edits come to; shown when there is nothing left. */
  readonly outcomes: ShowOutcome["kind"][];
  /** A link whose message was sent; returns its token. */
  send(messageId: number, by?: string): Promise<string>;
  enter(token: string): Promise<void>;
  /** Another process on the same journal. */
  restart(): Promise<void>;
  /** Lets no message with a link be found; the result mends that. */
  breakJournal(): () => void;
}

async function withChat(run: (chat: Chat) => Promise<void>): Promise<void> {
  using time = new FakeTime(Date.UTC(2026, 0, 15, 12));
  const opened = await openJournal(":memory:");
  let isBroken = false;
  const unlessBroken = async <T>(read: () => Promise<T>): Promise<T> => {
    if (isBroken) throw new StorageError("disk I/O error");
    return await read();
  };
  const journal: Journal = {
    ...opened,
    deadLoginMessages: (nowMs) => unlessBroken(() => opened.deadLoginMessages(nowMs)),
    nextLoginExpiryMs: () => unlessBroken(opened.nextLoginExpiryMs),
  };
  const edits: Chat["edits"] = [];
  const outcomes: ShowOutcome["kind"][] = [];
  const { log } = aLog();
  let stopping = new AbortController();
  const now = () => Date.now();
  const random = () => 1;

  function open(): LoginMessages {
    stopping = new AbortController();
    const shared = { journal, now, random, log, stopping: stopping.signal };
    const recordDurably = createDurableRecording({ ...shared, sleep: () => Promise.resolve() });
    return createLoginMessages({
      ...shared,
      recordDurably,
      tellTime: (atMs) => new Date(atMs).toISOString().slice(11, 16),
      adminChat: {
        edit(message: MessageAddress, { text }) {
          const kind = outcomes.shift() ?? "shown";
          if (kind === "shown") edits.push([message.messageId, text]);
          return Promise.resolve(
            kind === "shown" ? { kind, message } : { kind, reason: "no" } as ShowOutcome,
          );
        },
      },
    });
  }

  let messages = open();
  const auth = createAuth({
    records: journal,
    committed: journal.committed,
    password: null,
    now,
    linkUsed: () => messages.wake(),
  });
  const chat: Chat = {
    journal,
    get messages() {
      return messages;
    },
    edits,
    time,
    outcomes,
    async send(messageId, by = "@anna") {
      const expiresAtMs = now() + LINK_MS;
      const token = await settled(time, auth.issueLink(by));
      const link = { hash: linkHash(token), askedBy: by, expiresAtMs };
      await settled(time, messages.remember(link, { chatId: -1001234, messageId }));
      return token;
    },
    async enter(token) {
      const visit = { address: "192.0.2.1", device: "" };
      const entry = await settled(time, auth.enterByLink(token, visit));
      assert.equal(entry.kind, "entered");
      await pass(time, 0);
    },
    async restart() {
      stopping.abort();
      await messages.stop();
      messages = open();
      messages.start();
      await pass(time, 0);
    },
    breakJournal() {
      isBroken = true;
      return () => isBroken = false;
    },
  };
  try {
    await run(chat);
  } finally {
    stopping.abort();
    await messages.stop();
    await journal.close();
  }
}

/** Lets time pass, and what then begins go on until it waits. */
async function pass(time: FakeTime, ms: number): Promise<void> {
  await time.tickAsync(ms);
  await time.runMicrotasks();
}

/** A promise that a timer of the faked clock may hold up. */
async function settled<T>(time: FakeTime, promise: Promise<T>): Promise<T> {
  await pass(time, 20);
  return await promise;
}

Deno.test("a used link's message says at once who logged in and when", () =>
  withChat(async ({ send, enter, edits, journal, time }) => {
    const token = await send(7);
    assert.deepEqual(edits, []);
    await enter(token);
    assert.deepEqual(edits, [[7, "🔑 Вход выполнен: @anna, 12:00"]]);
    await pass(time, LINK_MS);
    assert.equal(edits.length, 1);
    assert.equal(await journal.nextLoginExpiryMs(), undefined);
  }));

Deno.test("an unused link is replaced when its ten minutes are over, not before", () =>
  withChat(async ({ send, edits, time }) => {
    const sentAtMs = Date.now();
    await send(7);
    await pass(time, sentAtMs + LINK_MS - 1 - Date.now());
    assert.deepEqual(edits, []);
    await pass(time, 1);
    assert.deepEqual(edits, [[7, "🔑 Ссылка устарела. /admin пришлёт новую"]]);
  }));

Deno.test("links that end while no process is there are changed by the next one, used ones too", () =>
  withChat(async ({ send, enter, edits, time, outcomes, restart }) => {
    const token = await send(7, "@anna");
    await send(8, "@petr");
    outcomes.push("stopped");
    await enter(token);
    assert.deepEqual(edits, []);
    await restart();
    assert.deepEqual(edits, [[7, "🔑 Вход выполнен: @anna, 12:00"]]);
    await pass(time, LINK_MS);
    assert.deepEqual(edits.at(-1), [8, "🔑 Ссылка устарела. /admin пришлёт новую"]);
  }));

Deno.test("an edit that fails is tried again, with growing waits, and given up after a day", () =>
  withChat(async ({ send, enter, edits, time, outcomes, journal }) => {
    const token = await send(7);
    outcomes.push("failed", "failed", "failed");
    await enter(token);
    await pass(time, 1_000);
    await pass(time, 2_000);
    assert.deepEqual(edits, []);
    await pass(time, 4_000);
    assert.equal(edits.length, 1);

    await send(8);
    outcomes.push(...Array.from({ length: 1_000 }, () => "failed" as const));
    for (let hours = 0; hours < 26; hours++) await pass(time, 60 * 60_000);
    assert.equal(edits.length, 1);
    assert.equal(await journal.nextLoginExpiryMs(), undefined);
  }));

Deno.test("while the journal cannot be read the bot lives on, and then changes what has ended", () =>
  withChat(async ({ send, edits, time, breakJournal }) => {
    await send(7);
    const mend = breakJournal();
    await pass(time, LINK_MS);
    await pass(time, 60_000);
    assert.deepEqual(edits, []);
    mend();
    await pass(time, 60_000);
    assert.equal(edits.length, 1);
  }));

Deno.test("a link that was used before its message was recorded counts as used", () =>
  withChat(async ({ journal, messages, edits, time }) => {
    const link = { hash: "gone", askedBy: "@anna", expiresAtMs: Date.now() + LINK_MS };
    await settled(time, messages.remember(link, { chatId: -1001234, messageId: 9 }));
    await pass(time, 0);
    assert.deepEqual(edits, [[9, "🔑 Вход выполнен: @anna, 12:00"]]);
    assert.deepEqual(await journal.deadLoginMessages(Date.now()), []);
  }));
