// Recorded updates on their way to the bot: each chat's in order, bounded, failed ones again.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { FakeTime } from "@std/testing/time";
import { BotError, type Context, GrammyError, HttpError } from "grammy";
import type { Update } from "grammy/types";
import { OutcomeUnknown } from "../../lib/telegram/failures.ts";
import { createInbox, type Inbox } from "../../lib/telegram/update_inbox.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { Log } from "../../lib/log/log.ts";
import { createDurableRecording, type RecordDurably } from "../../lib/journal/durable.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { recordsAtOnce } from "../helpers/records_at_once.ts";
import { slowJournal } from "../helpers/slow_journal.ts";

/** A message to the bot; chat 1 unless told otherwise. */
function anUpdate(update_id: number, chatId = 1): Update {
  const user = { id: chatId, is_bot: false, first_name: "Galliard" };
  const chat = { id: chatId, type: "private" as const, first_name: "Galliard" };
  const message = { message_id: update_id, date: 0, chat, from: user, text: String(update_id) };
  return { update_id, message };
}

interface Room extends LogOfTest {
  readonly journal: Journal;
  readonly inbox: Inbox;
  readonly time: FakeTime;
  /** The ids of the updates handled so far, in order. */
  readonly handled: number[];
  /** How many were in hand at once, at most. */
  readonly peak: () => number;
  /** Ends the handling of an update. */
  end(id: number): Promise<void>;
}

interface Options {
  /** What the bot does with an update; by default nothing. */
  readonly handle?: (update: Update, cameAtMs: number) => void | Promise<void>;
  /** Leaves updates in hand until the test ends them. */
  readonly held?: boolean;
  /** What an earlier process left in the journal. */
  readonly before?: (journal: Journal) => Promise<void>;
  readonly breakJournal?: (journal: Journal) => Journal;
}

/** An inbox on a journal in memory, at noon, with a clock that stands. */
async function withInbox(run: (room: Room) => Promise<void>, options: Options = {}): Promise<void> {
  using time = new FakeTime(NOON_MS);
  const lines = aLog();
  const opened = await openJournal(":memory:");
  const journal = options.breakJournal?.(opened) ?? opened;
  await options.before?.(opened);
  const handled: number[] = [];
  const held = new Map<number, () => void>();
  let peak = 0;
  const stopping = new AbortController();
  const recordDurably = aRecording(journal, lines.log, stopping.signal);
  const inbox = createInbox({
    journal,
    recordDurably,
    recordDone: recordsAtOnce(journal, recordDurably),
    now: Date.now,
    random: () => 1,
    log: lines.log,
    async handle(update, cameAtMs) {
      handled.push(update.update_id);
      if (options.held) {
        const gate = Promise.withResolvers<void>();
        held.set(update.update_id, gate.resolve);
        peak = Math.max(peak, held.size);
        await gate.promise;
      }
      await options.handle?.(update, cameAtMs);
    },
  });
  const end = (id: number) => {
    held.get(id)?.();
    held.delete(id);
    return turn();
  };
  try {
    await run({ ...lines, journal, inbox, time, handled, peak: () => peak, end });
  } finally {
    stopping.abort();
    const stopped = inbox.stop();
    while (held.size > 0) await Promise.all([...held.keys()].map(end));
    await stopped;
    await journal.close();
  }
}

function aRecording(
  journal: Journal,
  log: Log,
  stopping = new AbortController().signal,
): RecordDurably {
  return createDurableRecording({
    journal,
    log,
    random: () => 1,
    sleep: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
        stopping.addEventListener("abort", () => resolve());
      }),
    stopping,
  });
}

async function turn(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

// — Accepting —

Deno.test("a chat's updates keep their order when some come while others are being recorded for later", () =>
  withInbox(async ({ inbox, handled, end }) => {
    const messages = (count: number, from: number) =>
      Array.from({ length: count }, (_, nth) => anUpdate(from + nth, from + nth));
    await inbox.accept(messages(2_000, 10_000));
    const forLater = inbox.accept([anUpdate(1), ...messages(600, 20_000)]);
    for (const id of handled.slice(0, 300)) void end(id); // Makes room in the line.
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([forLater, inbox.accept([anUpdate(2)])]);
    for (let ended = 0; !handled.includes(1) || !handled.includes(2);) {
      const inHand = handled.slice(ended);
      ended += inHand.length;
      await Promise.all([...inHand.map(end), turn()]);
    }
    assert.ok(handled.indexOf(1) < handled.indexOf(2));
  }, { held: true, breakJournal: slowJournal }));

Deno.test("accept hands every update of a batch over", () =>
  withInbox(async ({ inbox, handled }) => {
    await inbox.accept([anUpdate(11, 1), anUpdate(12, 2), anUpdate(13, 3)]);
    assert.deepEqual(handled, [11, 12, 13]);
  }));

Deno.test("accept hands an update over once, although Telegram sends it again", () =>
  withInbox(async ({ inbox, handled }) => {
    await inbox.accept([anUpdate(11)]);
    await inbox.accept([anUpdate(11), anUpdate(12)]);
    assert.deepEqual(handled, [11, 12]);
  }));

Deno.test("an update is handed over with when it came, also one that an earlier process left", () => {
  const came: number[] = [];
  return withInbox(async ({ inbox }) => {
    inbox.start();
    await inbox.accept([anUpdate(12)]);
    assert.deepEqual(came, [NOON_MS - 90_000, NOON_MS]);
  }, {
    handle: (_, cameAtMs) => void came.push(cameAtMs),
    async before(journal) {
      const body = JSON.stringify(anUpdate(11));
      await journal.recordUpdates([{ id: 11, body }], NOON_MS - 90_000, NOON_MS - 90_000);
    },
  });
});

Deno.test("accept resolves when the batch is on disk, with what the bot recorded at once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/triborg.db`;
  const journal = await openJournal(path);
  const onDisk = new DatabaseSync(path, { readOnly: true });
  const count = (table: string) =>
    Number(onDisk.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.["rows"]);
  const recordDurably = aRecording(journal, aLog().log);
  const inbox = createInbox({
    journal,
    recordDurably,
    recordDone: recordsAtOnce(journal, recordDurably),
    now: () => NOON_MS,
    random: () => 1,
    log: aLog().log,
    async handle() {
      assert.ok(await journal.recordChoice(aNewLead(), aConfirmation(), "crm.example.ru", false));
      assert.deepEqual([count("inbox"), count("leads")], [0, 0]);
      await journal.committed();
    },
  });
  await inbox.accept([anUpdate(11)]);
  assert.deepEqual([count("inbox"), count("leads"), count("outbox")], [1, 1, 2]);
  await inbox.stop();
  onDisk.close();
  await journal.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("accept rejects when the batch cannot be put on disk, and takes it the next time", () => {
  let failures = 0;
  return withInbox(async ({ inbox, handled, journal }) => {
    await assert.rejects(inbox.accept([anUpdate(11)]), { message: "disk is full" });
    assert.deepEqual(handled, []);
    await inbox.accept([anUpdate(11)]);
    assert.deepEqual(handled, [11]);
    assert.deepEqual(await journal.takeUpdates(NOON_MS, 9), []);
  }, {
    breakJournal: (journal) => ({
      ...journal,
      recordUpdates(...args) {
        if (failures++ === 0) throw new Error("disk is full");
        return journal.recordUpdates(...args);
      },
    }),
  });
});

// — Order and bounds —

Deno.test("a chat's updates are handled one after another, and chats side by side", () =>
  withInbox(async ({ inbox, handled, end }) => {
    await inbox.accept([anUpdate(11, 1), anUpdate(12, 1), anUpdate(13, 2)]);
    await inbox.accept([anUpdate(14, 1), anUpdate(15, 2)]);
    assert.deepEqual(handled, [11, 13]);
    await end(11);
    assert.deepEqual(handled, [11, 13, 12]);
    await end(13);
    assert.deepEqual(handled, [11, 13, 12, 15]);
    await end(12);
    assert.deepEqual(handled, [11, 13, 12, 15, 14]);
  }, { held: true }));

Deno.test("a group's command waits for what came before it, and nothing but further commands waits for it", () =>
  withInbox(async ({ inbox, handled, end }) => {
    await inbox.accept([
      aGroupMessage(1, "Здравствуйте"),
      aGroupMessage(2, "/status"),
      aGroupMessage(3, "/leads"),
      aGroupMessage(4, "Добрый день"),
      aGroupMessage(5, "До встречи"),
    ]);
    assert.deepEqual(handled, [1]);
    await end(1);
    assert.deepEqual(handled, [1, 2, 4]);
    await end(4);
    assert.deepEqual(handled, [1, 2, 4, 5]);
    await end(2);
    assert.deepEqual(handled, [1, 2, 4, 5, 3]);
  }, { held: true }));

Deno.test("a visitor's command holds up what they write next: it may change their menu", () =>
  withInbox(async ({ inbox, handled }) => {
    const start = anUpdate(1);
    await inbox.accept([{ ...start, message: { ...start.message!, text: "/start" } }, anUpdate(2)]);
    assert.deepEqual(handled, [1]);
  }, { held: true }));

function aGroupMessage(update_id: number, text: string): Update {
  const { message } = anUpdate(update_id, 7);
  const chat = { id: -1001, type: "supergroup" as const, title: "Менеджеры" };
  return { update_id, message: { ...message!, chat, text } };
}

Deno.test("an update that fails lets the next of its chat pass", () =>
  withInbox(async ({ inbox, handled }) => {
    await inbox.accept([anUpdate(11), anUpdate(12)]);
    await turn();
    assert.deepEqual(handled, [11, 12]);
  }, {
    handle({ update_id }) {
      if (update_id === 11) throw new TypeError("x is not a function");
    },
  }));

function batch(from: number, count: number): Update[] {
  return Array.from({ length: count }, (_, index) => anUpdate(from + index, from + index));
}

Deno.test("512 updates are in hand at once, and the 513th waits in line until one of them ended", () =>
  withInbox(async ({ inbox, handled, end, peak, journal, time }) => {
    await inbox.accept(batch(1, 512));
    await inbox.accept([anUpdate(513, 513)]);
    await turn();
    assert.equal(handled.length, 512);
    assert.deepEqual(await journal.takeUpdates(time.now, 1), [], "it is not read from disk");
    await end(1);
    assert.deepEqual(handled.slice(512), [513]);
    assert.equal(peak(), 512);
  }, { held: true }));

function ids(from: number, count: number): number[] {
  return batch(from, count).map(({ update_id }) => update_id);
}

/** A press in a chat. */
function aPress(update_id: number, chatId: number): Update {
  const { message } = anUpdate(update_id, chatId);
  if (message === undefined) throw new TypeError("Cannot press: no message");
  const { from } = message;
  return { update_id, callback_query: { id: "1", from, message, chat_instance: "1", data: "x" } };
}

Deno.test("a press goes past messages that wait, except its own chat's, and takes no place in hand", () =>
  withInbox(async ({ inbox, handled, end }) => {
    await inbox.accept(batch(1, 600));
    await inbox.accept([aPress(601, 600), aPress(602, 1), aPress(603, 10_000)]);
    assert.deepEqual(handled.slice(512), [603], "600 waits in line, and 1 is in hand");
    await end(603);
    for (let id = 1; id <= 100; id++) await end(id);
    assert.deepEqual(handled.slice(513), [...ids(513, 88), 602]);
    await end(600);
    assert.equal(handled.at(-1), 601);
  }, { held: true }));

Deno.test("256 presses at most go past messages that wait", () =>
  withInbox(async ({ inbox, handled }) => {
    await inbox.accept(batch(1, 600));
    await inbox.accept(ids(601, 300).map((id) => aPress(id, 10_000 + id)));
    assert.deepEqual(handled.slice(512), ids(601, 256));
  }, { held: true }));

Deno.test("a long line moves on when 64 updates have ended, so that the next share a transaction", () =>
  withInbox(async ({ inbox, handled, end }) => {
    await inbox.accept(batch(1, 512));
    await inbox.accept(batch(513, 100));
    for (let id = 1; id <= 63; id++) await end(id);
    assert.equal(handled.length, 512);
    await end(64);
    assert.equal(handled.length, 576);
  }, { held: true }));

Deno.test("what is more than 2,000 in line waits on disk alone, and is handled too", () =>
  withInbox(async ({ inbox, handled, end, journal }) => {
    for (let from = 1; from <= 2_501; from += 100) await inbox.accept(batch(from, 100));
    await inbox.accept([anUpdate(2_601, 2_601)]);
    assert.equal(await journal.nextUpdateDueAtMs(), NOON_MS);
    for (let nth = 0; nth < 2_601; nth++) await end(handled[nth] ?? 0);
    assert.equal(new Set(handled).size, 2_601);
    assert.equal(await journal.nextUpdateDueAtMs(), undefined);
  }, { held: true }));

Deno.test("what stands in line when its batch cannot be put on disk is not handled: Telegram hands it over again", () => {
  let fails = false;
  return withInbox(async ({ inbox, handled, end }) => {
    for (let from = 1; from < 500; from += 100) await inbox.accept(batch(from, 100));
    fails = true;
    await assert.rejects(inbox.accept(batch(501, 100)), /full/);
    for (const id of [...handled]) await end(id);
    assert.deepEqual(handled.filter((id) => id > 512), []);
    fails = false;
    await inbox.accept(batch(501, 100));
    assert.equal(handled.filter((id) => id > 512).length, 88);
  }, {
    held: true,
    breakJournal: (journal) => ({
      ...journal,
      async recordUpdates(...args) {
        return fails ? new Set(args[0].map(({ id }) => id)) : await journal.recordUpdates(...args);
      },
      committed: () => fails ? Promise.reject(new Error("full")) : journal.committed(),
    }),
  });
});

Deno.test("2,000 updates that wait are all handled, each once, at most 512 at a time", () =>
  withInbox(async ({ inbox, handled, end, peak }) => {
    for (let from = 1; from < 2_000; from += 100) await inbox.accept(batch(from, 100));
    assert.ok(handled.length <= 512);
    for (let nth = 0; nth < 2_000; nth++) await end(handled[nth] ?? 0);
    assert.deepEqual(
      handled.toSorted((a, b) => a - b),
      batch(1, 2_000).map((each) => each.update_id),
    );
    assert.ok(peak() <= 512, String(peak()));
  }, { held: true }));

Deno.test("a visitor who sends 1,000 messages at once takes no other's place in hand", () =>
  withInbox(async ({ inbox, handled, end }) => {
    for (let from = 1; from < 1_000; from += 100) {
      await inbox.accept(Array.from({ length: 100 }, (_, nth) => anUpdate(from + nth, 1)));
    }
    await inbox.accept(batch(2_001, 100));
    await turn();
    assert.deepEqual(handled, [1, ...batch(2_001, 100).map((each) => each.update_id)]);
    for (let id = 1; id <= 1_000; id++) await end(id);
    assert.deepEqual(handled.slice(101), Array.from({ length: 999 }, (_, nth) => nth + 2));
  }, { held: true }));

// — Failures —

function refusal(error_code: number, description: string): GrammyError {
  const error = { ok: false as const, error_code, description };
  return new GrammyError("Call to 'sendMessage' failed!", error, "sendMessage", {});
}

const UNREACHED = new HttpError("Network request for 'sendMessage' failed!", new Error("reset"));

Deno.test("an update that met a short fault is handled again, after growing waits", () => {
  let failures = 0;
  return withInbox(async ({ inbox, handled, time, lines }) => {
    await inbox.accept([anUpdate(11)]);
    await turn();
    const words = "⚠️ На обновление 11 не ответить: нет связи с Telegram (reset). Пробуем снова";
    assert.deepEqual(lines, [words]);
    for (const [tries, waitMs] of [[1, 1_000], [2, 2_000], [3, 4_000]] as const) {
      time.tick(waitMs - 1);
      await turn();
      assert.equal(handled.length, tries);
      time.tick(1);
      await turn();
      assert.equal(handled.length, tries + 1);
    }
    assert.deepEqual(lines, [words, words, words]);
  }, {
    handle() {
      if (failures++ < 3) throw UNREACHED;
    },
  });
});

for (
  const [code, words] of [[400, "Bad Request: chat not found"], [
    403,
    "Forbidden: blocked",
  ]] as const
) {
  Deno.test(`an update that met a ${code} is given up at once`, () =>
    withInbox(async ({ inbox, handled, time, lines }) => {
      await inbox.accept([anUpdate(11)]);
      await turn();
      assert.deepEqual(lines, [`❌ На обновление 11 не ответить: ${code}: ${words}`]);
      time.tick(600_000);
      await turn();
      assert.deepEqual(handled, [11]);
    }, {
      handle() {
        throw refusal(code, words);
      },
    }));
}

Deno.test("an update whose answer may have arrived twice is not handled again", () =>
  withInbox(async ({ inbox, handled, time, lines }) => {
    await inbox.accept([anUpdate(11)]);
    await turn();
    assert.deepEqual(lines, ["❌ На обновление 11 не ответить: нет связи с Telegram (reset)"]);
    time.tick(600_000);
    await turn();
    assert.deepEqual(handled, [11]);
  }, {
    handle() {
      throw new OutcomeUnknown("нет связи с Telegram (reset)");
    },
  }));

for (const code of [401, 404, 409, 429, 500]) {
  Deno.test(`an update that met a ${code} is handled again`, () => {
    let failures = 0;
    return withInbox(async ({ inbox, handled, time }) => {
      await inbox.accept([anUpdate(11)]);
      await turn();
      time.tick(1_000);
      await turn();
      assert.deepEqual(handled, [11, 11]);
    }, {
      handle() {
        if (failures++ === 0) throw refusal(code, "Not now");
      },
    });
  });
}

Deno.test("an update that meets a defect is retried, as the next version may have it fixed", () =>
  withInbox(async ({ inbox, handled, time, lines }) => {
    await inbox.accept([anUpdate(11)]);
    for (let wait = 0; wait < 10; wait++) {
      await turn();
      time.tick(300_000);
    }
    await turn();
    assert.equal(handled.length, 11);
    const words = "⚠️ На обновление 11 не ответить: TypeError: x is not a function. Пробуем снова";
    assert.ok(lines.every((line) => line === words), lines.join("\n"));
  }, {
    handle() {
      throw new TypeError("x is not a function");
    },
  }));

Deno.test("what grammY wraps around an error does not count", () =>
  withInbox(async ({ inbox, lines }) => {
    await inbox.accept([anUpdate(11)]);
    await turn();
    assert.deepEqual(lines, ["❌ На обновление 11 не ответить: 403: Forbidden: blocked"]);
  }, {
    handle() {
      throw new BotError(refusal(403, "Forbidden: blocked"), {} as Context);
    },
  }));

Deno.test("an update is tried for as long as Telegram would have kept it, 24 hours, and no longer", async () => {
  const linesAt = async (ageMs: number) => {
    let words = "";
    await withInbox(async ({ inbox, line }) => {
      inbox.start();
      await turn();
      words = await line("11");
    }, {
      before: async (journal) =>
        void await journal.recordUpdates(
          [{ id: 11, body: JSON.stringify(anUpdate(11)) }],
          NOON_MS - ageMs,
          NOON_MS,
        ),
      handle() {
        throw UNREACHED;
      },
    });
    return words;
  };
  const DAY_MS = 86_400_000;
  assert.match(await linesAt(DAY_MS), /^⚠️ .+Пробуем снова$/);
  assert.match(await linesAt(DAY_MS + 1), /^❌ .+\(reset\)$/);
});

Deno.test("an update that fails again and again does not hold up the others", () =>
  withInbox(async ({ inbox, handled }) => {
    await inbox.accept([anUpdate(11, 1), anUpdate(12, 2)]);
    await inbox.accept([anUpdate(13, 1), anUpdate(14, 3)]);
    await turn();
    assert.deepEqual(handled.filter((id) => id !== 11), [12, 13, 14]);
  }, {
    handle({ update_id }) {
      if (update_id === 11) throw UNREACHED;
    },
  }));

/** A journal that cannot hand out updates while `broken` is set. */
function unreadable(broken: () => boolean) {
  return (journal: Journal): Journal => ({
    ...journal,
    takeUpdates(...args) {
      if (broken()) throw new Error("disk I/O error");
      return journal.takeUpdates(...args);
    },
  });
}

// An exception in a timer would end the process.
Deno.test("an inbox goes on after its journal was unreadable for a moment", () => {
  let failures = 0;
  let isBroken = false;
  return withInbox(async ({ inbox, handled, time }) => {
    await inbox.accept([anUpdate(11)]);
    await turn();
    isBroken = true;
    time.tick(1_000);
    await turn();
    isBroken = false;
    time.tick(300_000);
    await turn();
    assert.deepEqual(handled, [11, 11]);
  }, {
    breakJournal: unreadable(() => isBroken),
    handle() {
      if (failures++ === 0) throw UNREACHED;
    },
  });
});

Deno.test("an update that failed is not lost when the journal cannot note it for a moment", () => {
  let failures = 0;
  let breaks = 0;
  return withInbox(async ({ inbox, handled, time, lines }) => {
    await inbox.accept([anUpdate(11)]);
    await turn();
    assert.equal(lines.at(-1), "❌ Журнал не записать: disk is full. Пробуем снова");
    time.tick(1_000);
    await turn();
    time.tick(300_000);
    await turn();
    assert.deepEqual(handled, [11, 11]);
  }, {
    breakJournal: (journal) => ({
      ...journal,
      async postponeUpdate(...args) {
        if (breaks++ === 0) throw new StorageError("disk is full");
        await journal.postponeUpdate(...args);
      },
    }),
    handle() {
      if (failures++ === 0) throw UNREACHED;
    },
  });
});

// — From one process to the next —

Deno.test("start hands over what an earlier process left, each chat's in order", () =>
  withInbox(async ({ inbox, handled, end }) => {
    inbox.start();
    await turn();
    assert.deepEqual(handled, [11, 13]);
    await end(11);
    assert.deepEqual(handled, [11, 13, 12]);
  }, {
    held: true,
    async before(journal) {
      const updates = [anUpdate(12, 1), anUpdate(11, 1), anUpdate(13, 2)];
      await journal.recordUpdates(
        updates.map((update) => ({ id: update.update_id, body: JSON.stringify(update) })),
        NOON_MS,
        null,
      );
      await journal.recover({ kind: "interrupted", reason: "" }, NOON_MS);
    },
  }));

Deno.test("an update that was handled is not left to the next process, one that was not is", () =>
  withInbox(async ({ inbox, journal, end }) => {
    await inbox.accept([anUpdate(11, 1), anUpdate(12, 2)]);
    await end(11);
    await journal.recover({ kind: "interrupted", reason: "" }, NOON_MS);
    assert.deepEqual((await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [12]);
  }, { held: true }));

Deno.test("stop resolves when what is in hand is done, and hands over nothing more", () =>
  withInbox(async ({ inbox, handled, end }) => {
    await inbox.accept([anUpdate(11)]);
    let stopped = false;
    const stopping = inbox.stop().then(() => stopped = true);
    await inbox.accept([anUpdate(12, 2)]);
    await turn();
    assert.ok(!stopped);
    await end(11);
    await stopping;
    assert.deepEqual(handled, [11]);
  }, { held: true }));

Deno.test("stop forgets what it was waiting for", () =>
  withInbox(async ({ inbox, journal, time }) => {
    await inbox.accept([anUpdate(11)]);
    await turn();
    await journal.committed();
    await inbox.stop();
    assert.ok(!time.next(), "a timer is left");
  }, {
    handle() {
      throw UNREACHED;
    },
  }));

Deno.test("what came while the inbox stopped is left to the next process", () =>
  withInbox(async ({ inbox, journal }) => {
    await inbox.stop();
    await inbox.accept([anUpdate(12)]);
    assert.deepEqual((await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [12]);
  }));

Deno.test("updates that fail or end while the disk is full are neither lost nor handled again when it has room", () => {
  let isFull = false;
  return withInbox(async ({ inbox, handled, end, journal, time }) => {
    await inbox.accept([anUpdate(11, 1), anUpdate(12, 2)]);
    isFull = true;
    for (const id of [11, 12]) await end(id);
    time.tick(5_000);
    await turn();
    isFull = false;
    for (let second = 0; second < 20; second++) {
      time.tick(1_000);
      await turn();
    }
    assert.deepEqual(handled, [11, 12, 11]);
    await end(11);
    time.tick(20);
    await turn();
    await journal.recover({ kind: "interrupted", reason: "restart" }, NOON_MS);
    assert.deepEqual(await journal.takeUpdates(NOON_MS, 9), []);
  }, {
    held: true,
    handle(update) {
      if (update.update_id === 11 && isFull) throw UNREACHED;
    },
    // A full disk undoes what a turn wrote: here the turn's writes never come to pass.
    breakJournal: (journal) => ({
      ...journal,
      recordDone: async (done) => !isFull && await journal.recordDone(done),
      postponeUpdate: async (id, dueAtMs) =>
        isFull ? undefined : await journal.postponeUpdate(id, dueAtMs),
      committed: () => isFull ? Promise.reject(new Error("full")) : journal.committed(),
      committedSoon: () => isFull ? Promise.reject(new Error("full")) : journal.committed(),
    }),
  });
});

for (const body of ["{", "null", "7", "{}"]) {
  Deno.test(`a row with ${body} for an update is put aside, and those after it are handled`, () =>
    withInbox(async ({ inbox, handled, lines, journal }) => {
      inbox.start();
      await turn();
      assert.deepEqual(handled, [11, 13]);
      assert.ok(lines.some((line) => line.includes("Обновление 12 в журнале не разобрать")));
      await journal.committed();
      await journal.recover({ kind: "interrupted", reason: "restart" }, NOON_MS);
      assert.deepEqual(await journal.takeUpdates(NOON_MS, 9), []);
    }, {
      async before(journal) {
        const bodies = [JSON.stringify(anUpdate(11, 1)), body, JSON.stringify(anUpdate(13, 3))];
        await journal.recordUpdates(
          bodies.map((body, nth) => ({ id: 11 + nth, body })),
          NOON_MS,
          NOON_MS,
        );
      },
    }));
}

Deno.test("an update without a chat does not keep the others of its batch from being handled", () =>
  withInbox(async ({ inbox, handled }) => {
    const strange = { update_id: 12, callback_query: { id: "1" } } as unknown as Update;
    await inbox.accept([anUpdate(11, 1), strange, anUpdate(13, 3)]);
    await turn();
    assert.deepEqual(handled, [11, 12, 13]);
  }));

for (const method of ["recordDone", "postponeUpdate"] as const) {
  Deno.test(`a defect in ${method} is logged once with its stack, and the updates after it are handled`, () =>
    withInbox(async ({ inbox, handled, lines, time }) => {
      await inbox.accept([anUpdate(11, 1), anUpdate(12, 2)]);
      await turn();
      await inbox.accept([anUpdate(13, 1)]);
      await turn();
      time.tick(60_000);
      await turn();
      assert.deepEqual(handled, [11, 12, 13]);
      const defects = lines.filter((line) => line.includes(`TypeError: ${method} is broken at `));
      assert.equal(defects.length, 1);
    }, {
      handle(update) {
        if (method === "postponeUpdate" && update.update_id === 11) throw UNREACHED;
      },
      breakJournal: (journal) => ({
        ...journal,
        recordDone(done) {
          const isBroken = method === "recordDone" &&
            done.some((each) => each.kind === "handled" && each.update === 11);
          if (isBroken) throw new TypeError("recordDone is broken");
          return journal.recordDone(done);
        },
        async postponeUpdate(id, dueAtMs) {
          if (method === "postponeUpdate") throw new TypeError("postponeUpdate is broken");
          await journal.postponeUpdate(id, dueAtMs);
        },
      }),
    }));
}
Deno.test("a malformed update that an earlier version recorded is skipped", () =>
  withInbox(async ({ inbox, handled, lines, journal }) => {
    inbox.start();
    await turn();
    assert.deepEqual(handled, [12]);
    assert.equal(lines.length, 2);
    await journal.committed();
    await journal.recover({ kind: "interrupted", reason: "restart" }, NOON_MS);
    assert.deepEqual(await journal.takeUpdates(NOON_MS, 9), []);
  }, {
    async before(journal) {
      const strange = { id: 2 ** 53, body: JSON.stringify(anUpdate(2 ** 53)) };
      const press = { id: 11, body: JSON.stringify({ update_id: 11, callback_query: {} }) };
      const good = { id: 12, body: JSON.stringify(anUpdate(12)) };
      await journal.recordUpdates([strange, press, good], NOON_MS, NOON_MS);
    },
  }));
