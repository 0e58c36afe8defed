// Links to messages in Telegram.

import type { MessageAddress } from "./lead.ts";

/** Only messages of supergroups have links (https://core.telegram.org/api/links#message-links). */
export function messageLink({ chatId, messageId }: MessageAddress): string | undefined {
  const supergroup = /^-100(\d+)$/.exec(String(chatId))?.[1];
  return supergroup === undefined ? undefined : `https://t.me/c/${supergroup}/${messageId}`;
}
