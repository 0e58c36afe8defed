// Turns a text into one visible line. Knows no log.

/**
 * The text in one line. Line breaks become a space; control characters, writing directions, tags and lone surrogates,
 * which a terminal obeys or does not show, become escapes such as `\u001b`.
 */
export function oneLine(text: string): string {
  if (!UNSEEN.test(text)) return text;
  return text
    .replace(/\s+/g, (blanks) => LINE_BREAK.test(blanks) ? " " : blanks)
    .replace(FLAG_OR_UNSEEN, (found, flag) => flag ?? escaped(found));
}

/** Control and format characters, lone surrogates, and Unicode's line breaks. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const LINE_BREAK = /[\r\n\u2028\u2029]/;

/** Joiners stay, because emoji and some scripts need them; so do the tags of a flag (Unicode Technical Standard #51, annex C). */
const FLAG_OR_UNSEEN =
  /(\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{2,6}\u{E007F})|(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/gu;

function escaped(character: string): string {
  const number = (character.codePointAt(0) ?? 0).toString(16);
  return number.length > 4 ? `\\u{${number}}` : `\\u${number.padStart(4, "0")}`;
}
