// Where owed work goes when profiles have managers' chats of their own, when they get and lose them, and what other versions make of it.

import assert from "node:assert/strict";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import {
  ADMIN_CHAT_LANE,
  ANSWER_NOTES_LANE,
  type ChatMap,
  EDITS_LANE,
  FOLLOW_UPS_LANE,
  FORMER_CHATS,
  type Journal,
  laneOfChat,
  MAIN_CHAT,
  MARKS_LANE,
} from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { A_HELD_LINE, aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const MAIN = -100;
const OWN = -200;
const TOPIC = `${OWN}:7`;

function someChats(byProfile: Readonly<Record<string, string>> = {}): ChatMap {
  const all = Object.entries(byProfile).map(([profile, chat]) =>
    [profile, { chat, group: chat.split(":")[0] ?? "" }] as const
  );
  const groups = all.map(([, { group }]) => [Number(group), group] as const);
  return { byProfile: new Map(all), groups: new Map([[MAIN, MAIN_CHAT], ...groups]) };
}

let menus = 0;

/** A lead that the CRM failed; its card is due. */
async function fail(journal: Journal, profile = "agency"): Promise<number> {
  menus += 1;
  const press = aNewLead({ id: `${menus}`, profile, menuMessageId: menus, chatId: menus });
  const { lead, post } = (await journal.recordChoice(press, aConfirmation(), "crm:host:a", true))!;
  await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  return lead.number;
}

async function kindsIn(journal: Journal, lane: string, chat = MAIN_CHAT): Promise<string[]> {
  const works = await journal.takeWork(laneOfChat(lane, chat), NOON_MS, 99);
  for (const work of works) await journal.releaseWork(work, NOON_MS);
  return works.map(({ kind, subject }) => `${kind} ${subject}`);
}

async function show(journal: Journal, chat: string, chatId: number, messageId = 5): Promise<void> {
  const card = await journal.takeWorkOfKind(laneOfChat(ADMIN_CHAT_LANE, chat), "card", NOON_MS);
  assert.ok(card);
  await journal.settleInAdminChat([card], { chatId, messageId }, NOON_MS);
}

async function say(journal: Journal, lead: number): Promise<void> {
  const { chatId } = (await journal.findLead(lead))!;
  const content = someContent();
  const message = { lead, chatId, messageId: 40 + lead, albumId: null, content };
  await journal.recordFollowUp(message, NOON_MS);
}

Deno.test("what is about a profile with a chat of its own waits for that chat, and what is about others for the main one", () =>
  withJournal(async (journal) => {
    await journal.placeWork(someChats({ agency: TOPIC }));
    const [own, other] = [await fail(journal), await fail(journal, "cg")];
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE, TOPIC), [`card ${own}`]);
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE), [`card ${other}`]);
    assert.equal(await journal.nextWorkDueAtMs(laneOfChat(ADMIN_CHAT_LANE, TOPIC)), NOON_MS);
    assert.equal(
      await journal.countDueWork(laneOfChat(ADMIN_CHAT_LANE, TOPIC), "card", NOON_MS, 9),
      1,
    );
    await say(journal, own);
    await say(journal, other);
    assert.deepEqual(await kindsIn(journal, FOLLOW_UPS_LANE, TOPIC), ["follow_up 1"]);
    assert.deepEqual((await journal.dueFollowUps(NOON_MS, TOPIC)).map(({ followUp }) => followUp), [
      1,
    ]);
    assert.deepEqual((await journal.dueFollowUps(NOON_MS)).map(({ followUp }) => followUp), [2]);
    await journal.recordHeld(
      aNewLead({ id: "h", menuMessageId: 9_000, chatId: 9 }),
      aConfirmation(),
      A_HELD_LINE,
    );
    const held = laneOfChat(ADMIN_CHAT_LANE, TOPIC);
    assert.equal(
      (await journal.takeWorkOfKind(held, "note", NOON_MS + 5_000))?.body.text,
      "1 held",
    );
    await journal.noteFact("x", "1", "для всех", NOON_MS, [MAIN_CHAT, TOPIC, TOPIC]);
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE, TOPIC), [`card ${own}`, "note 0"]);
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE), [`card ${other}`, "note 0"]);
    await journal.oweInvitation(own, "@anna", NOON_MS);
    assert.equal(
      (await journal.takeAnswerWork(laneOfChat(ANSWER_NOTES_LANE, TOPIC), NOON_MS, 9))[0]?.kind,
      "invite",
    );
  }));

Deno.test("due cards go to the chat that a profile gets, back to the main one when it loses it, and never away", () =>
  withJournal(async (journal) => {
    const lead = await fail(journal);
    await journal.placeWork(someChats({ agency: TOPIC }));
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE), []);
    const card =
      (await journal.takeWorkOfKind(laneOfChat(ADMIN_CHAT_LANE, TOPIC), "card", NOON_MS))!;
    // In hand while the setting goes: when it fails it is due in the main chat.
    await journal.placeWork(someChats());
    await journal.markUndelivered(card, NOON_MS);
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE, TOPIC), []);
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE), [`card ${lead}`]);
    await journal.noteFact("x", "1", "заметка", NOON_MS, [MAIN_CHAT]);
    await journal.placeWork(someChats({ agency: String(OWN) }));
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE, String(OWN)), [`card ${lead}`]);
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE), ["note 0"]);
  }));

Deno.test("a card is edited in the group where it stands, whatever its profile's chat is now", () =>
  withJournal(async (journal) => {
    await journal.placeWork(someChats({ agency: TOPIC }));
    const lead = await fail(journal);
    await show(journal, TOPIC, OWN);
    await journal.placeWork(someChats({ cg: TOPIC }));
    await journal.closeByHand(lead, "@anna", NOON_MS);
    assert.deepEqual(await kindsIn(journal, EDITS_LANE, String(OWN)), [`card_update ${lead}`]);
    const open = await fail(journal, "cg");
    await show(journal, TOPIC, OWN, 6);
    await journal.recordDestinations(new Map([["cg", true]]), NOON_MS);
    await journal.recordDestinations(new Map([["cg", false]]), NOON_MS);
    const updates = [`card_update ${lead}`, `card_update ${open}`];
    assert.deepEqual(await kindsIn(journal, EDITS_LANE, String(OWN)), updates);
    // The group is no managers' chat any more: it is edited beside all others.
    await journal.placeWork(someChats());
    assert.deepEqual(await kindsIn(journal, EDITS_LANE, String(OWN)), []);
    assert.deepEqual(await kindsIn(journal, EDITS_LANE, FORMER_CHATS), updates);
  }));

Deno.test("a follow-up stays in the chat of its card while that is in use, and goes to its profile's after that", () =>
  withJournal(async (journal) => {
    await journal.placeWork(someChats({ agency: TOPIC, cg: "-300" }));
    const lead = await fail(journal);
    await show(journal, TOPIC, OWN);
    await journal.placeWork(someChats({ agency: "-300", express: TOPIC }));
    await say(journal, lead);
    assert.deepEqual(await kindsIn(journal, FOLLOW_UPS_LANE, TOPIC), ["follow_up 1"]);
    await journal.placeWork(someChats({ agency: "-300" }));
    assert.deepEqual(await kindsIn(journal, FOLLOW_UPS_LANE, "-300"), ["follow_up 1"]);
    await journal.placeWork(someChats());
    assert.deepEqual(await kindsIn(journal, FOLLOW_UPS_LANE), ["follow_up 1"]);
  }));

Deno.test("the whole card of a lead is shown where its card stands, and managers hear of an answer where they wrote it", () =>
  withJournal(async (journal) => {
    await journal.placeWork(someChats({ agency: TOPIC }));
    const lead = await fail(journal);
    await show(journal, TOPIC, OWN);
    await journal.placeWork(someChats({ agency: "-300", cg: TOPIC }));
    const taken = async (chat: string) =>
      (await journal.takeAnswerWork(laneOfChat(ANSWER_NOTES_LANE, chat), NOON_MS, 9))
        .map(({ kind }) => kind);
    await journal.oweWholeCard(lead, "@anna", NOON_MS);
    assert.deepEqual(await taken(TOPIC), ["invite"]);
    const message = {
      chatId: OWN,
      messageId: 60,
      albumId: null,
      by: "@anna",
      kind: "note",
    } as const;
    const content = { text: "перезвонить", entities: [], media: null } as never;
    const target = { chatId: OWN, messageId: 5 };
    assert.equal(
      (await journal.recordAnswer({ ...message, target, content }, NOON_MS)).kind,
      "begun",
    );
    const marks = await journal.takeAnswerWork(laneOfChat(MARKS_LANE, TOPIC), NOON_MS, 9);
    assert.deepEqual(marks.map(({ kind }) => kind), ["mark"]);
    await journal.oweInvitation(lead, "@oleg", NOON_MS);
    assert.deepEqual(await taken("-300"), ["invite"]);
  }));

Deno.test("an offer's report does not displace that of another chat whose message has the same id", () =>
  withJournal(async (journal) => {
    await journal.placeWork(someChats({ agency: TOPIC }));
    const [own, other] = [await fail(journal), await fail(journal, "cg")];
    await show(journal, TOPIC, OWN, 5);
    await show(journal, MAIN_CHAT, MAIN, 5);
    const ask = (profile: string, chatId: number) => {
      const offer = { chatId, messageId: 80 };
      return journal.beginSendAll({ profile, profileName: profile, by: "@anna", offer }, NOON_MS);
    };
    assert.equal(await ask("agency", OWN), 1);
    assert.equal(await ask("cg", MAIN), 1);
    const updates = await kindsIn(journal, EDITS_LANE, String(OWN));
    assert.deepEqual(updates, [`card_update ${own}`, "offer_update 80"]);
    assert.deepEqual(await kindsIn(journal, EDITS_LANE), [
      `card_update ${other}`,
      "offer_update 80",
    ]);
  }));

Deno.test("a journal of the version before gets its work into the main chat, and what that version leaves is found again", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "triborg-chats-" });
  const path = `${folder}/triborg.db`;
  const { own_chats: _, ...before } = ADDITIONS;
  const lead = (id: string, number: number) =>
    `INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, first_name, chat_id,
       menu_message_id, received_at_ms)
     VALUES (${number}, '${id}', 'received', 'agency', 'A', 'c', 7, 'A', 7, ${number}, 1)`;
  const card = (number: number) =>
    `INSERT INTO outbox (id, lane, kind, subject, body, due_at_ms)
     VALUES (${number}, 'admin_chat', 'card', ${number}, 'crm_failed', 1)`;
  try {
    const old = openDatabase(path, MIGRATIONS, before);
    await old.writer(lead("a", 1)).run();
    await old.writer(card(1)).run();
    await old.writer(
      `INSERT INTO answer_work (lane, kind, subject, body, due_at_ms)
       VALUES ('answers:notes', 'invite', 1, '{"by":"@anna"}', 1)`,
    ).run();
    await old.close();
    const journal = await openJournal(path);
    assert.deepEqual(await kindsIn(journal, ADMIN_CHAT_LANE), ["card 1"]);
    assert.equal(await journal.nextAnswerWorkDueAtMs(ANSWER_NOTES_LANE), 1);
    await journal.placeWork(someChats({ agency: TOPIC }));
    await journal.close();
    const again = openDatabase(path, MIGRATIONS, before);
    // It knows one chat alone, and finds by its lane also what belongs to another.
    const found = await again.reader("SELECT subject FROM outbox WHERE lane = 'admin_chat'").all();
    assert.equal(found.length, 1);
    await again.writer(lead("b", 2)).run();
    await again.writer(card(2)).run();
    await again.close();
    const newest = await openJournal(path);
    await newest.placeWork(someChats({ agency: TOPIC }));
    assert.deepEqual(await kindsIn(newest, ADMIN_CHAT_LANE, TOPIC), ["card 1", "card 2"]);
    await newest.close();
    const alone = await openJournal(path);
    await alone.recover({ kind: "interrupted", reason: "" }, NOON_MS);
    assert.deepEqual(await kindsIn(alone, ADMIN_CHAT_LANE), ["card 1", "card 2"]);
    await alone.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
