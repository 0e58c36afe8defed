// A visitor's answer to the question for their phone: their own contact, a typed number, or the button that passes it over.

import { Composer, type Context } from "grammy";
import type { Message } from "grammy/types";
import { isRecord } from "../foreign.ts";
import { readContactPhone, readPhone } from "../phone.ts";
import type { BotDeps } from "./deps.ts";

/** Handles answers; everything else, such as another person's contact or a number that comes too late, goes on. */
export function phoneComposer({ journal, delivery, now }: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.on("message", async (ctx, next) => {
    const { message } = ctx;
    const { id: chatId } = message.chat;
    const messageId = message.message_id;
    const asked = await journal.phoneAsked(chatId, now());
    if (asked === undefined) return await next();
    if (asked.isAnswer(messageId)) return; // Its update came again.
    const isSkipped = asked.hasKeyboard && asked.skipTexts.includes(message.text ?? "");
    const phone = isSkipped ? null : phoneIn(message);
    if (asked.isOpen && (isSkipped || phone !== null)) {
      if (await delivery.receivePhone({ chatId, messageId, phone })) return;
    }
    if (!isSkipped) return await next();
    await delivery.dismissPhone(chatId, messageId);
  });
  return composer;
}

/** Null where the message is no number of its sender's own. */
export function phoneIn({ contact, text, from }: Message): string | null {
  const shared: unknown = contact;
  if (isRecord(shared)) {
    const { phone_number, user_id } = shared;
    const isOwn = from !== undefined && user_id === from.id;
    return isOwn && typeof phone_number === "string" ? readContactPhone(phone_number) : null;
  }
  return typeof text === "string" ? readPhone(text) : null;
}
