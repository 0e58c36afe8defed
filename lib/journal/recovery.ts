// Takes up what an earlier process left, at a start, or what another one did that died; and sees to it that a copy in the
// journal's place sends no lead again.

import type { ChatMoves } from "./chats.ts";
import type { Database } from "./engine.ts";
import { beginsWith } from "./dialect.ts";
import { type CrmOutcome, mayHaveArrived, type NewLead } from "../lead.ts";
import type { AnswerRecovery } from "./answer_journal.ts";
import { COPIED_FACT, RESTORED } from "./copies.ts";
import type { Attempt, AttemptMoves } from "./attempts.ts";
import type { CardConsequences } from "./card_moves.ts";
import type { CrmMoves } from "./crm_moves.ts";
import type { CrmNoteMoves } from "./crm_notes.ts";
import type { FactRecords } from "./facts.ts";
import { type OutboxMoves, workOfKind } from "./outbox.ts";
import type { PhoneMoves } from "./phones.ts";
import type { CrmAccount } from "./send_all.ts";
import type { WorkOf } from "./work.ts";

/** An attempt that an earlier process may have made, and the work that it was made for. */
export interface CutOff {
  readonly attempt: Attempt;
  readonly work: WorkOf<"post"> | undefined;
}

/** How work goes on after the process that had it in hand. */
export interface Recovery {
  /**
   * A start's first verb: continues after an earlier process. An attempt that was cut off may have arrived, so it ends as
   * interrupted and its card is due; all other work is due at once, except POSTs that wait for a phone. In a restored copy no
   * lead is sent again, but a note of a deal may be. Returns the cut-off attempts.
   *
   * On PostgreSQL others may be at work: there only what is in hand of no process of the crew is taken up.
   */
  recover(interrupted: CrmOutcome, nowMs: number): Promise<CutOff[]>;
  /**
   * Continues after a dead process of the crew: its attempts end, and what it had in hand is due, as in `recover`. Undefined
   * where that has happened already, and on SQLite.
   */
  takeOver(dead: string, interrupted: CrmOutcome, nowMs: number): Promise<CutOff[] | undefined>;
}

/** What the moves of a press need to know of a copy. */
export interface CopyRecords {
  /** Whether the press waited in a copy, so that its lead may have been sent already; tells it once. */
  takePressOfCopy(press: NewLead): Promise<boolean>;
  /** Whether any press waited in a copy and has not come since. */
  hasPressOfCopy(): Promise<boolean>;
  /** Records an attempt that the copy does not know of: the lead's card says that it may be in the CRM already. */
  recordDoubt(lead: number, nowMs: number): Promise<void>;
}

/** Begins the names of facts about presses that waited in a copy; the menu that was pressed follows, as `chat:message`. */
export const PRESS_OF_COPY = "press_of_copy:";

/** What waited in a copy is asked for at each press; nearly every journal has nothing of it. */
export async function copyRecords(
  db: Database,
  attempts: AttemptMoves,
): Promise<CopyRecords & Renewable> {
  const { closeAttempt, addAttempt } = attempts;
  const selectAny = db.reader(
    `SELECT 1 FROM facts WHERE ${beginsWith("name", PRESS_OF_COPY)} LIMIT 1`,
  );
  const deleteFact = db.writer("DELETE FROM facts WHERE name = ?");
  let mayBeThere = db.dialect.isShared || await selectAny.get() !== undefined;
  return {
    takePressOfCopy: async ({ chatId, menuMessageId }) =>
      mayBeThere &&
      (await deleteFact.run(`${PRESS_OF_COPY}${chatId}:${menuMessageId}`)).changes > 0,
    hasPressOfCopy: async () => mayBeThere && await selectAny.get() !== undefined,
    recordDoubt: async (lead, nowMs) =>
      void await closeAttempt(await addAttempt(lead, null, nowMs), RESTORED, nowMs),
    renew: async () => void (mayBeThere ||= await selectAny.get() !== undefined),
  };
}

interface Renewable {
  /** Presses that waited in a copy have been recorded just now. */
  renew(): Promise<void>;
}

export function recovery(
  db: Database,
  { attempts, facts, outbox, cards, notes, account, copy, phones, answers, chats, cutOffAttempt }: {
    readonly attempts: AttemptMoves;
    readonly facts: FactRecords;
    readonly outbox: OutboxMoves;
    readonly cards: CardConsequences;
    readonly notes: CrmNoteMoves;
    readonly account: CrmAccount;
    readonly copy: CopyRecords & Renewable;
    readonly phones: PhoneMoves;
    readonly answers: AnswerRecovery;
    readonly chats: Pick<ChatMoves, "placeOwed">;
    readonly cutOffAttempt: CrmMoves["endAttempt"];
  },
): Recovery {
  const isLeft = db.dialect.isWorkLeft("?2");
  const updatesDue = db.writer(
    `UPDATE inbox SET due_at_ms = ?1 WHERE body IS NOT NULL AND ${isLeft}`,
  );
  const workDue = db.writer(`UPDATE outbox SET due_at_ms = ?1 WHERE ${isLeft}`);
  const postsToOpenLeads = db.reader(
    `SELECT outbox.* FROM outbox JOIN leads ON number = subject
     WHERE kind = 'post' AND state NOT IN ('in_crm', 'by_hand') ORDER BY id`,
  );
  const openLeads = db.reader(
    "SELECT number FROM leads WHERE state = 'in_admin_chat' ORDER BY number",
  );
  const leadsWithCard = db.reader("SELECT subject FROM outbox WHERE kind = 'card' ORDER BY id");
  const pressed = ["callback_query", "message"] as const;
  const chatId = db.dialect.jsonNumber("body", ...pressed, "chat", "id");
  const messageId = db.dialect.jsonNumber("body", ...pressed, "message_id");
  const waitingPresses = `SELECT '${PRESS_OF_COPY}' || ${chatId} || ':' || ${messageId} AS name
     FROM inbox WHERE ${chatId} IS NOT NULL AND ${messageId} IS NOT NULL`;
  const rememberPresses = db.writer(
    `INSERT INTO facts (name, value) SELECT name, '' FROM (${waitingPresses}) AS presses WHERE true
     ON CONFLICT (name) DO NOTHING`,
  );
  const forgetHandledPresses = db.writer(
    `DELETE FROM facts WHERE ${beginsWith("name", PRESS_OF_COPY)}
       AND name NOT IN (${waitingPresses})`,
  );

  async function doubt(lead: number, nowMs: number): Promise<void> {
    const isDoubtful = mayHaveArrived((await attempts.attemptsOf(lead)).at(-1)?.outcome ?? null);
    if (!isDoubtful) await copy.recordDoubt(lead, nowMs);
  }

  async function recoverCopy(nowMs: number): Promise<CutOff[]> {
    for (const row of await leadsWithCard.all()) await doubt(Number(row["subject"]), nowMs);
    const works = (await postsToOpenLeads.all()).flatMap((row) => workOfKind("post", row) ?? []);
    const cutOff: CutOff[] = [];
    for (const work of works) {
      const attempt = await attempts.addAttempt(work.subject, work.body.askedBy, nowMs);
      await cutOffAttempt(work, attempt, RESTORED, nowMs);
      cutOff.push({ attempt, work });
    }
    for (const row of await openLeads.all()) {
      const lead = Number(row["number"]);
      await doubt(lead, nowMs);
      await cards.oweCardUpdate(lead, nowMs); // Its card may say by now that the CRM or a manager has it.
    }
    await rememberPresses.run();
    await facts.forgetFact(COPIED_FACT);
    return cutOff;
  }

  /** @param dead Null for what is in hand of no process that lives. */
  async function takeUp(
    dead: string | null,
    interrupted: CrmOutcome,
    nowMs: number,
  ): Promise<CutOff[]> {
    await updatesDue.run(nowMs, dead);
    await workDue.run(nowMs, dead);
    await answers.recoverAnswers(dead, nowMs);
    await notes.recoverNotes(dead, nowMs);
    await phones.recoverPhoneAsks(dead, nowMs);
    const cutOff: CutOff[] = [];
    for (const attempt of await attempts.attemptsLeft(dead)) {
      const work = await outbox.findWork("post", attempt.lead);
      if (work === undefined) await attempts.closeAttemptLeft(attempt, interrupted, nowMs);
      else await cutOffAttempt(work, attempt, interrupted, nowMs);
      cutOff.push({ attempt, work });
    }
    return cutOff;
  }

  async function recover(interrupted: CrmOutcome, nowMs: number): Promise<CutOff[]> {
    await chats.placeOwed();
    const cutOff = await takeUp(null, interrupted, nowMs);
    if (await facts.fact(COPIED_FACT) !== undefined) cutOff.push(...await recoverCopy(nowMs));
    await forgetHandledPresses.run();
    await copy.renew();
    await account.endStrandedRuns(nowMs);
    return cutOff;
  }

  return {
    recover: (interrupted, nowMs) => db.atomically(() => recover(interrupted, nowMs)),
    takeOver: (dead, interrupted, nowMs) =>
      db.atomically(async () =>
        await db.bury(dead) ? await takeUp(dead, interrupted, nowMs) : undefined
      ),
  };
}
