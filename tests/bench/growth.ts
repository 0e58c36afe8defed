// Fills journals with settled leads, for a bot to start on. Uses the bot's schema with SQL of its own: the bot's verbs
// would take many minutes. Measures nothing.

import { DatabaseSync } from "node:sqlite";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { type Contestant, type GrownJournal, HERE, inherited } from "./contestants.ts";
import { FIRST_CHAT_ID, SPREAD } from "./presses.ts";
import { DENO } from "../helpers/deno.ts";

const SIZES = [0, 100_000, 1_000_000];

/** Age of the oldest lead, in ms: too young to be erased. */
export const SPAN_MS = 179 * 24 * 60 * 60 * 1000;

/** Age of the newest lead, in ms. */
export const LAST_AGE_MS = 15 * 60 * 1000;

/** Age of the oldest menu, in ms. */
export const MENUS_SPAN_MS = 30 * 24 * 60 * 60 * 1000;

/** SQLite's cache while a journal is filled, in KiB: the indices fit in it. */
const FILLING_CACHE_KIB = 1024 * 1024;

/** Every eighth lead was entered by hand after its POST timed out. */
export const BY_HAND = "i % 8 = 7";

/**
 * Their visitors' ids lie between those of the visitors who press, so that a new lead lands among old ones
 * in the indices.
 */
const VISITOR = `${FIRST_CHAT_ID + 1} + 2 * (i * ${SPREAD} & 0xffffffff)`;

const LEADS = `
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :leads)
  INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, username, first_name,
    last_name, language, chat_id, menu_message_id, received_at_ms, confirmed_at_ms, card_reason,
    card_chat_id, card_message_id, card_shown_at_ms, closed_by, closed_at_ms)
  SELECT i, lower(hex(randomblob(18))), iif(hand, 'by_hand', 'in_crm'), profile, 'MONSTER AGENCY',
    'Привлечь клиентов', visitor, 'visitor_' || visitor, 'Visitor', 'No. ' || i, 'ru', visitor, 7,
    at, at + 40, iif(hand, 'crm_failed', NULL), iif(hand, -1001234567890, NULL), iif(hand, i, NULL),
    iif(hand, at + 11000, NULL), iif(hand, '@manager', NULL), iif(hand, at + 600000, NULL)
  FROM (SELECT i, ${VISITOR} AS visitor, ${BY_HAND} AS hand, iif(i % 5 = 0, 'cg', 'agency') AS profile,
    CAST(:now - (:leads - i) * ${SPAN_MS} / :leads - ${LAST_AGE_MS} AS INTEGER) AS at FROM n)`;

/** In two steps, as the bot does it: the journal counts attempts as they end. */
export const ATTEMPTS = [
  "INSERT INTO attempts (lead, nth, begun_at_ms) SELECT number, 1, received_at_ms + 5 FROM leads",
  `UPDATE attempts SET ended_at_ms = begun_at_ms + 300, outcome = 'accepted', status = 200
   WHERE lead IN (SELECT number FROM leads WHERE state = 'in_crm')`,
  `UPDATE attempts SET ended_at_ms = begun_at_ms + 10000, outcome = 'timeout'
   WHERE ended_at_ms IS NULL`,
];

const MENUS = `
  INSERT INTO menus SELECT chat_id, menu_message_id, profile, received_at_ms - 5000 FROM leads
  WHERE received_at_ms > :now - ${MENUS_SPAN_MS}`;

/** Every bot on every size of journal, the empty one first; fills the journals in the folder. */
export function onGrownJournals(bots: readonly Contestant[], folder: string): Contestant[] {
  return SIZES.flatMap((leads) => {
    const journal = { path: `${folder}/${leads}.db`, leads };
    return bots.map((bot) => ({ ...bot, name: `${bot.name} on ${leads}`, journal }));
  });
}

/**
 * Writes a journal; a million leads take about ten seconds. In a process of its own: Linux counts the
 * parent's peak memory as that of every bot it starts afterwards (getrusage: ru_maxrss).
 */
export async function fillJournal({ path, leads }: GrownJournal): Promise<void> {
  const { success } = await new Deno.Command(DENO, {
    args: ["run", "--allow-read", "--allow-write", `${HERE}growth.ts`, path, String(leads)],
    env: inherited(),
    clearEnv: true,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot write ${path}`);
}

async function writeJournal(path: string, leads: number, nowMs: number): Promise<void> {
  await (await openJournal(path)).close();
  if (leads === 0) return;
  using database = new DatabaseSync(path);
  database.exec(`PRAGMA cache_size = -${FILLING_CACHE_KIB}; BEGIN`);
  database.prepare(LEADS).run({ leads, now: nowMs });
  for (const sql of ATTEMPTS) database.exec(sql);
  database.prepare(MENUS).run({ now: nowMs });
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

/** Copies a journal into a bot's folder and syncs it, so that the disk is idle when the bot starts. */
export async function copyJournal({ path }: GrownJournal, folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/data`);
  await Deno.copyFile(path, `${folder}/data/triborg.db`);
  using file = await Deno.open(`${folder}/data/triborg.db`, { write: true });
  await file.sync();
}

if (import.meta.main) {
  const [path = "", leads] = Deno.args;
  await writeJournal(path, Number(leads), Date.now());
}
