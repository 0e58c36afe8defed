// The last good profiles of the journal, for a start whose file on disk is broken, missing or unreadable.

import type { Journal } from "../journal/journal.ts";
import { parseText, type Version } from "./store.ts";

/** A good version, and since when it is the newest. */
export interface KeptVersion {
  readonly version: Version;
  readonly savedAtMs: number;
}

/**
 * The newest good version that the journal has: the whole text, or, where a bot before this one was the last to
 * record a change, the profiles one by one. Undefined where there is none, or none that is good today.
 */
export function keptVersion(
  journal: Pick<Journal, "latestFile" | "newestRevisions">,
): KeptVersion | undefined {
  const file = journal.latestFile();
  const revisions = journal.newestRevisions();
  const changedAtMs = Math.max(0, ...revisions.map(({ savedAtMs }) => savedAtMs));
  if (file !== undefined && file.savedAtMs >= changedAtMs) {
    const read = parseText(file.text);
    if (read.ok) return { version: read.version, savedAtMs: file.savedAtMs };
  }
  const members = revisions.flatMap(({ profile, text }) =>
    text === null ? [] : [`  ${JSON.stringify(profile)}: ${text}`]
  );
  const read = parseText(`{\n${members.join(",\n")}\n}\n`);
  return read.ok ? { version: read.version, savedAtMs: changedAtMs } : undefined;
}
