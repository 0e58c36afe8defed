// Erasing a person: nothing of them is left in any table, and others keep what is theirs.

import assert from "node:assert/strict";
import { type Journal, VISITORS_LANE } from "../../lib/journal/journal.ts";
import { withOpened } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, aVisitor, NOON_MS, someContent } from "../helpers/a_lead.ts";

interface Person {
  readonly id: number;
  readonly username: string;
  readonly lastName: string;
  readonly secret: string;
}

const GALLIARD = { id: 310452007, username: "betterrman", lastName: "Sharapov", secret: "тайна" };
const OTHER = { id: 31045200, username: "betterrman2", lastName: "Petrov", secret: "бриф" };

/** Lends a journal in which each table that can tells of both persons, and all its text. */
function withBoth(
  run: (journal: Journal, dump: () => Promise<string>) => Promise<void>,
): Promise<void> {
  return withOpened(async ({ journal, dump }) => {
    await tellOf(journal, GALLIARD, 1);
    await tellOf(journal, OTHER, 2);
    await run(journal, dump);
  });
}

async function tellOf(journal: Journal, person: Person, number: number): Promise<void> {
  const chatId = person.id;
  const visitor = aVisitor({
    userId: person.id,
    username: person.username,
    lastName: person.lastName,
  });
  await journal.rememberMenu({ chatId, messageId: 2 }, "agency", NOON_MS - 9);
  await journal.rememberMenu({ chatId, messageId: 8 }, "agency", NOON_MS - 9);
  await journal.recordPolled("polled_at_ms", NOON_MS, { menusSinceMs: 0, untilMs: NOON_MS });
  const lead = aNewLead({ id: `${number}`, visitor, chatId });
  const body = aConfirmation({ chatId, text: person.secret });
  const { post, attempt } = (await journal.recordChoice(lead, body, "crm:host:a", true))!;
  assert.ok(post.kind === "post" && attempt !== undefined);
  await journal.endAttempt(
    post,
    attempt,
    { kind: "answered", status: 400, body: person.secret },
    NOON_MS,
  );
  const card = (await journal.takeWorkOfKind("admin_chat", "card", NOON_MS))!;
  await journal.settleInAdminChat([card], { chatId: -1, messageId: number }, NOON_MS);
  for (const messageId of [4, 5]) {
    const content = someContent({ text: person.secret });
    await journal.recordFollowUp(
      { lead: number, chatId, messageId, albumId: null, content },
      NOON_MS,
    );
  }
  const note = { text: `📎 @${person.username} написал` };
  await journal.addWork({ lane: "admin_chat", kind: "note", subject: 0, body: note }, NOON_MS);
  const from = { id: person.id, first_name: person.lastName };
  const message = { chat: { id: chatId }, from, text: person.secret };
  const waiting = [
    { message },
    { edited_message: message },
    { callback_query: { from, message: { chat: { id: chatId } }, data: "agency_clients" } },
    { my_chat_member: { chat: { id: chatId }, from } },
  ];
  const updates = waiting.map((each, nth) => ({
    id: number * 10 + nth,
    body: JSON.stringify({ update_id: number * 10 + nth, ...each }),
  }));
  await journal.recordUpdates(updates.slice(0, 2), NOON_MS, null); // In hand.
  await journal.recordUpdates(updates.slice(2), NOON_MS, NOON_MS);
}

function tracesOf(person: Person, text: string): string[] {
  return [String(person.id), person.username, person.lastName, person.secret]
    .filter((each) => new RegExp(`(?<![\\p{L}\\p{N}])${each}(?![\\p{L}\\p{N}])`, "u").test(text));
}

Deno.test("thanks that are owed to an erased person's chat are forgotten, whatever they are for", () =>
  withBoth(async (journal) => {
    for (const { id } of [GALLIARD, OTHER]) {
      const body = { chatId: id };
      await journal.addWork({ lane: VISITORS_LANE, kind: "thanks", subject: 999, body }, NOON_MS);
    }
    assert.notEqual(await journal.erasePerson(GALLIARD.id, "@manager", NOON_MS), undefined);
    const left = (await journal.takeWork(VISITORS_LANE, NOON_MS, 99)).flatMap((work) =>
      work.kind === "thanks" && work.subject === 999 ? [work.body.chatId] : []
    );
    assert.deepEqual(left, [OTHER.id]);
  }));

Deno.test("erasing a person leaves nothing of them in any table, also not of what is in hand, and another's stays", () =>
  withBoth(async (journal, dump) => {
    assert.equal(tracesOf(GALLIARD, await dump()).length, 4);
    const others = (text: string) => [...text.matchAll(new RegExp(`${OTHER.id}\\b`, "g"))].length;
    const before = others(await dump());
    await journal.takeWork(VISITORS_LANE, NOON_MS, 1);
    assert.equal(await journal.erasePerson(GALLIARD.id, "Анна", NOON_MS), 1);
    assert.deepEqual(tracesOf(GALLIARD, await dump()), []);
    assert.equal(others(await dump()), before);
    assert.equal(tracesOf(OTHER, await dump()).length, 4);
    const updates = (await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id);
    assert.deepEqual(updates, [22, 23]);
  }));

Deno.test("an update that was in hand when its person was erased does not come back by failing", () =>
  withBoth(async (journal, dump) => {
    await journal.erasePerson(GALLIARD.id, "Анна", NOON_MS);
    await journal.postponeUpdate(10, NOON_MS);
    await journal.recover({ kind: "interrupted", reason: "" }, NOON_MS);
    assert.deepEqual((await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [20, 21, 22, 23]);
    assert.deepEqual(tracesOf(GALLIARD, await dump()), []);
  }));

Deno.test("the nightly erasure forgets what is owed to an old lead's person with the lead", () =>
  withBoth(async (journal, dump) => {
    await journal.closeByHand(1, "Анна", NOON_MS);
    assert.equal((await journal.eraseSettledBefore(NOON_MS + 1, 0, 99)).erased, 1);
    const owed = await dump();
    for (const kind of ["thanks", "confirmation", "reminder", "follow_up"]) {
      assert.ok(!new RegExp(`"${kind}"[^}]*${GALLIARD.id}\\b`).test(owed), kind);
    }
    assert.equal(await journal.findWork("confirmation", 1), undefined);
    assert.deepEqual((await journal.findLife(1))?.followUps.map(({ content }) => content.text), [
      "",
      "",
    ]);
    assert.equal(tracesOf(OTHER, await dump()).length, 4);
  }));
