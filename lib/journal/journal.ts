// The journal: what Telegram handed over, what became of it, and what is still owed. Does no HTTP, reads no clock.
// Its files hold one subject each; what several subjects record together is in the files of moves.

import { type AnswerJournal, answerJournal } from "./answer_journal.ts";
import { type AttemptRecords, attemptRecords } from "./attempts.ts";
import { type AuthRecords, authRecords } from "./auth.ts";
import { type BlockRecords, blockRecords } from "./blocked.ts";
import { openForBot } from "./bots.ts";
import { type CardMoves, cardMoves } from "./card_moves.ts";
import { type ChatRecords, chatRecords } from "./chats.ts";
import { type ChoiceMoves, choiceMoves } from "./choices.ts";
import { type CrmMoves, crmMoves } from "./crm_moves.ts";
import { crmNoteMoves } from "./crm_notes.ts";
import type { Database } from "./engine.ts";
import { type DealRecords, dealRecords } from "./deals.ts";
import { type DestinationMoves, destinationMoves } from "./destinations.ts";
import { type DueFollowUpRecords, dueFollowUpRecords } from "./due_follow_ups.ts";
import { type DueLaneRecords, dueLaneRecords } from "./due_lanes.ts";
import { type ErasureMoves, erasureMoves } from "./erasure.ts";
import { type FactRecords, factRecords } from "./facts.ts";
import { type FollowUpRecords, followUpRecords } from "./follow_ups.ts";
import { verbsAtOnce } from "./verbs_at_once.ts";
import { type HeldRecords, heldRecords } from "./held.ts";
import { type InboxRecords, inboxRecords } from "./inbox.ts";
import { type LeadLives, leadLives } from "./lead_life.ts";
import type { LeadPages } from "./lead_list.ts";
import { type LeadRecords, leadRecords } from "./leads.ts";
import { type LoginMessageRecords, loginMessageRecords } from "./login_messages.ts";
import { type MenuRecords, menuRecords } from "./menus.ts";
import { type Moments, moments } from "./moments.ts";
import { type NoteQueue, noteQueue } from "./note_queue.ts";
import type { OwedLanes } from "./owed_lanes.ts";
import type { OpenLeads } from "./open_leads.ts";
import { type OutboxRecords, outboxRecords } from "./outbox.ts";
import { type PhoneRecords, phoneRecords } from "./phones.ts";
import { type PhotoRecords, photoRecords } from "./photos.ts";
import { type PressRecords, pressRecords } from "./presses.ts";
import { type ProfileFileRecords, profileFileRecords } from "./profile_files.ts";
import { type ProfileKeys, profileKeys } from "./profile_keys.ts";
import { createReads, type Reads } from "./reads.ts";
import { copyRecords, type Recovery, recovery } from "./recovery.ts";
import { type RevisionRecords, revisionRecords } from "./revisions.ts";
import { type SecretRecords, secretRecords } from "./secrets.ts";
import { type SendAllMoves, sendAllMoves } from "./send_all.ts";
import { mediaRecords, photoBytes, sharedProfileRecords, type SharedRecords } from "./shared.ts";
import { type SourceCounts, sourceRecords } from "./sources.ts";
import { type TakingMoves, takingMoves } from "./taking.ts";
import type { Totals } from "./totals.ts";
import { type Trial, trial } from "./trial.ts";
import { type VersionMoves, versionMoves } from "./versions.ts";

export * from "./answer_journal.ts";
export type { Attempt } from "./attempts.ts";
export type { Block } from "./blocked.ts";
export { MESSAGE_IDS } from "./bots.ts";
export type { ResendAsked } from "./card_moves.ts";
export { type ChatMap, FORMER_CHATS, MAIN_CHAT } from "./chats.ts";
export type { RecordedChoice, RecordedPress } from "./choices.ts";
export { COPIED_FACT } from "./copies.ts";
export type { Done } from "./crm_moves.ts";
export type { NoteCounts } from "./crm_notes.ts";
export type { CrmFailures } from "./crm_failures.ts";
export type { LastAnswer } from "./profile_counts.ts";
export type { RecordedDeal } from "./deals.ts";
export type { DueFollowUps } from "./due_follow_ups.ts";
export type { DueLanes } from "./due_lanes.ts";
export type { EditedMessage, RecordedEdit } from "./follow_up_edits.ts";
export { ALBUM_QUIET_MS } from "./follow_ups.ts";
export type { NewFollowUpMessage, RecordedFollowUp } from "./follow_ups.ts";
export type { StoredUpdate } from "./inbox.ts";
export type { LeadLife } from "./lead_life.ts";
export type { Cursor, LeadFilter, LeadPage, ListedLead } from "./lead_list.ts";
export type { KnownMenu } from "./menus.ts";
export { accountOfNotes, noteLane } from "./note_queue.ts";
export type { CrmNote, NoteSubject, UnreadableNote } from "./note_queue.ts";
export type { PhoneAnswer, PhoneWork } from "./phones.ts";
export { PHONES_LANE } from "./phones.ts";
export type { PressLimits } from "./presses.ts";
export { PROFILE_FACTS } from "./profile_keys.ts";
export type { CutOff } from "./recovery.ts";
export type { KeptSecret } from "./secrets.ts";
export type { SharedRecords, SharedRevisions, SharedText } from "./shared.ts";
export type { SourceCount } from "./sources.ts";
export type { TurnCounts } from "./waiting_leads.ts";
export type { Returned, Taken, Taker, TakerOnPage, Turn } from "./taking.ts";
export * from "./work.ts";

export type LeadList = LeadPages & LeadLives & Totals & SourceCounts & OwedLanes & OpenLeads;

/**
 * Everything the journal can do, on either engine. Each call is a verb: all or nothing, and alone while it runs. Those that
 * are called together share a transaction; `committed` tells when what they wrote is on disk.
 */
export interface Journal
  extends
    InboxRecords,
    MenuRecords,
    PressRecords,
    PhoneRecords,
    PhotoRecords,
    ChoiceMoves,
    ChatRecords,
    OutboxRecords,
    AttemptRecords,
    CrmMoves,
    LeadRecords,
    CardMoves,
    Omit<TakingMoves, keyof SendAllMoves>,
    SendAllMoves,
    HeldRecords,
    Omit<BlockRecords, keyof SendAllMoves>,
    DestinationMoves,
    FollowUpRecords,
    DueFollowUpRecords,
    DueLaneRecords,
    AnswerJournal,
    DealRecords,
    NoteQueue,
    SecretRecords,
    AuthRecords,
    LoginMessageRecords,
    RevisionRecords,
    ProfileFileRecords,
    ProfileKeys,
    VersionMoves,
    FactRecords,
    LeadLives,
    Reads,
    ErasureMoves,
    Moments,
    Recovery,
    Trial,
    Pick<Database, "committed" | "committedSoon" | "close"> {
  /** What processes on one database share; undefined where the journal is one process's, which has files for that. */
  readonly shared: SharedRecords | undefined;
}

/**
 * The journal in an open database.
 *
 * @param botId The digits before the colon of the bot's token; without it the journal is read as its last bot's.
 */
export function journalIn(db: Database, botId?: string): Promise<Journal> {
  return db.inTurn(() => createJournal(db, botId));
}

async function createJournal(db: Database, botId: string | undefined): Promise<Journal> {
  const keys = await openForBot(db, botId); // First: what it names anew the others read.
  const outbox = await outboxRecords(db);
  const inbox = await inboxRecords(db);
  const attempts = attemptRecords(db);
  const leads = leadRecords(db, keys, attempts);
  const facts = factRecords(db, keys, outbox);
  const presses = pressRecords(db, keys);
  const chats = chatRecords(db);
  const held = heldRecords(db, outbox, facts, chats);
  const blocks = await blockRecords(db, held);
  const cards = cardMoves(db, leads, attempts, outbox, blocks, chats);
  const takings = takingMoves(db, attempts, outbox, cards, chats);
  const account = sendAllMoves(db, facts, leads, outbox, cards, takings, blocks, chats);
  const copy = await copyRecords(db, attempts);
  const { finishUpdates } = inbox;
  const deals = dealRecords(db);
  const notes = crmNoteMoves(db, deals, attempts, blocks);
  const crm = crmMoves(db, {
    leads,
    attempts,
    outbox,
    cards,
    notes,
    account,
    blocks,
    finishUpdates,
  });
  const { cutOffAttempt } = crm;
  const revisions = revisionRecords(db);
  const files = profileFileRecords(db);
  const profiles = profileKeys(db, facts);
  const versions = versionMoves(db, profiles, revisions, files);
  const destinations = destinationMoves(db, facts, leads, outbox, chats);
  const sources = sourceRecords(db);
  const phones = phoneRecords(db, keys);
  const lives = leadLives(db, keys, notes);
  const followUps = followUpRecords(db, keys, outbox, notes, blocks, chats);
  const answers = answerJournal(db, keys, leads, notes.oweManagersNote, chats);
  const menus = menuRecords(db, keys, outbox, facts, sources);
  const choices = choiceMoves(db, {
    leads,
    attempts,
    outbox,
    presses,
    held,
    blocks,
    copy,
    phones,
    chats,
  });
  const verbs = {
    ...inbox,
    ...menus,
    ...presses,
    ...phones,
    ...photoRecords(db, keys),
    ...choices,
    placeWork: chats.placeWork,
    ...outbox,
    ...attempts,
    ...crm,
    ...leads,
    ...cards,
    ...takings,
    ...held,
    ...blocks,
    ...account,
    ...destinations,
    ...followUps,
    ...dueFollowUpRecords(db),
    ...dueLaneRecords(db),
    ...answers,
    ...deals,
    ...noteQueue(db, { ...leads, ...deals, ...followUps, ...blocks }),
    ...secretRecords(db),
    ...authRecords(db),
    ...loginMessageRecords(db, keys),
    ...revisions,
    ...files,
    ...profiles,
    ...versions,
    ...facts,
    ...lives,
    ...erasureMoves(db, lives, { ...cards, ...account }, held),
    ...moments(db),
    ...recovery(db, {
      attempts,
      facts,
      outbox,
      cards,
      notes,
      account,
      copy,
      phones,
      answers,
      chats,
      cutOffAttempt,
    }),
    ...trial(db),
  };
  const shared = () => ({
    ...inTurns(db, { ...sharedProfileRecords(db, versions, destinations), ...mediaRecords(db) }),
    ...photoBytes(db),
  });
  return {
    ...inTurns(db, verbs),
    ...db.dialect.isShared && verbsAtOnce(db, { ...menus, ...choices, ...leads, ...attempts }),
    ...besideTurns(db, createReads(db, keys)),
    shared: db.dialect.isShared ? shared() : undefined,
    chatOf: chats.chatOf,
    ownFact: facts.ownFact,
    committed: db.committed,
    committedSoon: db.committedSoon,
    close: db.close,
  };
}

/** Each verb runs when those that were asked for before it have ended. */
function inTurns<Verbs extends object>(db: Database, verbs: Verbs): Verbs {
  const turns = Object.entries(verbs).map(([name, verb]) =>
    [name, (...values: unknown[]) => db.inTurn(() => verb(...values), name)] as const
  );
  return Object.fromEntries(turns) as Verbs;
}

/** Reads see what verbs have written that returned before, as those that wait for their turn do. */
function besideTurns(db: Database, reads: Reads): Reads {
  if (!db.dialect.isShared) return inTurns(db, reads);
  const beside = Object.entries(reads).map(([name, read]) =>
    [name, async (...values: never[]) => {
      await db.committed().catch(() => {}); // Whoever wrote it is told.
      return await (read as (...values: never[]) => Promise<unknown>)(...values);
    }] as const
  );
  return Object.fromEntries(beside) as unknown as Reads;
}
