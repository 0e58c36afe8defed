// The journal's facts: what has to be remembered once, by name. Knows none of them.

import type { Database } from "./engine.ts";
import type { BotKeys } from "./bots.ts";
import { MAIN_CHAT } from "./chats.ts";
import type { OutboxMoves } from "./outbox.ts";
import { ADMIN_CHAT_LANE, laneOfChat } from "./work.ts";

/** Names and values. */
export interface FactRecords {
  rememberFact(name: string, value: string): Promise<void>;
  forgetFact(name: string): Promise<void>;
  /**
   * Adds a note for the managers, one in each of these chats, and remembers the fact behind it; a null value forgets that
   * fact.
   */
  noteFact(
    name: string,
    value: string | null,
    text: string,
    nowMs: number,
    chats?: Iterable<string>,
  ): Promise<void>;
  /** Undefined where there is no such fact. */
  fact(name: string): Promise<string | undefined>;
  /** The name of a fact that is about the bot, where one of another bot must not be taken for it. */
  ownFact(name: string): string;
  /** The names of facts that begin with `prefix`, without it. */
  factsOf(prefix: string): Promise<string[]>;
}

/** The records in an open database. */
export function factRecords(
  db: Database,
  { ownFact }: Pick<BotKeys, "ownFact">,
  { addWork }: OutboxMoves,
): FactRecords {
  const insert = db.writer(
    `INSERT INTO facts (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  );
  const remove = db.writer("DELETE FROM facts WHERE name = ?");
  const select = db.reader("SELECT value FROM facts WHERE name = ?");
  const selectNames = db.reader(
    "SELECT name FROM facts WHERE name >= ? AND name < ? ORDER BY name",
  );

  return {
    rememberFact: async (name, value) => void await insert.run(name, value),
    forgetFact: async (name) => void await remove.run(name),
    noteFact: (name, value, text, nowMs, chats = [MAIN_CHAT]) =>
      db.atomically(async () => {
        if (value === null) await remove.run(name);
        else await insert.run(name, value);
        for (const chat of new Set(chats)) {
          const lane = laneOfChat(ADMIN_CHAT_LANE, chat);
          await addWork({ lane, kind: "note", subject: 0, body: { text } }, nowMs);
        }
      }),
    async fact(name) {
      const row = await select.get(name);
      return row === undefined ? undefined : String(row["value"]);
    },
    ownFact,
    factsOf: async (prefix) =>
      (await selectNames.all(prefix, prefix + "\u{10FFFF}")).map((row) =>
        String(row["name"]).slice(prefix.length)
      ),
  };
}
