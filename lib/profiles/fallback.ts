// The journal's last good profiles, for a start with a broken, missing or unreadable file.

import type { Journal } from "../journal/journal.ts";
import { parseText, type Version } from "./version.ts";

/** A good version, and when it was saved. */
export interface KeptVersion {
  readonly version: Version;
  readonly savedAtMs: number;
}

/**
 * The newest good version in the journal: the whole text, or the single profiles if an older bot recorded the last change.
 * Undefined if there is none, or none that passes today's checks.
 */
export async function keptVersion(
  journal: Pick<Journal, "latestFile" | "newestRevisions">,
): Promise<KeptVersion | undefined> {
  const file = await journal.latestFile();
  const revisions = await journal.newestRevisions();
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
