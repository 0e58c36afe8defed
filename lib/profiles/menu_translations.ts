// The menu's texts in other languages: text in, text out. Empty texts fall back to the base. Touches no file.

import { inWordsOf, repeatMessage, repeatsAmong } from "./button_texts.ts";
import { valueAt, valuesOf } from "../json/text.ts";
import { menuForm, menuFormOf } from "./menu_edits.ts";
import type { Fault } from "./faults.ts";
import { type MenuTexts, SELECT } from "./profile.ts";
import { parseProfiles } from "./parse.ts";
import { type Content, MENU_KEY } from "./edits.ts";
import { kept, translatedButtons, translationOf, withTexts } from "./translations.ts";
import { list, text } from "./raw_values.ts";

/** The fields of a menu translation's form; the buttons are the base's, in their order. */
export interface MenuTranslationForm {
  readonly welcomeText: string;
  readonly awayText: string;
  readonly buttons: readonly { readonly callbackData: string; readonly text: string }[];
}

/** The form for a language, with the menu's current buttons. */
export function menuTranslationForm(content: Content, language: string): MenuTranslationForm {
  return menuTranslationFormOf(valueAt(content, MENU_KEY), language);
}

/** The same for a current or earlier menu. */
export function menuTranslationFormOf(raw: unknown, language: string): MenuTranslationForm {
  const texts = translationOf(raw, language);
  const said = new Map(list(texts["buttons"]).map((each) => [each["callback_data"], each["text"]]));
  return {
    welcomeText: text(texts["welcome_text"]),
    awayText: text(texts["away_text"]),
    buttons: menuFormOf(raw).buttons.map(({ profile }) => ({
      callbackData: SELECT + profile,
      text: text(said.get(SELECT + profile)),
    })),
  };
}

/** The file with the form applied; a translation without texts is removed. */
export function withMenuTranslation(
  content: Content,
  language: string,
  form: MenuTranslationForm,
): Content {
  const all = [form.welcomeText, form.awayText, ...form.buttons.map(({ text }) => text)];
  if (all.every((each) => each.trim() === "")) {
    return withTexts(content, MENU_KEY, language, undefined);
  }
  const before = translationOf(valueAt(content, MENU_KEY), language);
  const { welcome_text: welcome, away_text: away, buttons: _before, ...rest } = before;
  const buttons = translatedButtons(list(before["buttons"]), form.buttons);
  return withTexts(content, MENU_KEY, language, {
    ...form.welcomeText.trim() === "" ? {} : { welcome_text: kept(welcome, form.welcomeText) },
    ...form.awayText.trim() === "" ? {} : { away_text: kept(away, form.awayText) },
    ...buttons.length === 0 ? {} : { buttons },
    ...rest,
  });
}

/** The faults of the form, with paths as in the menu's form; repeated button texts are faults too. */
export function menuTranslationFaults(
  content: Content,
  language: string,
  form: MenuTranslationForm,
): Fault[] {
  const result = parseProfiles(valuesOf(withMenuTranslation(content, language, form)));
  // Buttons without a text are not written, so indexes in the file differ from those in the form.
  const written = form.buttons.flatMap(({ text }, index) => text.trim() === "" ? [] : [index]);
  const faults = (result.ok ? [] : result.faults).map(({ path, message }) => ({
    path: path.replace(`${MENU_KEY}.translations.`, "").replace(/^[\w-]+\./, "")
      .replace(/^buttons\[(\d+)\]/, (_, nth) => `buttons[${written[Number(nth)]}]`),
    message,
  }));
  const { menu } = draftMenuInLanguage(content, form);
  for (const { index, first } of written.length === 0 ? [] : repeatsAmong(menu.map(textOf))) {
    const message = repeatMessage({ language: null, first });
    faults.push({ path: `buttons[${index}].text`, message });
  }
  return faults;
}

/** The menu in this language for the preview, even from a faulty form. */
export function draftMenuInLanguage(content: Content, form: MenuTranslationForm): MenuTexts {
  const base = menuForm(content);
  const buttons = base.buttons.map(({ text, profile }) => ({
    text,
    callbackData: SELECT + profile,
  }));
  const typed = new Map(
    form.buttons.filter(({ text }) => text.trim() !== "")
      .map(({ callbackData, text }) => [callbackData, text]),
  );
  const texts = inWordsOf(buttons, typed);
  return {
    welcomeText: form.welcomeText.trim() === "" ? base.welcomeText : form.welcomeText,
    awayText: [form.awayText, base.awayText].find((each) => each.trim() !== "") ?? null,
    menu: buttons.map(({ callbackData }, index) => ({ callbackData, text: texts[index] ?? "" })),
  };
}

function textOf({ text }: { readonly text: string }): string {
  return text;
}
