// The main managers' chat alone, for tests that have no other.

import type { AdminChat } from "../../lib/managers/chat.ts";
import type { ManagersChats, Scope } from "../../lib/managers/chats.ts";

export function oneChat(chat: AdminChat): ManagersChats {
  return {
    keys: () => [""],
    at: () => chat,
    groups: () => [""],
    ofGroup: () => chat,
    scopeOf: mainScope(chat.chatId()),
  };
}

/** What may be done in a chat, where only one is a managers' chat. */
export function mainScope(mainId: number): (chatId: number) => Scope | undefined {
  const scope: Scope = {
    isMain: true,
    profiles: null,
    has: () => true,
    isAt: (chatId) => chatId === mainId,
  };
  return (chatId) => chatId === mainId ? scope : undefined;
}
