// A journal that an earlier version left in the middle of everything is opened and worked off.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { createShownWords } from "../../lib/managers/shown_words.ts";
import { createDelivery } from "../../lib/delivery/delivery.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import type { ShowOutcome } from "../../lib/managers/chat.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { crmSide, noNotes } from "../helpers/crm_side.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { recordsAtOnce } from "../helpers/records_at_once.ts";
import { oneChat } from "../helpers/one_chat.ts";

const LEFT = new URL("./older_journal.sql", import.meta.url);

/** The journal's file as the earlier version left it. */
async function leaveOlderJournal(path: string): Promise<void> {
  await openDatabase(path, MIGRATIONS, ADDITIONS).close();
  const sqlite = new DatabaseSync(path);
  sqlite.exec(Deno.readTextFileSync(LEFT));
  sqlite.close();
}

Deno.test("all that an earlier version owed is done, each once, and no begun POST leaves again", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/triborg.db`;
  await leaveOlderJournal(path);
  const journal = await openJournal(path, "1");
  const { log, lines } = aLog();
  const profiles = someProfiles();
  const stopping = new AbortController();
  const nowMs = NOON_MS + 70_000;
  const shared = { journal, log, random: () => 1, now: () => nowMs, sleep: turns };
  const recordDurably = createDurableRecording({ ...shared, stopping: stopping.signal });
  const done: string[] = [];
  const show = (what: string): Promise<ShowOutcome> =>
    Promise.resolve({ kind: "shown", message: { chatId: -1, messageId: 900 + done.push(what) } });
  const delivery = createDelivery({
    shownWords: createShownWords(),
    ...shared,
    recordDurably,
    recordDone: recordsAtOnce(journal, recordDurably),
    afterVisitors: turns,
    profiles: () => profiles,
    crmTimeoutMs: 10_000,
    repeatWindowMs: 0,
    tellTime: String,
    cutOff: stopping.signal,
    ...crmSide(),
    crm: {
      send: noNotes,
      sendLead({ idempotencyKey }) {
        done.push(`POST ${Number(idempotencyKey.slice(-12))}`);
        return Promise.resolve({ kind: "accepted", status: 200 });
      },
      close() {},
    },
    visitorChat: {
      confirm({ chatId }) {
        done.push(`confirmation ${chatId}`);
        return Promise.resolve({ kind: "sent" });
      },
      thank(chatId) {
        done.push(`thanks ${chatId}`);
        return Promise.resolve({ kind: "sent" });
      },
      askPhone: () => Promise.reject(new Error("not asked here")),
      remind(chatId) {
        done.push(`reminder ${chatId}`);
        return Promise.resolve({ kind: "sent", menu: { chatId, messageId: 99 } });
      },
    },
    chats: oneChat({
      chatId: () => -1,
      ready: () => Promise.resolve(),
      show: ({ text }) => show(kindOf(text)),
      edit: () => show("edit"),
      alert: () => Promise.resolve(false),
      showPart: () => show("follow-up"),
    }),
  });
  try {
    await delivery.start();
    for (let rounds = 0; (await journal.lanes("")).length > 0; rounds++) {
      assert.ok(rounds < 100, `still owed: ${await journal.lanes("")}\n${lines.join("\n")}`);
      await turns();
    }
    const once = (what: string) => done.filter((each) => each.startsWith(what)).toSorted();
    assert.deepEqual(once("POST"), ["POST 1", "POST 2", "POST 5"]);
    assert.deepEqual(once("confirmation"), ["confirmation 1001", "confirmation 1012"]);
    assert.deepEqual(once("thanks"), ["thanks 1009"]);
    assert.deepEqual(once("reminder"), ["reminder 2001", "reminder 2002"]);
    assert.deepEqual(once("card").length, 4, "of leads 3, 8, 10 and 11");
    assert.deepEqual([once("note").length, once("offer").length], [2, 1]);
    assert.deepEqual(once("follow-up").length, 1);
    assert.deepEqual(await journal.openAttempts(), []);
    assert.deepEqual(await journal.factsOf("send_all:"), []);
    const doubtful = await Promise.all(
      [3, 4, 6].map(async (lead) => (await journal.attemptsOf(lead)).at(-1)?.outcome),
    );
    assert.deepEqual(doubtful, ["interrupted", "interrupted", "interrupted"]);
    const { received, undelivered, in_crm } = await journal.countLeads();
    assert.deepEqual({ received, undelivered, in_crm }, { received: 0, undelivered: 0, in_crm: 4 });
    const updates = (await journal.takeUpdates(nowMs, 9)).map(({ id }) => id);
    assert.deepEqual(updates, [11, 12], "13 was handled");
  } finally {
    stopping.abort();
    await delivery.stop();
    await journal.close();
    await Deno.remove(folder, { recursive: true });
  }
});

function kindOf(text: string): string {
  if (text.includes("НОВЫЙ ЛИД")) return "card";
  return text.includes("Открытых карточек") ? "offer" : "note";
}

async function turns(): Promise<void> {
  for (let nth = 0; nth < 5; nth++) await new Promise((resolve) => setImmediate(resolve));
}
