// Checks that need more than one value of locales.json: unique words, lengths of texts that are put together. Touches no file.

import type { Fault } from "./faults.ts";
import { byteLength, LIMITS } from "./limits.ts";
import {
  type Button,
  choiceText,
  type PhoneTexts,
  type Profile,
  SELECT,
  type Translation,
  withAfterHours,
} from "./profile.ts";

/** Keys with a meaning of their own in the file or in every object. */
const RESERVED = new Set(["fallback", "constructor", "prototype"]);

/** Checks a key or an alias: it is the word of a link, and with `select_` a button's callback data. */
export function checkKey(key: string, faults: Fault[], path = key): void {
  if (RESERVED.has(key)) {
    faults.push({ path, message: "такое слово для ссылки занято, нужно другое" });
  } else if (!/^[\w-]+$/.test(key) || byteLength(SELECT + key) > LIMITS.callbackDataBytes) {
    faults.push({
      path,
      message: `слово не годится для ссылки, нужно от 1 до ${
        LIMITS.callbackDataBytes - SELECT.length
      } символов A–Z, a–z, 0–9, _ и -`,
    });
  }
}

/** Each word leads to one profile: an alias is no profile's key, and stands once in the file. */
export function checkAliases(
  profiles: readonly Profile[],
  keys: ReadonlySet<string>,
  faults: Fault[],
): void {
  const seen = new Map<string, string>();
  for (const { key, aliases } of profiles) {
    aliases.forEach((alias, index) => {
      const path = `${key}.aliases[${index}]`;
      const first = seen.get(alias);
      checkKey(alias, faults, path);
      if (keys.has(alias)) {
        faults.push({ path, message: `найдено «${alias}», но это слово самого профиля` });
      } else if (first !== undefined) {
        faults.push({ path, message: `найдено «${alias}» второй раз, уже есть в ${first}` });
      } else {
        seen.set(alias, path);
      }
    });
  }
}

/** Checks a profile whose `{name}` is replaced; `seen` maps each callback data of the file to its place. */
export function checkProfile(profile: Profile, seen: Map<string, string>, faults: Fault[]): void {
  const { key, buttons, translations } = profile;
  checkFilled(profile, key, faults);
  checkLengths(profile, undefined, `${key}.step2`, faults);
  for (const [language, translation] of translations) {
    checkLengths(profile, translation, `${key}.translations.${language}.step2`, faults);
  }
  checkChoices(buttons, `${key}.step1`, faults);
  checkUnique(buttons, `${key}.step1`, seen, faults);
}

/** Checks that each button of the menu leads to exactly one profile; `seen` maps callback data to its place. */
export function checkMenu(
  menu: readonly Button[],
  keys: ReadonlySet<string>,
  seen: Map<string, string>,
  faults: Fault[],
): void {
  checkUnique(menu, "fallback", seen, faults);
  menu.forEach(({ callbackData }, index) => {
    const key = callbackData.startsWith(SELECT) ? callbackData.slice(SELECT.length) : undefined;
    if (key !== undefined && keys.has(key)) return;
    faults.push({
      path: `fallback.buttons[${index}].callback_data`,
      message: `найдено «${callbackData}», нужно ${SELECT}<профиль> из этого файла`,
    });
  });
}

function checkUnique(
  buttons: readonly Button[],
  path: string,
  seen: Map<string, string>,
  faults: Fault[],
): void {
  buttons.forEach(({ callbackData }, index) => {
    const here = `${path}.buttons[${index}].callback_data`;
    const first = seen.get(callbackData);
    if (first === undefined) seen.set(callbackData, here);
    else {
      faults.push({
        path: here,
        message: `найдено «${callbackData}» второй раз, уже есть в ${first}`,
      });
    }
  });
}

function checkChoices(buttons: readonly Button[], path: string, faults: Fault[]): void {
  buttons.forEach(({ callbackData }, index) => {
    if (!callbackData.startsWith(SELECT)) return;
    faults.push({
      path: `${path}.buttons[${index}].callback_data`,
      message: `найдено «${callbackData}», но ${SELECT} бывает только у кнопок меню`,
    });
  });
}

/** With a long name in place of `{name}` a text may no longer fit. */
function checkFilled(profile: Profile, key: string, faults: Fault[]): void {
  const check = (path: string, text: string, most: number) => {
    if (text.length <= most) return;
    const message = `вместе с названием символов ${text.length}, нужно не больше ${most}`;
    faults.push({ path: `${key}.${path}`, message });
  };
  const checkPhone = (path: string, phone: PhoneTexts | null) => {
    check(`${path}.ask`, phone?.ask ?? "", LIMITS.text);
    check(`${path}.share_button`, phone?.share ?? "", LIMITS.name);
    check(`${path}.skip_button`, phone?.skip ?? "", LIMITS.name);
    check(`${path}.thanks_text`, phone?.thanks ?? "", LIMITS.text);
  };
  check("paused_text", profile.pausedText ?? "", LIMITS.text);
  check("step1.caption", profile.caption, LIMITS.text);
  check("step1.away_text", profile.awayText ?? "", LIMITS.text);
  profile.buttons.forEach(({ text }, index) => {
    check(`step1.buttons[${index}].text`, text, LIMITS.name);
  });
  check("followup.admin_followup_template", profile.followUpTemplate, LIMITS.text);
  check("followup.thanks_text", profile.thanksText ?? "", LIMITS.text);
  checkPhone("phone", profile.phone);
  for (const [choice, text] of profile.choices) {
    check(`step2.choices.${choice}`, text, LIMITS.choice);
  }
  for (
    const [language, { caption, awayText, pausedText, thanksText, phone }] of profile.translations
  ) {
    check(`translations.${language}.paused_text`, pausedText ?? "", LIMITS.text);
    checkPhone(`translations.${language}.phone`, phone);
    check(`translations.${language}.step1.caption`, caption ?? "", LIMITS.text);
    check(`translations.${language}.step1.away_text`, awayText ?? "", LIMITS.text);
    check(`translations.${language}.followup.thanks_text`, thanksText ?? "", LIMITS.text);
  }
}

/** Looks up a translation's texts one by one: a copy of the choices for each language would be quadratic. */
function checkLengths(
  profile: Profile,
  translation: Translation | undefined,
  path: string,
  faults: Fault[],
): void {
  const template = translation?.confirmationTemplate ?? profile.confirmationTemplate;
  const longest = longestOf(profile.buttons.map((button) => {
    const { callbackData } = button;
    return translation?.choices.get(callbackData) ?? translation?.buttons.get(callbackData) ??
      choiceText(profile, button);
  }));
  const lengthOf = (text: string) => text.replaceAll("{choice}", () => longest).length;
  const length = lengthOf(template);
  if (length > LIMITS.text) {
    faults.push({
      path: `${path}.success_caption_template`,
      message: `вместе с самым длинным выбором символов ${length}, нужно не больше ${LIMITS.text}`,
    });
    return;
  }
  const afterHours = translation?.afterHoursText ?? profile.afterHoursText;
  if (afterHours === null) return;
  const whole = lengthOf(withAfterHours(template, afterHours));
  if (whole <= LIMITS.text) return;
  faults.push({
    path: `${path}.after_hours_text`,
    message: `вместе с подтверждением символов ${whole}, нужно не больше ${LIMITS.text}`,
  });
}

function longestOf(texts: readonly string[]): string {
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
}
