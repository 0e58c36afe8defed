// A profile's texts in other languages: text in, text out. Empty texts fall back to the base. Touches no file.

import { draftProfile } from "./draft.ts";
import { createHash } from "node:crypto";
import { repeatMessage, repeatsAmong } from "./button_texts.ts";
import { withValue } from "../json/edit.ts";
import { valueAt, valuesOf } from "../json/text.ts";
import type { Fault } from "./faults.ts";
import { inLanguage } from "./language.ts";
import { parseProfiles } from "./parse.ts";
import type { Profile } from "./profile.ts";
import { withNameIn } from "./name_in_texts.ts";
import { type ButtonForm, type Content, isSameInField, profileForm } from "./edits.ts";
import {
  draftPhoneTexts,
  NO_PHONE,
  type PhoneTextsForm,
  phoneTextsForm,
  phoneTextsWith,
} from "./phone_edits.ts";
import { list, record, text } from "./raw_values.ts";

/** The fields of a translation's form; the buttons are the base's, in their order. */
export interface TranslationForm {
  readonly caption: string;
  /** Undefined if the form has no field for it. */
  readonly awayText?: string | undefined;
  readonly buttons: readonly ButtonForm[];
  readonly confirmationTemplate: string;
  /** Undefined if the form has no field for it. */
  readonly afterHoursText?: string | undefined;
  readonly thanksText: string;
  /** Undefined if the form has no field for it, as `phone`. */
  readonly pausedText?: string | undefined;
  readonly phone?: PhoneTextsForm | undefined;
}

/** A parsed object of the file. */
export type Raw = Readonly<Record<string, unknown>>;

/** The languages of a profile's translations. */
export function languagesOf(raw: unknown): string[] {
  return Object.keys(record(record(raw)["translations"])).map((each) => each.toLowerCase());
}

/** A hash of a translation's texts. */
export function translationVersion(content: Content, key: string, language: string): string {
  const texts = JSON.stringify(translationOf(valueAt(content, key), language));
  return createHash("sha256").update(texts).digest("hex").slice(0, 16);
}

export function translationForm(raw: unknown, language: string): TranslationForm {
  const { step1, step2, followup } = stepsOf(translationOf(raw, language));
  const texts = new Map(
    list(step1["buttons"]).map((each) => [each["callback_data"], each["text"]]),
  );
  const choices = record(step2["choices"]);
  return {
    caption: text(step1["caption"]),
    awayText: text(step1["away_text"]),
    buttons: profileForm(raw).buttons.map(({ callbackData }) => ({
      callbackData,
      text: text(texts.get(callbackData)),
      choice: text(choices[callbackData]),
    })),
    confirmationTemplate: text(step2["success_caption_template"]),
    afterHoursText: text(step2["after_hours_text"]),
    thanksText: text(followup["thanks_text"]),
    pausedText: text(translationOf(raw, language)["paused_text"]),
    phone: phoneTextsForm(translationOf(raw, language)["phone"]),
  };
}

/** The file with the form applied; a translation without texts is removed. */
export function withTranslation(
  content: Content,
  key: string,
  language: string,
  form: TranslationForm,
): Content {
  const texts = toTexts(translationOf(valueAt(content, key), language), form);
  return withTexts(content, key, language, texts);
}

/** The file with the texts of one language of a profile or of the menu; undefined removes the language. */
export function withTexts(
  content: Content,
  key: string,
  language: string,
  texts: Raw | undefined,
): Content {
  const profile = record(valueAt(content, key));
  const translations = { ...record(profile["translations"]) };
  const name = Object.keys(translations).find((each) => each.toLowerCase() === language);
  if (texts === undefined) delete translations[name ?? language];
  else translations[name ?? language] = texts;
  const { translations: _before, ...rest } = profile;
  const has = Object.keys(translations).length > 0;
  return withValue(content, key, has ? { ...rest, translations } : rest);
}

/** The faults of a translation's form, with paths inside the translation; repeated button texts are faults too. */
export function translationFaults(
  content: Content,
  key: string,
  language: string,
  form: TranslationForm,
): Fault[] {
  const result = parseProfiles(valuesOf(withTranslation(content, key, language, form)));
  const raw = valueAt(content, key);
  const texts = toTexts(translationOf(raw, language), form);
  const written = list(record(record(texts)["step1"])["buttons"]);
  const faults = (result.ok ? [] : result.faults).map(({ path, message }) => {
    const inside = path.replace(`${key}.translations.`, "").replace(/^[\w-]+\./, "");
    return { path: toFormIndex(inside, written, form), message };
  });
  // If no button is translated, repeats are the base's and cannot be corrected here.
  const isOwn = form.buttons.some(({ text }) => text.trim() !== "");
  const shown = isOwn ? draftInLanguage(key, raw, form).buttons.map(({ text }) => text) : [];
  for (const { index, first } of repeatsAmong(shown)) {
    const message = repeatMessage({ language: null, first });
    faults.push({ path: `step1.buttons[${index}].text`, message });
  }
  return faults;
}

/** Buttons without a text are not written, so indexes in the file differ from those in the form. */
function toFormIndex(path: string, written: readonly Raw[], form: TranslationForm): string {
  return path.replace(/^step1\.buttons\[(\d+)\]/, (_, index) => {
    const callbackData = written[Number(index)]?.["callback_data"];
    const place = form.buttons.findIndex((each) => each.callbackData === callbackData);
    return `step1.buttons[${place}]`;
  });
}

/** The profile in this language for the preview, even from a faulty form. */
export function draftInLanguage(key: string, raw: unknown, form: TranslationForm): Profile {
  const filled = (pairs: (readonly [string, string])[]) =>
    new Map(pairs.filter(([, value]) => value.trim() !== ""));
  const base = draftProfile(key, profileForm(raw));
  const translation = {
    caption: form.caption.trim() === "" ? null : form.caption,
    awayText: form.awayText?.trim() ? form.awayText : null,
    buttons: filled(form.buttons.map(({ callbackData, text }) => [callbackData, text])),
    confirmationTemplate: form.confirmationTemplate.trim() === ""
      ? null
      : form.confirmationTemplate,
    afterHoursText: form.afterHoursText?.trim() ? form.afterHoursText : null,
    thanksText: form.thanksText.trim() === "" ? null : form.thanksText,
    pausedText: form.pausedText?.trim() ? form.pausedText : null,
    phone: draftPhoneTexts(form.phone ?? NO_PHONE),
    choices: filled(form.buttons.map(({ callbackData, choice }) => [callbackData, choice])),
  };
  const profile = { ...base, translations: new Map([["xx", translation]]) };
  return inLanguage(withNameIn(profile), "xx");
}

/** Undefined if the form has no text at all. Texts of buttons that the form does not show stay. */
function toTexts(before: Raw, form: TranslationForm): Raw | undefined {
  if (isBlank(form)) return undefined;
  const { step1, step2, followup } = stepsOf(before);
  const typed = new Set<unknown>(form.buttons.map(({ callbackData }) => callbackData));
  const buttons = translatedButtons(list(step1["buttons"]), form.buttons);
  const said = record(step2["choices"]);
  const choices = Object.fromEntries([
    ...Object.entries(said).filter(([callbackData]) => !typed.has(callbackData)),
    ...form.buttons.filter(({ choice }) => choice.trim() !== "")
      .map(({ callbackData, choice }) => [callbackData, kept(said[callbackData], choice)]),
  ]);
  const away = form.awayText ?? text(step1["away_text"]);
  const first = {
    ...form.caption.trim() === "" ? {} : { caption: kept(step1["caption"], form.caption) },
    ...away.trim() === "" ? {} : { away_text: kept(step1["away_text"], away) },
    ...buttons.length === 0 ? {} : { buttons },
  };
  const template = form.confirmationTemplate;
  const afterHours = form.afterHoursText ?? text(step2["after_hours_text"]);
  const second = {
    ...template.trim() === ""
      ? {}
      : { success_caption_template: kept(step2["success_caption_template"], template) },
    ...afterHours.trim() === ""
      ? {}
      : { after_hours_text: kept(step2["after_hours_text"], afterHours) },
    ...Object.keys(choices).length === 0 ? {} : { choices },
  };
  const thanks = form.thanksText;
  const third = {
    ...without(followup, ["thanks_text"]),
    ...thanks.trim() === "" ? {} : { thanks_text: kept(followup["thanks_text"], thanks) },
  };
  const paused = form.pausedText ?? text(before["paused_text"]);
  const firstWhole = { ...without(step1, ["caption", "away_text", "buttons"]), ...first };
  const secondWhole = {
    ...without(step2, ["success_caption_template", "after_hours_text", "choices"]),
    ...second,
  };
  const phone = phoneTextsWith(
    before["phone"],
    form.phone ?? phoneTextsForm(before["phone"]),
    isSameInField,
  );
  return {
    ...without(before, ["step1", "step2", "followup", "phone", "paused_text"]),
    ...isEmpty(firstWhole) ? {} : { step1: firstWhole },
    ...isEmpty(secondWhole) ? {} : { step2: secondWhole },
    ...isEmpty(third) ? {} : { followup: third },
    ...isEmpty(phone) ? {} : { phone },
    ...paused.trim() === "" ? {} : { paused_text: kept(before["paused_text"], paused) },
  };
}

/** The buttons of a translation: those with a text, and those that the form does not show. */
export function translatedButtons(
  before: readonly Raw[],
  typed: readonly Pick<ButtonForm, "text" | "callbackData">[],
): Raw[] {
  const known = new Map(before.map((each) => [each["callback_data"], each]));
  const keys = new Set<unknown>(typed.map(({ callbackData }) => callbackData));
  return [
    ...typed.filter(({ text }) => text.trim() !== "").map(({ text, callbackData }) => ({
      ...known.get(callbackData),
      text: kept(known.get(callbackData)?.["text"], text),
      callback_data: callbackData,
    })),
    ...before.filter((each) => !keys.has(each["callback_data"])),
  ];
}

function isBlank(
  { caption, buttons, confirmationTemplate, ...form }: TranslationForm,
): boolean {
  const { awayText = "", afterHoursText = "", thanksText, pausedText = "", phone } = form;
  const others = [awayText, confirmationTemplate, afterHoursText, thanksText, pausedText];
  const texts = buttons.flatMap(({ text, choice }) => [text, choice]);
  return [caption, ...others, ...Object.values(phone ?? {}), ...texts]
    .every((each) => each.trim() === "");
}

/** The old spelling if the field was not changed. */
export function kept(before: unknown, typed: string): string {
  return typeof before === "string" && isSameInField(before, typed) ? before : typed;
}

function isEmpty(value: Raw): boolean {
  return Object.keys(value).length === 0;
}

function stepsOf(texts: Raw): Readonly<Record<"step1" | "step2" | "followup", Raw>> {
  return {
    step1: record(texts["step1"]),
    step2: record(texts["step2"]),
    followup: record(texts["followup"]),
  };
}

/** The file's texts in one language of a profile or of the menu. */
export function translationOf(raw: unknown, language: string): Raw {
  const translations = record(record(raw)["translations"]);
  const name = Object.keys(translations).find((each) => each.toLowerCase() === language);
  return name === undefined ? {} : record(translations[name]);
}

function without(value: Raw, names: readonly string[]): Raw {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
