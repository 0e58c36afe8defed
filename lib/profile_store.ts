// Keeps the profiles of locales.json: loads, watches, saves, and holds on to the last good version. Knows no bot, web or texts.

import type { Log } from "./log.ts";
import { type Fault, parseProfiles, type Profiles } from "./profile.ts";

/** How long the folder has to be quiet before a changed file is read, in ms: editors write in steps. */
const QUIET_MS = 100;

export type SaveResult =
  | { readonly kind: "saved" }
  /** Somebody else saved, or the file was changed on disk: nothing was written. A good file is current now. */
  | { readonly kind: "stale" }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] };

/** A version of the file that became current. */
export interface Loaded {
  readonly profiles: Profiles;
  readonly content: unknown;
  /** Who saved it; null when it was found on disk. */
  readonly by: string | null;
}

export interface ProfileStore {
  /** The last good version. */
  current(): Profiles;
  /** The parsed file behind `current`, with the keys that the bot does not know. */
  content(): unknown;
  /** The file's text behind `current`: tells one version from another. */
  text(): string;
  /** What is wrong with the file on disk, while the version before it is still the current one. */
  faults(): readonly Fault[];
  /**
   * Writes a new version in one step; with a fault or from a stale version nothing is written.
   *
   * @param basedOn The text of the version that the caller's content was made from.
   * @param by Who saves.
   */
  save(content: unknown, basedOn: string, by?: string): Promise<SaveResult>;
  /** Stops watching. */
  close(): Promise<void>;
}

/** A file as it was read: good, or with all its faults. */
export type ReadResult =
  | { readonly ok: true; readonly version: Version }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads the file. Keeps nothing of it. */
export async function readProfiles(path: string): Promise<ReadResult> {
  return parse(await readText(path));
}

/**
 * Keeps the profiles from a first version on, and begins to watch the file's folder: an edit on disk takes
 * effect by itself, also one since the first version was read.
 *
 * @param onLoad Called with every version that becomes current, the first included.
 */
export function keepProfiles(
  first: Version,
  { path, log, onLoad = () => {} }: {
    readonly path: string;
    readonly log: Log;
    readonly onLoad?: (profiles: Profiles, loaded: Loaded) => void;
  },
): ProfileStore {
  let refused: { readonly text: string | null; readonly faults: readonly Fault[] } | undefined;
  let current = adopt(first, null);
  let saving: Promise<unknown> = Promise.resolve();
  // Readings and saves in the order they began: a slow one must not bring back what a later one replaced.
  let begun = 0;
  let latest = 0;

  function adopt(version: Version, by: string | null): Version {
    for (const warning of version.warnings) {
      log.warn("⚠️ {line}. Лиды профиля пойдут в чат менеджеров", { line: faultLine(warning) });
    }
    refused = undefined;
    const { profiles, content } = version;
    try {
      onLoad(profiles, { profiles, content, by });
    } catch (cause) {
      // The history misses this version; the bot must not.
      log.error("❌ locales.json: версию не записать в историю: {cause}", { cause: String(cause) });
    }
    return version;
  }

  async function reload(): Promise<void> {
    const nth = ++begun;
    const text = await readText(path);
    if (nth < latest) return;
    latest = nth;
    if (text === current.text) refused = undefined;
    if (text === current.text || (refused !== undefined && text === refused.text)) return;
    const next = parse(text);
    if (next.ok) {
      current = adopt(next.version, null);
      log.info("✅ locales.json: изменения приняты, профилей: {profiles}", {
        profiles: current.profiles.byKey.size,
      });
    } else {
      refused = { text, faults: next.faults };
      for (const fault of next.faults) log.error("❌ {line}", { line: faultLine(fault) });
    }
  }

  async function save(content: unknown, basedOn: string, by: string | null): Promise<SaveResult> {
    if (await readText(path) !== basedOn) return await stale();
    const next = parse(JSON.stringify(content, null, 2) + "\n");
    if (!next.ok) return { kind: "refused", faults: next.faults };
    if (!await replaceFile(path, next.version.text, basedOn)) return await stale();
    latest = ++begun;
    current = adopt(next.version, by);
    return { kind: "saved" };
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
    current: () => current.profiles,
    content: () => structuredClone(current.content),
    text: () => current.text,
    faults: () => refused?.faults ?? [],
    save(content, basedOn, by) {
      const result = saving.then(() => save(content, basedOn, by ?? null));
      saving = result.catch(() => {});
      return result;
    },
    async close() {
      await watch.close();
      latest = Infinity;
    },
  };
}

/** A fault as a line of the log has it, after its mark. */
export function faultLine({ path, message }: Fault): string {
  return path === "" ? `locales.json: ${message}` : `locales.json: ${path}: ${message}`;
}

/** A good version of the file. */
export interface Version {
  readonly text: string;
  readonly content: unknown;
  readonly profiles: Profiles;
  readonly warnings: readonly Fault[];
}

function parse(text: string | null): ReadResult {
  if (text === null) return refusal("файла нет или его нельзя прочесть");
  if (text.trim() === "") return refusal("файл пуст, нужны профили");
  if (text.includes("\uFFFD")) return refusal("кодировка не UTF-8, сохраните файл в UTF-8");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return refusal(`не разобрать JSON: ${placeOf(error)}`);
  }
  const result = parseProfiles(content);
  if (!result.ok) return result;
  const { profiles, warnings } = result;
  return { ok: true, version: { text, content, profiles, warnings } };
}

/** Why JSON broke off. The rest of the message quotes the file, and with it perhaps a webhook address. */
function placeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(message) ?? [];
  if (line !== undefined) return `строка ${line}, столбец ${column}`;
  const [, token] = /^Unexpected token '(.)'/u.exec(message) ?? [];
  return token === undefined ? "файл обрывается" : `неожиданный знак «${token}»`;
}

function refusal(message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ path: "", message }] };
}

async function readText(path: string): Promise<string | null> {
  try {
    return decode(await Deno.readFile(path));
  } catch {
    return null;
  }
}

/** Undecodable bytes become U+FFFD, which `parse` refuses: visitors would read it. */
function decode(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder().decode(bytes);
}

/**
 * Whoever reads the file sees the old version or the new one, also after a power cut. False, with nothing
 * changed, when the file did not say `basedOn` any more.
 */
async function replaceFile(path: string, text: string, basedOn: string): Promise<boolean> {
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
function watchFile(path: string, changed: () => void, log: Log): { close(): Promise<void> } {
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

function reportUnread(log: Log, cause: unknown): void {
  log.error("❌ locales.json: не прочесть: {cause}", { cause: String(cause) });
}
