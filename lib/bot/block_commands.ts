// `/block` and `/unblock` in the managers' chat, as replies to messages about one visitor.

import type { Composer, Context } from "grammy";
import type { Blocking } from "../delivery/blocking.ts";
import type { Lead } from "../lead.ts";
import { BLOCK_HOW, BLOCK_WHICH, blockedText, unblockedText } from "../managers/block_texts.ts";
import { inManagersChat, reply } from "./admin.ts";
import { type AnswerDeps, leadsOfReply, writerOf } from "./answers.ts";
import { onCommand } from "./command.ts";

export interface BlockDeps extends AnswerDeps {
  readonly blocking: Blocking;
}

export function blockCommands(deps: BlockDeps): Composer<Context> {
  const { blocking } = deps;
  const { composer, chat } = inManagersChat(deps);
  onCommand(
    chat,
    "block",
    (ctx) =>
      aboutOne(ctx, deps, async (lead, by) => blockedText(lead, await blocking.block(lead, by))),
  );
  onCommand(
    chat,
    "unblock",
    (ctx) =>
      aboutOne(
        ctx,
        deps,
        async (lead, by) => unblockedText(lead, await blocking.unblock(lead, by)),
      ),
  );
  return composer;
}

/** Answers with what came of it, or how to say of whom it is. */
async function aboutOne(
  ctx: Context,
  deps: BlockDeps,
  act: (lead: Lead, by: string) => Promise<string>,
): Promise<void> {
  const message = ctx.msg;
  if (message === undefined) return;
  const [lead, ...others] = leadsOfReply(ctx, message, deps);
  const text = lead === undefined
    ? BLOCK_HOW
    : others.length > 0
    ? BLOCK_WHICH
    : await act(lead, writerOf(ctx, message));
  const { message_id } = message;
  await reply(ctx, text, {
    reply_parameters: { message_id, allow_sending_without_reply: true },
  });
}
