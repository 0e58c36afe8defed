// Matches commands in any case.

import type { Composer, Context } from "grammy";

/**
 * Handles one command in any case: phone keyboards turn `/start` into `/Start`. A command for another bot of the group
 * is passed on.
 *
 * @param name In lower case, without the slash.
 * @param handle Gets the trimmed text after the command.
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

/** Text after the command; undefined for another command or none. */
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
