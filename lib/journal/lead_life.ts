// One lead's whole life, as the page tells it, and what is still owed about it.

import type { Database } from "./engine.ts";
import type { FollowUpContent, Lead } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import type { CrmNoteMoves, NoteCounts } from "./crm_notes.ts";
import { DEAL_COLUMNS } from "./deals.ts";
import { type ListedLead, toListed } from "./lead_list.ts";
import { toLead } from "./leads.ts";
import { AWAITS_PHONE } from "./phones.ts";
import { numberOrNull } from "./rows.ts";
import { RETURN_COLUMN } from "./turn_columns.ts";
import { contentIn } from "./stored_json.ts";
import { readKind, type WorkKind } from "./work.ts";

/** What became of a lead beside its attempts. */
export interface LeadLife {
  readonly lead: ListedLead;
  readonly confirmedAtMs: number | null;
  readonly cardShownAtMs: number | null;
  readonly alertedAtMs: number | null;
  /** Until when its POST waits for a phone; null when it does not. */
  readonly phoneUntilMs: number | null;
  /** How often its visitor asked for the same again; undefined for never. */
  readonly repeats: Repeats | undefined;
  readonly followUps: readonly LifeFollowUp[];
  readonly owed: readonly WorkKind[];
  readonly notes: NoteCounts;
}

export interface Repeats {
  readonly times: number;
  readonly lastAtMs: number;
}

export interface LifeFollowUp {
  readonly number: number;
  readonly content: FollowUpContent;
  readonly receivedAtMs: number;
  readonly shownAtMs: number | null;
}

export interface LeadLives {
  findLife(number: number): Promise<LeadLife | undefined>;
  /** Whether a POST of a lead is owed or under way. */
  isPostOwed(lead: number): Promise<boolean>;
  /** Those of whom that is so. */
  postsOwed(leads: readonly number[]): Promise<ReadonlySet<number>>;
  /** The leads that came from a chat, newest first. */
  leadsOfChat(chatId: number): Promise<Lead[]>;
}

export function leadLives(
  db: Database,
  keys: BotKeys,
  { countNotes }: Pick<CrmNoteMoves, "countNotes">,
): LeadLives {
  const select = db.reader(
    `SELECT *, CAST(user_id AS TEXT) AS user_id_text, ${DEAL_COLUMNS}, ${RETURN_COLUMN}
     FROM leads WHERE number = ?`,
  );
  const selectFollowUps = db.reader(
    `SELECT number, content, received_at_ms, shown_at_ms FROM follow_ups WHERE lead = ?
     ORDER BY number`,
  );
  const selectOwed = db.reader(
    `SELECT kind FROM outbox WHERE subject = ?
       AND kind IN ('confirmation', 'post', 'card', 'card_update')`,
  );
  const selectPost = db.reader("SELECT 1 FROM outbox WHERE subject = ? AND kind = 'post' LIMIT 1");
  const selectPosts = db.reader(
    `SELECT subject FROM outbox WHERE kind = 'post' AND ${db.dialect.isAmong("subject", "?")}`,
  );
  const selectOfChat = db.reader("SELECT * FROM leads WHERE chat_id = ? ORDER BY number DESC");
  const selectAsk = db.reader(
    `SELECT until_ms FROM phone_asks WHERE lead = ? AND ${AWAITS_PHONE}`,
  );
  const selectRepeats = db.reader(
    "SELECT count(*) AS times, max(pressed_at_ms) AS last FROM repeats WHERE lead = ?",
  );

  async function repeatsOf(lead: number): Promise<Repeats | undefined> {
    const row = await selectRepeats.get(lead);
    const times = Number(row?.["times"]);
    return times === 0 ? undefined : { times, lastAtMs: Number(row?.["last"]) };
  }

  return {
    async findLife(number) {
      const row = await select.get(number);
      if (row === undefined) return undefined;
      return {
        lead: toListed(row, keys),
        confirmedAtMs: numberOrNull(row["confirmed_at_ms"]),
        cardShownAtMs: numberOrNull(row["card_shown_at_ms"]),
        alertedAtMs: numberOrNull(row["alerted_at_ms"]),
        phoneUntilMs: numberOrNull((await selectAsk.get(number))?.["until_ms"] ?? null),
        repeats: await repeatsOf(number),
        followUps: (await selectFollowUps.all(number)).map((each) => ({
          number: Number(each["number"]),
          content: contentIn(each["content"]),
          receivedAtMs: Number(each["received_at_ms"]),
          shownAtMs: numberOrNull(each["shown_at_ms"]),
        })),
        owed: (await selectOwed.all(number)).map((each) => readKind(each["kind"])),
        notes: await countNotes(number),
      };
    },
    isPostOwed: async (lead) => await selectPost.get(lead) !== undefined,
    postsOwed: async (leads) =>
      new Set((await selectPosts.all(JSON.stringify(leads))).map((row) => Number(row["subject"]))),
    leadsOfChat: async (chatId) => (await selectOfChat.all(chatId)).map((row) => toLead(row, keys)),
  };
}
