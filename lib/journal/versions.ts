// A version of locales.json that became current: the whole text, what differs in each profile, and a changed link.

import type { Database } from "./engine.ts";
import type { JsonText } from "../json/text.ts";
import type { ProfileFileRecords, Renaming } from "./profile_files.ts";
import type { ProfileKeys } from "./profile_keys.ts";
import type { RevisionRecords } from "./revisions.ts";

export interface NewVersion {
  readonly text: string;
  readonly content: JsonText;
  /** Null for an edit found on disk. */
  readonly by: string | null;
  /** The change of a link that it is. */
  readonly renamed: Renaming | null;
}

export interface VersionMoves {
  /** Records a new version of locales.json: the text, each changed profile, and a changed link with its leads and history. */
  recordVersion(version: NewVersion, nowMs: number): Promise<void>;
}

export function versionMoves(
  db: Database,
  { renameProfile }: ProfileKeys,
  { recordRevisions }: RevisionRecords,
  { recordFile }: ProfileFileRecords,
): VersionMoves {
  return {
    recordVersion: ({ text, content, by, renamed }, nowMs) =>
      db.atomically(async () => {
        if (renamed !== null) await renameProfile(renamed.from, renamed.to);
        await recordRevisions(content, by, nowMs);
        await recordFile({ text, savedBy: by, renamed }, nowMs);
      }),
  };
}
