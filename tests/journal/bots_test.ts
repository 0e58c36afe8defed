// One journal under several bots, one after another: what is unique within one bot only is never taken for another's.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  ADMIN_CHAT_LANE,
  EDITS_LANE,
  FOLLOW_UPS_LANE,
  type Journal,
  journalIn,
  VISITORS_LANE,
} from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { withOpened } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const [A, B, C] = ["111", "222", "333"];
const CHAT = aNewLead().chatId;
const MENU = { chatId: CHAT, messageId: 2 };

interface File {
  readonly path: string;
  /** Opens it for a bot, closed before. */
  as(botId: string): Promise<Journal>;
  close(): Promise<void>;
}

/** Lends a journal's file. */
async function withFile(run: (file: File) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "triborg-bots-" });
  const path = `${folder}/triborg.db`;
  let journal: Journal | undefined;
  async function close(): Promise<void> {
    await journal?.close();
    journal = undefined;
  }
  try {
    await run({
      path,
      async as(botId) {
        await close();
        return journal = await openJournal(path, botId);
      },
      close,
    });
  } finally {
    await close();
    Deno.removeSync(folder, { recursive: true });
  }
}

async function press(journal: Journal, id: string, messageId = 2) {
  const lead = aNewLead({ id, menuMessageId: messageId });
  const confirmation = aConfirmation({ ...MENU, messageId });
  return (await journal.recordChoice(lead, confirmation, "crm:x", false))?.lead;
}

Deno.test("what a bot left is named as another's as a whole: a defect in between leaves it to the next start", async () => {
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  const before = await journalIn(db, A);
  await before.recordUpdates([{ id: 7, body: JSON.stringify({ update_id: 7 }) }], NOON_MS, NOON_MS);
  const broken = {
    ...db,
    reader(sql: string) {
      if (sql.includes("'offer_update'")) throw new TypeError("reader is broken");
      return db.reader(sql);
    },
  };
  await assert.rejects(() => journalIn(broken, B), TypeError);
  assert.deepEqual((await before.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [7]);
  await before.postponeUpdate(7, NOON_MS);
  assert.deepEqual((await (await journalIn(db, B)).takeUpdates(NOON_MS, 9)).map(({ id }) => id), [
    -1,
  ]);
  await db.close();
});

Deno.test("the second bot's heartbeat moves with the clock as the first one's, and tells the newest moment", () =>
  withOpened(async ({ as, engine }) => {
    await as(A);
    const journal = await as(B);
    const heartbeat = journal.ownFact("polled_at_ms");
    await journal.rememberFact(heartbeat, String(NOON_MS));
    assert.equal(await journal.newestMomentMs(), NOON_MS);
    await journal.shiftWaits(5_000);
    const byMs = engine === "SQLite" ? 5_000 : 0; // Other processes' clocks may have been right.
    assert.equal(await journal.fact(heartbeat), String(NOON_MS + byMs));
  }));

Deno.test("the same menu message of two bots gives two leads, and of each bot one, also when they come back", () =>
  withOpened(async ({ as }) => {
    assert.ok(await press(await as(A), "a"));
    const ofB = await press(await as(B), "b");
    assert.equal(ofB?.menuMessageId, 2);
    assert.equal(await press(await as(B), "b again"), undefined);
    assert.equal(await press(await as(A), "a again"), undefined);
    assert.ok(await press(await as(C), "c"));
    assert.equal(await press(await as(B), "b once more"), undefined);
  }));

Deno.test("a journal from before there were bots is its first bot's", () =>
  withFile(async ({ as, path }) => {
    const old = openDatabase(path, MIGRATIONS);
    await old.writer(
      `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms, card_chat_id, card_message_id, card_reason)
       VALUES ('old', 'in_admin_chat', 'agency', 'A', 'C', ?1, 'G', ?1, 2, 0, -1001, 77, 'crm_failed')`,
    ).run(CHAT);
    await old.close();
    const journal = await as(A);
    assert.equal(await press(journal, "again"), undefined);
    assert.deepEqual((await journal.findLead(1))?.card, { chatId: -1001, messageId: 77 });
    assert.equal((await journal.cardsOn({ chatId: -1001, messageId: 77 })).length, 1);
    assert.ok(await press(await as(B), "b"));
  }));

Deno.test("the bot before this one keeps its place in a journal that a second bot has used", () =>
  withFile(async ({ as, path, close }) => {
    await press(await as(A), "a");
    await press(await as(B), "b");
    await close();
    const old = new DatabaseSync(path);
    const { changes } = old.prepare(
      `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms) VALUES ('o', 'received', 'p', 'P', 'c', 1, '', ?, 2, 0)
       ON CONFLICT (chat_id, menu_message_id) DO NOTHING`,
    ).run(CHAT);
    old.close();
    assert.equal(changes, 0);
  }));

Deno.test("menus, follow-ups and cards of one bot are none of another's", () =>
  withOpened(async ({ as }) => {
    const card = { chatId: -1001, messageId: 77 };
    const message = {
      lead: 1,
      chatId: CHAT,
      messageId: 9,
      albumId: null,
      content: someContent(),
    };
    const ofA = await as(A);
    await ofA.rememberMenu(MENU, "agency", NOON_MS);
    await press(ofA, "a");
    await partsOf(ofA).rememberCard(1, "crm_failed", card, NOON_MS);
    await ofA.recordFollowUp(message, NOON_MS);

    const ofB = await as(B);
    assert.equal((await ofB.findMenu(MENU)).profile, undefined);
    assert.deepEqual(await ofB.cardsOn(card), []);
    assert.equal((await ofB.findLead(1))?.card, null, "it cannot be edited, nor replied to");
    assert.ok(((await ofB.takeFollowUp(1))?.messageIds[0] ?? 0) < 0, "it cannot be copied");
    assert.equal((await ofB.recordFollowUp({ ...message, lead: 1 }, NOON_MS)).kind, "begun");
    await ofB.rememberMenu(MENU, "cg", NOON_MS);

    const again = await as(A);
    assert.equal((await again.findMenu(MENU)).profile, "agency");
    assert.deepEqual((await again.findLead(1))?.card, card);
    assert.deepEqual((await again.takeFollowUp(1))?.messageIds, [9]);
    assert.equal((await again.recordFollowUp(message, NOON_MS)).kind, "known");
  }));

const PRESS = {
  update_id: 5,
  callback_query: {
    data: "x",
    message: { message_id: 2, chat: { id: CHAT }, reply_to_message: { message_id: 1 } },
  },
};

Deno.test("updates that one bot left are handled under the next, under names of their own, in their order", () =>
  withOpened(async ({ as }) => {
    const ofA = await as(A);
    await ofA.rememberMenu(MENU, "agency", NOON_MS);
    const updates = [PRESS, { update_id: 6 }, { update_id: 7 }, { update_id: 8 }];
    const records = updates.map((each) => ({ id: each.update_id, body: JSON.stringify(each) }));
    await ofA.recordUpdates([...records, { id: 9, body: "{broken" }], NOON_MS, NOON_MS);
    await ofA.takeUpdates(NOON_MS, 3);
    await ofA.recordDone([{ kind: "handled", update: 7 }]);

    const ofB = await as(B);
    await ofB.recover({ kind: "interrupted", reason: "" }, NOON_MS);
    const fresh = await ofB.recordUpdates(records, NOON_MS, null);
    assert.deepEqual([...fresh], [5, 6, 7, 8], "one bot's update ids mean nothing to the next");
    const left = await ofB.takeUpdates(NOON_MS, 10);
    assert.deepEqual(left.map(({ id }) => id), [-4, -3, -2, -1]);
    const [first, ...others] = left.map(({ body }) => body);
    assert.deepEqual(others.slice(-1), ["{broken"]);
    const { update_id, callback_query } = JSON.parse(first ?? "");
    assert.equal(update_id, -4);
    const { message_id, reply_to_message } = callback_query.message;
    assert.ok(message_id < 0 && reply_to_message.message_id < 0);
    assert.equal((await ofB.findMenu({ chatId: CHAT, messageId: message_id })).profile, "agency");
    assert.ok(await press(ofB, "left", message_id));
    assert.ok(await press(ofB, "b"), "the same message id of B is another menu");

    await ofB.recordDone([{ kind: "handled", update: -4 }]);
    await ofB.forgetUpdates(9);
    assert.equal(
      await press(await as(A), "a"),
      undefined,
      "the lead that A's press gave under B is A's",
    );
  }));

Deno.test("what one bot owed is said by the next in a new message", () =>
  withOpened(async ({ as }) => {
    const ofA = await as(A);
    await press(ofA, "a");
    const message = { chatId: -1001, messageId: 80 };
    const counts = { total: 2, sent: 1, failed: 0, skipped: 0, stopped: false };
    const body = { message, report: { profileName: "MONSTER AGENCY", ...counts } };
    await ofA.addWork({ lane: EDITS_LANE, kind: "offer_update", subject: 80, body }, NOON_MS);
    await ofA.rememberFact("send_all:agency", JSON.stringify({ ...body, running: 0 }));
    await ofA.noteFact("told", "1", "текст", NOON_MS);

    const ofB = await as(B);
    assert.ok(JSON.parse((await ofB.fact("send_all:agency"))!).message.messageId < 0);
    await ofB.recover({ kind: "interrupted", reason: "" }, NOON_MS);
    const confirmation = await ofB.takeWorkOfKind(VISITORS_LANE, "confirmation", NOON_MS);
    assert.ok(confirmation!.body.messageId < 0);
    const update = await ofB.takeWorkOfKind(EDITS_LANE, "offer_update", NOON_MS);
    assert.ok(update!.body.message.messageId < 0);
    assert.equal((await ofB.takeWorkOfKind(ADMIN_CHAT_LANE, "note", NOON_MS))?.body.text, "текст");
    assert.deepEqual(await ofB.takeWork(FOLLOW_UPS_LANE, NOON_MS, 9), []);
  }));

Deno.test("another bot's menus are nobody to be reminded of, and its absence is its own", () =>
  withOpened(async ({ as }) => {
    await (await as(A)).rememberMenu(MENU, "agency", NOON_MS);
    const ofB = await as(B);
    assert.equal(
      await ofB.recordPolled("x", NOON_MS + 1, { menusSinceMs: 0, untilMs: NOON_MS + 1 }),
      0,
    );
    assert.notEqual(ofB.ownFact("polled_at_ms"), "polled_at_ms");
    const ofA = await as(A);
    assert.equal(
      await ofA.recordPolled("x", NOON_MS + 1, { menusSinceMs: 0, untilMs: NOON_MS + 1 }),
      1,
    );
    assert.equal(ofA.ownFact("polled_at_ms"), "polled_at_ms");
  }));

Deno.test("a new token of the same bot is the same bot, and a journal opened without one is its last bot's", () =>
  withFile(async ({ as, path, close }) => {
    await press(await as(A), "a");
    await press(await as(B), "b");
    await close();
    const journal = await openJournal(path);
    assert.equal((await journal.findLead(2))?.menuMessageId, 2);
    assert.ok(((await journal.findLead(1))?.menuMessageId ?? 0) < 0);
    await journal.close();
  }));
