// Profiles in the database that several processes share: follows what others save, and saves over the version in use.

import type { SharedRecords } from "../journal/journal.ts";
import { messageOf } from "../log/error_words.ts";
import { StorageError } from "../journal/storage_error.ts";
import { createCurrent, type CurrentOptions } from "./current.ts";
import { hasDestination } from "./profile.ts";
import type { ProfileStore, SaveResult, Saving } from "./store.ts";
import { parseText, type Version } from "./version.ts";

/** Why a save failed, as the end of a Russian sentence. */
export const NO_DATABASE = "база данных не отвечает";

export interface SharedStoreOptions extends CurrentOptions {
  readonly records: Pick<SharedRecords, "sharedProfiles" | "saveSharedProfiles">;
  /** Resolves when what was saved is on disk. */
  readonly committed: () => Promise<void>;
  /** The revision in the database, of the first version or of the refused text in its place. */
  readonly revision: number;
  /** Called when cards in the managers' chats are due an edit. */
  readonly cardsChanged: () => void;
}

/** Starts with a first version. `onLoad` records nothing: a version is recorded by the save that makes it. */
export async function keepSharedProfiles(
  first: Version,
  options: SharedStoreOptions,
): Promise<ProfileStore> {
  const { records, committed, cardsChanged, now, log } = options;
  const current = await createCurrent(first, "database", options);
  let known = options.revision;
  /** One after another: what is read is never older than what was saved before. */
  let last: Promise<unknown> = Promise.resolve();
  let isReading = false;
  let isClosed = false;

  function inOrder<T>(act: () => Promise<T>): Promise<T> {
    const result = last.then(act);
    last = result.catch(() => {});
    return result;
  }

  async function reload(): Promise<void> {
    const kept = await records.sharedProfiles();
    if (kept === undefined || isClosed) return; // Someone has emptied the table: the version in use stays.
    known = kept.revision;
    if (kept.text === current.text()) return current.forgetRefused();
    const next = parseText(kept.text);
    if (!next.ok) return current.refuse(next);
    await current.become(next.version, kept.savedBy === null ? {} : { by: kept.savedBy });
    current.tellAccepted();
  }

  async function save(text: string, basedOn: string, how: Saving): Promise<SaveResult> {
    if (basedOn !== current.text() || current.breakage() !== undefined) return await stale();
    if (text === basedOn) return { kind: "saved" };
    const next = parseText(text);
    if (!next.ok) return { kind: "refused", faults: next.faults };
    const version = newVersion(next.version, how.by ?? null, how.renamed ?? null);
    const saved = await records.saveSharedProfiles(version, known, now());
    if (saved === undefined) return await stale();
    await committed();
    known = saved.revision;
    if (saved.owesEdits) cardsChanged();
    await current.become(next.version, how);
    return { kind: "saved" };
  }

  /** A commit without an answer may have been made. */
  async function doubtful(text: string, error: unknown): Promise<SaveResult> {
    if (!(error instanceof StorageError)) throw error;
    await reload().catch(() => {});
    if (current.text() === text) return { kind: "saved" };
    log.error("❌ Профили в базе: не записать: {reason}. {cause}", {
      reason: NO_DATABASE,
      cause: messageOf(error),
    });
    return { kind: "failed", reason: NO_DATABASE };
  }

  async function stale(): Promise<SaveResult> {
    await reload();
    return { kind: "stale" };
  }

  return {
    ...current,
    place: "database",
    save: (text, basedOn, how = {}) =>
      inOrder(() => save(text, basedOn, how).catch((error) => doubtful(text, error))),
    async renew(revision) {
      if (revision === known || isReading) return;
      isReading = true;
      await inOrder(() => {
        isReading = false; // What is asked for from now on may be newer than what is read now.
        return reload();
      });
    },
    async close() {
      isClosed = true;
      await last;
    },
  };
}

/** A version as the journal saves it. */
export function newVersion(
  { text, content, profiles }: Version,
  by: string | null,
  renamed: { readonly from: string; readonly to: string } | null,
) {
  const hasCrm = new Map([...profiles.byKey].map(([key, each]) => [key, hasDestination(each)]));
  return { text, content, by, renamed, hasCrm };
}
