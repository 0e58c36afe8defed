// The journal's menus: which profile's buttons a message has, what brought its visitor, and who is to be reminded of one.

import type { Database, Row } from "./engine.ts";
import type { MessageAddress } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import type { FactRecords } from "./facts.ts";
import type { OutboxMoves } from "./outbox.ts";
import { textOrNull } from "./rows.ts";
import type { SourceMoves } from "./sources.ts";
import { VISITORS_LANE, type WorkOf } from "./work.ts";

/** What is known of a message that was pressed. */
export interface KnownMenu {
  /** The profile whose buttons it has; undefined where that was not recorded. */
  readonly profile: string | undefined;
  /** What the link that brought its visitor says after `__`; null where it says nothing. */
  readonly source: string | null;
  /** Whether its chat has given a lead before, or its visitor is blocked. */
  readonly chatHasLeads: boolean;
}

/** Menus that were sent. */
export interface MenuRecords {
  /**
   * Remembers which profile's buttons a message has, the visitor's language, null where Telegram gave none, and their source.
   * A profile's greeting counts as an opening of its source.
   */
  rememberMenu(
    menu: MessageAddress,
    profile: string,
    nowMs: number,
    language?: string | null,
    source?: string | null,
  ): Promise<void>;
  findMenu(menu: MessageAddress): Promise<KnownMenu>;
  /** The same for several, in their order, by one statement; see gathered.ts. */
  findMenus(menus: readonly MessageAddress[]): Promise<KnownMenu[]>;
  /** The source of a chat's newest menu, unless a lead came of that chat since; null where there is none. */
  latestSource(chatId: number): Promise<string | null>;
  /** The same where that menu is the menu of profiles: its source is waiting for the visitor's next lead. */
  menuSource(chatId: number): Promise<string | null>;
  /**
   * Records that the bot heard Telegram. After an absence it adds a reminder for each chat whose newest menu was sent between
   * two moments and gave no lead; returns how many.
   */
  recordPolled(
    heartbeat: string,
    nowMs: number,
    absence: { readonly menusSinceMs: number; readonly untilMs: number } | undefined,
  ): Promise<number>;
  /**
   * Records that a reminder was sent with a menu, unless its person was erased meanwhile; `profile` is empty for the menu of
   * profiles.
   */
  finishReminder(
    work: WorkOf<"reminder">,
    sent: {
      readonly menu: MessageAddress;
      readonly profile: string;
      readonly language: string | null;
    },
    nowMs: number,
  ): Promise<void>;
  /** Forgets menus that were sent before a moment. */
  forgetMenusBefore(beforeMs: number): Promise<void>;
}

export function menuRecords(
  db: Database,
  { keyOf, range }: BotKeys,
  outbox: OutboxMoves,
  { rememberFact }: FactRecords,
  { countOpening }: SourceMoves,
): MenuRecords {
  const insert = db.writer(
    `INSERT INTO menus (chat_id, message_id, profile, sent_at_ms, language, source)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (chat_id, message_id) DO UPDATE SET profile = excluded.profile,
       sent_at_ms = excluded.sent_at_ms, language = excluded.language, source = excluded.source`,
  );
  const known = (chat: string, message: string) =>
    `(SELECT profile FROM menus WHERE chat_id = ${chat} AND message_id = ${message}) AS profile,
     (SELECT source FROM menus WHERE chat_id = ${chat} AND message_id = ${message}) AS source,
     EXISTS (SELECT 1 FROM leads WHERE chat_id = ${chat})
       OR EXISTS (SELECT 1 FROM blocked_visitors WHERE chat_id = ${chat}) AS has_leads`;
  const select = db.reader(`SELECT ${known("?1", "?2")}`);
  const member = (nth: number) => `CAST(value ->> ${nth} AS BIGINT)`;
  const selectAll = db.reader(
    `SELECT ${member(0)} AS nth, ${known(member(1), member(2))}
     FROM ${db.dialect.rows("?")} AS given`,
  );
  const selectLatest = db.reader(
    `SELECT source, profile, EXISTS (SELECT 1 FROM leads
       WHERE leads.chat_id = menus.chat_id AND received_at_ms >= sent_at_ms) AS is_over
     FROM menus WHERE chat_id = ? AND message_id >= ? AND message_id < ?
     ORDER BY message_id DESC LIMIT 1`,
  );
  const open = db.reader(
    `SELECT chat_id, profile, sent_at_ms, language, source FROM (
       SELECT chat_id, message_id, profile, sent_at_ms, language, source,
         max(message_id) OVER (PARTITION BY chat_id) AS newest
       FROM menus WHERE sent_at_ms > ? AND NOT EXISTS (
         SELECT 1 FROM leads WHERE leads.chat_id = menus.chat_id AND received_at_ms >= sent_at_ms)
         AND message_id >= ? AND message_id < ?) AS unanswered
     WHERE message_id = newest AND sent_at_ms < ? ORDER BY chat_id`,
  );
  const forget = db.writer("DELETE FROM menus WHERE sent_at_ms < ?");

  async function insertMenu(
    { chatId, messageId }: MessageAddress,
    profile: string,
    nowMs: number,
    language: string | null,
    source: string | null,
  ): Promise<void> {
    await insert.run(chatId, keyOf(messageId), profile, nowMs, language, source);
  }

  /** A chat's newest menu, unless a lead came of that chat since. */
  async function latest(chatId: number): Promise<Row | undefined> {
    const row = await selectLatest.get(chatId, ...range);
    return row?.["is_over"] ? undefined : row;
  }

  async function oweReminders(sinceMs: number, untilMs: number, nowMs: number): Promise<number> {
    const menus = await open.all(sinceMs, ...range, untilMs);
    for (const row of menus) {
      const body = {
        chatId: Number(row["chat_id"]),
        profile: String(row["profile"]),
        sentAtMs: Number(row["sent_at_ms"]),
        language: textOrNull(row["language"]),
        source: textOrNull(row["source"]),
      };
      await outbox.addWork({ lane: VISITORS_LANE, kind: "reminder", subject: 0, body }, nowMs);
    }
    return menus.length;
  }

  return {
    async rememberMenu(menu, profile, nowMs, language = null, source = null) {
      if (source === null || profile === "") {
        return await insertMenu(menu, profile, nowMs, language, source);
      }
      await db.atomically(async () => {
        await insertMenu(menu, profile, nowMs, language, source);
        await countOpening(profile, source);
      });
    },
    latestSource: async (chatId) => textOrNull((await latest(chatId))?.["source"] ?? null),
    async menuSource(chatId) {
      const row = await latest(chatId);
      return row?.["profile"] === "" ? textOrNull(row["source"] ?? null) : null;
    },
    findMenu: async ({ chatId, messageId }) => knownIn(await select.get(chatId, keyOf(messageId))),
    async findMenus(menus) {
      const given = menus.map(({ chatId, messageId }, nth) => [nth, chatId, keyOf(messageId)]);
      const rows = new Map(
        (await selectAll.all(JSON.stringify(given))).map((row) => [Number(row["nth"]), row]),
      );
      return menus.map((_, nth) => knownIn(rows.get(nth)));
    },
    recordPolled: (heartbeat, nowMs, absence) =>
      db.atomically(async () => {
        await rememberFact(heartbeat, String(nowMs));
        return absence === undefined
          ? 0
          : await oweReminders(absence.menusSinceMs, absence.untilMs, nowMs);
      }),
    finishReminder: (work, { menu, profile, language }, nowMs) =>
      db.atomically(async () => {
        if (await outbox.isOwed(work)) {
          await insertMenu(menu, profile, nowMs, language, work.body.source);
        }
        await outbox.finishWork(work);
      }),
    forgetMenusBefore: async (beforeMs) => void await forget.run(beforeMs),
  };
}

function knownIn(row: Row | undefined): KnownMenu {
  const profile = row?.["profile"];
  return {
    profile: profile == null ? undefined : String(profile),
    source: textOrNull(row?.["source"]),
    chatHasLeads: Boolean(row?.["has_leads"] ?? true),
  };
}
