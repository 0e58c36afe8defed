// Which command a message is, however a phone has written it. Answers none.

import type { Composer, Context } from "grammy";

/**
 * Handles one command, in any case: a phone's keyboard makes `/Start` of `/start`. One that names another
 * bot, as groups with several have them, is passed on.
 *
 * @param name In lower case, without the slash.
 * @param handle Gets what follows the command, without the blanks around it.
 */
export function onCommand<C extends Context>(
  composer: Composer<C>,
  name: string,
  handle: (ctx: C, argument: string) => Promise<unknown>,
): void {
  composer.on(":entities:bot_command", async (ctx, next) => {
    const argument = argumentOf(ctx, name);
    if (argument === undefined) await next();
    else await handle(ctx, argument);
  });
}

/** Undefined for another command, or none. A command stands at the beginning (Bot API: MessageEntity). */
function argumentOf({ msg, me }: Context, name: string): string | undefined {
  const text = msg?.text ?? "";
  const entity = msg?.entities?.find(({ type, offset }) => type === "bot_command" && offset === 0);
  if (entity === undefined) return undefined;
  const [command, bot] = text.slice(1, entity.length).toLowerCase().split("@");
  if (command !== name || (bot ?? me.username.toLowerCase()) !== me.username.toLowerCase()) {
    return undefined;
  }
  return text.slice(entity.length).trim();
}
