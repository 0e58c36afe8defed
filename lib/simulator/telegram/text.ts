// What Telegram does to a text or caption before it becomes a message: entities checked, edges trimmed,
// length measured. Knows no chat.
// Source: https://core.telegram.org/bots/api#formatting-options and #sendmessage

import type { MessageEntity } from "grammy/types";
import {
  checkPlaces,
  type FindUser,
  inOrder,
  readEntities,
  withFoundEntities,
} from "./entities.ts";
import { badRequest } from "./refusal.ts";

/** The longest text of a message, in UTF-16 units. */
const MAX_TEXT_LENGTH = 4096;
/** The longest caption, in UTF-16 units. */
const MAX_CAPTION_LENGTH = 1024;

interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** A text as a call brings it. */
export interface RawText {
  text: string;
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

function format({ text, entities }: RawText, findUser: FindUser): FormattedText {
  const read = readEntities(entities, findUser);
  const given = inOrder(read.filter((entity) => entity.length > 0));
  checkPlaces(text, given);
  const cleaned = clean(text, given);
  return { text: cleaned.text, entities: withFoundEntities(cleaned.text, cleaned.entities) };
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
