// Finds button texts that are too long for a phone or appear twice in one message. Touches no file.

import type { Button, Profile, Profiles } from "./profile.ts";
import type { Fault } from "./faults.ts";

/** How many characters of a button a phone shows, measured at a width of 390 px. */
export const BUTTON_LINE = 40;

/** A button with the text of an earlier one; `language` is null for the base. */
export interface Repeat {
  readonly language: string | null;
  readonly index: number;
  /** The index of the first button with this text. */
  readonly first: number;
}

/** Counts characters as a visitor sees them: 👨‍👩‍👧 is one. */
export function charactersOf(text: string): number {
  const trimmed = text.trim();
  return trimmed.length <= BUTTON_LINE
    ? trimmed.length
    : [...new Intl.Segmenter().segment(trimmed)].length;
}

/** The indexes of texts equal to an earlier one, ignoring case, spaces and invisible characters. */
export function repeatsAmong(texts: readonly string[]): Omit<Repeat, "language">[] {
  const seen = new Map<string, number>();
  return texts.flatMap((text, index) => {
    const shown = asSeen(text);
    const first = seen.get(shown);
    if (first === undefined && shown !== "") seen.set(shown, index);
    return first === undefined ? [] : [{ index, first }];
  });
}

/**
 * The repeated buttons of a profile, in the base and in each translation with buttons; a repeat in the base is reported
 * only there. `{name}` must already be replaced.
 */
export function repeatsIn({ buttons, translations }: Profile): Repeat[] {
  const base = repeatsAmong(buttons.map(({ text }) => text));
  const isBase = ({ index, first }: Omit<Repeat, "language">) =>
    base.some((each) => each.index === index && each.first === first);
  const translated = [...translations].flatMap(([language, texts]) =>
    texts.buttons.size === 0
      ? []
      : repeatsAmong(inWordsOf(buttons, texts.buttons)).filter((each) => !isBase(each))
        .map((each) => ({ language, ...each }))
  );
  return [...base.map((each) => ({ language: null, ...each })), ...translated];
}

/** The buttons' texts with a translation's over them. */
export function inWordsOf(
  buttons: readonly Button[],
  texts: ReadonlyMap<string, string>,
): string[] {
  return buttons.map(({ callbackData, text }) => texts.get(callbackData) ?? text);
}

/** The message for a repeat. Forms refuse it; for a file it is a warning, because the file may be older than this rule. */
export function repeatMessage({ language, first }: Omit<Repeat, "index">): string {
  const where = language === null ? "" : `на языке ${language} `;
  return `${where}такой же текст у кнопки ${first + 1}, нужен другой`;
}

/** All repeats in the file, with their paths. */
export function repeatsOfFile({ byKey, menu }: Pick<Profiles, "byKey" | "menu">): Fault[] {
  const inMenu = repeatsAmong(menu.map(({ text }) => text)).map(({ index, first }) => ({
    path: `fallback.buttons[${index}].text`,
    message: repeatMessage({ language: null, first }),
  }));
  return [...byKey.values()].flatMap((profile) =>
    repeatsIn(profile).map((repeat) => ({
      path: `${profile.key}.step1.buttons[${repeat.index}].text`,
      message: repeatMessage(repeat),
    }))
  ).concat(inMenu);
}

function asSeen(text: string): string {
  return text.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/\s+/g, " ").trim().toLowerCase();
}
