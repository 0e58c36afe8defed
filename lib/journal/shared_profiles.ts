// The profiles of processes that share a database: one text, saved only over the revision it was made from.

import type { DestinationMoves } from "./destinations.ts";
import type { Database } from "./engine.ts";
import { textOrNull } from "./rows.ts";
import type { NewVersion, VersionMoves } from "./versions.ts";

/** The text of locales.json in the database. */
export interface SharedText {
  readonly text: string;
  /** Counts the changes. */
  readonly revision: number;
  readonly savedAtMs: number;
  /** Null where it was taken over from the file. */
  readonly savedBy: string | null;
}

/** How often what is shared has changed; two numbers that differ from those seen before mean a change. */
export interface SharedRevisions {
  /** Undefined where there is no text yet. */
  readonly profiles: number | undefined;
  readonly secrets: number;
}

/** A version to be saved. */
export interface SharedVersion extends NewVersion {
  /** Which of its profiles have a CRM, by key. */
  readonly hasCrm: ReadonlyMap<string, boolean>;
}

/** What a save has led to. */
export interface SavedShared {
  readonly revision: number;
  /** Whether cards in the managers' chats are due an edit. */
  readonly owesEdits: boolean;
}

export interface SharedProfileRecords {
  /** Undefined before the first start. */
  sharedProfiles(): Promise<SharedText | undefined>;
  /**
   * Saves a version over a revision, with its history, a changed link and the cards that follow; null for the first text of
   * all. Undefined, with nothing changed, where the text has another revision by now.
   */
  saveSharedProfiles(
    version: SharedVersion,
    basedOn: number | null,
    nowMs: number,
  ): Promise<SavedShared | undefined>;
}

export function sharedProfileRecords(
  db: Database,
  { recordVersion }: VersionMoves,
  { recordDestinations }: DestinationMoves,
): SharedProfileRecords {
  const select = db.reader("SELECT * FROM profiles");
  const insert = db.writer(
    `INSERT INTO profiles (revision, text, saved_at_ms, saved_by) VALUES (1, ?, ?, ?)
     ON CONFLICT (one) DO NOTHING`,
  );
  const update = db.writer(
    `UPDATE profiles SET revision = revision + 1, text = ?, saved_at_ms = ?, saved_by = ?
     WHERE revision = ?`,
  );

  return {
    async sharedProfiles() {
      const row = await select.get();
      return row && {
        text: String(row["text"]),
        revision: Number(row["revision"]),
        savedAtMs: Number(row["saved_at_ms"]),
        savedBy: textOrNull(row["saved_by"]),
      };
    },
    saveSharedProfiles: (version, basedOn, nowMs) =>
      db.atomically(async () => {
        const { text, by } = version;
        const { changes } = basedOn === null
          ? await insert.run(text, nowMs, by)
          : await update.run(text, nowMs, by, basedOn);
        if (Number(changes) === 0) return undefined;
        await recordVersion(version, nowMs);
        const owesEdits = await recordDestinations(version.hasCrm, nowMs);
        return { revision: (basedOn ?? 0) + 1, owesEdits };
      }),
  };
}
