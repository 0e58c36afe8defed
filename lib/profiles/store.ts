// Keeps the profiles of locales.json: loads, saves, and holds on to the last good version. Knows no bot, web or texts.

import { repeatsOfFile } from "./button_texts.ts";
import { type JsonText, readJson, type TextFault, valuesOf } from "../json/text.ts";
import type { Log } from "../log/log.ts";
import type { Fault } from "./faults.ts";
import { parseProfiles } from "./parse.ts";
import type { Profiles } from "./profile.ts";
import { diskFault, readText, replaceFile, restoreTorn, watchFile } from "./file.ts";

export type SaveResult =
  | { readonly kind: "saved" }
  /** Somebody else saved, or the file was changed on disk: nothing was written. A good file is current now. */
  | { readonly kind: "stale" }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  /** The disk did not take it. The version before is still there and at work. */
  | { readonly kind: "failed"; readonly reason: string };

/** A version of the file that became current. */
export interface Loaded {
  readonly profiles: Profiles;
  readonly text: string;
  readonly content: JsonText;
  /** Who saved it; null when it was found on disk. */
  readonly by: string | null;
  /** The change of a profile's key that it is, as far as the page made it. */
  readonly renamed: { readonly from: string; readonly to: string } | null;
}

/** A file on disk that is broken, missing or unreadable while a version before it is at work. */
export interface Breakage {
  readonly faults: readonly Fault[];
  /** When it was first seen. */
  readonly sinceMs: number;
  /** When the version at work became current. */
  readonly versionAtMs: number;
}

/** Who saves a version, and how it came to be. */
export interface Saving {
  readonly by?: string;
  readonly renamed?: { readonly from: string; readonly to: string } | undefined;
}

export interface ProfileStore {
  /** The last good version. */
  current(): Profiles;
  /** The file behind `current` as text and values, with the keys that the bot does not know. */
  content(): JsonText;
  /** The file's text behind `current`: tells one version from another. */
  text(): string;
  /** What is wrong with the file on disk, while the version before it is still the current one. */
  faults(): readonly Fault[];
  /** The same with its moments; undefined while the file on disk is good. */
  breakage(): Breakage | undefined;
  /**
   * Writes a new version in one step; with a fault or from a stale version nothing is written.
   *
   * @param basedOn The text of the version that the new one was made from.
   * @param saving Who saves, for the history.
   */
  save(text: string, basedOn: string, saving?: Saving): Promise<SaveResult>;
  /** Stops watching. */
  close(): Promise<void>;
}

/** A file as it was read: good, or with all its faults. */
export type ReadResult =
  | { readonly ok: true; readonly version: Version }
  /** `text` is null where there is none to read. */
  | { readonly ok: false; readonly text: string | null; readonly faults: readonly Fault[] };

/** Reads the file. Keeps nothing of it. */
export async function readProfiles(path: string): Promise<ReadResult> {
  return parseText(await readText(path));
}

/**
 * Puts the file's old text back where a save in place was cut off, by a crash or a broken disk. A file that
 * is good is left alone.
 *
 * @returns Whether it was put back.
 */
export async function mendTornFile(path: string, spareFolder: string): Promise<boolean> {
  try {
    return await restoreTorn(path, spareFolder, (text) => parseText(text).ok);
  } catch {
    return false; // There is no file, or no writing it: what reads it says so.
  }
}

/**
 * Keeps the profiles from a first version on, and begins to watch the file's folder: an edit on disk takes
 * effect by itself, also one since the first version was read.
 *
 * @param onLoad Called with every version that becomes current, the first included.
 */
export function keepProfiles(
  first: Version,
  { path, spareFolder, log, now, since = now(), broken, onLoad = () => {} }: {
    readonly path: string;
    /** Where a copy of the file is kept while it is written, if its own folder cannot be written. */
    readonly spareFolder: string;
    readonly log: Log;
    readonly now: () => number;
    /** When the first version became current, in ms since 1970. */
    readonly since?: number;
    /** What is on disk where that is not the first version: it was read, refused, and said. */
    readonly broken?: Extract<ReadResult, { ok: false }> | undefined;
    readonly onLoad?: (profiles: Profiles, loaded: Loaded) => void;
  },
): ProfileStore {
  let versionAtMs = since;
  let refused: (Extract<ReadResult, { ok: false }> & { readonly sinceMs: number }) | undefined;
  let current = adopt(first, {}, since);
  if (broken !== undefined) refused = { ...broken, sinceMs: now() };
  let saving: Promise<unknown> = Promise.resolve();
  // Readings and saves in the order they began: a slow one must not bring back what a later one replaced.
  let begun = 0;
  let latest = 0;

  function adopt(version: Version, { by, renamed }: Saving, atMs: number): Version {
    for (const warning of shortened(version.warnings)) {
      log.warn("⚠️ {line}. Лиды профиля пойдут в чат менеджеров", { line: faultLine(warning) });
    }
    const { profiles, content, text } = version;
    // No fault: a bot that started with such a file yesterday has to start today.
    for (const repeat of shortened(repeatsOfFile(profiles))) {
      log.warn("⚠️ {line}", { line: faultLine(repeat) });
    }
    refused = undefined;
    versionAtMs = atMs;
    try {
      onLoad(profiles, { profiles, text, content, by: by ?? null, renamed: renamed ?? null });
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
    const next = parseText(text);
    if (next.ok) {
      current = adopt(next.version, {}, now());
      log.info("✅ locales.json: изменения приняты, профилей: {profiles}", {
        profiles: current.profiles.byKey.size,
      });
    } else {
      refused = { ...next, sinceMs: refused?.sinceMs ?? now() };
      for (const fault of next.faults) log.error("❌ {line}", { line: faultLine(fault) });
    }
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
    current = adopt(next.version, how, now());
    return { kind: "saved" };
  }

  async function isOnDisk(text: string): Promise<boolean> {
    if (await readText(path) === text) return true;
    // An earlier save may have met a broken disk in the middle of the file.
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
    current: () => current.profiles,
    content: () => current.content,
    text: () => current.text,
    faults: () => refused?.faults ?? [],
    breakage: () => refused && { faults: refused.faults, sinceMs: refused.sinceMs, versionAtMs },
    save(text, basedOn, how = {}) {
      const result = saving.then(() => save(text, basedOn, how));
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

/** A fault as a sentence of its own, in Russian. One with a line needs no path. */
export function faultWords({ path, message }: Fault): string {
  const words = path === "" || message.startsWith("строка ") ? message : `${path}: ${message}`;
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** As many faults of one file as are told one by one; a file that is wrong in all places is wrong in one. */
const MOST_FAULTS = 100;

function shortened(faults: readonly Fault[]): readonly Fault[] {
  if (faults.length <= MOST_FAULTS) return faults;
  const left = faults.length - MOST_FAULTS;
  return [...faults.slice(0, MOST_FAULTS), { path: "", message: `и ещё таких мест: ${left}` }];
}

/** A good version of the file. */
export interface Version {
  readonly text: string;
  readonly content: JsonText;
  readonly profiles: Profiles;
  readonly warnings: readonly Fault[];
}

/** Reads a text as the file's; null stands for a file that is missing or cannot be read. */
export function parseText(text: string | null): ReadResult {
  const refusal = (message: string): ReadResult => ({
    ok: false,
    text,
    faults: [{ path: "", message }],
  });
  if (text === null) return refusal("файла нет или его нельзя прочесть");
  if (text.trim() === "") return refusal("файл пуст, нужны профили");
  // What could not be decoded; visitors would read it.
  if (text.includes("\uFFFD")) return refusal("кодировка не UTF-8, сохраните файл в UTF-8");
  const read = readJson(text);
  if (!read.ok && read.kind === "faulty") {
    return { ok: false, text, faults: read.faults.map(toFault) };
  }
  const result = parseProfiles(read.ok ? valuesOf(read.json) : read.value);
  if (!result.ok) return { ok: false, text, faults: shortened(result.faults) };
  if (!read.ok) throw new TypeError("Cannot keep profiles of what is no object");
  const { profiles, warnings } = result;
  return { ok: true, version: { text, content: read.json, profiles, warnings } };
}

function toFault({ line, column, path, message }: TextFault): Fault {
  const keys = path.map((key, index) =>
    typeof key === "number" ? `[${key}]` : index ? `.${key}` : key
  );
  return { path: keys.join(""), message: `строка ${line}, столбец ${column}: ${message}` };
}

function reportUnread(log: Log, cause: unknown): void {
  log.error("❌ locales.json: не прочесть: {cause}", { cause: String(cause) });
}
