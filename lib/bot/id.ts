// `/id`: answers in any chat with its id and how to make it the managers' chat.

import { Composer, type Context } from "grammy";
import { type ChatRole, idText } from "../managers/chat_texts.ts";
import { failureOf } from "../telegram/failures.ts";
import type { AdminDeps } from "./admin.ts";
import type { BotDeps } from "./deps.ts";
import { onCommand } from "./command.ts";

export function idCommand(
  { scopeOf, profiles, profilesPlace }:
    & Pick<AdminDeps, "scopeOf">
    & Pick<BotDeps, "profiles" | "profilesPlace">,
): Composer<Context> {
  function roleOf(chatId: number): ChatRole {
    const scope = scopeOf(chatId);
    if (scope === undefined) return { kind: "none" };
    if (scope.profiles === null) return { kind: "main" };
    const { byKey } = profiles();
    const profileNames = [...scope.profiles].map((key) => byKey.get(key)?.name ?? key);
    return { kind: "own", profileNames };
  }

  const composer = new Composer<Context>();
  onCommand(composer, "id", async (ctx) => {
    const { chat } = ctx;
    if (chat === undefined) return;
    const topicId = ctx.msg?.is_topic_message ? ctx.msg.message_thread_id : undefined;
    const text = idText(chat.id, topicId ?? null, roleOf(chat.id), profilesPlace);
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
