// Texts about a profile's state: what visitors read of a paused one, and the mark on a draft. Sends nothing.

import { LIMITS } from "../profiles/limits.ts";
import type { Profile } from "../profiles/profile.ts";

type Language = "ru" | "en";

/** What visitors read of a paused profile that has no text of its own. */
export const PAUSED: Readonly<Record<Language, (name: string, hasMenu: boolean) => string>> = {
  ru: (name, hasMenu) =>
    `⏸ «${name}» сейчас не принимает заявки. Загляните позже` +
    (hasMenu ? " или выберите другое:" : "."),
  en: (name, hasMenu) =>
    `⏸ ${name} is not taking requests at the moment. Please come back later` +
    (hasMenu ? " or choose something else:" : "."),
};

/**
 * What a visitor reads instead of a paused profile's greeting.
 *
 * @param profile In the visitor's language.
 * @param language The visitor's language tag.
 * @param hasMenu Whether the menu's buttons stand below.
 */
export function pausedText(
  { pausedText, name }: Pick<Profile, "pausedText" | "name">,
  language: string | null,
  hasMenu: boolean,
): string {
  const own: Language = language?.toLowerCase().split("-")[0] === "en" ? "en" : "ru";
  return pausedText ?? PAUSED[own](name, hasMenu);
}

/** Stands above a draft's greeting, which only managers get. */
export const DRAFT_MARK = "📝 Черновик: посетители его пока не видят";

/** The draft with the mark above its caption; undefined if both do not fit where the caption alone does. */
export function withDraftMark(profile: Profile): Profile | undefined {
  const { caption, photoUrl, photoFile } = profile;
  const hasPhoto = photoUrl !== null || photoFile !== null;
  const isBelowPhoto = hasPhoto && caption.length <= LIMITS.caption;
  const marked = `${DRAFT_MARK}\n\n${caption}`;
  if (marked.length > (isBelowPhoto ? LIMITS.caption : LIMITS.text)) return undefined;
  return { ...profile, caption: marked };
}
