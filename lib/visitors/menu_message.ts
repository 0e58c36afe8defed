// The menu of profiles as visitors get it. Sends nothing, stores nothing.

import type { InlineKeyboardMarkup } from "grammy/types";
import { inLanguage, menuInLanguage } from "../profiles/language.ts";
import type { Profile, Profiles } from "../profiles/profile.ts";
import { onlyPaused } from "../profiles/shown_menu.ts";
import { pausedText } from "./state_texts.ts";
import { menu } from "./texts.ts";

/**
 * The menu's text and the buttons of live profiles.
 *
 * @param paused Its text stands above the buttons in place of the menu's own; by default only where a paused profile is all
 * that the menu has.
 */
export function menuMessage(
  profiles: Profiles,
  language: string | null,
  paused: Profile | undefined = onlyPaused(profiles),
): {
  readonly text: string;
  readonly keyboard: InlineKeyboardMarkup;
  readonly hasButtons: boolean;
} {
  const { text, keyboard } = menu(menuInLanguage(profiles, language));
  const hasButtons = keyboard.inline_keyboard.length > 0;
  if (paused === undefined) return { text, keyboard, hasButtons };
  const said = pausedText(inLanguage(paused, language), language, hasButtons);
  return { text: said, keyboard, hasButtons };
}
