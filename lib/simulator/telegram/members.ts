// Who is in a simulated group, and what getChatMember tells of it.
// Source: https://core.telegram.org/bots/api#getchatmember, github.com/tdlib/td DialogParticipantManager.cpp

import type { ChatMember, User } from "grammy/types";
import type { MemberStanding, SimChat } from "./chat.ts";
import { badRequest } from "./refusal.ts";

/** What getChatMember answers about a person, as far as the bot may know it. Throws TelegramRefusal. */
export function memberOf(chat: SimChat, user: User | undefined): object {
  if (user === undefined) throw badRequest("member not found");
  if (chat.isPrivate) {
    if (user.id !== chat.id) throw badRequest("member not found");
    return { user, status: "member" };
  }
  if (!chat.showsAllToBot) {
    if (chat.chat.type === "channel") throw badRequest("member list is inaccessible");
    if (chat.hidesMembers) throw badRequest("CHAT_ADMIN_REQUIRED");
  }
  return { user, ...detailsOf(chat.members.get(user.id)) } satisfies ChatMember;
}

type Details<Member> = Member extends { readonly user: User } ? Omit<Member, "user"> : never;

function detailsOf(standing: MemberStanding | undefined): Details<ChatMember> {
  switch (standing) {
    case undefined:
      return { status: "left" };
    case "creator":
      return { status: "creator", is_anonymous: false };
    case "administrator":
      return { status: "administrator", ...ADMINISTRATOR };
    case "member":
      return { status: "member" };
    case "muted":
    case "muted_outside":
      return { status: "restricted", is_member: standing === "muted", until_date: 0, ...MUTED };
    case "kicked":
      return { status: "kicked", until_date: 0 };
  }
}

const ADMINISTRATOR = {
  can_be_edited: false,
  is_anonymous: false,
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  can_send_welcome_messages: false,
} as const;

const MUTED = {
  can_send_messages: false,
  can_send_audios: false,
  can_send_documents: false,
  can_send_photos: false,
  can_send_videos: false,
  can_send_video_notes: false,
  can_send_voice_notes: false,
  can_send_polls: false,
  can_send_other_messages: false,
  can_add_web_page_previews: false,
  can_change_info: false,
  can_invite_users: false,
  can_pin_messages: false,
  can_manage_topics: false,
  can_react_to_messages: false,
  can_edit_tag: false,
} as const;
