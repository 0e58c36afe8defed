// Visitors whom the managers blocked: what they ask for is recorded, and goes neither to a CRM nor to the managers' chat.
// Shows and sends nothing.

import type { Database } from "./engine.ts";
import type { HeldMoves } from "./held.ts";
import { HELD } from "./leads.ts";

/** Who blocked a visitor, and when. */
export interface Block {
  readonly by: string;
  readonly atMs: number;
}

export interface BlockRecords {
  /** Blocks the visitor of a private chat, and holds back all of theirs that has not left; false when that is so already. */
  blockVisitor(chatId: number, by: string, nowMs: number): Promise<boolean>;
  /** What comes from now on goes as before; what was held back stays where it is. False when the visitor is not blocked. */
  unblockVisitor(chatId: number): Promise<boolean>;
  /** The block of a chat's visitor; null where there is none. */
  blockOf(chatId: number): Promise<Block | null>;
  /** Leads that are held back because of a block, by profile. */
  blockedTotals(): Promise<{ readonly profile: string; readonly leads: number }[]>;
}

/** What the journal's own moves need beside that. */
export interface BlockMoves extends BlockRecords {
  isBlocked(chatId: number): Promise<boolean>;
  isLeadBlocked(lead: number): Promise<boolean>;
  /** How many leads of a profile have an open card and a visitor who was blocked since. */
  countBlockedCards(profile: string): Promise<number>;
  /** The profiles of a chat's leads with an open card. */
  profilesOfOpenCards(chatId: number): Promise<string[]>;
  /** Holds a new lead back. */
  holdBlocked(lead: number): Promise<void>;
  /** Holds a lead back, and what is owed of it, where its visitor is blocked; whether that is so. */
  holdIfBlocked(lead: number): Promise<boolean>;
}

/** Where a lead stands that is held back; earlier versions take it for one of too many. */
const HELD_BACK = `state = 'in_admin_chat', card_reason = '${HELD}', held_by_block = 1`;

/** A POST that a person asked for, and only that, has a body. */
const OWN_WORK = "(kind = 'card' OR kind = 'post' AND body = '')";

/** The records in an open database. */
export async function blockRecords(
  db: Database,
  { forgetHeldLine }: HeldMoves,
): Promise<BlockMoves> {
  const { indexedBy, joinInOrder } = db.dialect;
  const select = db.reader("SELECT * FROM blocked_visitors WHERE chat_id = ?");
  const selectAny = db.reader("SELECT 1 FROM blocked_visitors LIMIT 1");
  const selectLead = db.reader(
    `SELECT 1 FROM leads JOIN blocked_visitors USING (chat_id) WHERE number = ?`,
  );
  const insert = db.writer(
    `INSERT INTO blocked_visitors (chat_id, blocked_by, blocked_at_ms) VALUES (?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const remove = db.writer("DELETE FROM blocked_visitors WHERE chat_id = ?");
  const hold = db.writer(
    `UPDATE leads SET ${HELD_BACK} WHERE number = ? AND state IN ('received', 'undelivered')`,
  );
  const forgetWork = db.writer(`DELETE FROM outbox WHERE subject = ? AND ${OWN_WORK}`);
  // An attempt that has begun may have left: its end decides.
  const waiting = db.reader(
    `SELECT number FROM leads WHERE chat_id = ? AND state IN ('received', 'undelivered')
       AND NOT (state = 'received' AND EXISTS (
         SELECT 1 FROM attempts WHERE lead = number AND ended_at_ms IS NULL))`,
  );
  const theirs = "(SELECT number FROM leads WHERE chat_id = ?1)";
  const forgetFollowUps = db.writer(
    `DELETE FROM outbox WHERE kind = 'follow_up' AND subject IN (
       SELECT number FROM follow_ups WHERE lead IN ${theirs})`,
  );
  // Only the first note of a lead has a due time; in hand it has none either, and its end makes the next due.
  const leadsWithNoteDue = db.reader(
    `SELECT DISTINCT lead FROM crm_notes WHERE lead IN ${theirs} AND due_at_ms IS NOT NULL`,
  );
  const forgetNotes = db.writer(
    `DELETE FROM crm_notes WHERE lead IN ${theirs} AND kind <> 'decision' AND NOT (
       due_at_ms IS NULL AND number = (
         SELECT min(number) FROM crm_notes AS first WHERE first.lead = crm_notes.lead))`,
  );
  const makeNoteDue = db.writer(
    `UPDATE crm_notes SET due_at_ms = coalesce(due_at_ms, ready_at_ms)
     WHERE number = (SELECT min(number) FROM crm_notes WHERE lead = ?)`,
  );
  const totals = db.reader(
    `SELECT profile, count(*) AS leads FROM leads ${indexedBy("leads_held_back")}
     WHERE state = 'in_admin_chat' AND card_reason = '${HELD}' AND held_by_block IS NOT NULL
     GROUP BY profile`,
  );
  const IS_OPEN = `state = 'in_admin_chat' AND card_reason IS DISTINCT FROM '${HELD}'`;
  const countCards = db.reader(
    `SELECT count(*) AS leads FROM blocked_visitors ${joinInOrder} leads ${
      indexedBy("leads_open_of_chat")
    } USING (chat_id)
     WHERE profile = ? AND ${IS_OPEN}`,
  );
  const profilesOfCards = db.reader(
    `SELECT DISTINCT profile FROM leads ${indexedBy("leads_open_of_chat")}
     WHERE chat_id = ? AND ${IS_OPEN}`,
  );
  /** Nearly every journal has no block: then nothing is asked for, unless another process may block. */
  let mayBeAny = db.dialect.isShared || await selectAny.get() !== undefined;

  async function holdBack(lead: number): Promise<void> {
    await hold.run(lead);
    await forgetWork.run(lead);
  }

  const isLeadBlocked = async (lead: number) =>
    mayBeAny && await selectLead.get(lead) !== undefined;

  async function block(chatId: number, by: string, nowMs: number): Promise<boolean> {
    mayBeAny = true;
    if ((await insert.run(chatId, by, nowMs)).changes === 0) return false;
    for (const row of await waiting.all(chatId)) await holdBack(Number(row["number"]));
    await forgetFollowUps.run(chatId);
    const noted = (await leadsWithNoteDue.all(chatId)).map((row) => Number(row["lead"]));
    await forgetNotes.run(chatId);
    for (const lead of noted) await makeNoteDue.run(lead);
    await forgetHeldLine(chatId);
    return true;
  }

  return {
    blockVisitor: (...what) => db.atomically(() => block(...what)),
    unblockVisitor: async (chatId) => (await remove.run(chatId)).changes === 1,
    async blockOf(chatId) {
      const row = mayBeAny ? await select.get(chatId) : undefined;
      if (row === undefined) return null;
      return { by: String(row["blocked_by"]), atMs: Number(row["blocked_at_ms"]) };
    },
    blockedTotals: async () =>
      (await totals.all()).map((row) => ({
        profile: String(row["profile"]),
        leads: Number(row["leads"]),
      })),
    isBlocked: async (chatId) => mayBeAny && await select.get(chatId) !== undefined,
    isLeadBlocked,
    countBlockedCards: async (profile) =>
      mayBeAny ? Number((await countCards.get(profile))?.["leads"] ?? 0) : 0,
    profilesOfOpenCards: async (chatId) =>
      (await profilesOfCards.all(chatId)).map((row) => String(row["profile"])),
    holdBlocked: async (lead) => void await hold.run(lead),
    async holdIfBlocked(lead) {
      if (!await isLeadBlocked(lead)) return false;
      await holdBack(lead);
      return true;
    },
  };
}
