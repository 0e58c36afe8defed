// Two processes on one journal, of which one dies or is held up: what it had in hand goes on, and what it says later changes nothing.

import assert from "node:assert/strict";
import {
  ADMIN_CHAT_LANE,
  crmLane,
  type Journal,
  VISITORS_LANE,
} from "../../../lib/journal/journal.ts";
import { BURY } from "../../../lib/journal/postgres/crew/statements.ts";
import { type OpenedJournal, openPostgresJournal } from "../../../lib/journal/postgres/journal.ts";
import { StorageError } from "../../../lib/journal/storage_error.ts";
import type { CrmOutcome } from "../../../lib/lead.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../../helpers/a_lead.ts";
import { type PostgresServer, schemaTest } from "../../helpers/postgres.ts";

const LANE = crmLane("crm.example.ru");
const CUT: CrmOutcome = { kind: "interrupted", reason: "процесс бота прервался" };
const ACCEPTED = { kind: "accepted", status: 200 } as const;
const LATER_MS = NOON_MS + 20_000;

/** A process with a row in the crew that lives as long as the test says. */
interface Process extends AsyncDisposable {
  readonly journal: Journal;
  id: string;
}

/** Runs a test with processes on one schema. */
function takeoverTest(
  name: string,
  test: (enter: (id: string) => Promise<Process>, sql: PostgresServer["sql"]) => Promise<void>,
): void {
  schemaTest(name, async (schema, { url, sql }) => {
    const opened: OpenedJournal[] = [];
    const inSchema = (text: string) => sql(`SET search_path TO ${schema}; ${text}`);
    try {
      await test(async (id) => {
        const member = { id };
        const one = await openPostgresJournal({
          url,
          schema,
          random: () => 0,
          onWaiting: () => {},
          async join() {
            await inSchema(aLivingRow(id));
            return { id: () => member.id };
          },
        });
        opened.push(one);
        return Object.assign(member, {
          journal: one.journal,
          [Symbol.asyncDispose]: () => one.journal.close(),
        });
      }, inSchema);
    } finally {
      for (const { db } of opened) await db.close();
    }
  });
}

function aLivingRow(id: string): string {
  return `INSERT INTO crew (id, host, pid, version, joined_at, beat_at, lease_until)
    VALUES ('${id}', 'test', 1, '0.0.0', now(), now(), now() + interval '1 hour')`;
}

function declaredDead(id: string): string {
  return `UPDATE crew SET dead_at = now(), lease_until = now() WHERE id = '${id}'`;
}

/** A lead whose POST has begun. */
async function press(journal: Journal, menuMessageId = 2) {
  const id = `00000000-0000-4000-8000-${String(menuMessageId).padStart(12, "0")}`;
  const lead = aNewLead({ id, menuMessageId });
  const recorded = await journal.recordChoice(lead, aConfirmation(), LANE, true);
  assert.ok(recorded?.post.kind === "post" && recorded.attempt !== undefined);
  await journal.committed();
  const { confirmation, post: work, attempt } = recorded;
  return { lead: recorded.lead.number, confirmation, work, attempt };
}

takeoverTest(
  "a dead process's POST that had begun is a card that says so, and the rest of its work is due; the living keep theirs",
  async (enter, sql) => {
    const [dead, other] = [await enter("a"), await enter("b")];
    const cut = await press(dead.journal, 2);
    const living = await press(other.journal, 3);
    await dead.journal.recordUpdates([{ id: 5, body: "{}" }], NOON_MS, null);
    await other.journal.recordUpdates([{ id: 6, body: "{}" }], NOON_MS, null);
    await dead.journal.committed();
    await other.journal.committed();
    await sql(declaredDead("a"));

    const taken = await other.journal.takeOver("a", CUT, LATER_MS);
    assert.deepEqual(taken?.map(({ attempt }) => attempt), [cut.attempt]);
    assert.equal(await other.journal.takeOver("a", CUT, LATER_MS), undefined, "once");
    const [card, ...more] = await other.journal.takeWork(ADMIN_CHAT_LANE, LATER_MS, 9);
    assert.deepEqual([card?.kind, card?.subject, more], ["card", cut.lead, []]);
    assert.equal((await other.journal.attemptsOf(cut.lead))[0]?.outcome, "interrupted");
    const said = await other.journal.takeWork(VISITORS_LANE, LATER_MS, 9);
    assert.deepEqual(said.map(({ subject }) => subject), [cut.lead]);
    assert.deepEqual((await other.journal.takeUpdates(LATER_MS, 9)).map(({ id }) => id), [5]);

    assert.deepEqual(await other.journal.openAttempts(), [living.attempt]);
    await other.journal.endAttempt(living.work, living.attempt, ACCEPTED, LATER_MS);
    assert.equal((await other.journal.findLead(living.lead))?.state, "in_crm");
  },
);

takeoverTest(
  "a takeover leaves what waits for its time, and a POST that waits for a phone waits on",
  async (enter, sql) => {
    const [dead, other] = [await enter("a"), await enter("b")];
    await dead.journal.recordChoice(aNewLead(), aConfirmation(), LANE, false, 60_000);
    const [later] = await dead.journal.takeWork(LANE, NOON_MS + 60_000, 1);
    assert.ok(later !== undefined);
    await dead.journal.committed();
    await sql(declaredDead("a"));
    await other.journal.takeOver("a", CUT, NOON_MS + 5);
    assert.equal(await other.journal.nextWorkDueAtMs(LANE), NOON_MS + 60_000);
    await other.journal.recordUpdates([{ id: 6, body: "{}" }], NOON_MS, LATER_MS);
    await other.journal.committed();
    assert.equal(await other.journal.nextUpdateDueAtMs(), LATER_MS);
  },
);

takeoverTest(
  "a process that counts as dead writes nothing, and may not take over another",
  async (enter, sql) => {
    const [dead, other] = [await enter("a"), await enter("b")];
    const begun = await press(dead.journal);
    await sql(declaredDead("a") + ";" + declaredDead("b"));
    await assert.rejects(
      dead.journal.endAttempt(begun.work, begun.attempt, ACCEPTED, LATER_MS),
      StorageError,
    );
    await assert.rejects(other.journal.takeOver("a", CUT, LATER_MS), StorageError);
    assert.equal(await sql("SELECT count(*) FROM attempts WHERE ended_at_ms IS NULL"), "1");
  },
);

for (const isBack of [false, true]) {
  const when = isBack ? "after it was taken over" : "under another id, before it is taken over";
  takeoverTest(
    `what a process ends ${when} changes nothing, and no lead is lost`,
    async (enter, sql) => {
      const [back, other] = [await enter("a"), await enter("b")];
      const begun = await press(back.journal);
      await back.journal.recordUpdates([{ id: 5, body: "{}" }], NOON_MS, null);
      await back.journal.committed();
      await sql(declaredDead("a") + ";" + aLivingRow("a2"));
      back.id = "a2";
      if (isBack) await other.journal.takeOver("a", CUT, LATER_MS);

      const { lead, work, attempt, confirmation } = begun;
      await back.journal.endAttempt(work, attempt, ACCEPTED, LATER_MS);
      await back.journal.postponePost(work, attempt, ACCEPTED, LATER_MS, LATER_MS);
      await back.journal.withdrawAttempt(work, attempt, LATER_MS);
      await back.journal.refusePost(work, CUT, LATER_MS);
      await back.journal.skipPost(work, LATER_MS);
      await back.journal.releaseWork(work, LATER_MS + 1);
      await back.journal.postponeUpdate(5, LATER_MS + 1);
      await back.journal.postponeAll([{ work: confirmation, dueAtMs: LATER_MS + 1 }]);
      await back.journal.recordDone([
        { kind: "accepted", work, attempt, outcome: ACCEPTED, atMs: LATER_MS },
        { kind: "confirmed", work: confirmation, atMs: LATER_MS },
        { kind: "handled", update: 5 },
      ]);
      assert.equal(await back.journal.isOwed(work), false);
      await assert.rejects(back.journal.beginAttempt(lead, null, LATER_MS), StorageError);
      await back.journal.committed();

      if (!isBack) await other.journal.takeOver("a", CUT, LATER_MS);
      assert.equal((await other.journal.findLead(lead))?.state, "received");
      const [ended, ...more] = await other.journal.attemptsOf(lead);
      assert.deepEqual([ended?.outcome, more], ["interrupted", []]);
      const [card] = await other.journal.takeWork(ADMIN_CHAT_LANE, LATER_MS, 9);
      assert.deepEqual([card?.kind, card?.subject], ["card", lead]);
      assert.equal((await other.journal.takeWork(VISITORS_LANE, LATER_MS, 9)).length, 1);
      assert.deepEqual((await other.journal.takeUpdates(LATER_MS, 9)).map(({ id }) => id), [5]);
    },
  );
}

takeoverTest(
  "of POSTs that ended together those count that were not taken over",
  async (enter, sql) => {
    const [back, other] = [await enter("a"), await enter("b")];
    const lost = await press(back.journal, 2);
    await sql(declaredDead("a") + ";" + aLivingRow("a2"));
    back.id = "a2";
    await other.journal.takeOver("a", CUT, LATER_MS);
    const own = await press(back.journal, 3);
    await back.journal.recordDone([lost, own].map(({ work, attempt }) => (
      { kind: "accepted", work, attempt, outcome: ACCEPTED, atMs: LATER_MS }
    )));
    await back.journal.committed();
    assert.equal((await other.journal.findLead(lost.lead))?.state, "received");
    assert.equal((await other.journal.findLead(own.lead))?.state, "in_crm");
    assert.equal(await other.journal.findWork("post", own.lead), undefined);
  },
);

takeoverTest(
  "a card that two processes show is the one of the process that has it",
  async (enter, sql) => {
    const [back, other] = [await enter("a"), await enter("b")];
    const { work, attempt, lead } = await press(back.journal);
    await back.journal.endAttempt(work, attempt, CUT, NOON_MS);
    const [first] = await back.journal.takeWork(ADMIN_CHAT_LANE, NOON_MS, 1);
    assert.ok(first?.kind === "card");
    await back.journal.committed();
    await sql(declaredDead("a") + ";" + aLivingRow("a2"));
    back.id = "a2";
    await other.journal.takeOver("a", CUT, LATER_MS);
    const [second] = await other.journal.takeWork(ADMIN_CHAT_LANE, LATER_MS, 1);
    assert.ok(second?.kind === "card");
    await other.journal.committed();

    await back.journal.settleInAdminChat([first], { chatId: -1, messageId: 70 }, LATER_MS);
    await back.journal.markUndelivered(first, LATER_MS);
    await back.journal.committed();
    assert.equal((await other.journal.findLead(lead))?.state, "received");
    await other.journal.settleInAdminChat([second], { chatId: -1, messageId: 71 }, LATER_MS);
    await other.journal.committed();
    await back.journal.settleInAdminChat([first], { chatId: -1, messageId: 70 }, LATER_MS);
    await back.journal.committed();
    assert.equal((await other.journal.findLead(lead))?.card?.messageId, 71);
  },
);

takeoverTest(
  "answers, notes and questions for a phone are taken over, and a late end of theirs is none",
  async (enter, sql) => {
    const [back, other] = [await enter("a"), await enter("b")];
    const { journal } = back;
    const { lead, work, attempt } = await press(journal);
    const deal = { id: 1, url: "https://a", account: "a" };
    await journal.endAttempt(work, attempt, { ...ACCEPTED, deal }, NOON_MS);
    const [note] = await journal.takeNotes("note:a", NOON_MS, 1);
    const asked = await journal.recordChoice(
      aNewLead({ id: "b", menuMessageId: 3 }),
      aConfirmation(),
      LANE,
      false,
      60_000,
    );
    const atMs = NOON_MS;
    await journal.recordDone([{ kind: "confirmed", work: asked!.confirmation, atMs }]);
    const [ask] = await journal.takePhoneWork("phones", NOON_MS, 1);
    assert.ok(note?.kind === "crm_note" && ask?.kind === "phone_ask");
    await journal.committed();
    await sql(declaredDead("a") + ";" + aLivingRow("a2"));
    back.id = "a2";
    await other.journal.takeOver("a", CUT, LATER_MS);
    await journal.finishNote(note);
    await journal.postponeNote(note, LATER_MS + 1);
    await journal.finishPhoneAsk(ask.id);
    await journal.dropPhoneAsk(ask.id, LATER_MS);
    await journal.postponePhoneWork(ask, LATER_MS + 1);
    await journal.committed();
    assert.deepEqual((await other.journal.takeNotes("note:a", LATER_MS, 9)).map(({ id }) => id), [
      note.id,
    ]);
    assert.deepEqual(await other.journal.takePhoneWork("phones", LATER_MS, 9), [ask]);
    assert.equal((await other.journal.findLead(lead))?.state, "in_crm");
  },
);

takeoverTest(
  "work is handed to one of two processes that take at once",
  async (enter) => {
    const [one, other] = [await enter("a"), await enter("b")];
    for (let menu = 1; menu <= 40; menu++) {
      const lead = aNewLead({ id: `${menu}`, menuMessageId: menu });
      await one.journal.recordChoice(lead, aConfirmation(), LANE, false);
    }
    await one.journal.committed();
    const takings = [one, other].flatMap(({ journal }) =>
      Array.from({ length: 10 }, () => journal.takeWork(LANE, NOON_MS, 3))
    );
    const subjects = (await Promise.all(takings)).flat().map(({ subject }) => subject);
    assert.equal(subjects.length, 40);
    assert.equal(new Set(subjects).size, 40);
  },
);

takeoverTest(
  "a menu that is pressed through two processes at once is one lead, with one POST",
  async (enter, sql) => {
    const [one, other] = [await enter("a"), await enter("b")];
    for (let menu = 1; menu <= 30; menu++) {
      const recorded = await Promise.all([one, other].map(async ({ id, journal }) => {
        const press = aNewLead({ id: `${id}${menu}`, menuMessageId: menu });
        const choice = await journal.recordChoice(press, aConfirmation(), LANE, true);
        await journal.committed();
        return choice;
      }));
      assert.equal(recorded.filter((each) => each !== undefined).length, 1);
    }
    const counted = await sql(
      `SELECT count(*), count(DISTINCT menu_message_id), max(number) FROM leads;
       SELECT count(*) FROM attempts; SELECT count(*) FROM outbox WHERE kind = 'post'`,
    );
    assert.equal(counted, "30|30|30\n30\n30");
  },
);

takeoverTest(
  "an update that two processes are handed is new to one",
  async (enter) => {
    const [one, other] = [await enter("a"), await enter("b")];
    const updates = Array.from({ length: 20 }, (_, index) => ({ id: index, body: "{}" }));
    const fresh = await Promise.all(
      [one, other].map(({ journal }) =>
        Promise.all(updates.map((update) => journal.recordUpdates([update], NOON_MS, null)))
      ),
    );
    const ids = fresh.flat().flatMap((each) => [...each]);
    assert.deepEqual(ids.toSorted((a, b) => a - b), updates.map(({ id }) => id));
    await one.journal.committed();
    await other.journal.committed();
    const late = await other.journal.recordUpdates(updates, NOON_MS, null);
    assert.equal(late.size, 0);
  },
);

takeoverTest(
  "a start takes up only what is in hand of no process of the crew",
  async (enter, sql) => {
    const [one, other] = [await enter("a"), await enter("b")];
    const begun = await press(one.journal, 2);
    const moved = await press(one.journal, 3); // As `deno task move` leaves it.
    await sql(`UPDATE outbox SET holder = NULL WHERE subject = ${moved.lead};
      UPDATE attempts SET holder = NULL WHERE lead = ${moved.lead}`);
    const cutOff = await other.journal.recover(CUT, LATER_MS);
    assert.deepEqual(cutOff.map(({ attempt }) => attempt), [moved.attempt]);
    await other.journal.committed();
    await one.journal.endAttempt(begun.work, begun.attempt, ACCEPTED, LATER_MS);
    assert.equal((await one.journal.findLead(begun.lead))?.state, "in_crm");
  },
);

takeoverTest(
  "a verb that fails leaves the fence and the holder of what comes after it",
  async (enter, sql) => {
    const { journal } = await enter("a");
    const failing = journal.recordRepeat(aNewLead(), 404, aConfirmation());
    const recorded = journal.recordChoice(aNewLead(), aConfirmation(), LANE, true);
    await assert.rejects(failing, ReferenceError);
    await recorded;
    await journal.committed();
    assert.equal(await sql("SELECT DISTINCT holder FROM outbox"), "a");
    assert.equal(await sql(BURY.replace("$1", "'a'")), "", "it lives");
  },
);
