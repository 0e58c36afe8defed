// The menu's texts in other languages: text in, text out. An empty text is the base's. Touches no file.

import { inWordsOf, repeatMessage, repeatsAmong } from "./button_texts.ts";
import { valueAt, valuesOf } from "../json/text.ts";
import { menuForm, menuFormOf } from "./menu_edits.ts";
import type { Fault } from "./faults.ts";
import { type MenuTexts, SELECT } from "./profile.ts";
import { parseProfiles } from "./parse.ts";
import { type Content, MENU_KEY } from "./edits.ts";
import { kept, translatedButtons, translationOf, withTexts } from "./translations.ts";
import { list, text } from "./raw_values.ts";

/** A translation of the menu as its form has it; its buttons are the base's, in their order. */
export interface MenuTranslationForm {
  readonly welcomeText: string;
  readonly awayText: string;
  readonly buttons: readonly { readonly callbackData: string; readonly text: string }[];
}

/** The form of the menu in a language, beside the buttons that it has now. */
export function menuTranslationForm(content: Content, language: string): MenuTranslationForm {
  return menuTranslationFormOf(valueAt(content, MENU_KEY), language);
}

/** The same of a menu that the file has, or had. */
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

/** The file with a translation of the menu as its form has it; one without a text goes. */
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

/** Everything that is wrong with the form, each with its path as the menu's own form has it; two buttons of one text too. */
export function menuTranslationFaults(
  content: Content,
  language: string,
  form: MenuTranslationForm,
): Fault[] {
  const result = parseProfiles(valuesOf(withMenuTranslation(content, language, form)));
  // Buttons without a text are not written: the fault's place in the file is another in the form.
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

/** The menu as a visitor of this language would read it, whatever is wrong with the form. */
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
