// locales.json on disk: reads it, replaces it in one step, watches it. Does not know what it says.

import { copyPlaces, overwrite, restoreCopy } from "./file_overwrite.ts";
import type { Log } from "../log/log.ts";

/** How long the folder has to be quiet before a changed file is read, in ms: editors write in steps. */
const QUIET_MS = 100;

/** The text of a file, with its byte order mark; null where there is none or it cannot be read. Undecodable bytes become U+FFFD. */
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
 * Replaces the file: who reads it sees the old version or the new one, also after a power cut. Where it cannot
 * be replaced (a single file mounted into a container, a folder that is read-only) it is written in place, with
 * a copy of the old text beside it, or in `spareFolder`, until that is done.
 *
 * @returns False, with nothing changed, when the file did not say `basedOn` any more.
 * @throws What the disk says; `diskFault` has a sentence for it.
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

/**
 * Puts the old text back that a write in place left behind which was cut off.
 *
 * @param isWhole Whether a text is good.
 * @returns Whether anything was put back.
 */
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

/** Why the disk did not take a file, as the end of a Russian sentence. */
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

/** What a rename, or a new file in the folder, is refused with where the file itself may well be written (rename(2), open(2)). */
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
    // A nearly full disk takes a part and says so.
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    await file.sync();
    // In one go: while this was written, somebody may have edited the file on disk.
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
 * Watches the folder, because a watch on a file goes deaf when the file is replaced by a rename; for a
 * link its target's folder too, and every name, because any of the links on the way may be swapped.
 */
export function watchFile(path: string, changed: () => void, log: Log): { close(): Promise<void> } {
  const { folder, name } = placeOfFile(path);
  let watcher: Deno.FsWatcher;
  let isLink: boolean;
  try {
    const target = targetOf(path);
    isLink = target !== undefined && Deno.lstatSync(path).isSymlink;
    // The file too: of one that is mounted by itself the folder hears nothing.
    const all = target === undefined ? [folder] : [folder, placeOfFile(target).folder, target];
    watcher = Deno.watchFs([...new Set(all)], { recursive: false });
  } catch (cause) {
    log.warn("⚠️ За locales.json не уследить, правки подействуют после перезапуска: {cause}", {
      cause: cause instanceof Error ? cause.message : String(cause),
    });
    return { close: () => Promise.resolve() };
  }
  let timer = setTimeout(changed, QUIET_MS); // Once in any case: for an edit that came before the watch.
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
      await watching; // It may have seen one more change.
      clearTimeout(timer);
    },
  };
}

/** The file that a path leads to; undefined while there is none. */
function targetOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

/** A path's folder, with its slash, and the name in it. Done by hand: Node's own modules would take a start 5 ms. */
function placeOfFile(path: string): { readonly folder: string; readonly name: string } {
  const slash = Deno.build.os === "windows" ? /[\\/][^\\/]*$/ : /\/[^/]*$/;
  const at = path.search(slash) + 1;
  return { folder: path.slice(0, at) || "../", name: path.slice(at) };
}
