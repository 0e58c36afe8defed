// Managers take leads, take them over, and return what was closed by mistake. Shows nothing.

import type { AttemptRecords } from "./attempts.ts";
import type { CardConsequences } from "./card_moves.ts";
import type { ChatMoves } from "./chats.ts";
import type { Database } from "./engine.ts";
import { closedIn, HELD, leadState } from "./leads.ts";
import type { Numbered, OutboxMoves } from "./outbox.ts";
import { numberOrNull } from "./rows.ts";
import { ownerIn } from "./turn_columns.ts";
import { ADMIN_CHAT_LANE, EDITS_LANE, laneOfChat, readLane, type WorkOf } from "./work.ts";

/** A manager who wants a lead. */
export interface Taker {
  /** Telegram's id. */
  readonly id: number;
  readonly name: string;
  /** Telegram's id of the press: after a crash the same press comes again, and is no second wish. */
  readonly press: string;
}

/** A manager who wants a lead on the page, where a name is all that is known. */
export interface TakerOnPage {
  readonly name: string;
  /** Since when the lead had the owner whom the page showed beside the button, in ms; null where it showed none. */
  readonly seenSinceMs: number | null;
}

/** What became of a wish to take a lead. */
export type Taken =
  | { readonly kind: "taken" }
  /** The manager has it already. */
  | { readonly kind: "yours" }
  /** Another one has it: the same wish again within `TAKE_OVER_MS` takes it over, or on the page one that knows of the owner. */
  | { readonly kind: "asked"; readonly owner: string; readonly sinceMs: number }
  | { readonly kind: "taken_over"; readonly before: string }
  /** The CRM or a manager has finished it. */
  | { readonly kind: "settled" }
  /** There is none, or its person was erased. */
  | { readonly kind: "unknown" };

/** What became of a wish to return a lead. */
export type Returned =
  | "returned"
  /** It is open. */
  | "open"
  /** The CRM has it. */
  | "settled"
  | "late"
  | "unknown";

/** What a manager did with a lead, for its history. */
export interface Turn {
  readonly kind: "taken" | "taken_over" | "returned";
  readonly by: string;
  /** Who had it, or had closed it. */
  readonly before: string | null;
  readonly atMs: number;
}

export interface TakingMoves {
  /** A manager wants a lead. One that another has is taken over when the manager wants it twice, or knowing that. */
  takeLead(lead: number, manager: Taker | TakerOnPage, nowMs: number): Promise<Taken>;
  /** Opens a lead that was closed by hand within `RETURN_WINDOW_MS`. A lead that had no card gets one. */
  returnLead(lead: number, by: string, nowMs: number): Promise<Returned>;
  /** What managers did with a lead, first to last. */
  turnsOf(lead: number): Promise<Turn[]>;
  /** Ends the windows that are over, before a card is written anew. */
  endReturns(nowMs: number): Promise<void>;
  /** A card was written anew. While its lead may be returned it is due again: when the button has to go. */
  finishCardUpdate(work: WorkOf<"card_update">): Promise<void>;
}

/** Within this a second wish takes a lead over, in ms. */
export const TAKE_OVER_MS = 60_000;

/** A second wish this soon is a double tap: its manager has not read the question. */
const DOUBLE_TAP_MS = 1_000;

export function takingMoves(
  db: Database,
  { attemptsOf }: Pick<AttemptRecords, "attemptsOf">,
  outbox: OutboxMoves,
  { oweCardUpdate }: Pick<CardConsequences, "oweCardUpdate">,
  { chatOfLead }: Pick<ChatMoves, "chatOfLead">,
): TakingMoves {
  const select = db.reader("SELECT * FROM leads WHERE number = ?");
  const own = db.writer(
    "UPDATE leads SET owner = ?, owner_id = ?, owned_at_ms = ? WHERE number = ?",
  );
  const addTurn = db.writer(
    "INSERT INTO lead_turns (lead, kind, by, before, at_ms) VALUES (?, ?, ?, ?, ?)",
  );
  const selectTurns = db.reader(
    "SELECT * FROM lead_turns WHERE lead = ? AND kind <> 'closed' ORDER BY number",
  );
  const selectQuestion = db.reader(
    "SELECT press, asked_at_ms FROM take_questions WHERE lead = ? AND manager_id = ?",
  );
  const ask = db.writer(
    `INSERT INTO take_questions (lead, manager_id, press, asked_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (lead, manager_id) DO UPDATE SET press = excluded.press,
       asked_at_ms = excluded.asked_at_ms`,
  );
  const forgetQuestions = db.writer("DELETE FROM take_questions WHERE lead = ?");
  const endQuestions = db.writer("DELETE FROM take_questions WHERE asked_at_ms < ?");
  const selectReturn = db.reader("SELECT until_ms FROM returns WHERE lead = ?");
  const forgetReturn = db.writer("DELETE FROM returns WHERE lead = ?");
  const endReturns = db.writer("DELETE FROM returns WHERE until_ms <= ?");
  const reopen = db.writer(
    `UPDATE leads SET state = 'in_admin_chat', closed_by = NULL, closed_at_ms = NULL
     WHERE number = ? AND state = 'by_hand'`,
  );
  const hasOtherUpdate = db.reader(
    "SELECT 1 FROM outbox WHERE subject = ? AND kind = 'card_update' AND id <> ? LIMIT 1",
  );

  async function turn(lead: number, { kind, by, before, atMs }: Turn): Promise<void> {
    await addTurn.run(lead, kind, by, before, atMs);
  }

  async function takeLead(
    number: number,
    manager: Taker | TakerOnPage,
    nowMs: number,
  ): Promise<Taken> {
    const managerId = "id" in manager ? manager.id : null;
    const row = await select.get(number);
    if (row === undefined || row["chat_id"] === 0) return { kind: "unknown" };
    const state = leadState(row["state"]);
    if (state === "in_crm" || state === "by_hand") return { kind: "settled" };
    const owner = ownerIn(row);
    if (owner !== null) {
      const ownerId = numberOrNull(row["owner_id"]);
      if (isSame(ownerId, managerId, owner.by, manager.name)) return { kind: "yours" };
      const knows = "id" in manager
        ? await isAskedTwice(number, manager, nowMs)
        : manager.seenSinceMs === owner.atMs;
      if (!knows) return { kind: "asked", owner: owner.by, sinceMs: owner.atMs };
    }
    await forgetQuestions.run(number);
    await own.run(manager.name, managerId, nowMs, number);
    const before = owner?.by ?? null;
    const kind = before === null ? "taken" : "taken_over";
    await turn(number, { kind, by: manager.name, before, atMs: nowMs });
    await oweCardUpdate(number, nowMs);
    return before === null ? { kind: "taken" } : { kind: "taken_over", before };
  }

  /** Records the first wish. */
  async function isAskedTwice(lead: number, { id, press }: Taker, nowMs: number): Promise<boolean> {
    const asked = await selectQuestion.get(lead, id);
    const sinceMs = asked === undefined ? Infinity : nowMs - Number(asked["asked_at_ms"]);
    if (asked?.["press"] === press || sinceMs < DOUBLE_TAP_MS) return false;
    if (sinceMs <= TAKE_OVER_MS) return true;
    await endQuestions.run(nowMs - TAKE_OVER_MS);
    await ask.run(lead, id, press, nowMs);
    return false;
  }

  async function returnLead(number: number, by: string, nowMs: number): Promise<Returned> {
    const row = await select.get(number);
    if (row === undefined || row["chat_id"] === 0) return "unknown";
    const state = leadState(row["state"]);
    if (state !== "by_hand") return state === "in_crm" ? "settled" : "open";
    const untilMs = numberOrNull((await selectReturn.get(number))?.["until_ms"] ?? null);
    if (untilMs === null || untilMs <= nowMs) return "late";
    // A POST that was under way when the lead was closed.
    if ((await attemptsOf(number)).some(({ outcome }) => outcome === "accepted")) return "settled";
    await forgetReturn.run(number);
    await reopen.run(number);
    await turn(number, { kind: "returned", by, before: closedIn(row)?.by ?? null, atMs: nowMs });
    const hasCard = row["card_message_id"] !== null || row["card_reason"] === HELD;
    if (!hasCard) await oweCard(number, nowMs);
    await oweCardUpdate(number, nowMs);
    return "returned";
  }

  /** Unless it is being shown right now. */
  async function oweCard(lead: number, nowMs: number): Promise<void> {
    if (await outbox.findWork("card", lead) !== undefined) return;
    const reason = (await attemptsOf(lead)).length > 0 ? "crm_failed" : "no_webhook";
    const lane = laneOfChat(ADMIN_CHAT_LANE, await chatOfLead(lead));
    await outbox.addWork({ lane, kind: "card", subject: lead, body: { reason } }, nowMs);
  }

  async function hasAnother(work: Numbered, lead: number): Promise<boolean> {
    return await hasOtherUpdate.get(lead, work.id) !== undefined;
  }

  return {
    takeLead: (...wish) => db.atomically(() => takeLead(...wish)),
    returnLead: (...wish) => db.atomically(() => returnLead(...wish)),
    turnsOf: async (lead) =>
      (await selectTurns.all(lead)).map((row): Turn => ({
        kind: turnKind(row["kind"]),
        by: String(row["by"]),
        before: row["before"] === null ? null : String(row["before"]),
        atMs: Number(row["at_ms"]),
      })),
    endReturns: async (nowMs) => void await endReturns.run(nowMs),
    finishCardUpdate: (work) =>
      db.atomically(async () => {
        const untilMs = (await selectReturn.get(work.subject))?.["until_ms"];
        const isEdit = readLane(work.lane).lane === EDITS_LANE;
        if (untilMs === undefined || !isEdit || await hasAnother(work, work.subject)) {
          return await outbox.finishWork(work);
        }
        await outbox.releaseWork(work, Number(untilMs));
      }),
  };
}

/** On the page there is no id; only a @username is one person's. */
function isSame(id: number | null, other: number | null, name: string, otherName: string): boolean {
  if (id !== null && other !== null) return id === other;
  return name === otherName && name.startsWith("@");
}

function turnKind(stored: unknown): Turn["kind"] {
  return stored === "taken_over" || stored === "returned" ? stored : "taken";
}
