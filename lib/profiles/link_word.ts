// The word behind `?start=` in a link: a profile, and after two underscores the source. Touches no file.

import { LIMITS } from "./limits.ts";
import { type Profile, profileOfWord, type Profiles } from "./profile.ts";

/** Separates the profile's word from the source. */
export const BEFORE_SOURCE = "__";

/** Where a link leads. */
export interface LinkTarget {
  /** Undefined where the word names no profile. */
  readonly profile: Profile | undefined;
  /** Null where the link names none. */
  readonly source: string | null;
}

type Words = Pick<Profiles, "byKey" | "byAlias">;

/**
 * Reads the word of a link. A word that is a profile's as a whole has no source, even where it holds two underscores; else
 * the first two underscores behind a profile's word end that word, and without such a word the first two of all.
 */
export function readLink(profiles: Words, word: string): LinkTarget {
  const whole = profileTyped(profiles, word);
  if (whole !== undefined) return { profile: whole, source: null };
  if (!/^[\w-]+$/.test(word) || word.length > LIMITS.startPayload) return NOWHERE;
  const first = word.indexOf(BEFORE_SOURCE);
  for (let at = first; at !== -1; at = word.indexOf(BEFORE_SOURCE, at + 1)) {
    const profile = profileTyped(profiles, word.slice(0, at));
    if (profile !== undefined) return { profile, source: sourceAt(word, at) };
  }
  return first === -1 ? NOWHERE : { profile: undefined, source: sourceAt(word, first) };
}

const NOWHERE: LinkTarget = { profile: undefined, source: null };

function sourceAt(word: string, at: number): string | null {
  return word.slice(at + BEFORE_SOURCE.length) || null;
}

/** The profile of a word; a key typed by hand may differ in case. */
function profileTyped(profiles: Words, word: string): Profile | undefined {
  const exact = profileOfWord(profiles, word);
  if (exact !== undefined) return exact;
  const low = word.toLowerCase();
  const key = profiles.byKey.keys().find((each) => each.toLowerCase() === low);
  return key === undefined ? undefined : profiles.byKey.get(key);
}

/** Why a source does not fit into a profile's link. */
export type SourceFault = "characters" | "long" | "taken";

/** The word of a profile's link with a source, or what is wrong with that. */
export function wordWithSource(
  profiles: Words,
  { key }: Pick<Profile, "key">,
  source: string,
): { readonly word: string } | { readonly fault: SourceFault } {
  if (!/^[\w-]+$/.test(source)) return { fault: "characters" };
  const word = key + BEFORE_SOURCE + source;
  if (word.length > LIMITS.startPayload) return { fault: "long" };
  const target = readLink(profiles, word);
  // Another profile's word may begin the link, or be all of it.
  return target.profile?.key === key && target.source === source ? { word } : { fault: "taken" };
}

/** Longest source that fits into a profile's link. */
export function mostSourceCharacters({ key }: Pick<Profile, "key">): number {
  return Math.max(0, LIMITS.startPayload - key.length - BEFORE_SOURCE.length);
}
