// What a visitor sends within 24 hours after becoming a lead: it goes to the managers.

import { Composer, type Context } from "grammy";
import type { Message, MessageEntity } from "grammy/types";
import type { FollowUpContent } from "../lead.ts";
import { MEDIA_WORDS } from "../texts.ts";
import type { BotDeps } from "./deps.ts";

/** How long after a lead its visitor's messages belong to it, in ms (user requirement). */
const CONVERSATION_MS = 24 * 60 * 60 * 1000;

export function followUpComposer(deps: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.on("message", async (ctx, next) => {
    const message = ctx.message;
    const lead = deps.journal.latestLead(message.chat.id, deps.now() - CONVERSATION_MS);
    if (lead === undefined) return await next();
    await deps.delivery.receiveFollowUp({
      lead: lead.number,
      chatId: message.chat.id,
      messageId: message.message_id,
      albumId: message.media_group_id ?? null,
      content: contentOf(message),
    });
  });
  return composer;
}

/** Lets through what a person sent, not what Telegram says about the chat: a pinned message, a new timer. */
export function isContent(message: Message): boolean {
  return message.text !== undefined || mediaOf(message) !== undefined;
}

function contentOf(message: Message): FollowUpContent {
  const media = mediaOf(message);
  return {
    text: message.text ?? message.caption ?? "",
    entities: (message.entities ?? message.caption_entities ?? []).filter(isFormatting),
    media: media === undefined ? null : MEDIA_WORDS[media],
    captionable: media !== undefined && CAPTIONABLE.has(media),
  };
}

type Media = keyof typeof MEDIA_WORDS;

function mediaOf(message: Message): Media | undefined {
  // An animation comes as a document too, and a venue as a location: the first match is the truer word.
  const kind = MEDIA.find((each) => message[each] !== undefined);
  if (kind !== undefined) return kind;
  return OTHER_MEDIA.some((each) => message[each] !== undefined) ? "other" : undefined;
}

const MEDIA = [
  "animation",
  "photo",
  "document",
  "voice",
  "video",
  "video_note",
  "audio",
  "sticker",
  "contact",
  "venue",
  "location",
  "poll",
  "dice",
  "story",
] as const satisfies readonly (Media & keyof Message)[];

const OTHER_MEDIA = ["game", "invoice", "paid_media", "checklist"] as const satisfies readonly (
  keyof Message
)[];

/** Media whose copy may carry another caption (Bot API: copyMessage). */
const CAPTIONABLE: ReadonlySet<Media> = new Set(
  ["animation", "photo", "document", "voice", "video", "audio"],
);

/** Formatting that has to be said again; links, mentions and the like Telegram finds by itself. */
function isFormatting({ type }: MessageEntity): boolean {
  return FORMATTING.has(type);
}

const FORMATTING: ReadonlySet<MessageEntity["type"]> = new Set([
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "expandable_blockquote",
  "code",
  "pre",
  "text_link",
  "text_mention",
]);
