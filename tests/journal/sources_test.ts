// What the journal remembers and counts of sources, also beside the bot before it.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { withJournal as onEach } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const CHAT = 310_452_007;

const withJournal = (use: (journal: Journal) => Promise<void>) => onEach(use, "1");

/** Sends a menu in the chat; its number is its message. */
async function sendMenu(
  journal: Journal,
  messageId: number,
  source: string | null,
  profile = "agency",
) {
  const menu = { chatId: CHAT, messageId };
  await journal.rememberMenu(menu, profile, NOON_MS + messageId, "ru", source);
}

let made = 0;

async function becomeLead(
  journal: Journal,
  source: string | null,
  profile = "agency",
): Promise<number> {
  made += 1;
  const lead = aNewLead({
    id: String(made),
    profile,
    source,
    menuMessageId: 1000 + made,
    receivedAtMs: NOON_MS + 1000 + made,
  });
  const recorded = await journal.recordChoice(lead, aConfirmation(), "crm:host:x", false);
  return recorded?.lead.number ?? assert.fail("no lead");
}

Deno.test("a menu keeps the source that it was sent with", () =>
  withJournal(async (journal) => {
    await sendMenu(journal, 1, "vk");
    await sendMenu(journal, 2, null);
    assert.equal((await journal.findMenu({ chatId: CHAT, messageId: 1 })).source, "vk");
    assert.equal((await journal.findMenu({ chatId: CHAT, messageId: 2 })).source, null);
    assert.equal((await journal.findMenu({ chatId: CHAT, messageId: 3 })).source, null);
  }));

Deno.test("a chat's source is that of its newest menu, until a lead comes of the chat", () =>
  withJournal(async (journal) => {
    assert.equal(await journal.latestSource(CHAT), null);
    await sendMenu(journal, 1, "vk");
    assert.equal(await journal.latestSource(CHAT), "vk");
    assert.equal(await journal.menuSource(CHAT), null); // It is a profile's greeting.
    assert.equal(await journal.latestSource(CHAT + 1), null);
    await sendMenu(journal, 2, null);
    assert.equal(await journal.latestSource(CHAT), null);
    await sendMenu(journal, 3, "flyer", "");
    assert.equal(await journal.latestSource(CHAT), "flyer");
    assert.equal(await journal.menuSource(CHAT), "flyer");
    await becomeLead(journal, "flyer");
    assert.equal(await journal.latestSource(CHAT), null);
    assert.equal(await journal.menuSource(CHAT), null);
  }));

Deno.test("each source counts its openings, leads, and those that were taken, also when one is put back", () =>
  withJournal(async (journal) => {
    for (let nth = 1; nth <= 3; nth++) await sendMenu(journal, nth, "vk");
    await sendMenu(journal, 4, "flyer");
    await sendMenu(journal, 5, "menu only", "");
    await sendMenu(journal, 6, null);
    const [first] = [
      await becomeLead(journal, "vk"),
      await becomeLead(journal, "vk"),
      await becomeLead(journal, null),
    ];
    await partsOf(journal).moveLead(first, "in_crm");
    assert.deepEqual(await journal.countSources("agency", 9), [
      { source: "vk", opened: 3, pressed: 2, accepted: 1 },
      { source: "flyer", opened: 1, pressed: 0, accepted: 0 },
    ]);
    assert.deepEqual((await journal.countSources(null, 1)).map(({ source }) => source), ["vk"]);
    assert.deepEqual(await journal.countSources("cg", 9), []);
  }));

Deno.test("a profile with another key keeps its sources, added to those that the key had", () =>
  withJournal(async (journal) => {
    await sendMenu(journal, 1, "vk");
    await sendMenu(journal, 2, "vk", "studio");
    const lead = await becomeLead(journal, "vk");
    await partsOf(journal).moveLead(lead, "in_crm");
    await journal.renameProfile("agency", "studio");
    const all = { source: "vk", opened: 2, pressed: 1, accepted: 1 };
    assert.deepEqual(await journal.countSources("studio", 9), [all]);
    assert.deepEqual(
      (await journal.countSources("agency", 9)).filter(({ pressed }) => pressed > 0),
      [],
    );
    assert.equal((await journal.findLead(lead))?.source, "vk");
  }));

Deno.test("openings of the thousand first sources are counted, leads of any", () =>
  withJournal(async (journal) => {
    for (let nth = 1; nth <= 1_000; nth++) await sendMenu(journal, nth, `s${nth}`);
    await sendMenu(journal, 2_000, "one-more");
    await sendMenu(journal, 2_001, "s7");
    await becomeLead(journal, "one-more");
    const counts = await journal.countSources("agency", 2_000);
    assert.equal(counts.length, 1_001);
    assert.deepEqual(counts[0], { source: "one-more", opened: 0, pressed: 1, accepted: 0 });
    assert.equal(counts.find(({ source }) => source === "s7")?.opened, 2);
  }));

Deno.test("an erased lead keeps its source and stays counted", () =>
  withJournal(async (journal) => {
    const lead = await becomeLead(journal, "vk");
    await partsOf(journal).forgetWork("post", lead);
    await partsOf(journal).moveLead(lead, "in_admin_chat");
    assert.equal(await journal.erasePerson(CHAT, "@maria", NOON_MS), 1);
    assert.equal((await journal.findLead(lead))?.source, "vk");
    const [count] = await journal.countSources("agency", 9);
    assert.deepEqual(count, { source: "vk", opened: 0, pressed: 1, accepted: 1 });
  }));

Deno.test("a reminder's menu has the source of the menu that it reminds of, and is no second opening", () =>
  withJournal(async (journal) => {
    await sendMenu(journal, 1, "vk");
    await journal.recordPolled("polled", NOON_MS + 500, {
      menusSinceMs: NOON_MS,
      untilMs: NOON_MS + 400,
    });
    const [work] = await journal.takeWork("visitors", NOON_MS + 500, 9);
    assert.ok(work?.kind === "reminder");
    const sent = { menu: { chatId: CHAT, messageId: 9 }, profile: "agency", language: "ru" };
    await journal.finishReminder(work, sent, NOON_MS + 500);
    assert.equal((await journal.findMenu(sent.menu)).source, "vk");
    assert.equal((await journal.countSources("agency", 9))[0]?.opened, 1);
  }));

Deno.test("the list of leads is narrowed to a source, with its counts, page by page", () =>
  withJournal(async (journal) => {
    const all = { place: null, profile: null, fromMs: null, toMs: null, words: "" };
    for (let nth = 0; nth < 4; nth++) await becomeLead(journal, nth % 2 === 0 ? "vk" : null);
    const ofCg = await becomeLead(journal, "vk", "cg");
    const held = await becomeLead(journal, "vk");
    await partsOf(journal).holdLead(held);
    const list = async (filter: Partial<Parameters<Journal["listLeads"]>[0]>, most = 9) =>
      (await journal.listLeads({ ...all, ...filter }, { before: 999 }, most)).leads;
    assert.deepEqual(
      (await list({ source: "vk" })).map(({ source }) => source),
      Array(4).fill("vk"),
    );
    assert.deepEqual((await list({ source: "vk", profile: "cg" })).map(({ number }) => number), [
      ofCg,
    ]);
    assert.deepEqual((await list({ source: "vk", place: "held" })).map(({ number }) => number), [
      held,
    ]);
    assert.deepEqual((await list({ source: "vk", words: "betterrman" })).length, 4);
    assert.deepEqual(await list({ source: "VK" }), []);
    const counted = await journal.countListed({ ...all, source: "vk" });
    assert.deepEqual(counted, { held: 1, on_its_way: 3 });
    assert.equal(await journal.countListed({ ...all, source: "vk", fromMs: NOON_MS }), undefined);
    const page = await journal.listLeads({ ...all, source: "vk" }, { before: 999 }, 3);
    const rest = await journal.listLeads({ ...all, source: "vk" }, { before: page.next ?? 0 }, 3);
    assert.deepEqual([page.leads.length, rest.leads.length, rest.next], [3, 1, undefined]);
  }));

Deno.test("a journal of the bot before this one is opened, and that bot goes on with it afterwards", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/triborg.db`;
  const { sources: _, ...before } = ADDITIONS;
  const insertMenu = (sqlite: DatabaseSync, messageId: number) =>
    sqlite.exec(`INSERT OR REPLACE INTO menus (chat_id, message_id, profile, sent_at_ms, language)
      VALUES (${CHAT}, ${messageId}, 'agency', ${NOON_MS}, 'ru')`);
  const insertLead = (sqlite: DatabaseSync, messageId: number) =>
    sqlite.exec(`INSERT INTO leads (id, state, profile, profile_name, choice, user_id, username,
      first_name, last_name, language, chat_id, menu_message_id, received_at_ms)
      VALUES ('x', 'received', 'agency', 'A', 'c', 1, NULL, 'G', NULL, NULL, ${CHAT}, ${messageId}, 1)`);
  try {
    await openDatabase(path, MIGRATIONS, before).close();
    const older = new DatabaseSync(path);
    insertMenu(older, 1);
    insertLead(older, 1);
    older.close();

    const journal = await openJournal(path, "1");
    assert.equal((await journal.findLead(1))?.source, null);
    assert.equal((await journal.findMenu({ chatId: CHAT, messageId: 1 })).source, null);
    await sendMenu(journal, 2, "vk");
    const lead = await becomeLead(journal, "vk");
    await journal.close();

    await openDatabase(path, MIGRATIONS, before).close();
    const again = new DatabaseSync(path);
    insertMenu(again, 3);
    insertLead(again, 3);
    again.exec(`UPDATE leads SET state = 'in_admin_chat' WHERE number = ${lead}`);
    again.exec(`UPDATE leads SET state = 'by_hand' WHERE number = ${lead}`);
    again.close();

    const back = await openJournal(path, "1");
    const [count] = await back.countSources("agency", 9);
    assert.deepEqual(count, { source: "vk", opened: 1, pressed: 1, accepted: 1 });
    await back.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
