// What the bot asks of its profiles, wherever they are kept: the version in use, its faults, and saving another one.

import type { JsonText } from "../json/text.ts";
import type { ProfilePlace } from "./fault_lines.ts";
import type { Fault } from "./faults.ts";
import type { Profiles } from "./profile.ts";

export type SaveResult =
  | { readonly kind: "saved" }
  /** The text has changed meanwhile: nothing was written. If the new one is good, it is current now. */
  | { readonly kind: "stale" }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  /** The disk or the database refused it. The previous version is still there and in use. */
  | { readonly kind: "failed"; readonly reason: string };

/** A version that became current. */
export interface Loaded {
  readonly profiles: Profiles;
  readonly text: string;
  readonly content: JsonText;
  /** Who saved it; null for an edit on disk. */
  readonly by: string | null;
  /** The rename of a profile, if the page made one. */
  readonly renamed: { readonly from: string; readonly to: string } | null;
}

/** A broken, missing or unreadable text while the previous version is in use. */
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
  readonly place: ProfilePlace;
  current(): Profiles;
  /** What is behind `current`, with unknown keys. */
  content(): JsonText;
  /** The text behind `current`, which identifies the version. */
  text(): string;
  /** The faults of the text that is kept while the previous version is in use. */
  faults(): readonly Fault[];
  /** The same with moments; undefined while the text that is kept is good. */
  breakage(): Breakage | undefined;
  /** Calls a function whenever another version has become current. */
  onChange(changed: () => void): void;
  /** Writes a new version atomically, unless it is faulty or what is kept is no longer `basedOn`. */
  save(text: string, basedOn: string, saving?: Saving): Promise<SaveResult>;
  /**
   * Looks again, as another process may have saved: at once, or only where `revision` is not the one in use. Nothing for a
   * file, which is watched. @throws The database's error.
   */
  renew(revision?: number): Promise<void>;
  close(): Promise<void>;
}
