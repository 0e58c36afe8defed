// The version of the profiles in use, and the text that was refused in its place. Does not know where texts are kept.

import type { Log } from "../log/log.ts";
import { repeatsOfFile } from "./button_texts.ts";
import { faultLine, PLACE_NAMES, type ProfilePlace } from "./fault_lines.ts";
import { draftsInMenu } from "./shown_menu.ts";
import type { Breakage, Loaded, ProfileStore, Saving } from "./store.ts";
import { type ReadResult, shortened, type Version } from "./version.ts";

/** A text with faults, or one that cannot be read. */
export type Refused = Extract<ReadResult, { ok: false }>;

/** What a version in use needs. */
export interface CurrentOptions {
  readonly log: Log;
  readonly now: () => number;
  /** When the first version became current, in ms since 1970. */
  readonly since?: number;
  /** The refused text in the first version's place, already reported. */
  readonly broken?: Refused | undefined;
  /** Called with every version that becomes current, including the first. */
  readonly onLoad?: (loaded: Loaded) => Promise<void>;
}

/** The version in use. */
export interface Current
  extends Pick<ProfileStore, "current" | "content" | "text" | "faults" | "breakage" | "onChange"> {
  /** Puts a good version in use. */
  become(version: Version, how?: Saving): Promise<void>;
  /** Reports what is wrong with the text that is kept now; once for the same text. */
  refuse(read: Refused): void;
  /** The text that is kept is the one in use. */
  forgetRefused(): void;
  /** Says that a change that was not made here is in use. */
  tellAccepted(): void;
}

/** Starts with a first version. */
export async function createCurrent(
  first: Version,
  place: ProfilePlace,
  { log, now, since = now(), broken, onLoad = () => Promise.resolve() }: CurrentOptions,
): Promise<Current> {
  const name = PLACE_NAMES[place];
  let versionAtMs = since;
  let refused: Refused & { readonly sinceMs: number } | undefined;
  let current = first;
  const watchers: (() => void)[] = [];

  async function adopt(version: Version, { by, renamed }: Saving, atMs: number): Promise<void> {
    for (const warning of shortened(version.warnings)) {
      log.warn("⚠️ {line}. Лиды профиля пойдут в чат менеджеров", {
        line: faultLine(warning, place),
      });
    }
    const { profiles, content, text } = version;
    // Only a warning: texts accepted by earlier versions must stay valid.
    for (const each of shortened([...repeatsOfFile(profiles), ...draftsInMenu(profiles)])) {
      log.warn("⚠️ {line}", { line: faultLine(each, place) });
    }
    refused = undefined;
    versionAtMs = atMs;
    const loaded = { profiles, text, content, by: by ?? null, renamed: renamed ?? null };
    try {
      const recorded = onLoad(loaded); // Masks what is secret before anything can use it.
      current = version;
      await recorded;
    } catch (cause) {
      // The history lacks this version; the bot must still use it.
      log.error("❌ {name}: версию не записать в историю: {cause}", { name, cause: String(cause) });
    }
  }

  await adopt(first, {}, since);
  if (broken !== undefined) refused = { ...broken, sinceMs: now() };

  return {
    current: () => current.profiles,
    content: () => current.content,
    text: () => current.text,
    faults: () => refused?.faults ?? [],
    breakage: (): Breakage | undefined =>
      refused && { faults: refused.faults, sinceMs: refused.sinceMs, versionAtMs },
    onChange: (changed) => void watchers.push(changed),
    async become(version, how = {}) {
      await adopt(version, how, now());
      for (const changed of watchers) changed();
    },
    refuse(read) {
      if (refused !== undefined && refused.text === read.text) return;
      refused = { ...read, sinceMs: refused?.sinceMs ?? now() };
      for (const fault of read.faults) log.error("❌ {line}", { line: faultLine(fault, place) });
    },
    forgetRefused: () => void (refused = undefined),
    tellAccepted() {
      log.info("✅ {name}: изменения приняты, профилей: {profiles}", {
        name,
        profiles: current.profiles.byKey.size,
      });
    },
  };
}
