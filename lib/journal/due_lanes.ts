// Which lanes have due work, by one statement: how a process finds what another one has made due, and has changed in what they
// share. Takes none of it.

import { beginsWith } from "./dialect.ts";
import type { Database, Reader } from "./engine.ts";
import { noteLane } from "./note_queue.ts";
import type { SharedRevisions } from "./shared_profiles.ts";
import { ADMIN_CHAT_LANE, laneOfChat } from "./work.ts";
import { MANAGERS_ANSWER_LANES } from "./answer_queue.ts";

/** Lanes with due work. Some of it may wait for other work all the same. */
export interface DueLanes {
  readonly work: readonly string[];
  readonly answers: readonly string[];
  readonly notes: readonly string[];
  readonly phones: boolean;
  readonly updates: boolean;
  /** How often what processes share has changed; undefined where there are no others. */
  readonly revisions: SharedRevisions | undefined;
}

export interface DueLaneRecords {
  dueLanes(nowMs: number): Promise<DueLanes>;
  /** Tells other processes of a topic at once; nothing is told where there are none. */
  tellOthers(topic: string): Promise<void>;
}

/**
 * Steps from one lane to the next in the index, as a table may hold thousands of due rows.
 *
 * @param withChats The lanes whose rows have a chat, as a range of their names.
 */
function lanesOf(name: string, table: string, withChats: string): string {
  const due = "due_at_ms IS NOT NULL";
  return `
    ${name}_lanes (lane) AS (
      SELECT min(lane) FROM ${table} WHERE ${due}
      UNION ALL
      SELECT (SELECT min(${table}.lane) FROM ${table} WHERE ${due} AND ${table}.lane > before.lane)
      FROM ${name}_lanes AS before WHERE before.lane IS NOT NULL
    ),
    ${name}_chats (lane, chat) AS (
      SELECT lane, (
        SELECT min(${table}.chat) FROM ${table}
        WHERE ${table}.lane = each.lane AND ${table}.chat IS NOT NULL AND ${due}
      ) FROM ${name}_lanes AS each WHERE ${withChats}
      UNION ALL
      SELECT before.lane, (
        SELECT min(${table}.chat) FROM ${table}
        WHERE ${table}.lane = before.lane AND ${table}.chat > before.chat AND ${due}
      ) FROM ${name}_chats AS before WHERE before.chat IS NOT NULL
    )`;
}

/** The rows of one queue. */
function dueOf(queue: string, name: string, table: string, withChats: string): string {
  return `
    SELECT '${queue}' AS queue, lane, CAST(NULL AS TEXT) AS chat FROM ${name}_lanes AS each
    WHERE NOT ${withChats}
      AND EXISTS (SELECT 1 FROM ${table} WHERE ${table}.lane = each.lane AND due_at_ms <= ?1)
    UNION ALL
    SELECT '${queue}', lane, chat FROM ${name}_chats AS each
    WHERE chat IS NOT NULL AND EXISTS (
      SELECT 1 FROM ${table}
      WHERE ${table}.lane = each.lane AND ${table}.chat = each.chat AND due_at_ms <= ?1)`;
}

/** Rows beside them, so that one look tells of both: it is made each second. */
const REVISIONS = `
    UNION ALL
    SELECT 'profiles revision', CAST(revision AS TEXT), NULL FROM profiles
    UNION ALL
    SELECT 'secrets revision', CAST(revision AS TEXT), NULL FROM secrets_revision`;

function revisionsIn(of: (queue: string) => readonly { readonly lane: string }[]): SharedRevisions {
  const [profiles] = of("profiles revision");
  const [secrets] = of("secrets revision");
  return {
    profiles: profiles && Number(profiles.lane),
    secrets: Number(secrets?.lane ?? 0),
  };
}

/** The records in an open database. */
export function dueLaneRecords(db: Database): DueLaneRecords {
  const cards = beginsWith("lane", ADMIN_CHAT_LANE);
  const answers = beginsWith("lane", MANAGERS_ANSWER_LANES);
  const due = db.reader(
    `WITH RECURSIVE ${lanesOf("work", "outbox", cards)}, ${
      lanesOf("answer", "answer_work", answers)
    }, accounts (account) AS (
      SELECT min(account) FROM crm_notes
      UNION ALL
      SELECT (SELECT min(crm_notes.account) FROM crm_notes WHERE crm_notes.account > before.account)
      FROM accounts AS before WHERE before.account IS NOT NULL
    )
    ${dueOf("work", "work", "outbox", cards)}
    UNION ALL
    ${dueOf("answers", "answer", "answer_work", answers)}
    UNION ALL
    SELECT 'notes', account, NULL FROM accounts
    WHERE EXISTS (
      SELECT 1 FROM crm_notes WHERE crm_notes.account = accounts.account AND due_at_ms <= ?1)
    UNION ALL
    SELECT 'phones', '', NULL WHERE EXISTS (SELECT 1 FROM phone_asks WHERE due_at_ms <= ?1)
    UNION ALL
    SELECT 'updates', '', NULL WHERE EXISTS (SELECT 1 FROM inbox WHERE due_at_ms <= ?1)
    ${db.dialect.isShared ? REVISIONS : ""}`,
  );
  const notify: Reader | undefined = db.dialect.isShared
    ? db.reader("SELECT 1 AS told FROM pg_notify(current_schema(), ?)")
    : undefined;

  return {
    async dueLanes(nowMs) {
      const rows = await due.all(nowMs);
      const of = (queue: string) =>
        rows.filter((row) => row["queue"] === queue).map(({ lane, chat }) => ({
          lane: String(lane),
          chat: chat === null ? "" : String(chat),
        }));
      const lanes = (queue: string) => of(queue).map(({ lane, chat }) => laneOfChat(lane, chat));
      return {
        work: lanes("work").sort(),
        answers: lanes("answers").sort(),
        notes: of("notes").map(({ lane }) => noteLane(lane)),
        phones: of("phones").length > 0,
        updates: of("updates").length > 0,
        revisions: db.dialect.isShared ? revisionsIn(of) : undefined,
      };
    },
    tellOthers: async (topic) => void await notify?.all(topic),
  };
}
