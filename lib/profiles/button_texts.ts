// What is odd about the texts of one message's buttons: longer than a phone's line, or the same twice. Touches no file.

import type { Button, Profile, Profiles } from "./profile.ts";
import type { Fault } from "./faults.ts";

/** Most characters of a button that a phone shows (ours, measured at 390 px); the rest is cut off there. */
export const BUTTON_LINE = 40;

/** A button that says what one before it says, in one language; null for the base. */
export interface Repeat {
  readonly language: string | null;
  readonly index: number;
  /** The place of the first button of this text. */
  readonly first: number;
}

/** How many characters a visitor sees, whatever they are made of: 👨‍👩‍👧 is one. */
export function charactersOf(text: string): number {
  const trimmed = text.trim();
  return trimmed.length <= BUTTON_LINE
    ? trimmed.length
    : [...new Intl.Segmenter().segment(trimmed)].length;
}

/** The places of texts that a visitor cannot tell from one before: case, spaces and invisible signs do not count. */
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
 * The buttons of a profile that visitors cannot tell apart, in the base and in each language that has buttons of
 * its own; what is the base's is told for the base alone. `{name}` has become the name by then.
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

/** The buttons' texts with those of a translation over them. */
export function inWordsOf(
  buttons: readonly Button[],
  texts: ReadonlyMap<string, string>,
): string[] {
  return buttons.map(({ callbackData, text }) => texts.get(callbackData) ?? text);
}

/** A repeat as a fault says it; a form refuses it, a file is only warned of: it may be older than this rule. */
export function repeatMessage({ language, first }: Omit<Repeat, "index">): string {
  const where = language === null ? "" : `на языке ${language} `;
  return `${where}такой же текст у кнопки ${first + 1}, нужен другой`;
}

/** Every repeat of the file, with its path. */
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
