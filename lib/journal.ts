// The journal: what Telegram handed over, what became of it, and what is still owed. Does no HTTP, reads no clock.

import { type Database, openDatabase } from "./db.ts";
import type { JsonText } from "./json_text.ts";
import type { CardReason, CrmOutcome, Lead, MessageAddress, NewLead } from "./lead.ts";
import { type AuthRecords, authRecords } from "./journal/auth.ts";
import {
  type FollowUpRecords,
  followUpRecords,
  type NewFollowUpMessage,
  type RecordedFollowUp,
} from "./journal/follow_ups.ts";
import { type InboxRecords, inboxRecords } from "./journal/inbox.ts";
import { type Attempt, type LeadRecords, leadRecords } from "./journal/leads.ts";
import { type LeadList, leadList } from "./journal/lead_list.ts";
import {
  ADMIN_CHAT_LANE,
  EDITS_LANE,
  FOLLOW_UPS_LANE,
  type OutboxRecords,
  outboxRecords,
  VISITORS_LANE,
  type Work,
} from "./journal/outbox.ts";
import { type ProfileCounts, profileCounts } from "./journal/profile_counts.ts";
import {
  type ProfileFileRecords,
  profileFileRecords,
  type Renaming,
} from "./journal/profile_files.ts";
import { type RevisionRecords, revisionRecords } from "./journal/revisions.ts";
import { ADDITIONS, MIGRATIONS } from "./journal/schema.ts";

export * from "./journal/outbox.ts";
export type { Attempt } from "./journal/leads.ts";
export type {
  Cursor,
  LeadFilter,
  LeadLife,
  LeadList,
  LeadPage,
  ListedLead,
} from "./journal/lead_list.ts";
export type { StoredUpdate } from "./journal/inbox.ts";
export type { NewFollowUpMessage, RecordedFollowUp } from "./journal/follow_ups.ts";

/** A reminder as the outbox keeps it until it is sent. */
export interface Reminder {
  readonly chatId: number;
  /** Whose buttons the open menu bears; empty for the menu of profiles. */
  readonly profile: string;
  readonly sentAtMs: number;
}

/** What a press left in the journal. */
export interface RecordedChoice {
  readonly lead: Lead;
  /** In the caller's hands. */
  readonly confirmation: Work;
  /** In the caller's hands where that was asked for; else due. */
  readonly post: Work;
}

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
export interface Journal
  extends
    InboxRecords,
    OutboxRecords,
    LeadRecords,
    FollowUpRecords,
    AuthRecords,
    RevisionRecords,
    ProfileFileRecords,
    ProfileCounts,
    LeadList {
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
  finishConfirmation(work: Work, nowMs: number): void;
  /** The CRM took the lead. */
  settleInCrm(work: Work, attempt: Attempt, outcome: CrmOutcome, nowMs: number): void;
  /** The CRM did not take a lead's first POST, or there is none: its card is due. */
  oweCard(work: Work, reason: CardReason, nowMs: number): void;
  /** The CRM did not take a lead that a manager sent again: its card says so. */
  endResend(work: Work, nowMs: number): void;
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
  finishFollowUp(work: Work, nowMs: number): void;
  /**
   * Takes up what an earlier process left: an attempt cut off in its middle may have arrived, so it
   * ends as interrupted and its card is due; everything else that is owed is due at once.
   *
   * @returns The cut-off attempts, each with the work it was made for.
   */
  recover(
    interrupted: CrmOutcome,
    nowMs: number,
  ): { readonly attempt: Attempt; readonly work: Work | undefined }[];
  /**
   * Owes a reminder to each chat whose newest menu was sent between two moments and gave no lead.
   *
   * @returns How many.
   */
  oweReminders(sinceMs: number, untilMs: number, nowMs: number): number;
  rememberFact(name: string, value: string): void;
  forgetFact(name: string): void;
  fact(name: string): string | undefined;
  /**
   * Erases who leads were about, and keeps that they were: the personal parts of leads which the CRM
   * or a manager has and which were received before a moment. Looks at so many leads at most, from
   * number `from` on.
   *
   * @returns How many it erased, and where to go on; undefined when it came to the moment.
   */
  eraseSettledBefore(
    beforeMs: number,
    from: number,
    most: number,
  ): { readonly erased: number; readonly next: number | undefined };
  /** Forgets menus that were sent before a moment. */
  forgetMenusBefore(beforeMs: number): void;
  /** Erases who one lead was about: name, username, ids, messages, what the CRM said of it. */
  eraseLead(lead: number): void;
  /**
   * Erases a person: all leads of their chat, what is still owed to that chat, and who they were on the
   * managers' cards. Leads that nobody has entered are closed, as nobody could be called back.
   *
   * @returns How many leads; undefined, with nothing changed, while one of them is on its way to the CRM.
   */
  erasePerson(chatId: number, by: string, nowMs: number): number | undefined;
  check: Database["check"];
  backUp: Database["backUp"];
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
 * @throws {Error} As `openDatabase` does.
 */
export function openJournal(path: string): Journal {
  return journalIn(openDatabase(path, MIGRATIONS, ADDITIONS));
}

/** The journal in a database that is open and migrated. */
export function journalIn(db: Database): Journal {
  const records = {
    ...inboxRecords(db),
    ...outboxRecords(db),
    ...leadRecords(db),
    ...followUpRecords(db),
    ...authRecords(db),
    ...revisionRecords(db),
    ...profileFileRecords(db),
    ...profileCounts(db),
    ...leadList(db),
  };
  return { ...records, ...moves(db, records) };
}

type Records =
  & InboxRecords
  & OutboxRecords
  & LeadRecords
  & FollowUpRecords
  & AuthRecords
  & RevisionRecords
  & ProfileFileRecords
  & ProfileCounts
  & LeadList;

function moves(db: Database, records: Records): Omit<Journal, keyof Records> {
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
  const allUpdatesDue = db.writer("UPDATE inbox SET due_at_ms = ? WHERE body IS NOT NULL");
  const allWorkDue = db.writer("UPDATE outbox SET due_at_ms = ?");
  const openMenus = db.reader(
    `SELECT chat_id, profile, sent_at_ms, max(message_id) FROM menus WHERE sent_at_ms > ? AND NOT EXISTS (
       SELECT 1 FROM leads WHERE leads.chat_id = menus.chat_id AND received_at_ms >= sent_at_ms)
     GROUP BY chat_id HAVING sent_at_ms < ?`,
  );
  const leadsFrom = db.reader(
    `SELECT number, received_at_ms, state IN ('in_crm', 'by_hand') AND user_id <> 0 AS erasable
     FROM leads WHERE number >= ? ORDER BY number LIMIT ?`,
  );
  const forgetMenus = db.writer("DELETE FROM menus WHERE sent_at_ms < ?");
  const forgetMenusOfChat = db.writer("DELETE FROM menus WHERE chat_id = ?");
  // In this order: the menu is found by the lead's chat.
  const erasures = [
    `DELETE FROM menus WHERE (chat_id, message_id) =
       (SELECT chat_id, menu_message_id FROM leads WHERE number = ?)`,
    "DELETE FROM follow_up_messages WHERE follow_up IN (SELECT number FROM follow_ups WHERE lead = ?)",
    `UPDATE follow_ups SET chat_id = 0, album_id = NULL,
       content = '{"text":"","entities":[],"media":null,"captionable":false}' WHERE lead = ?`,
    "UPDATE attempts SET reason = NULL WHERE lead = ?",
    `UPDATE leads SET user_id = 0, username = NULL, first_name = '', last_name = NULL,
       language = NULL, chat_id = 0, menu_message_id = -number WHERE number = ?`,
  ].map((sql) => db.writer(sql));
  // What waits for a visitor, or in their name; what is in hand is left to finish.
  const forgetWaiting = [
    "DELETE FROM outbox WHERE due_at_ms IS NOT NULL AND kind = 'confirmation' AND subject = ?",
    `DELETE FROM outbox WHERE due_at_ms IS NOT NULL AND kind = 'follow_up'
       AND subject IN (SELECT number FROM follow_ups WHERE lead = ?)`,
  ].map((sql) => db.writer(sql));
  const deleteFact = db.writer("DELETE FROM facts WHERE name = ?");
  const insertFact = db.writer("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)");
  const selectFact = db.reader("SELECT value FROM facts WHERE name = ?");

  function eraseLead(lead: number): void {
    for (const each of erasures) each.run(lead);
  }

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

  return {
    recordVersion({ text, content, by, renamed }, nowMs) {
      if (renamed !== null) {
        records.renameProfile(renamed.from, renamed.to);
        records.renameRevisions(renamed.from, renamed.to);
      }
      records.recordRevisions(content, by, nowMs);
      records.recordFile({ text, savedBy: by, renamed }, nowMs);
    },
    recordChoice(newLead, confirmation, lane, postsNow) {
      const lead = records.insertLead(newLead);
      if (lead === undefined) return undefined;
      const { number: subject, receivedAtMs } = lead;
      const post = { lane, kind: "post", subject, body: "" } as const;
      const words = {
        lane: VISITORS_LANE,
        kind: "confirmation",
        subject,
        body: confirmation,
      } as const;
      return {
        lead,
        confirmation: records.addWork(words, null),
        post: records.addWork(post, postsNow ? null : receivedAtMs),
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
      if (work.body !== "") { // A manager sent it again: there is a card to close.
        forgetWaitingCard.run(work.subject);
        oweCardUpdate(work.subject, nowMs);
      }
      release(work.subject, nowMs);
    },
    oweCard: (work, reason, nowMs) => void turnIntoCard.run(reason, nowMs, work.id),
    endResend(work, nowMs) {
      records.finishWork(work);
      oweCardUpdate(work.subject, nowMs);
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
    finishFollowUp(work, nowMs) {
      records.markShown(work.subject, nowMs);
      records.finishWork(work);
    },
    recover(interrupted, nowMs) {
      allUpdatesDue.run(nowMs);
      allWorkDue.run(nowMs);
      return records.openAttempts().map((attempt) => {
        records.endAttempt(attempt, interrupted, nowMs);
        const work = records.findWork("post", attempt.lead);
        if (work === undefined) return { attempt, work };
        if (records.findLead(attempt.lead)?.state === "received") {
          turnIntoCard.run("crm_failed" satisfies CardReason, nowMs, work.id);
        } else {
          records.finishWork(work);
          oweCardUpdate(attempt.lead, nowMs);
        }
        return { attempt, work };
      });
    },
    oweReminders(sinceMs, untilMs, nowMs) {
      const menus = openMenus.all(sinceMs, untilMs);
      for (const row of menus) {
        const body = JSON.stringify(
          {
            chatId: Number(row["chat_id"]),
            profile: String(row["profile"]),
            sentAtMs: Number(row["sent_at_ms"]),
          } satisfies Reminder,
        );
        records.addWork({ lane: VISITORS_LANE, kind: "reminder", subject: 0, body }, nowMs);
      }
      return menus.length;
    },
    rememberFact: (name, value) => void insertFact.run(name, value),
    forgetFact: (name) => void deleteFact.run(name),
    fact(name) {
      const row = selectFact.get(name);
      return row === undefined ? undefined : String(row["value"]);
    },
    eraseSettledBefore(beforeMs, from, most) {
      const rows = leadsFrom.all(from, most);
      const old = rows.filter((row) => Number(row["received_at_ms"]) < beforeMs);
      const due = old.filter((row) => row["erasable"] === 1).map((row) => Number(row["number"]));
      for (const number of due) eraseLead(number);
      const last = rows.at(-1);
      const goesOn = last !== undefined && rows.length === most && old.length === rows.length;
      return { erased: due.length, next: goesOn ? Number(last["number"]) + 1 : undefined };
    },
    forgetMenusBefore: (beforeMs) => void forgetMenus.run(beforeMs),
    eraseLead,
    erasePerson(chatId, by, nowMs) {
      const leads = records.leadsOfChat(chatId);
      const isOnItsWay = ({ number, state }: Lead) =>
        state === "received" || records.findWork("post", number) !== undefined;
      if (leads.some(isOnItsWay)) return undefined;
      for (const { number, card } of leads) {
        const isClosedNow = closeByHand(number, by, nowMs);
        for (const each of forgetWaiting) each.run(number);
        eraseLead(number);
        if (card !== null && !isClosedNow) oweCardUpdate(number, nowMs);
      }
      forgetMenusOfChat.run(chatId);
      return leads.length;
    },
    check: db.check,
    backUp: db.backUp,
    committed: db.committed,
    committedSoon: db.committedSoon,
    close: db.close,
  };
}
