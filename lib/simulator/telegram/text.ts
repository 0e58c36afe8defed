// What Telegram does to a text or caption before it becomes a message: formatting read, places
// checked, edges trimmed, length measured. Knows no chat.
// Source: https://core.telegram.org/bots/api#formatting-options and #sendmessage

import type { MessageEntity } from "grammy/types";
import {
  checkPlaces,
  type FindUser,
  inOrder,
  readEntities,
  withFoundEntities,
} from "./entities.ts";
import { parseHtml } from "./html.ts";
import { badRequest } from "./refusal.ts";

/** The longest text of a message, in UTF-16 units after formatting was read. */
export const MAX_TEXT_LENGTH = 4096;
/** The longest caption, in UTF-16 units after formatting was read. */
export const MAX_CAPTION_LENGTH = 1024;

export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** A text as a call brings it: the words, and one of the two ways to format them. */
export interface RawText {
  text: string;
  parseMode: string | undefined;
  entities: unknown;
}

/** The text of a message: never empty, at most 4096 UTF-16 units. */
export function formatText(raw: RawText, findUser: FindUser): FormattedText {
  const formatted = format(raw, findUser);
  if (formatted.text === "") throw badRequest("text must be non-empty");
  if (formatted.text.length > MAX_TEXT_LENGTH) throw badRequest("message is too long");
  return formatted;
}

/** A caption: may be empty, at most 1024 UTF-16 units. */
export function formatCaption(raw: RawText, findUser: FindUser): FormattedText {
  const formatted = format(raw, findUser);
  if (formatted.text.length > MAX_CAPTION_LENGTH) throw badRequest("message caption is too long");
  return formatted;
}

function format(raw: RawText, findUser: FindUser): FormattedText {
  const parsed = parse(raw, findUser);
  const given = inOrder(parsed.entities.filter((entity) => entity.length > 0));
  checkPlaces(parsed.text, given);
  const cleaned = clean(parsed.text, given);
  return { text: cleaned.text, entities: withFoundEntities(cleaned.text, cleaned.entities) };
}

function parse(raw: RawText, findUser: FindUser): FormattedText {
  switch (raw.parseMode?.toLowerCase()) {
    case undefined:
    case "none":
      return { text: raw.text, entities: readEntities(raw.entities, findUser) };
    case "html":
      return parseHtml(raw.text, findUser);
    case "markdown":
    case "markdownv2":
      throw badRequest(
        `can't parse entities: this simulator does not read parse_mode ${raw.parseMode}`,
      );
    default:
      throw badRequest("unsupported parse_mode");
  }
}

/** Drops carriage returns, turns other control characters into spaces and trims both edges. */
function clean(text: string, entities: readonly MessageEntity[]): FormattedText {
  let kept: FormattedText = { text, entities: [...entities] };
  if (text.includes("\r")) kept = withoutReturns(kept);
  // deno-lint-ignore no-control-regex -- control characters are what is being replaced
  const spaced = kept.text.replace(/[\0-\x09\x0b-\x1f]/g, " ");
  const start = spaced.length - spaced.trimStart().length;
  const end = spaced.trimEnd().length;
  if (start === 0 && end === spaced.length) return { text: spaced, entities: kept.entities };
  return {
    text: spaced.slice(start, Math.max(start, end)),
    entities: moved(kept.entities, (at) => Math.min(Math.max(at, start), end) - start),
  };
}

function withoutReturns({ text, entities }: FormattedText): FormattedText {
  const keptBefore = (at: number) => text.slice(0, at).replaceAll("\r", "").length;
  return { text: text.replaceAll("\r", ""), entities: moved(entities, keptBefore) };
}

function moved(entities: readonly MessageEntity[], to: (at: number) => number): MessageEntity[] {
  return entities.flatMap((entity) => {
    const offset = to(entity.offset);
    const length = to(entity.offset + entity.length) - offset;
    return length > 0 ? [{ ...entity, offset, length }] : [];
  });
}
