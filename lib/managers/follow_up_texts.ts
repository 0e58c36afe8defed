// Texts about follow-ups: edits, and messages that could not be copied. Sends nothing, stores nothing.

import { fmt, type FormattedString } from "@grammyjs/parse-mode";
import {
  announce,
  fillIn,
  FOLLOW_UP_TEMPLATE,
  type FollowUpPart,
  mention,
  plain,
  wordsIn,
} from "./cards.ts";
import type { FollowUp, FollowUpContent, Lead, Visitor } from "../lead.ts";
import { LIMITS } from "../profiles/limits.ts";
import { clip, type Formatted, MEDIA_WORDS } from "../visitors/texts.ts";

/** An edit, shown as a reply to the first version: its words, or the whole message if its file was replaced. */
export function editParts(
  { content, edit }: Pick<FollowUp, "content" | "edit">,
  visitor: Visitor,
  template: string = FOLLOW_UP_TEMPLATE,
): FollowUpPart[] {
  const message = editedWords(content);
  const alone = plain(fillIn(template, visitor, correction(content)));
  const announced = (what: string): FollowUpPart => ({
    kind: "text",
    message: { text: EDITED + what, entities: [] },
    alone: announce(template, visitor, EDITED + what),
  });
  if (!edit?.newFile) {
    if (alone.text.length <= LIMITS.text) return [{ kind: "text", message, alone }];
    return [
      announced("длинное сообщение 👇"),
      { kind: "text", message: plain(wordsIn(content)) },
    ];
  }
  if (content.captionable && alone.text.length <= LIMITS.caption) {
    return [{ kind: "copy", caption: message, alone }];
  }
  return [announced(`${content.media} 👇`), { kind: "copy", caption: null }];
}

const EDITED = "✏️ Исправлено: ";

/** An edit's words, for a reply to the first version. */
export function editedWords(content: FollowUpContent): Formatted {
  return plain(correction(content));
}

function correction(content: FollowUpContent): FormattedString {
  if (content.text !== "") return fmt`${EDITED}${wordsIn(content)}`;
  return fmt`${EDITED}${content.media ?? "сообщение"} без подписи`;
}

/** A message that Telegram did not copy. */
export interface Undeliverable {
  readonly content: FollowUpContent;
  /** How many files of an album are missing; null for a single message. */
  readonly albumFiles: number | null;
  readonly lead: Pick<Lead, "visitor" | "profileName">;
  /** Whether to name the permission that the bot may lack. */
  readonly advise: boolean;
}

/** Names what could not be shown and its sender; `withWords` adds the message's text, if both fit into one message. */
export function undeliverableNote(
  { content, albumFiles, lead, advise }: Undeliverable,
): { readonly alone: Formatted; readonly withWords: Formatted | null } {
  const { visitor, profileName } = lead;
  const what = albumFiles === null ? content.media ?? "сообщение" : `файлов альбома: ${albumFiles}`;
  const id = visitor.username === null ? "" : ` (id${visitor.userId})`;
  const advice = advise ? `\n\n${permitWords(content.media)}` : "";
  const head = fmt`⚠️ Не удалось переслать: ${what}.
От: ${mention(visitor)}${id}, профиль: ${clip(profileName, LIMITS.name)}`;
  const alone = fmt`${head}${advice}`;
  const withWords = fmt`${head}\n\n${wordsIn(content)}${advice}`;
  const fits = content.text !== "" && withWords.text.length <= LIMITS.text;
  return { alone: plain(alone), withWords: fits ? plain(withWords) : null };
}

/** The text of a message in pieces within Telegram's limit. */
export function wordsInPieces(content: FollowUpContent): Formatted[] {
  const pieces: Formatted[] = [];
  let rest = wordsIn(content);
  while (rest.text.length > 0) {
    const length = clip(rest.text, LIMITS.text + 1).length - 1;
    const end = rest.text.length <= LIMITS.text ? rest.text.length : length;
    pieces.push(plain(rest.slice(0, end)));
    rest = rest.slice(end);
  }
  return pieces;
}

function permitWords(media: string | null): string {
  const what = PERMITTED.get(media ?? "") ?? "вложения";
  return `Разрешите боту отправлять ${what} в этом чате, если они здесь запрещены.`;
}

/** The names of permissions in Telegram's apps. */
const PERMITTED: ReadonlyMap<string, string> = new Map([
  [MEDIA_WORDS.photo, "фото"],
  [MEDIA_WORDS.document, "файлы"],
  [MEDIA_WORDS.voice, "голосовые сообщения"],
  [MEDIA_WORDS.video, "видео"],
  [MEDIA_WORDS.video_note, "видеосообщения"],
  [MEDIA_WORDS.audio, "музыку"],
  [MEDIA_WORDS.animation, "стикеры и GIF"],
  [MEDIA_WORDS.sticker, "стикеры и GIF"],
  [MEDIA_WORDS.dice, "стикеры и GIF"],
  [MEDIA_WORDS.poll, "опросы"],
]);
