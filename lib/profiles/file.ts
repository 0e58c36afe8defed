// locales.json on disk: reads, replaces and watches it. Does not know what it says.

import { copyPlaces, overwrite, restoreCopy } from "./file_overwrite.ts";
import { messageOf } from "../log/error_words.ts";
import type { Log } from "../log/log.ts";

/** How long the folder must be quiet before a changed file is read, in ms: editors write in several steps. */
const QUIET_MS = 100;

/** The text of a file with its byte order mark; null if it cannot be read. Undecodable bytes become U+FFFD. */
export async function readText(path: string): Promise<string | null> {
  try {
    return decode(await Deno.readFile(path));
  } catch {
    return null;
  }
}

function decode(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/**
 * Replaces the file atomically, also in a power cut. If it cannot be replaced (a file mounted into a container on its own,
 * a read-only folder), it is written in place, with a copy of the old text beside it, or in `spareFolder`, until that is
 * done.
 *
 * @returns False, with nothing changed, if the file no longer says `basedOn`.
 * @throws The error of the disk; `diskFault` has a sentence for it.
 */
export async function replaceFile(
  path: string,
  text: string,
  basedOn: string,
  spareFolder: string,
): Promise<boolean> {
  const target = await Deno.realPath(path);
  const bytes = new TextEncoder().encode(text);
  try {
    return await replaceByRename(target, bytes, basedOn);
  } catch (error) {
    if (!NO_RENAME.has(codeOf(error))) throw error;
    const places = copyPlaces(target, spareFolder);
    return await overwrite(target, bytes, places, (before) => decode(before) === basedOn);
  }
}

/** Restores the old text after an interrupted write in place, unless the file `isWhole`; returns whether it did. */
export async function restoreTorn(
  path: string,
  spareFolder: string,
  isWhole: (text: string) => boolean,
): Promise<boolean> {
  const target = await Deno.realPath(path);
  return await restoreCopy(
    target,
    copyPlaces(target, spareFolder),
    (bytes) => isWhole(decode(bytes)),
  );
}

/** Why the disk refused a file, as the end of a Russian sentence. */
export function diskFault(error: unknown): string {
  const code = codeOf(error);
  return DISK_FAULTS[code] ?? `ошибка диска${code === "" ? "" : ` ${code}`}`;
}

const DISK_FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: "на диске нет места",
  EDQUOT: "на диске нет места",
  EROFS: "диск открыт только для чтения",
  EACCES: "нет прав на запись",
  EPERM: "нет прав на запись",
  EIO: "диск отвечает ошибкой",
  EBUSY: "файл занят",
  ETXTBSY: "файл занят",
};

/** Errors of a rename or of a new file after which the file itself may still be writable (rename(2), open(2)). */
const NO_RENAME: ReadonlySet<string> = new Set(
  ["EBUSY", "EXDEV", "EPERM", "EACCES", "EROFS", "ETXTBSY", "ENAMETOOLONG", "EOPNOTSUPP", "EINVAL"],
);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

async function replaceByRename(
  target: string,
  bytes: Uint8Array,
  basedOn: string,
): Promise<boolean> {
  const { mode } = await Deno.stat(target);
  const { folder, name } = placeOfFile(target);
  const temporary = `${folder}.${name}.${crypto.randomUUID()}.tmp`;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true, mode: mode ?? 0o644 });
    // A nearly full disk may write a part only.
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    await file.sync();
    // Checked right before the rename: the file may have been edited during the write.
    if (decode(Deno.readFileSync(target)) === basedOn) {
      Deno.renameSync(temporary, target);
      return true;
    }
    await Deno.remove(temporary);
    return false;
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Watches the folder, because a watch on a file goes deaf when a rename replaces the file. For a link also its target's
 * folder, with every name, because any link on the way may be replaced.
 */
export function watchFile(path: string, changed: () => void, log: Log): { close(): Promise<void> } {
  const { folder, name } = placeOfFile(path);
  let watcher: Deno.FsWatcher;
  let isLink: boolean;
  try {
    const target = targetOf(path);
    isLink = target !== undefined && Deno.lstatSync(path).isSymlink;
    // The file too: the folder gets no events for a file that is mounted on its own.
    const all = target === undefined ? [folder] : [folder, placeOfFile(target).folder, target];
    watcher = Deno.watchFs([...new Set(all)], { recursive: false });
  } catch (cause) {
    log.warn("⚠️ За locales.json не уследить, правки подействуют после перезапуска: {cause}", {
      cause: messageOf(cause),
    });
    return { close: () => Promise.resolve() };
  }
  let timer = setTimeout(changed, QUIET_MS); // Fires once anyway, for an edit from before the watch.
  const watching = (async () => {
    for await (const { paths } of watcher) {
      if (!isLink && !paths.some((each) => placeOfFile(each).name === name)) continue;
      clearTimeout(timer);
      timer = setTimeout(changed, QUIET_MS);
    }
  })();
  return {
    async close() {
      watcher.close();
      await watching; // It may have scheduled one more read.
      clearTimeout(timer);
    },
  };
}

function targetOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

function placeOfFile(path: string): { readonly folder: string; readonly name: string } {
  const slash = Deno.build.os === "windows" ? /[\\/][^\\/]*$/ : /\/[^/]*$/;
  const at = path.search(slash) + 1;
  return { folder: path.slice(0, at) || "../", name: path.slice(at) };
}
