// Messages of a visitor within 24 hours of the last word about a lead, and their later edits, go to the managers.

import { Composer, type Context } from "grammy";
import { contentOf } from "./content.ts";
import { phoneIn } from "./phone.ts";
import type { BotDeps } from "./deps.ts";

/** How long after the last word of either side a visitor's messages belong to the lead, in ms. */
const CONVERSATION_MS = 24 * 60 * 60 * 1000;

export function followUpComposer(deps: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.on("message", async (ctx, next) => {
    const message = ctx.message;
    const lead = await deps.journal.conversationLead(message.chat.id, deps.now() - CONVERSATION_MS);
    if (lead === undefined) return await next();
    const asked = await deps.journal.phoneAsked(message.chat.id, deps.now());
    const phone = asked === undefined ? null : phoneIn(message); // It came too late for the POST.
    const album: unknown = message.media_group_id;
    await deps.delivery.receiveFollowUp({
      lead: lead.number,
      chatId: message.chat.id,
      messageId: message.message_id,
      albumId: typeof album === "string" ? album : null,
      content: contentOf(message),
      ...phone === null ? {} : { phone },
    });
  });
  return composer;
}

/** Edits of messages that went to the managers, at any time. */
export function editComposer(deps: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.on("edited_message", async (ctx) => {
    const message = ctx.editedMessage;
    const editedAtS: unknown = message.edit_date;
    await deps.delivery.receiveEdit({
      chatId: message.chat.id,
      messageId: message.message_id,
      content: contentOf(message),
      editedAtS: Number.isSafeInteger(editedAtS) ? Number(editedAtS) : null,
    });
  });
  return composer;
}
