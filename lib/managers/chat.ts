// Sends into the managers' chat within Telegram's limits, into its topic, and follows the group when its id changes. Does not decide when.

import type { Api } from "grammy";
import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import { formattedOrPlain } from "./formatting.ts";
import { createMinutePace, type MinutePace } from "./minute_pace.ts";
import { shownAs, type ShowOutcome } from "./show_outcome.ts";
import { createTopic } from "./topic.ts";
import {
  describeError,
  failureOf,
  isRefusedAs,
  LONGEST_SHORT_WAIT_MS,
  mayHaveSucceeded,
} from "../telegram/failures.ts";
import type { FollowUpPart } from "./cards.ts";
import type { MessageAddress } from "../lead.ts";
import type { Log } from "../log/log.ts";
import type { Formatted } from "../visitors/texts.ts";

/** Most messages a bot may send into a group within a minute (https://core.telegram.org/bots/faq#broadcasting-to-users). */
export const MESSAGES_PER_MINUTE = 20;

export type { ShowOutcome } from "./show_outcome.ts";

/** The managers' chat. */
export interface AdminChat {
  /** The current id: it changes when the group becomes a supergroup. */
  chatId(): number;
  /** Resolves when the rate limit allows a message, or the process stops. */
  ready(): Promise<void>;
  /** Sends a text, without its formatting if Telegram refuses that. */
  show(message: Formatted, keyboard?: InlineKeyboardMarkup): Promise<ShowOutcome>;
  /** Edits a message; one that is gone or unchanged counts as shown. */
  edit(
    address: MessageAddress,
    message: Formatted,
    keyboard: InlineKeyboardMarkup,
  ): Promise<ShowOutcome>;
  /** Sends a text to the alert chat, once. Never throws; returns whether it was sent. */
  alert(message: Formatted): Promise<boolean>;
  /** Sends one part of a follow-up, as a reply to its card unless that is gone, in another chat or in a closed topic. */
  showPart(
    part: FollowUpPart,
    from: { readonly chatId: number; readonly messageIds: readonly number[] },
    card: MessageAddress | null,
  ): Promise<ShowOutcome>;
}

/** What sends have told of a chat. */
export interface KnownOfChat {
  /** The id that the group has now. */
  readonly chatId: number;
  /** Whether the topic refused the last message. */
  readonly topicAway: boolean;
}

/** What the managers' chat needs. */
export interface AdminChatOptions {
  readonly api: Api;
  readonly chatId: number;
  readonly topicId: number | null;
  /** Whether the topic refused the last message of an earlier process. */
  readonly topicAway?: boolean;
  /** Called when the topic begins to refuse messages, and when it takes them again. */
  readonly onTopic?: (isAway: boolean) => void;
  readonly alertChatId: number | null;
  /** The limit that the topics of one group share; its own without one. */
  readonly pace?: MinutePace | undefined;
  /**
   * The name under which this process writes into the chat, where several do by turns; undefined while another one does. What
   * was begun under one name is not sent under another.
   */
  readonly name?: (() => string | undefined) | undefined;
  /** What others found out of the chat while they wrote into it; asked when this process begins to. */
  readonly known?: (() => Promise<KnownOfChat>) | undefined;
  /** Called with the new id when the group has become a supergroup. */
  readonly onMigrate: (chatId: number) => void;
  readonly now: () => number;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/** The chat as its owner sees it. */
export interface OwnedChat extends AdminChat {
  /** Another process has found the group under this id. */
  moveTo(chatId: number): void;
}

/** Creates the managers' chat. */
export function createAdminChat(options: AdminChatOptions): OwnedChat {
  const { api, topicId, onMigrate, now, sleep, log } = options;
  const topic = createTopic({ topicId, isAway: options.topicAway ?? false, onChange, now });
  const pace = options.pace ?? createMinutePace(MESSAGES_PER_MINUTE, options);
  let chatId = options.chatId;
  let lastName = options.name?.();

  /** Another process may have followed the group, or have told of its topic. */
  async function goOnFromOthers(name: string | undefined): Promise<void> {
    if (name === lastName || name === undefined) return;
    lastName = name;
    const known = await options.known?.();
    if (known === undefined) return;
    ({ chatId } = known);
    topic.goOnFrom(known.topicAway);
  }

  function follow(movedTo: number): void {
    if (movedTo === chatId) return; // A concurrent message was first.
    log.warn("🔀 Чат менеджеров переехал: {from} → {to}. Запомнено", { from: chatId, to: movedTo });
    chatId = movedTo;
    onMigrate(chatId);
  }

  function onChange(isAway: boolean, reason: string): void {
    if (isAway) {
      log.warn(
        "⚠️ Тема {topic} в чате менеджеров не принимает сообщения: {reason}. Пишем в группу без темы",
        { topic: topicId, reason },
      );
    } else {
      log.info("✅ Тема {topic} в чате менеджеров снова принимает сообщения", { topic: topicId });
    }
    options.onTopic?.(isAway);
  }

  async function show(messages: number, send: Send): Promise<ShowOutcome> {
    let movedTo: number | undefined;
    let refusedInTopic: string | undefined;
    let waitedMs = 0;
    const name = options.name?.();
    if (messages > 0) await goOnFromOthers(name);
    for (;;) {
      const reserved = await pace.reserve(messages);
      if (reserved === undefined) return { kind: "stopped" };
      if (messages > 0 && options.name?.() !== name) {
        reserved.sent(0);
        return { kind: "stopped" };
      }
      const to = movedTo ?? chatId;
      const inTopic = messages === 0 || refusedInTopic !== undefined ? null : topic.next();
      try {
        const sent = await send({ chatId: to, topicId: inTopic });
        if (movedTo !== undefined) follow(movedTo); // Only an id that works is remembered.
        if (inTopic !== null) topic.took();
        if (refusedInTopic !== undefined) topic.refused(refusedInTopic);
        reserved.sent(sent.length);
        return shownAs(to, sent, messages);
      } catch (error) {
        reserved.sent(mayHaveSucceeded(error) ? messages : 0); // Telegram counts what it took without an answer, too.
        const failure = failureOf(error);
        if (failure === undefined) throw error;
        const reason = describeError(error);
        if (failure.kind === "too_many") {
          const { retryAfterMs } = failure;
          waitedMs += retryAfterMs;
          if (waitedMs > LONGEST_SHORT_WAIT_MS) return { kind: "failed", reason, retryAfterMs };
          await sleep(retryAfterMs);
          continue;
        }
        // Once only, in case each answer names another chat; edits cannot follow.
        if (failure.kind === "refused" && movedTo === undefined && messages > 0) {
          movedTo = failure.migratedTo;
          if (movedTo !== undefined && movedTo !== to) continue;
        }
        if (failure.kind === "refused" && inTopic !== null) {
          refusedInTopic = reason; // Sent again without the topic, to see which of the two is refused.
          continue;
        }
        const isRefused = failure.kind === "refused" || failure.kind === "forbidden";
        return { kind: isRefused ? "refused" : "failed", reason };
      }
    }
  }

  /** Outside the topic nothing is a reply: Telegram puts a reply into the topic of the message it replies to. */
  function placing({ chatId, topicId: id }: Place, replyTo: MessageAddress | null = null) {
    const isReply = replyTo?.chatId === chatId && id === topicId;
    return {
      ...(id === null ? {} : { message_thread_id: id }),
      ...(isReply
        ? { reply_parameters: { message_id: replyTo.messageId, allow_sending_without_reply: true } }
        : {}),
    };
  }

  async function showText(
    pick: (isReply: boolean) => Formatted,
    { replyTo = null, keyboard }: {
      readonly replyTo?: MessageAddress | null;
      readonly keyboard?: InlineKeyboardMarkup | undefined;
    },
  ): Promise<ShowOutcome> {
    const buttons = keyboard === undefined ? {} : { reply_markup: keyboard };
    return await show(1, async (place) => {
      const placed = placing(place, replyTo);
      const message = await formattedOrPlain(
        pick("reply_parameters" in placed),
        ({ text, entities }) =>
          api.sendMessage(place.chatId, text, { entities, ...placed, ...buttons }),
      );
      return [message];
    });
  }

  return {
    chatId: () => chatId,
    moveTo: (id) => void (chatId = id),
    ready: () => pace.ready(1),
    show: (message, keyboard) => showText(() => message, { keyboard }),
    async edit(address, message, keyboard) {
      const { chatId: chat, messageId } = address;
      // Another bot's message (journal/bots.ts) cannot be edited.
      if (messageId < 0) return { kind: "shown", message: address };
      const isDone = (reason: string) => isRefusedAs(reason, "unchanged", "uneditable", "moved");
      const outcome = await show(0, async () => {
        const send = (words: Formatted) =>
          api.editMessageText(chat, messageId, words.text, {
            entities: words.entities,
            reply_markup: keyboard,
          });
        await formattedOrPlain(message, send, isDone);
        return [];
      });
      const done = outcome.kind === "refused" && isDone(outcome.reason);
      return done || outcome.kind === "shown" ? { kind: "shown", message: address } : outcome;
    },
    async alert(message) {
      const { alertChatId } = options;
      if (alertChatId === null) return false;
      try {
        await formattedOrPlain(
          message,
          ({ text, entities }) => api.sendMessage(alertChatId, text, { entities }),
        );
        return true;
      } catch (error) {
        log.error("❌ Запасной чат тоже не отвечает: {reason}", { reason: describeError(error) });
        return false;
      }
    },
    showPart(part, from, card) {
      if (part.kind === "text") {
        const { message, alone = message, keyboard } = part;
        return showText((isReply) => isReply ? message : alone, { replyTo: card, keyboard });
      }
      const [first] = from.messageIds;
      if (from.messageIds.length > 1 || first === undefined) {
        return show(
          from.messageIds.length,
          (place) =>
            api.copyMessages(place.chatId, from.chatId, [...from.messageIds], placing(place)),
        );
      }
      const { caption, alone = caption } = part;
      return show(1, async (place) => {
        const placed = placing(place, card);
        const words = "reply_parameters" in placed ? caption : alone;
        const copy = (captioned: { caption?: string; caption_entities?: MessageEntity[] }) =>
          api.copyMessage(place.chatId, from.chatId, first, { ...placed, ...captioned });
        return [
          words === null ? await copy({}) : await formattedOrPlain(
            words,
            ({ text, entities }) => copy({ caption: text, caption_entities: entities }),
          ),
        ];
      });
    },
  };
}

type Send = (place: Place) => Promise<readonly { readonly message_id: number }[]>;

interface Place {
  readonly chatId: number;
  readonly topicId: number | null;
}
