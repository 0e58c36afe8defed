// The journal: what Telegram handed over, what became of it, and what is still owed. Does no HTTP, reads no clock.

import { type Database, openDatabase, type Row } from "./database.ts";
import type { JsonText } from "../json/text.ts";
import {
  type CardReason,
  type CrmOutcome,
  type FollowUpContent,
  type Lead,
  type MessageAddress,
  type NewLead,
  type Visitor,
} from "../lead.ts";
import { type AuthRecords, authRecords } from "./auth.ts";
import { type BotKeys, openForBot } from "./bots.ts";
import { type ErasureRecords, erasureRecords } from "./erasure.ts";
import { type FactRecords, factRecords } from "./facts.ts";
import {
  type FollowUpRecords,
  followUpRecords,
  type NewFollowUpMessage,
  type RecordedFollowUp,
} from "./follow_ups.ts";
import type { EditedMessage, RecordedEdit } from "./follow_up_edits.ts";
import { type HeldRecords, heldRecords } from "./held.ts";
import { type InboxRecords, inboxRecords } from "./inbox.ts";
import { type Attempt, type LeadRecords, leadRecords } from "./leads.ts";
import { type LoginMessageRecords, loginMessageRecords } from "./login_messages.ts";
import { type LeadList, leadList } from "./lead_list.ts";
import {
  ADMIN_CHAT_LANE,
  EDITS_LANE,
  FOLLOW_UPS_LANE,
  isResend,
  type OutboxRecords,
  outboxRecords,
  VISITORS_LANE,
  type Work,
} from "./outbox.ts";
import { copyMark } from "./copies.ts";
import { type Moments, moments } from "./moments.ts";
import { type PressRecords, pressRecords } from "./presses.ts";
import { type ProfileCounts, profileCounts } from "./profile_counts.ts";
import { type ProfileFileRecords, profileFileRecords, type Renaming } from "./profile_files.ts";
import { type ProfileKeys, profileKeys } from "./profile_keys.ts";
import { type Recovery, recovery } from "./recovery.ts";
import { type RevisionRecords, revisionRecords } from "./revisions.ts";
import { ADDITIONS, MIGRATIONS } from "./schema.ts";
import { type Trial, trial } from "./trial.ts";

export * from "./outbox.ts";
export { PROFILE_FACTS } from "./profile_keys.ts";
export { COPIED_FACT } from "./copies.ts";
export type { CutOff } from "./recovery.ts";
export type { Attempt } from "./leads.ts";
export type { Cursor, LeadFilter, LeadLife, LeadList, LeadPage, ListedLead } from "./lead_list.ts";
export { MESSAGE_IDS } from "./bots.ts";
export type { PressLimits } from "./presses.ts";
export type { StoredUpdate } from "./inbox.ts";
export type { DueFollowUps, NewFollowUpMessage, RecordedFollowUp } from "./follow_ups.ts";
export type { EditedMessage, RecordedEdit } from "./follow_up_edits.ts";

/** A reminder as the outbox keeps it until it is sent. */
export interface Reminder {
  readonly chatId: number;
  /** Whose buttons the open menu bears; empty for the menu of profiles. */
  readonly profile: string;
  readonly sentAtMs: number;
  /** The visitor's language; the bot before this one did not write it. */
  readonly language?: string | null;
}

/** What a press left in the journal. */
export interface RecordedChoice {
  readonly lead: Lead;
  /** In the caller's hands. */
  readonly confirmation: Work;
  /**
   * In the caller's hands where that was asked for; else due. A card in its place is due, and for the managers:
   * a restored journal holds presses whose lead may long be in the CRM.
   */
  readonly post: Work;
}

/** What a press left in the journal that calls for no POST. */
export type RecordedPress = Omit<RecordedChoice, "post">;

/** What became of a manager's wish to send a lead again. */
export type ResendAsked =
  | "asked"
  /** Its attempt is under way: this wish is the same one. */
  | "running"
  /** The CRM or a manager already has it. */
  | "settled"
  | "unknown";

/** How long an album is left for its next part before it is shown, in ms: its parts are updates of their own. */
export const ALBUM_QUIET_MS = 1_000;

/**
 * All records and their moves. Everything here is synchronous and joins one transaction with what the
 * same turn of the event loop records; `committed` tells when that is on disk. A move that concerns
 * several tables is on disk whole or, when the disk fails, not at all.
 */
export interface Journal extends Records, Pick<Recovery, "recover"> {
  /**
   * Records a version of locales.json that became current: the whole text, what differs in each profile, and,
   * where a link was changed, the profile's leads and history under its new key.
   */
  recordVersion(version: NewVersion, nowMs: number): void;
  /**
   * Records a press: the lead, its confirmation and its POST. The confirmation is handed to the caller;
   * undefined when the menu already gave a lead.
   *
   * @param confirmation What the outbox keeps for the confirmation until it is sent.
   * @param lane Where the POST waits.
   * @param postsNow Whether the caller does the POST itself as soon as all this is on disk; otherwise it
   *   is due.
   */
  recordChoice(
    lead: NewLead,
    confirmation: string,
    lane: string,
    postsNow: boolean,
  ): RecordedChoice | undefined;
  /** Records a press that asks for a lead again: counted, and confirmed as the first one. Its menu gives no other lead. */
  recordRepeat(press: NewLead, lead: number, confirmation: string): RecordedPress;
  /** Records a lead that is held back from the CRM until a person decides; undefined as `recordChoice`. */
  recordHeld(lead: NewLead, confirmation: string): RecordedPress | undefined;
  finishConfirmation(work: Work, nowMs: number): void;
  /** The CRM took the lead. */
  settleInCrm(work: Work, attempt: Attempt, outcome: CrmOutcome, nowMs: number): void;
  /** The CRM did not take a lead's first POST, or there is none: its card is due. */
  oweCard(work: Work, reason: CardReason, nowMs: number): void;
  /** A manager's wish to send a lead again comes to nothing: its card says how things stand. */
  endResend(work: Work, nowMs: number): void;
  /** The CRM did not take a lead: its card is due, or says so where a manager had sent it again. */
  failInCrm(work: Work, attempt: Attempt, outcome: CrmOutcome, nowMs: number): void;
  /** A manager sent a lead again that no POST can be made for: that is an attempt which ended where it began. */
  refuseResend(work: Work, outcome: CrmOutcome, nowMs: number): void;
  /** Cards are in the admin chat, several in one message where many were due. */
  settleInAdminChat(works: readonly Work[], card: MessageAddress, nowMs: number): void;
  /** The card could not be shown: it is due again. */
  markUndelivered(work: Work, dueAtMs: number): void;
  /**
   * A manager wants one more POST for an open lead.
   *
   * @param lane Where it waits: the CRM's, or the profile's that sends one after another.
   */
  oweResend(lead: number, by: string, lane: string, nowMs: number): ResendAsked;
  /** A manager entered a lead by hand; false when somebody has it already. */
  closeByHand(lead: number, by: string, nowMs: number): boolean;
  /** Records what a lead sent; the follow-up is due, and for its first message the thanks. */
  recordFollowUp(message: NewFollowUpMessage, nowMs: number): RecordedFollowUp;
  /**
   * Records what a visitor made of a message: what waits to be shown says it from now on, and where the
   * managers have the message already, its edit is due.
   *
   * @param words What the edit says, for the page.
   */
  recordEdit(
    edit: EditedMessage,
    words: Pick<FollowUpContent, "text" | "entities">,
    nowMs: number,
  ): RecordedEdit;
  finishFollowUp(work: Work, nowMs: number): void;
  /**
   * Owes a reminder to each chat whose newest menu was sent between two moments and gave no lead.
   *
   * @returns How many.
   */
  oweReminders(sinceMs: number, untilMs: number, nowMs: number): number;
  /**
   * Erases who leads were about, and keeps that they were: the personal parts of leads which the CRM
   * or a manager has and which were received before a moment. Looks at so many leads at most, from
   * number `from` on. One that came after a lead of later than the moment is not older than that, whatever the
   * clock said; a lead of later than `nowMs` says nothing of others.
   *
   * @returns How many it erased, and where to go on; undefined when it came to the moment.
   */
  eraseSettledBefore(
    beforeMs: number,
    from: number,
    most: number,
    nowMs?: number,
  ): { readonly erased: number; readonly next: number | undefined };
  /** Forgets menus that were sent before a moment. */
  forgetMenusBefore(beforeMs: number): void;
  /**
   * Erases a person: all leads of their chat, what is still owed to that chat or in hand for it, their updates
   * that wait to be handled, and who they were on the managers' cards. Leads that nobody has entered are closed, as nobody could be called back.
   *
   * @returns How many leads; undefined, with nothing changed, while one of them is on its way to the CRM.
   */
  erasePerson(chatId: number, by: string, nowMs: number): number | undefined;
  /** Records several moves whole or not at all. */
  atomically: Database["atomically"];
  /**
   * Looks whether the journal is damaged: a small file whole, a large one by what a lead takes.
   *
   * @throws {Error} If it is.
   */
  check(): void;
  /** Copies the journal to a new file, and marks that as a copy; throws as `copyDatabase` does. */
  backUp(path: string, nowMs: number): Promise<void>;
  overwriteFreePages: Database["overwriteFreePages"];
  limitWal: Database["limitWal"];
  lostFile: Database["lostFile"];
  committed: Database["committed"];
  committedSoon: Database["committedSoon"];
  close(): void;
}

/** A version of locales.json that became current. */
export interface NewVersion {
  readonly text: string;
  readonly content: JsonText;
  /** Null for an edit found on disk. */
  readonly by: string | null;
  /** The change of a link that it is. */
  readonly renamed: Renaming | null;
}

/**
 * Opens the journal in a file, or in `:memory:`.
 *
 * @param botId The bot that is to work on it: the digits before the colon of its token. Without one the
 *   journal is read as its last bot's.
 * @param elapsedMs As `openDatabase` takes it.
 * @throws {Error} As `openDatabase` does.
 */
export function openJournal(path: string, botId?: string, elapsedMs?: () => number): Journal {
  const db = openDatabase(path, MIGRATIONS, ADDITIONS, elapsedMs);
  try {
    return journalIn(db, botId);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The journal in a database that is open and migrated. */
export function journalIn(db: Database, botId?: string): Journal {
  const keys = openForBot(db, botId); // First: what it names anew the others read.
  const outbox = outboxRecords(db);
  const records = {
    ...inboxRecords(db),
    ...outbox,
    ...leadRecords(db, keys),
    ...pressRecords(db, keys),
    ...heldRecords(db, outbox),
    ...followUpRecords(db, keys),
    ...authRecords(db),
    ...loginMessageRecords(db, keys),
    ...revisionRecords(db),
    ...profileFileRecords(db),
    ...factRecords(db, keys),
    ...profileCounts(db),
    ...profileKeys(db),
    ...leadList(db, keys),
    ...erasureRecords(db),
    ...moments(db),
    ...trial(db),
  };
  return { ...records, ...moves(db, records, keys) };
}

type Records =
  & InboxRecords
  & OutboxRecords
  & LeadRecords
  & PressRecords
  & HeldRecords
  & FollowUpRecords
  & AuthRecords
  & LoginMessageRecords
  & RevisionRecords
  & ProfileFileRecords
  & FactRecords
  & ProfileCounts
  & ProfileKeys
  & LeadList
  & ErasureRecords
  & Moments
  & Trial;

/** The moves of several statements. */
type Verb =
  | "recordVersion"
  | "recordChoice"
  | "recordRepeat"
  | "recordHeld"
  | "finishConfirmation"
  | "settleInCrm"
  | "oweCard"
  | "endResend"
  | "failInCrm"
  | "refuseResend"
  | "settleInAdminChat"
  | "markUndelivered"
  | "oweResend"
  | "closeByHand"
  | "recordFollowUp"
  | "recordEdit"
  | "finishFollowUp"
  | "recover"
  | "oweReminders"
  | "eraseSettledBefore"
  | "eraseLead"
  | "erasePerson";

function moves(db: Database, records: Records, keys: BotKeys): Omit<Journal, keyof Records> {
  const turnIntoCard = db.writer(
    `UPDATE outbox SET kind = 'card', lane = '${ADMIN_CHAT_LANE}', body = ?, failures = 0,
       due_at_ms = ? WHERE id = ?`,
  );
  const forgetWaitingCard = db.writer(
    "DELETE FROM outbox WHERE subject = ? AND kind = 'card' AND due_at_ms IS NOT NULL",
  );
  const hurryCardUpdate = db.writer(
    `UPDATE outbox SET due_at_ms = ?
     WHERE subject = ? AND kind = 'card_update' AND due_at_ms IS NOT NULL`,
  );
  const hasFollowUps = db.reader("SELECT 1 FROM follow_ups WHERE lead = ? LIMIT 1");
  const releaseFollowUps = db.writer(
    // Not behind those that came later and were not put off. By subject: the managers may be owed much.
    `UPDATE outbox SET due_at_ms = (
       SELECT min(?1, min(due_at_ms)) FROM outbox WHERE kind = 'follow_up'
         AND subject IN (SELECT number FROM follow_ups WHERE lead = ?2))
     WHERE kind = 'follow_up' AND subject IN (SELECT number FROM follow_ups WHERE lead = ?2)
       AND +due_at_ms > ?1 + ${ALBUM_QUIET_MS}`,
  );
  const delayFollowUp = db.writer(
    `UPDATE outbox SET due_at_ms = ?
     WHERE kind = 'follow_up' AND subject = ? AND due_at_ms IS NOT NULL`,
  );
  const hurryEdits = db.writer(
    `UPDATE outbox SET due_at_ms = ? WHERE kind = 'follow_up' AND due_at_ms IS NOT NULL
       AND subject IN (SELECT number FROM follow_ups WHERE edit_of = ?)`,
  );
  const openMenus = db.reader(
    `SELECT chat_id, profile, sent_at_ms, language, max(message_id) FROM menus WHERE sent_at_ms > ? AND NOT EXISTS (
       SELECT 1 FROM leads WHERE leads.chat_id = menus.chat_id AND received_at_ms >= sent_at_ms)
       AND message_id >= ? AND message_id < ?
     GROUP BY chat_id HAVING sent_at_ms < ?`,
  );
  const leadsFrom = db.reader(
    `SELECT number, received_at_ms, state IN ('in_crm', 'by_hand') AND user_id <> 0 AS erasable
     FROM leads WHERE number >= ? ORDER BY number LIMIT ?`,
  );
  const forgetMenus = db.writer("DELETE FROM menus WHERE sent_at_ms < ?");

  function closeByHand(number: number, by: string, nowMs: number): boolean {
    if (!records.moveLead(number, "by_hand")) return false;
    records.markClosed(number, by, nowMs);
    forgetWaitingCard.run(number);
    oweCardUpdate(number, nowMs);
    release(number, nowMs);
    return true;
  }

  /** A lead without a card in the chat has nothing to update. */
  function oweCardUpdate(lead: number, nowMs: number): void {
    if (records.findLead(lead)?.card == null) return;
    if (hurryCardUpdate.run(nowMs, lead).changes > 0) return;
    const work = { lane: EDITS_LANE, kind: "card_update", subject: lead, body: "" } as const;
    records.addWork(work, nowMs);
  }

  function release(lead: number, nowMs: number): void {
    if (hasFollowUps.get(lead) !== undefined) releaseFollowUps.run(nowMs, lead);
  }

  function oweConfirmation(subject: number, body: string): Work {
    return records.addWork({ lane: VISITORS_LANE, kind: "confirmation", subject, body }, null);
  }

  function endResend(work: Work, nowMs: number): void {
    records.finishWork(work);
    oweCardUpdate(work.subject, nowMs);
  }

  function failInCrm(work: Work, attempt: Attempt, outcome: CrmOutcome, nowMs: number): void {
    records.endAttempt(attempt, outcome, nowMs);
    if (isResend(work)) endResend(work, nowMs);
    else turnIntoCard.run("crm_failed" satisfies CardReason, nowMs, work.id);
  }

  const { recover, takePressOfCopy, recordDoubt } = recovery(db, records, failInCrm, oweCardUpdate);

  const verbs: Pick<Journal, Verb> = {
    recordVersion({ text, content, by, renamed }, nowMs) {
      if (renamed !== null) records.renameProfile(renamed.from, renamed.to);
      records.recordRevisions(content, by, nowMs);
      records.recordFile({ text, savedBy: by, renamed }, nowMs);
    },
    recordChoice(newLead, confirmation, lane, postsNow) {
      const lead = records.insertLead(newLead);
      if (lead === undefined) return undefined;
      const { number: subject, receivedAtMs } = lead;
      const post = { lane, kind: "post", subject, body: "" } as const;
      const told = oweConfirmation(subject, confirmation);
      if (takePressOfCopy(newLead)) {
        recordDoubt(subject, receivedAtMs);
        const card = { lane: ADMIN_CHAT_LANE, kind: "card", subject, body: "crm_failed" } as const;
        return { lead, confirmation: told, post: records.addWork(card, receivedAtMs) };
      }
      const dueAtMs = postsNow ? null : receivedAtMs;
      return { lead, confirmation: told, post: records.addWork(post, dueAtMs) };
    },
    recordRepeat(press, number, confirmation) {
      const lead = records.findLead(number);
      if (lead === undefined) throw new ReferenceError(`No lead ${number}`);
      records.insertRepeat(press, number);
      takePressOfCopy(press);
      return { lead, confirmation: oweConfirmation(number, confirmation) };
    },
    recordHeld(newLead, confirmation) {
      const lead = records.insertLead(newLead);
      if (lead === undefined) return undefined;
      records.holdLead(lead.number);
      takePressOfCopy(newLead);
      return {
        lead: { ...lead, state: "in_admin_chat" },
        confirmation: oweConfirmation(lead.number, confirmation),
      };
    },
    finishConfirmation(work, nowMs) {
      records.markConfirmed(work.subject, nowMs);
      records.finishWork(work);
    },
    settleInCrm(work, attempt, outcome, nowMs) {
      records.endAttempt(attempt, outcome, nowMs);
      records.moveLead(work.subject, "in_crm");
      records.finishWork(work);
      if (isResend(work)) { // There is a card to close.
        forgetWaitingCard.run(work.subject);
        oweCardUpdate(work.subject, nowMs);
      }
      release(work.subject, nowMs);
    },
    oweCard: (work, reason, nowMs) => void turnIntoCard.run(reason, nowMs, work.id),
    endResend,
    failInCrm,
    refuseResend(work, outcome, nowMs) {
      const attempt = records.beginAttempt(work.subject, work.body, nowMs);
      failInCrm(work, attempt, outcome, nowMs);
    },
    settleInAdminChat(works, card, nowMs) {
      for (const work of works) {
        const lead = work.subject;
        records.rememberCard(lead, work.body as CardReason, card); // As `oweCard` wrote it.
        records.markCardShown(lead, nowMs);
        // Somebody may have settled it or sent it again while it was being shown; then the card has to say so.
        const isOpen = records.moveLead(lead, "in_admin_chat");
        const isAskedFor = records.findWork("post", lead) !== undefined ||
          records.attemptsOf(lead).at(-1)?.askedBy != null;
        if (!isOpen || isAskedFor) oweCardUpdate(lead, nowMs);
        records.finishWork(work);
        release(lead, nowMs);
      }
    },
    markUndelivered(work, dueAtMs) {
      records.moveLead(work.subject, "undelivered");
      records.postponeWork(work, dueAtMs);
    },
    oweResend(number, by, lane, nowMs) {
      const lead = records.findLead(number);
      if (lead === undefined) return "unknown";
      if (lead.state === "in_crm" || lead.state === "by_hand") return "settled";
      if (records.findWork("post", number) !== undefined) return "running";
      records.addWork({ lane, kind: "post", subject: number, body: by }, nowMs);
      oweCardUpdate(number, nowMs);
      return "asked";
    },
    closeByHand,
    recordFollowUp(message, nowMs) {
      const recorded = records.insertFollowUp(message, nowMs);
      const dueAtMs = message.albumId === null ? nowMs : nowMs + ALBUM_QUIET_MS;
      const subject = recorded.followUp;
      if (recorded.kind === "joined") delayFollowUp.run(dueAtMs, subject);
      if (recorded.kind === "begun") {
        records.addWork({ lane: FOLLOW_UPS_LANE, kind: "follow_up", subject, body: "" }, dueAtMs);
        if (recorded.firstOfAlbum) {
          const body = String(message.chatId);
          records.addWork({ lane: VISITORS_LANE, kind: "thanks", subject, body }, nowMs);
        }
      }
      return recorded;
    },
    recordEdit(edit, words, nowMs) {
      const recorded = records.insertEdit(edit, words, nowMs);
      if (recorded.kind === "begun") {
        const subject = recorded.followUp;
        records.addWork({ lane: FOLLOW_UPS_LANE, kind: "follow_up", subject, body: "" }, nowMs);
      }
      return recorded;
    },
    finishFollowUp(work, nowMs) {
      records.markShown(work.subject, nowMs);
      records.finishWork(work);
      hurryEdits.run(nowMs, work.subject);
    },
    recover,
    oweReminders(sinceMs, untilMs, nowMs) {
      const menus = openMenus.all(sinceMs, ...keys.range, untilMs);
      for (const row of menus) {
        const body = JSON.stringify(
          {
            chatId: Number(row["chat_id"]),
            profile: String(row["profile"]),
            sentAtMs: Number(row["sent_at_ms"]),
            language: row["language"] === null ? null : String(row["language"]),
          } satisfies Reminder,
        );
        records.addWork({ lane: VISITORS_LANE, kind: "reminder", subject: 0, body }, nowMs);
      }
      return menus.length;
    },
    eraseSettledBefore(beforeMs, from, most, nowMs = Infinity) {
      const all = leadsFrom.all(from, most);
      const isYoung = (row: Row) =>
        Number(row["received_at_ms"]) >= beforeMs && Number(row["received_at_ms"]) <= nowMs;
      const young = all.findIndex(isYoung);
      const rows = young === -1 ? all : all.slice(0, young);
      const old = rows.filter((row) => Number(row["received_at_ms"]) < beforeMs);
      const due = old.filter((row) => row["erasable"] === 1).map((row) => Number(row["number"]));
      for (const number of due) records.eraseLead(number);
      const last = rows.at(-1);
      const goesOn = last !== undefined && rows.length === most;
      return { erased: due.length, next: goesOn ? Number(last["number"]) + 1 : undefined };
    },
    eraseLead: records.eraseLead,
    erasePerson(chatId, by, nowMs) {
      const leads = records.leadsOfChat(chatId);
      const isOnItsWay = ({ number, state }: Lead) =>
        state === "received" || records.findWork("post", number) !== undefined;
      if (leads.some(isOnItsWay)) return undefined;
      for (const { number, card } of leads) {
        const isClosedNow = closeByHand(number, by, nowMs);
        records.eraseLead(number);
        if (card !== null && !isClosedNow) oweCardUpdate(number, nowMs);
      }
      records.eraseChat({ chatId, names: leads.flatMap(({ visitor }) => namesOf(visitor)) });
      records.forgetHeldLine(chatId);
      return leads.length;
    },
  };

  return {
    ...whole(db, verbs),
    forgetMenusBefore: (beforeMs) => void forgetMenus.run(beforeMs),
    atomically: db.atomically,
    check() {
      db.check();
      records.tryToRecord();
    },
    backUp: (path, nowMs) => db.backUp(path, copyMark(nowMs)),
    overwriteFreePages: db.overwriteFreePages,
    limitWal: db.limitWal,
    lostFile: db.lostFile,
    committed: db.committed,
    committedSoon: db.committedSoon,
    close: db.close,
  };
}

/** As texts for the managers' chat name a visitor; a first name alone may be another's. */
function namesOf({ userId, username, firstName, lastName }: Visitor): string[] {
  const names = userId === 0 ? [] : [`id${userId}`, String(userId)];
  if (username !== null) names.push(`@${username}`);
  if (lastName !== null) names.push(`${firstName} ${lastName}`);
  return names;
}

/** Makes each of the verbs stand whole or not at all, also when something between its writes throws. */
function whole<Verbs extends Readonly<Record<string, (...args: never[]) => unknown>>>(
  db: Database,
  verbs: Verbs,
): Verbs {
  const made = Object.entries(verbs).map(([name, verb]) => [
    name,
    (...args: never[]) => db.atomically(() => verb(...args)),
  ]);
  return Object.fromEntries(made) as Verbs; // The same names, and the same functions behind them.
}
