// Wires one managers' chat: its current id, its topic, its commands, and the check that the bot may write there.

import type { Config } from "./config.ts";
import { watchSends } from "./health.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Place } from "../journal/alone.ts";
import { type Journal, MAIN_CHAT } from "../journal/journal.ts";
import { chatSeat, nameFor } from "../journal/seats.ts";
import type { Log } from "../log/log.ts";
import { type AdminChat, createAdminChat, type KnownOfChat } from "../managers/chat.ts";
import { type ChatProblem, createChatCheck } from "../managers/chat_check.ts";
import type { MinutePace } from "../managers/minute_pace.ts";
import { topicAwayText } from "../managers/chat_texts.ts";
import { COMMANDS, OWN_CHAT_COMMANDS } from "../managers/texts.ts";
import type { ProfilePlace } from "../profiles/fault_lines.ts";
import { createApi } from "../telegram/client.ts";
import { describeError } from "../telegram/failures.ts";
import { withRetries } from "../telegram/send_retries.ts";
import type { SendPace } from "../telegram/send_pace.ts";

/** A managers' chat and its condition. */
export interface ManagersChat {
  readonly chat: AdminChat;
  /** Since when every send fails, by the monotonic clock. */
  readonly failsSinceMs: () => number | undefined;
  readonly problem: () => ChatProblem | undefined;
  /** Since when there is one, by the monotonic clock. */
  readonly problemSinceMs: () => number | undefined;
  /** Whether the check has found that the bot may write there. */
  readonly isUsable: () => boolean;
  /** Whether it has found that the topic refuses messages. */
  readonly isTopicRefused: () => boolean;
  /** Starts the hourly check. @param botId The bot's own id, from getMe. */
  startChecks(botId: number): void;
  /** Ends the check. @param isInUse Whether another managers' chat is in the same group, whose commands then stay. */
  leave(isInUse: boolean): void;
  /** Takes up the group's id from the process that writes into it. */
  followOthers(): Promise<void>;
}

/** Which chat it is. */
export interface ChatPlace {
  /** `MAIN_CHAT`, or the key of a profile's own chat. */
  readonly key: string;
  /** The group that it is in. */
  readonly group: string;
  /** As it is configured; it may have moved since. */
  readonly chatId: number;
  readonly topicId: number | null;
  /** What names the chat and its topic: variables, or places in locales.json. */
  readonly variable: string;
  readonly topicVariable: string;
  readonly pace: MinutePace;
}

/** What it needs. */
export interface ManagersChatOptions {
  readonly config: Pick<Config, "botToken" | "telegramApiRoot" | "alertChatId">;
  /** Where the profiles are kept; in the file unless told otherwise. */
  readonly profilesPlace?: ProfilePlace;
  readonly journal: Journal;
  readonly crew: Place;
  readonly recordDurably: RecordDurably;
  readonly pace: SendPace;
  /** Called when a note for the managers is due. */
  readonly wake: () => void;
  readonly now: () => number;
  /** A monotonic clock, in ms. */
  readonly elapsedMs: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/** How the names of facts begin that say what id a group has since it moved; its former id follows. */
export const MOVED_TO = "admin_chat_of:";

/** Tells the ids that chats have now. */
export async function idsNow(
  journal: Pick<Journal, "fact" | "factsOf">,
): Promise<(chatId: number) => number> {
  const moved = new Map<number, number>();
  for (const id of await journal.factsOf(MOVED_TO)) {
    moved.set(Number(id), Number(await journal.fact(MOVED_TO + id)));
  }
  return (chatId) => moved.get(chatId) ?? chatId;
}

/** Checks nothing until `startChecks`. @param moved Called when the new id of a group that has moved is recorded. */
export async function createManagersChat(
  place: ChatPlace,
  options: ManagersChatOptions,
  moved: () => void,
): Promise<ManagersChat> {
  const { config, journal, crew, recordDurably, wake, now, elapsedMs, random, sleep, log } =
    options;
  const { key, topicId } = place;
  const telegram = { token: config.botToken, apiRoot: config.telegramApiRoot };
  const topicAway = `topic_away:${place.chatId}:${topicId}`;
  const commandsApi = createApi(telegram, withRetries(sleep, random));
  const left = new AbortController();

  async function known(): Promise<KnownOfChat> {
    return {
      chatId: (await idsNow(journal))(place.chatId),
      topicAway: await journal.fact(topicAway) !== undefined,
    };
  }

  const isShared = crew.pace !== undefined;
  const adminChat = createAdminChat({
    ...options,
    now: elapsedMs,
    api: createApi(telegram, options.pace.at("managers")),
    ...await known(),
    topicId,
    pace: place.pace,
    ...isShared ? { name: () => nameFor(crew, chatSeat(place.group)), known } : {},
    onTopic(isAway) {
      const path = key === MAIN_CHAT ? null : place.topicVariable;
      const text = topicAwayText(path, options.profilesPlace);
      recordDurably(() =>
        isAway
          ? journal.noteFact(topicAway, "1", text, now(), [key])
          : journal.forgetFact(topicAway)
      ).then(wake, (cause) => {
        log.error("❌ Состояние темы чата менеджеров не записать: {cause}", {
          cause: String(cause),
        });
      });
    },
    alertChatId: config.alertChatId,
    onMigrate(chatId) {
      recordDurably(() => journal.rememberFact(MOVED_TO + place.chatId, String(chatId)))
        .then(moved).catch((cause) => {
          log.error("❌ Новый id чата менеджеров не записать: {cause}", { cause: String(cause) });
        });
      registerCommands(chatId);
    },
  });
  const watched = watchSends(adminChat, elapsedMs);
  const { chat } = watched;

  /** Shows the commands in the menu of the managers' chats only. */
  function registerCommands(chatId: number): void {
    const commands = key === MAIN_CHAT ? COMMANDS : OWN_CHAT_COMMANDS;
    const scope = { type: "chat", chat_id: chatId } as const;
    commandsApi.setMyCommands(commands, { scope }).catch((error) => {
      log.warn("⚠️ Команды в чате менеджеров не зарегистрировать: {cause}", {
        cause: describeError(error),
      });
    });
  }

  const check = createChatCheck({
    ...options,
    now: elapsedMs,
    api: createApi(telegram),
    stopping: AbortSignal.any([options.stopping, left.signal]),
    variable: place.variable,
    topicVariable: place.topicVariable,
    isForCards: true,
    chatId: chat.chatId,
    topicId,
    lastShownAtMs: watched.lastShownAtMs,
    onUsable(type) {
      if (type !== "channel") return registerCommands(chat.chatId());
      const page = key === MAIN_CHAT ? ", а на страницу настроек входите по ADMIN_PASSWORD" : "";
      log.info(
        "ℹ️ Чат менеджеров — канал: карточки, кнопки и команды в нём работают, меню команд нет" +
          page,
      );
    },
  });

  return {
    chat,
    failsSinceMs: watched.failsSinceMs,
    problem: check.problem,
    problemSinceMs: check.problemSinceMs,
    isUsable: check.isUsable,
    isTopicRefused: check.isTopicRefused,
    startChecks: check.start,
    async followOthers() {
      if (!crew.holds(chatSeat(place.group))) adminChat.moveTo((await known()).chatId);
    },
    leave(isInUse) {
      left.abort();
      if (isInUse) return;
      const scope = { type: "chat", chat_id: chat.chatId() } as const;
      commandsApi.deleteMyCommands({ scope }).catch((error) => {
        log.debug("Команды из бывшего чата менеджеров не убрать: {cause}", {
          cause: describeError(error),
        });
      });
    },
  };
}
