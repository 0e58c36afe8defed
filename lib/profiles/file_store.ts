// Profiles in locales.json: loads, watches and saves the file, and keeps the last good version. Knows no bot, page or texts.

import type { Log } from "../log/log.ts";
import { createCurrent, type CurrentOptions } from "./current.ts";
import { diskFault, readText, replaceFile, restoreTorn, watchFile } from "./file.ts";
import type { ProfileStore, SaveResult, Saving } from "./store.ts";
import { parseText, type ReadResult, type Version } from "./version.ts";

/** Reads and checks the file. */
export async function readProfiles(path: string): Promise<ReadResult> {
  return parseText(await readText(path));
}

/** Restores the old text after an interrupted save in place, unless the file is good; returns whether it did. */
export async function mendTornFile(path: string, spareFolder: string): Promise<boolean> {
  try {
    return await restoreTorn(path, spareFolder, (text) => parseText(text).ok);
  } catch {
    return false; // Missing or not writable: reading it reports that.
  }
}

/** What a store on a file needs. */
export interface FileStoreOptions extends CurrentOptions {
  readonly path: string;
  /** Where a copy of the file is kept during a write if its own folder is not writable. */
  readonly spareFolder: string;
}

/**
 * Starts with a first version and watches the file, so that edits on disk take effect, also those made since the first
 * version was read.
 */
export async function keepProfiles(
  first: Version,
  options: FileStoreOptions,
): Promise<ProfileStore> {
  const { path, spareFolder, log } = options;
  const current = await createCurrent(first, "file", options);
  let saving: Promise<unknown> = Promise.resolve();
  // Reads and saves in the order in which they began: a slow read must not undo a later save.
  let begun = 0;
  let latest = 0;

  async function reload(): Promise<void> {
    const nth = ++begun;
    const text = await readText(path);
    if (nth < latest) return;
    latest = nth;
    if (text === current.text()) return current.forgetRefused();
    const next = parseText(text);
    if (!next.ok) return current.refuse(next);
    await current.become(next.version);
    current.tellAccepted();
  }

  async function save(text: string, basedOn: string, how: Saving): Promise<SaveResult> {
    if (!await isOnDisk(basedOn)) return await stale();
    if (text === basedOn) return { kind: "saved" };
    const next = parseText(text);
    if (!next.ok) return { kind: "refused", faults: next.faults };
    try {
      if (!await replaceFile(path, text, basedOn, spareFolder)) return await stale();
    } catch (error) {
      const reason = diskFault(error);
      log.error("❌ locales.json: не записать: {reason}. {cause}", {
        reason,
        cause: String(error),
      });
      return { kind: "failed", reason };
    }
    latest = ++begun;
    await current.become(next.version, how);
    return { kind: "saved" };
  }

  async function isOnDisk(text: string): Promise<boolean> {
    if (await readText(path) === text) return true;
    // The disk may have failed in the middle of an earlier save.
    return await mendTornFile(path, spareFolder) && await readText(path) === text;
  }

  async function stale(): Promise<SaveResult> {
    await reload();
    return { kind: "stale" };
  }

  const watch = watchFile(
    path,
    () => void reload().catch((cause) => reportUnread(log, cause)),
    log,
  );
  return {
    ...current,
    place: "file",
    save(text, basedOn, how = {}) {
      const result = saving.then(() => save(text, basedOn, how));
      saving = result.catch(() => {});
      return result;
    },
    renew: () => Promise.resolve(),
    async close() {
      await watch.close();
      latest = Infinity;
    },
  };
}

function reportUnread(log: Log, cause: unknown): void {
  log.error("❌ locales.json: не прочесть: {cause}", { cause: String(cause) });
}
