// Wires the managers' chat: its current id, its topic, its commands, and the checks that the bot may write there.

import type { Config } from "./config.ts";
import { watchSends } from "./health.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import { type AdminChat, createAdminChat } from "../managers/chat.ts";
import { type ChatCheck, type ChatProblem, createChatCheck } from "../managers/chat_check.ts";
import { COMMANDS, TOPIC_AWAY } from "../managers/texts.ts";
import { createApi } from "../telegram/client.ts";
import { describeError } from "../telegram/failures.ts";
import { withRetries } from "../telegram/send_retries.ts";
import type { SendPace } from "../telegram/send_pace.ts";

/** The managers' chat and its condition. */
export interface ManagersChat {
  readonly chat: AdminChat;
  /** Since when every send fails, by the monotonic clock. */
  readonly failsSinceMs: () => number | undefined;
  readonly problem: () => ChatProblem | undefined;
  /** Since when there is one, by the monotonic clock. */
  readonly problemSinceMs: () => number | undefined;
  /** Starts the hourly checks. @param botId The bot's own id, from getMe. */
  startChecks(botId: number): void;
}

export function createManagersChat(options: {
  readonly config: Config;
  readonly journal: Journal;
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
}): ManagersChat {
  const { config, journal, recordDurably, pace, wake, now, elapsedMs, random, sleep, log } =
    options;
  const telegram = { token: config.botToken, apiRoot: config.telegramApiRoot };
  const movedTo = `admin_chat_of:${config.adminChatId}`;
  const topicAway = `topic_away:${config.adminChatId}:${config.adminTopicId}`;
  const commandsApi = createApi(telegram, withRetries(sleep, random));

  const watched = watchSends(
    createAdminChat({
      ...options,
      now: elapsedMs,
      api: createApi(telegram, pace.at("managers")),
      chatId: Number(journal.fact(movedTo) ?? config.adminChatId),
      topicId: config.adminTopicId,
      topicAway: journal.fact(topicAway) !== undefined,
      onTopic(isAway) {
        recordDurably(() =>
          isAway
            ? journal.noteFact(topicAway, "1", TOPIC_AWAY, now())
            : journal.forgetFact(topicAway)
        ).then(wake, (cause) => {
          log.error("❌ Состояние темы чата менеджеров не записать: {cause}", {
            cause: String(cause),
          });
        });
      },
      alertChatId: config.alertChatId,
      onMigrate(chatId) {
        recordDurably(() => journal.rememberFact(movedTo, String(chatId))).catch((cause) => {
          log.error("❌ Новый id чата менеджеров не записать: {cause}", { cause: String(cause) });
        });
        registerCommands(chatId);
      },
    }),
    elapsedMs,
  );
  const { chat } = watched;

  /** Shows the commands in the menu of the managers' chat only. */
  function registerCommands(chatId: number): void {
    const scope = { type: "chat", chat_id: chatId } as const;
    commandsApi.setMyCommands(COMMANDS, { scope }).catch((error) => {
      log.warn("⚠️ Команды в чате менеджеров не зарегистрировать: {cause}", {
        cause: describeError(error),
      });
    });
  }

  const checked = { ...options, now: elapsedMs, api: createApi(telegram) };
  const checks: ChatCheck[] = [createChatCheck({
    ...checked,
    variable: "ADMIN_CHAT_ID",
    chatId: chat.chatId,
    topicId: config.adminTopicId,
    lastShownAtMs: watched.lastShownAtMs,
    onUsable(type) {
      if (type !== "channel") return registerCommands(chat.chatId());
      log.info(
        "ℹ️ Чат менеджеров — канал: карточки и кнопки в нём работают, а команд бот там не слышит, кроме /id. " +
          "На страницу настроек входите по ADMIN_PASSWORD",
      );
    },
  })];
  const { alertChatId } = config;
  if (alertChatId !== null) {
    checks.push(createChatCheck({
      ...checked,
      variable: "ALERT_CHAT_ID",
      chatId: () => alertChatId,
      topicId: null,
      lastShownAtMs: () => undefined,
      onUsable: () => {},
    }));
  }

  return {
    chat,
    failsSinceMs: watched.failsSinceMs,
    problem: () => checks[0]?.problem(),
    problemSinceMs: () => checks[0]?.problemSinceMs(),
    startChecks(botId) {
      for (const check of checks) check.start(botId);
    },
  };
}
