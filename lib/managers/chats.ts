// The managers' chats: the main one, and those of profiles that have one of their own. Knows what may be done where; sends nothing.

import type { AdminChat } from "./chat.ts";
import type { Lead } from "../lead.ts";

/** What people in a managers' chat may see and decide. */
export interface Scope {
  readonly isMain: boolean;
  /** The profiles whose leads come there; null for all. */
  readonly profiles: ReadonlySet<string> | null;
  /** Whether a lead is theirs: of their profiles, or with its card in their chat. */
  has(lead: Pick<Lead, "profile" | "card">): boolean;
  /** Whether a chat is this one, also under the id that it had before it moved. */
  isAt(chatId: number): boolean;
}

/** The chats by their keys (journal/chats.ts). */
export interface ManagersChats {
  /** The keys in use, the main one first. */
  keys(): readonly string[];
  /** The chat of a key; the main one where that is not in use. */
  at(key: string): AdminChat;
  /** The group that the chat of a key is in, or is a topic of. */
  groupOf(key: string): string;
  /** The groups in which messages are edited, former ones too. */
  groups(): readonly string[];
  /** Where a group's messages are edited. */
  ofGroup(group: string): AdminChat;
  /** What may be done in a chat by its id; undefined for a chat that is no managers'. */
  scopeOf(chatId: number): Scope | undefined;
}

/** The main chat's: all leads. @param isAt As of `Scope`. */
export function mainScope(isAt: Scope["isAt"]): Scope {
  return { isMain: true, profiles: null, has: () => true, isAt };
}

/** That of a chat of these profiles. @param isAt As of `Scope`. */
export function ownScope(profiles: ReadonlySet<string>, isAt: Scope["isAt"]): Scope {
  return {
    isMain: false,
    profiles,
    has: ({ profile, card }) => profiles.has(profile) || (card !== null && isAt(card.chatId)),
    isAt,
  };
}
