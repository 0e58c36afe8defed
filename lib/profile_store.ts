// Keeps the profiles of locales.json: loads, saves, and holds on to the last good version. Knows no bot, web or texts.

import type { Log } from "./log.ts";
import { type Fault, parseProfiles, type Profiles } from "./profile.ts";
import { readText, replaceFile, watchFile } from "./profile_file.ts";

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
    for (const warning of shortened(version.warnings)) {
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
  readonly content: unknown;
  readonly profiles: Profiles;
  readonly warnings: readonly Fault[];
}

function parse(text: string | null): ReadResult {
  if (text === null) return refusal("файла нет или его нельзя прочесть");
  if (text.trim() === "") return refusal("файл пуст, нужны профили");
  // What could not be decoded; visitors would read it.
  if (text.includes("\uFFFD")) return refusal("кодировка не UTF-8, сохраните файл в UTF-8");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return refusal(`не разобрать JSON: ${placeOf(error)}`);
  }
  const result = parseProfiles(content);
  if (!result.ok) return { ok: false, faults: shortened(result.faults) };
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

function reportUnread(log: Log, cause: unknown): void {
  log.error("❌ locales.json: не прочесть: {cause}", { cause: String(cause) });
}
