// `/id`: which chat this is, and what to write where so that leads come here. Answers in any chat.

import { Composer, type Context } from "grammy";
import { idText } from "../manager_texts.ts";
import type { AdminDeps } from "./admin.ts";
import { onCommand } from "./command.ts";

export function idCommand({ adminChatId }: Pick<AdminDeps, "adminChatId">): Composer<Context> {
  const composer = new Composer<Context>();
  onCommand(composer, "id", async (ctx) => {
    if (ctx.chat === undefined) return;
    const topicId = ctx.msg?.is_topic_message ? ctx.msg.message_thread_id : undefined;
    const isManagers = ctx.chat.id === adminChatId();
    await ctx.reply(
      idText(ctx.chat.id, topicId ?? null, isManagers),
      topicId === undefined ? {} : { message_thread_id: topicId },
    );
  });
  return composer;
}
