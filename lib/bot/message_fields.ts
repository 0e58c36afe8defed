// The fields of a Telegram message: content, service messages, common fields (https://core.telegram.org/bots/api#message).

import type { Message } from "grammy/types";

/** Content with a word of its own for managers. The first match wins: an animation is also a document, a venue a location. */
export const MEDIA = [
  "animation",
  "photo",
  "document",
  "voice",
  "video",
  "video_note",
  "audio",
  "sticker",
  "contact",
  "venue",
  "location",
  "poll",
  "dice",
  "story",
] as const satisfies readonly (keyof Message)[];

/** Service messages, which no person sent. */
export const SERVICE = [
  "boost_added",
  "channel_chat_created",
  "chat_background_set",
  "chat_owner_changed",
  "chat_owner_left",
  "chat_shared",
  "checklist_tasks_added",
  "checklist_tasks_done",
  "community_chat_added",
  "community_chat_joined",
  "community_chat_removed",
  "connected_website",
  "delete_chat_photo",
  "direct_message_price_changed",
  "forum_topic_closed",
  "forum_topic_created",
  "forum_topic_edited",
  "forum_topic_reopened",
  "general_forum_topic_hidden",
  "general_forum_topic_unhidden",
  "gift",
  "gift_upgrade_sent",
  "giveaway",
  "giveaway_completed",
  "giveaway_created",
  "giveaway_winners",
  "group_chat_created",
  "left_chat_member",
  "managed_bot_created",
  "message_auto_delete_timer_changed",
  "migrate_from_chat_id",
  "migrate_to_chat_id",
  "new_chat_members",
  "new_chat_photo",
  "new_chat_title",
  "paid_message_price_changed",
  "passport_data",
  "pinned_message",
  "poll_option_added",
  "poll_option_deleted",
  "proximity_alert_triggered",
  "refunded_payment",
  "successful_payment",
  "suggested_post_approval_failed",
  "suggested_post_approved",
  "suggested_post_declined",
  "suggested_post_paid",
  "suggested_post_refunded",
  "supergroup_chat_created",
  "unique_gift",
  "users_shared",
  "video_chat_ended",
  "video_chat_participants_invited",
  "video_chat_scheduled",
  "video_chat_started",
  "web_app_data",
  "write_access_allowed",
] as const satisfies readonly (keyof Message)[];

/** Fields that any message may have. */
export const COMMON = [
  "author_signature",
  "business_connection_id",
  "caption",
  "caption_entities",
  "chat",
  "date",
  "direct_messages_topic",
  "edit_date",
  "effect_id",
  "ephemeral_message_id",
  "external_reply",
  "forward_origin",
  "from",
  "guest_bot_caller_chat",
  "guest_bot_caller_user",
  "guest_query_id",
  "has_media_spoiler",
  "has_protected_content",
  "is_automatic_forward",
  "is_from_offline",
  "is_paid_post",
  "is_topic_message",
  "link_preview_options",
  "media_group_id",
  "message_id",
  "message_thread_id",
  "paid_star_count",
  "quote",
  "receiver_user",
  "reply_markup",
  "reply_to_checklist_task_id",
  "reply_to_message",
  "reply_to_poll_option_id",
  "reply_to_story",
  "sender_boost_count",
  "sender_business_bot",
  "sender_chat",
  "sender_tag",
  "show_caption_above_media",
  "suggested_post_info",
  "via_bot",
] as const satisfies readonly (keyof Message)[];

/** Content that is described by a general word. */
type OtherContent =
  | "checklist"
  | "game"
  | "invoice"
  | "live_photo"
  | "paid_media"
  | "rich_message";

type Sorted =
  | typeof MEDIA[number]
  | typeof SERVICE[number]
  | typeof COMMON[number]
  | OtherContent
  | "text"
  | "entities";

/** Fails to compile while a field of the Bot API's Message is in none of the lists above. */
export type Unsorted = None<Exclude<keyof Message, Sorted>>;
type None<T extends never> = T;
