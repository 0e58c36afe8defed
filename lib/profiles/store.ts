// Loads, watches and saves locales.json, and keeps the last good version. Knows no bot, page or texts.

import { repeatsOfFile } from "./button_texts.ts";
import { type JsonText, readJson, type TextFault, valuesOf } from "../json/text.ts";
import type { Log } from "../log/log.ts";
import type { Fault } from "./faults.ts";
import { parseProfiles } from "./parse.ts";
import type { Profiles } from "./profile.ts";
import { draftsInMenu } from "./shown_menu.ts";
import { diskFault, readText, replaceFile, restoreTorn, watchFile } from "./file.ts";

export type SaveResult =
  | { readonly kind: "saved" }
  /** The file has changed meanwhile: nothing was written. If the new file is good, it is current now. */
  | { readonly kind: "stale" }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  /** The disk refused the file. The previous version is still on disk and in use. */
  | { readonly kind: "failed"; readonly reason: string };

/** A version of the file that became current. */
export interface Loaded {
  readonly profiles: Profiles;
  readonly text: string;
  readonly content: JsonText;
  /** Who saved it; null for an edit on disk. */
  readonly by: string | null;
  /** The rename of a profile, if the page made one. */
  readonly renamed: { readonly from: string; readonly to: string } | null;
}

/** A broken, missing or unreadable file while the previous version is in use. */
export interface Breakage {
  readonly faults: readonly Fault[];
  readonly sinceMs: number;
  /** When the version in use became current. */
  readonly versionAtMs: number;
}

/** Who saves a version, and the rename it makes. */
export interface Saving {
  readonly by?: string;
  readonly renamed?: { readonly from: string; readonly to: string } | undefined;
}

export interface ProfileStore {
  current(): Profiles;
  /** The file behind `current`, with unknown keys. */
  content(): JsonText;
  /** The text of the file behind `current`, which identifies the version. */
  text(): string;
  /** The faults of the file on disk while the previous version is in use. */
  faults(): readonly Fault[];
  /** The same with moments; undefined while the file on disk is good. */
  breakage(): Breakage | undefined;
  /** Calls a function whenever another version has become current. */
  onChange(changed: () => void): void;
  /** Writes a new version atomically, unless it is faulty or the file no longer says `basedOn`. */
  save(text: string, basedOn: string, saving?: Saving): Promise<SaveResult>;
  close(): Promise<void>;
}

/** A good file, or its faults. */
export type ReadResult =
  | { readonly ok: true; readonly version: Version }
  /** `text` is null if the file cannot be read. */
  | { readonly ok: false; readonly text: string | null; readonly faults: readonly Fault[] };

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

/**
 * Starts with a first version and watches the file, so that edits on disk take effect, also those made since the first
 * version was read.
 *
 * @param onLoad Called with every version that becomes current, including the first.
 */
export async function keepProfiles(
  first: Version,
  { path, spareFolder, log, now, since = now(), broken, onLoad = () => Promise.resolve() }: {
    readonly path: string;
    /** Where a copy of the file is kept during a write if its own folder is not writable. */
    readonly spareFolder: string;
    readonly log: Log;
    readonly now: () => number;
    /** When the first version became current, in ms since 1970. */
    readonly since?: number;
    /** The refused file on disk, already reported, if it is not the first version. */
    readonly broken?: Extract<ReadResult, { ok: false }> | undefined;
    readonly onLoad?: (profiles: Profiles, loaded: Loaded) => Promise<void>;
  },
): Promise<ProfileStore> {
  let versionAtMs = since;
  let refused: (Extract<ReadResult, { ok: false }> & { readonly sinceMs: number }) | undefined;
  let current = first;
  await adopt(first, {}, since);
  if (broken !== undefined) refused = { ...broken, sinceMs: now() };
  let saving: Promise<unknown> = Promise.resolve();
  const watchers: (() => void)[] = [];
  // Reads and saves in the order in which they began: a slow read must not undo a later save.
  let begun = 0;
  let latest = 0;

  async function adopt(version: Version, { by, renamed }: Saving, atMs: number): Promise<void> {
    for (const warning of shortened(version.warnings)) {
      log.warn("⚠️ {line}. Лиды профиля пойдут в чат менеджеров", { line: faultLine(warning) });
    }
    const { profiles, content, text } = version;
    // Only a warning: files accepted by earlier versions must stay valid.
    for (const each of shortened([...repeatsOfFile(profiles), ...draftsInMenu(profiles)])) {
      log.warn("⚠️ {line}", { line: faultLine(each) });
    }
    refused = undefined;
    versionAtMs = atMs;
    const loaded = { profiles, text, content, by: by ?? null, renamed: renamed ?? null };
    try {
      const recorded = onLoad(profiles, loaded); // Masks what is secret before anything can use it.
      current = version;
      await recorded;
    } catch (cause) {
      // The history lacks this version; the bot must still use it.
      log.error("❌ locales.json: версию не записать в историю: {cause}", { cause: String(cause) });
    }
  }

  async function become(version: Version, how: Saving): Promise<void> {
    await adopt(version, how, now());
    for (const changed of watchers) changed();
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
      await become(next.version, {});
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
    await become(next.version, how);
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
    current: () => current.profiles,
    content: () => current.content,
    text: () => current.text,
    faults: () => refused?.faults ?? [],
    onChange: (changed) => void watchers.push(changed),
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

/** A fault as a log line, without its mark. */
export function faultLine({ path, message }: Fault): string {
  return path === "" ? `locales.json: ${message}` : `locales.json: ${path}: ${message}`;
}

/** A fault as a Russian sentence; with a line number it needs no path. */
export function faultWords({ path, message }: Fault): string {
  const words = path === "" || message.startsWith("строка ") ? message : `${path}: ${message}`;
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

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

/** Parses the file's text; null stands for a file that cannot be read. */
export function parseText(text: string | null): ReadResult {
  const refusal = (message: string): ReadResult => ({
    ok: false,
    text,
    faults: [{ path: "", message }],
  });
  if (text === null) {
    return refusal("файла нет или его нельзя прочесть: проверьте LOCALES_PATH и права");
  }
  if (text.trim() === "") return refusal("файл пуст, нужны профили");
  // U+FFFD: undecodable bytes, which visitors would see.
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
