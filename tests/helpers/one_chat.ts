// The main managers' chat alone, for tests that have no other.

import type { AdminChat } from "../../lib/managers/chat.ts";
import { mainScope, type ManagersChats, type Scope } from "../../lib/managers/chats.ts";

export function oneChat(chat: AdminChat): ManagersChats {
  return {
    keys: () => [""],
    at: () => chat,
    groupOf: () => "",
    groups: () => [""],
    ofGroup: () => chat,
    scopeOf: scopeOfOne(chat.chatId()),
  };
}

/** What may be done in a chat, where only one is a managers' chat. */
export function scopeOfOne(mainId: number): (chatId: number) => Scope | undefined {
  const scope = mainScope((chatId) => chatId === mainId);
  return (chatId) => chatId === mainId ? scope : undefined;
}
