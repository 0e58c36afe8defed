// Which lanes have due work: found by one statement, whatever made it due.

import assert from "node:assert/strict";
import { type Journal, laneOfChat } from "../../lib/journal/journal.ts";
import { aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { aConfirmation } from "../helpers/a_lead.ts";

Deno.test("lanes with due work are found, each once, with the chats of the managers' lanes", () =>
  withJournal(async (journal) => {
    const owe = (lane: string, dueAtMs: number | null) =>
      journal.addWork({ lane, kind: "note", subject: 0, body: { text: "" } }, dueAtMs);
    const nothing = { work: [], answers: [], notes: [], phones: false, updates: false };
    assert.deepEqual(await dueIn(journal), nothing);
    for (let nth = 0; nth < 3; nth++) {
      for (const chat of ["", "-100:7", "-200"]) await owe(laneOfChat("admin_chat", chat), NOON_MS);
    }
    await owe(laneOfChat("admin_chat", "-300"), NOON_MS + 1);
    await owe(laneOfChat("admin_chat", "-400"), null);
    await owe(laneOfChat("admin_chat:edits", "former"), NOON_MS);
    await owe("visitors", NOON_MS);
    await owe("crm:host:a", NOON_MS + 1);
    await owe("crm:paced:b", NOON_MS - 1);
    await owe("crm:all:agency", null);
    assert.deepEqual(await dueIn(journal), {
      ...nothing,
      work: [
        "admin_chat",
        "admin_chat:edits@former",
        "admin_chat@-100:7",
        "admin_chat@-200",
        "crm:paced:b",
        "visitors",
      ],
    }, "found");
  }));

Deno.test("due updates, questions for a phone, and answers are found", () =>
  withJournal(async (journal) => {
    await journal.recordUpdates([{ id: 1, body: "{}" }], NOON_MS, NOON_MS + 5);
    await journal.recordChoice(aNewLead(), aConfirmation(), "crm:host:a", false, 60_000);
    const lead = (await journal.latestLead(aNewLead().chatId, 0))!;
    await journal.oweInvitation(lead.number, "Мария", NOON_MS + 5);
    const due = await journal.dueLanes(NOON_MS + 5);
    assert.equal(due.updates, true);
    assert.equal(due.phones, true);
    assert.deepEqual(due.answers, ["answers:notes"]);
    assert.equal((await journal.dueLanes(NOON_MS)).updates, false);
  }));

/** At noon, beside what else processes share. */
async function dueIn(journal: Journal) {
  const { revisions: _, ...due } = await journal.dueLanes(NOON_MS);
  return due;
}
