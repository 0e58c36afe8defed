// locales.json on disk: reads it, replaces it in one step, watches it. Does not know what it says.

import type { Log } from "./log.ts";

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
 * Whoever reads the file sees the old version or the new one, also after a power cut. False, with nothing
 * changed, when the file did not say `basedOn` any more.
 */
export async function replaceFile(path: string, text: string, basedOn: string): Promise<boolean> {
  const target = await Deno.realPath(path);
  const { mode } = await Deno.stat(target);
  const { folder, name } = placeOfFile(target);
  const temporary = `${folder}.${name}.${crypto.randomUUID()}.tmp`;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true, mode: mode ?? 0o644 });
    const bytes = new TextEncoder().encode(text);
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
    const target = placeOfFile(Deno.realPathSync(path));
    isLink = Deno.lstatSync(path).isSymlink;
    watcher = Deno.watchFs([...new Set([folder, target.folder])], { recursive: false });
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

/** A path's folder, with its slash, and the name in it. Done by hand: Node's own modules would take a start 5 ms. */
function placeOfFile(path: string): { readonly folder: string; readonly name: string } {
  const slash = Deno.build.os === "windows" ? /[\\/][^\\/]*$/ : /\/[^/]*$/;
  const at = path.search(slash) + 1;
  return { folder: path.slice(0, at) || "./", name: path.slice(at) };
}
