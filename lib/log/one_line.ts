// Makes a text one line that shows what it holds. Knows no log.

/**
 * The text in one line. Line breaks become a space; what a terminal would obey or not show is
 * written as its number, `\u001b`: control characters, directions of writing, tags, half characters.
 */
export function oneLine(text: string): string {
  if (!UNSEEN.test(text)) return text;
  return text
    .replace(/\s+/g, (blanks) => LINE_BREAK.test(blanks) ? " " : blanks)
    .replace(FLAG_OR_UNSEEN, (found, flag) => flag ?? escaped(found));
}

/** Control, format and half characters, and Unicode's own line breaks. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const LINE_BREAK = /[\r\n\u2028\u2029]/;

/**
 * Joiners stay, as emoji of several parts and some scripts are made with them; so do the tags of a flag such
 * as Scotland's (Unicode Technical Standard #51, annex C).
 */
const FLAG_OR_UNSEEN =
  /(\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{2,6}\u{E007F})|(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/gu;

function escaped(character: string): string {
  const number = (character.codePointAt(0) ?? 0).toString(16);
  return number.length > 4 ? `\\u{${number}}` : `\\u${number.padStart(4, "0")}`;
}
