// Learns the bot's own name at the start, and begins what needs it.

import type { createBot } from "../bot/bot.ts";
import type { Log } from "../log/log.ts";
import type { Profiles } from "../profiles/profile.ts";
import { createApi, type TelegramOptions } from "../telegram/client.ts";
import type { Inbox } from "../telegram/update_inbox.ts";
import type { AllManagersChats } from "./managers_chats.ts";

/** Returns a function that calls getMe until it succeeds once: grammY needs the name to match commands. */
export function createIntroduction({ telegram, bot, inbox, chats, profiles, log }: {
  readonly telegram: TelegramOptions;
  readonly bot: Pick<ReturnType<typeof createBot>, "botInfo">;
  readonly inbox: Pick<Inbox, "start">;
  readonly chats: Pick<AllManagersChats, "startChecks">;
  readonly profiles: () => Profiles;
  readonly log: Log;
}): () => Promise<void> {
  const api = createApi(telegram);
  let introduced: Promise<void> | undefined;

  async function introduce(): Promise<void> {
    bot.botInfo = await api.getMe();
    log.info("🤖 @{username} на связи. Профилей: {profiles}", {
      username: bot.botInfo.username,
      profiles: profiles().byKey.size,
    });
    inbox.start();
    chats.startChecks(bot.botInfo.id);
  }

  return () =>
    introduced ??= introduce().catch((error) => {
      introduced = undefined;
      throw error;
    });
}
