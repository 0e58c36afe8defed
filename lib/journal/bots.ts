// Keys for what is unique within one bot only, messages and updates: one journal may serve several bots, one after another.
//
// Each bot that works on a journal has a slot there, the first one slot 0. A message is kept under slot * 2^32 + its id, so that the
// first bot's keys are the ids themselves, as they were before there were slots, and a bot that knows no slots can still work.
// A message of another bot is named by the negative id -1 - key: the journal finds it by that name, and Telegram, which would take
// the other bot's id for a message of this one, refuses it. When another bot takes over, what the last one left is named so.

import type { Database } from "./engine.ts";
import { beginsWith } from "./dialect.ts";

/** Message ids are below this (https://core.telegram.org/constructor/message: `id:int`). */
export const MESSAGE_IDS = 2 ** 32;

/** Slots whose keys are whole numbers of 53 bits. */
const MOST_BOTS = 2 ** 21;

/** How one bot's messages and facts are named in the journal. */
export interface BotKeys {
  /** Which of the journal's bots this is. */
  readonly slot: number;
  /** What a message is kept under. @throws {RangeError} For what is no message id. */
  keyOf(messageId: number): number;
  /** The message that is kept under a key; negative when it is another bot's, or erased. */
  idOf(key: number): number;
  /** The keys of this bot's messages: from, and below. */
  readonly range: readonly [from: number, below: number];
  /** The name of a fact that is about this bot, not about the journal. */
  ownFact(name: string): string;
}

/**
 * Opens the journal for a bot, and names what another one left behind accordingly.
 *
 * @param botId The digits before the colon of its token; without one the journal is opened as its last bot's.
 */
export async function openForBot(db: Database, botId: string | undefined): Promise<BotKeys> {
  const lastFact = await db.reader("SELECT value FROM facts WHERE name = 'bot_slot'").get();
  const last = Number(lastFact?.["value"] ?? 0);
  const slot = botId === undefined ? last : await slotOf(db, botId);
  if (botId !== undefined && (lastFact === undefined || slot !== last)) {
    await db.atomically(async () => {
      await db.writer(
        `INSERT INTO facts (name, value) VALUES ('bot_slot', ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      ).run(String(slot));
      if (slot !== last) await leaveBehind(db, keysOf(last));
    });
  }
  return keysOf(slot);
}

async function slotOf(db: Database, botId: string): Promise<number> {
  const known = await db.reader("SELECT slot FROM bots WHERE bot_id = ?").get(botId);
  if (known !== undefined) return Number(known["slot"]);
  const slot = Number((await db.reader("SELECT count(*) AS bots FROM bots").get())?.["bots"]);
  if (slot >= MOST_BOTS) throw new RangeError(`Journal has had ${slot} bots, must be fewer`);
  await db.writer("INSERT INTO bots (slot, bot_id) VALUES (?, ?)").run(slot, botId);
  return slot;
}

function keysOf(slot: number): BotKeys {
  const from = slot * MESSAGE_IDS;
  const below = from + MESSAGE_IDS;
  return {
    slot,
    range: [from, below],
    keyOf(id) {
      if (!Number.isSafeInteger(id) || id >= MESSAGE_IDS) {
        throw new RangeError(`Message id is ${id}, must be a whole number below 2^32`);
      }
      return id < 0 ? -1 - id : from + id;
    },
    idOf(key) {
      if (key < 0) return key; // Erased.
      return key >= from && key < below ? key - from : -1 - key;
    },
    ownFact: (name) => slot === 0 ? name : `${name}:${slot}`,
  };
}

/** Names the messages of the bot that worked last as another bot's, in all that is still to be done. */
async function leaveBehind(db: Database, { keyOf }: BotKeys): Promise<void> {
  const nameMessages = (json: string): Record<string, unknown> =>
    JSON.parse(json, (name, value) => {
      const isId = name === "message_id" || name === "messageId";
      return isId && Number.isSafeInteger(value) && value >= 0 && value < MESSAGE_IDS
        ? -1 - keyOf(value)
        : value;
    });

  // Update ids of different bots mean nothing to each other: those of this one go below all that are there.
  await db.writer("DELETE FROM inbox WHERE body IS NULL").run();
  const lowest = Number(
    (await db.reader("SELECT min(update_id) AS id FROM inbox").get())?.["id"] ?? 0,
  );
  const left = await db.reader(
    "SELECT update_id, body FROM inbox WHERE update_id >= 0 ORDER BY update_id",
  ).all();
  const rename = db.writer("UPDATE inbox SET update_id = ?, body = ? WHERE update_id = ?");
  for (const [index, row] of left.entries()) {
    const id = Math.min(lowest, 0) - left.length + index;
    const body = unlessBroken(
      String(row["body"]),
      (body) => JSON.stringify({ ...nameMessages(body), update_id: id }),
    );
    await rename.run(id, body, Number(row["update_id"]));
  }

  const owed = await db.reader(
    "SELECT id, body FROM outbox WHERE kind IN ('confirmation', 'offer_update')",
  ).all();
  const rewriteWork = db.writer("UPDATE outbox SET body = ? WHERE id = ?");
  for (const { id, body } of owed) {
    await rewriteWork.run(
      unlessBroken(String(body), (body) => JSON.stringify(nameMessages(body))),
      Number(id),
    );
  }
  const runs = await db.reader(
    `SELECT name, value FROM facts WHERE ${beginsWith("name", "send_all:")}
       OR ${beginsWith("name", "offer_shown:")}`,
  ).all();
  const rewriteFact = db.writer("UPDATE facts SET value = ? WHERE name = ?");
  for (const { name, value } of runs) {
    await rewriteFact.run(
      unlessBroken(String(value), (run) => JSON.stringify(nameMessages(run))),
      String(name),
    );
  }
}

/** What cannot be read is left as it is: it is put aside where it is used. */
function unlessBroken(text: string, change: (text: string) => string): string {
  try {
    return change(text);
  } catch {
    return text;
  }
}
