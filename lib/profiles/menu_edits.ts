// Applies the menu's form to locales.json: text in, text out. Touches no file; unchanged values keep their bytes.

import { repeatMessage, repeatsAmong } from "./button_texts.ts";
import { withValue } from "../json/edit.ts";
import { valueAt, valuesOf } from "../json/text.ts";
import type { Fault } from "./faults.ts";
import { type MenuTexts, SELECT } from "./profile.ts";
import { parseProfiles } from "./parse.ts";
import { buttonsOf, changed, changedOwn, type Content, MENU_KEY } from "./edits.ts";
import { list, record, text } from "./raw_values.ts";

/** The fields of the menu's form. */
export interface MenuForm {
  readonly welcomeText: string;
  /** Empty for the bot's own text. */
  readonly awayText: string;
  readonly buttons: readonly { readonly text: string; readonly profile: string }[];
}

/** The form filled from the file. */
export function menuForm(content: Content): MenuForm {
  return menuFormOf(valueAt(content, MENU_KEY));
}

/** The form filled from a current or earlier menu. */
export function menuFormOf(raw: unknown): MenuForm {
  const menu = record(raw);
  return {
    welcomeText: text(menu["welcome_text"]),
    awayText: text(menu["away_text"]),
    buttons: list(menu["buttons"]).map((button) => ({
      text: text(button["text"]),
      profile: text(button["callback_data"]).slice(SELECT.length),
    })),
  };
}

/** The file with the form applied. */
export function withMenu(content: Content, form: MenuForm): Content {
  const menu = record(valueAt(content, MENU_KEY));
  const buttons = form.buttons.map(({ text, profile }) => ({
    text,
    callbackData: SELECT + profile,
  }));
  return withValue(content, MENU_KEY, {
    ...menu,
    ...changed("welcome_text", text(menu["welcome_text"]), form.welcomeText),
    ...changedOwn("away_text", text(menu["away_text"]), form.awayText),
    buttons: buttonsOf(list(menu["buttons"]), buttons),
  });
}

/** The faults of the menu's form, with paths inside the menu; repeated button texts are faults too. */
export function menuFaults(content: Content, form: MenuForm): Fault[] {
  const result = parseProfiles(valuesOf(withMenu(content, form)));
  const faults = (result.ok ? [] : result.faults).map(({ path, message }) => ({
    path: path.startsWith(`${MENU_KEY}.`) ? path.slice(MENU_KEY.length + 1) : path,
    message,
  }));
  for (const { index, first } of repeatsAmong(form.buttons.map(({ text }) => text))) {
    const message = repeatMessage({ language: null, first });
    faults.push({ path: `buttons[${index}].text`, message });
  }
  return faults;
}

/** The menu for the preview. */
export function draftMenu(form: MenuForm): MenuTexts {
  const menu = form.buttons.map(({ text, profile }) => ({ text, callbackData: SELECT + profile }));
  return {
    welcomeText: form.welcomeText,
    awayText: form.awayText.trim() === "" ? null : form.awayText,
    menu,
  };
}
