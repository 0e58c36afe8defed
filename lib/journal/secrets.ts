// Secrets that were typed on the page: kept by name, replaced, removed. A backup of the journal holds those of its day.

import type { Database } from "./engine.ts";

/** What may be told of a secret. */
export interface KeptSecret {
  readonly name: string;
  /** Its last characters as «…a1f3»; empty for a short one, which they would give away. */
  readonly ending: string;
  readonly savedAtMs: number;
  readonly savedBy: string;
}

/** Keeps secrets; each verb is atomic. */
export interface SecretRecords {
  /** The value; undefined where there is none. Meant for requests to CRMs alone. */
  secret(name: string): Promise<string | undefined>;
  /** What is kept, by name. */
  keptSecrets(): Promise<KeptSecret[]>;
  /** Keeps a value; the one before it is overwritten, in the file and its WAL. */
  keepSecret(name: string, value: string, by: string, nowMs: number): Promise<void>;
  /** Removes a value as thoroughly; false when there is none. */
  removeSecret(name: string): Promise<boolean>;
}

/** Fewest characters of a secret whose last ones are shown, and how many are. */
const LEAST_TO_SHOW = 12;
const SHOWN = 4;

/** The secrets in an open database. */
export function secretRecords(db: Database): SecretRecords {
  const select = db.reader("SELECT value FROM secrets WHERE name = ?");
  const selectAll = db.reader(
    "SELECT name, ending, saved_at_ms, saved_by FROM secrets ORDER BY name",
  );
  const insert = db.writer(
    "INSERT INTO secrets (name, value, ending, saved_at_ms, saved_by) VALUES (?, ?, ?, ?, ?)",
  );
  const remove = db.writer("DELETE FROM secrets WHERE name = ?");

  async function removeSecret(name: string): Promise<boolean> {
    const isRemoved = (await remove.run(name)).changes > 0;
    if (isRemoved) db.forgetDeleted();
    return isRemoved;
  }

  return {
    async secret(name) {
      const row = await select.get(name);
      return row && String(row["value"]);
    },
    keptSecrets: async () =>
      (await selectAll.all()).map((row) => ({
        name: String(row["name"]),
        ending: String(row["ending"]),
        savedAtMs: Number(row["saved_at_ms"]),
        savedBy: String(row["saved_by"]),
      })),
    keepSecret: (name, value, by, nowMs) =>
      db.atomically(async () => {
        await removeSecret(name); // Deleting overwrites; replacing in place may leave a part.
        await insert.run(name, value, endingOf(value), nowMs, by);
      }),
    removeSecret: (name) => db.atomically(() => removeSecret(name)),
  };
}

function endingOf(value: string): string {
  const characters = [...value];
  return characters.length < LEAST_TO_SHOW ? "" : `…${characters.slice(-SHOWN).join("")}`;
}
