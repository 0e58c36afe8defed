// Which managers' chats the profiles name: by profile, and by Telegram's ids. Sends nothing.

import type { Config } from "./config.ts";
import { type ChatMap, MAIN_CHAT } from "../journal/journal.ts";
import type { Profile } from "../profiles/profile.ts";

/**
 * Where the chats of profiles are: topics of one group are chats of their own, and what is the main chat under its id counts as
 * that.
 *
 * @param nowAt The id that a group has now.
 */
export function mapOfChats(
  profiles: Iterable<Profile>,
  { adminChatId, adminTopicId }: Pick<Config, "adminChatId" | "adminTopicId">,
  nowAt: (chatId: number) => number,
): ChatMap {
  const mainId = nowAt(adminChatId);
  const groups = new Map([[adminChatId, MAIN_CHAT], [mainId, MAIN_CHAT]]);
  const byProfile = new Map<string, { chat: string; group: string }>();
  for (const { key, ownChat } of profiles) {
    if (ownChat === null) continue;
    const chatId = nowAt(ownChat.chatId);
    const isMain = chatId === mainId;
    const topicId = ownChat.topicId ?? (isMain ? adminTopicId : null);
    const group = isMain ? MAIN_CHAT : String(chatId);
    const chat = isMain && topicId === adminTopicId
      ? MAIN_CHAT
      : topicId === null
      ? String(chatId)
      : `${chatId}:${topicId}`;
    byProfile.set(key, { chat, group });
    groups.set(ownChat.chatId, group);
    groups.set(chatId, group);
  }
  return { byProfile, groups };
}

/** Whether both say the same. */
export function isSameMap(one: ChatMap, other: ChatMap): boolean {
  const words = ({ byProfile, groups }: ChatMap) => JSON.stringify([[...byProfile], [...groups]]);
  return words(one) === words(other);
}
