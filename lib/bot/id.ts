// `/id`: answers in any chat with its id and how to make it the managers' chat.

import { Composer, type Context } from "grammy";
import { idText } from "../managers/texts.ts";
import { failureOf } from "../telegram/failures.ts";
import type { AdminDeps } from "./admin.ts";
import { onCommand } from "./command.ts";

export function idCommand({ adminChatId }: Pick<AdminDeps, "adminChatId">): Composer<Context> {
  const composer = new Composer<Context>();
  onCommand(composer, "id", async (ctx) => {
    const { chat } = ctx;
    if (chat === undefined) return;
    const topicId = ctx.msg?.is_topic_message ? ctx.msg.message_thread_id : undefined;
    const isManagers = chat.id === adminChatId();
    const text = idText(chat.id, topicId ?? null, isManagers);
    if (topicId === undefined) await ctx.reply(text);
    else {
      await ctx.reply(text, { message_thread_id: topicId }).catch((error) => {
        // The topic is closed.
        if (failureOf(error)?.kind !== "refused") throw error;
        return ctx.api.sendMessage(chat.id, text); // `reply` would add the topic again.
      });
    }
  });
  return composer;
}
