// The rooms: built on an open journal and good profiles, handed what they need of each other, started, closed in reverse order. Holds no rule.

import { createAdminChat } from "../managers/chat.ts";
import { createBot } from "../bot/bot.ts";
import { keepFewConnections } from "../telegram/http.ts";
import { createChatCheck } from "../managers/chat_check.ts";
import { clockTime, dayStartMs } from "../calendar.ts";
import { createClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { createCrm } from "../crm/post.ts";
import { rememberLookups, resolveHost } from "../crm/connection.ts";
import { createDelivery } from "../delivery/delivery.ts";
import { EXIT } from "./exit.ts";
import { createHealth, watchSends } from "./health.ts";
import { troublesOf } from "../page/health_report.ts";
import { createInbox } from "../telegram/update_inbox.ts";
import { ADMIN_CHAT_LANE, type Journal } from "../journal/journal.ts";
import { type JournalEnd, watchJournal } from "./journal_watch.ts";
import { createLoginMessages } from "../managers/login_messages.ts";
import type { Lock } from "./lock.ts";
import type { Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { COMMANDS, TOPIC_AWAY } from "../managers/texts.ts";
import { createManagers } from "../bot/managers.ts";
import { createKeep } from "../journal/durable.ts";
import { createPace } from "../delivery/pace.ts";
import { createProfileAlarm } from "../managers/profile_alarm.ts";
import { createPresence } from "../telegram/presence.ts";
import { servePage } from "../page/page.ts";
import type { ProfileStore } from "../profiles/store.ts";
import { createSendPace } from "../telegram/send_pace.ts";
import { createBudgets, withRetries } from "../telegram/send_retries.ts";
import { createApi } from "../telegram/client.ts";
import { describeError } from "../telegram/failures.ts";
import { PollingEnded, type PollingOptions, pollUpdates } from "../telegram/polling.ts";
import { createUpkeep } from "./upkeep/upkeep.ts";
import { freeBytes } from "./upkeep/free_space.ts";
import { createVisitorChat } from "../visitors/chat.ts";

/** How long after a stop open POSTs are cut off, in ms. */
const CUT_OFF_AFTER_MS = 6_000;

/** How long an orderly end may take where the journal cannot be written, in ms. */
const CLOSE_WITHIN_MS = 7_000;

/** What the bot says, and what it must not say. */
export interface Voice {
  readonly log: Log;
  readonly mask: Mask;
}

/** A running bot. */
export interface Running {
  /** Resolves with the exit code when the bot has ended, by `stop` or by itself. */
  readonly ended: Promise<number>;
  /** A one-time link into the page; null where there is no page. */
  newLoginLink(by: string): Promise<string | null>;
  /** Ends polling, handlers, delivery and journal, in this order, losing nothing. */
  stop(): void;
}

/** What only `main.ts` takes from the machine. */
export interface Machine {
  /** The time, in ms since 1970. */
  readonly now: () => number;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Whether the environment names a proxy for https. */
  readonly isProxied: boolean;
}

/** What the rooms are built on. */
export interface Ground extends Voice {
  readonly journal: Journal;
  readonly profiles: ProfileStore;
  readonly lock: Lock;
  readonly machine: Machine;
  /** What Telegram was already asked. */
  readonly early: PollingOptions["early"];
}

/** Builds the rooms and starts them; closes them in reverse order. */
export function openRooms(config: Config, ground: Ground): Running {
  const { log, mask, journal, profiles, lock, machine, early } = ground;
  const clock = createClock({
    machine,
    followed(byMs) {
      journal.shiftWaits(byMs);
      return journal.committed();
    },
    log,
  });
  const { now, elapsedMs } = clock;
  journal.clampWaits(now());
  const telegram = { token: config.botToken, apiRoot: config.telegramApiRoot };
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const shared = {
    journal,
    profiles: profiles.current,
    now,
    elapsedMs,
    random: machine.random,
    sleep: (ms: number) => sleepUnless(stopping.signal, ms),
    stopping: stopping.signal,
    afterVisitors: createPace(),
    log,
  };
  const keep = createKeep(shared);
  const pace = createSendPace({ ...shared, perSecond: config.messagesPerSecond });
  const api = createApi(telegram);
  const lookup = rememberLookups(resolveHost, elapsedMs);
  const crm = createCrm({ log, mask, lookup, isProxied: machine.isProxied });
  const { timeZone } = config;
  const tellTime = (atMs: number) => clockTime(atMs, now(), timeZone);
  const movedTo = `admin_chat_of:${config.adminChatId}`;
  const topicAway = `topic_away:${config.adminChatId}:${config.adminTopicId}`;
  const watched = watchSends(
    createAdminChat({
      ...shared,
      now: elapsedMs, // It measures spans alone.
      api: createApi(telegram, pace.at("managers")),
      chatId: Number(journal.fact(movedTo) ?? config.adminChatId),
      topicId: config.adminTopicId,
      topicAway: journal.fact(topicAway) !== undefined,
      onTopic(isAway) {
        const write = isAway ? noteTopicAway : () => journal.forgetFact(topicAway);
        keep(write).then(() => delivery.wake(), (cause) => {
          log.error("❌ Состояние темы чата менеджеров не записать: {cause}", {
            cause: String(cause),
          });
        });
      },
      alertChatId: config.alertChatId,
      onMigrate(chatId) {
        keep(() => journal.rememberFact(movedTo, String(chatId))).catch((cause) => {
          log.error("❌ Новый id чата менеджеров не записать: {cause}", { cause: String(cause) });
        });
        registerCommands(chatId);
      },
    }),
    elapsedMs,
  );
  const failsSinceMs = () => {
    const sinceMs = watched.failsSinceMs();
    return sinceMs === undefined ? undefined : clock.momentOf(sinceMs);
  };
  const adminChat = watched.chat;
  function noteTopicAway(): void {
    const note = { lane: ADMIN_CHAT_LANE, kind: "note", subject: 0, body: TOPIC_AWAY } as const;
    journal.atomically(() => {
      journal.rememberFact(topicAway, "1");
      journal.addWork(note, now());
    });
  }

  const chatCheck = createChatCheck({
    ...shared,
    now: elapsedMs,
    api,
    variable: "ADMIN_CHAT_ID",
    chatId: adminChat.chatId,
    topicId: config.adminTopicId,
    lastShownAtMs: watched.lastShownAtMs,
    onUsable(type) {
      if (type !== "channel") return registerCommands(adminChat.chatId());
      log.info(
        "ℹ️ Чат менеджеров — канал: карточки и кнопки в нём работают, а команд бот там не слышит, кроме /id. " +
          "На страницу настроек входите по ADMIN_PASSWORD",
      );
    },
  });
  const { alertChatId } = config;
  const alertCheck = alertChatId === null ? undefined : createChatCheck({
    ...shared,
    now: elapsedMs,
    api,
    variable: "ALERT_CHAT_ID",
    chatId: () => alertChatId,
    topicId: null,
    lastShownAtMs: () => undefined,
    onUsable: () => {},
  });
  const delivery = createDelivery({
    ...shared,
    crm,
    adminChat,
    visitorChat: createVisitorChat(
      createApi(telegram, pace.at("visitor")),
      createApi(telegram, pace.at("confirmation")),
    ),
    crmTimeoutMs: config.crmTimeoutMs,
    repeatWindowMs: config.repeatWindowMs,
    tellTime,
    keep,
    cutOff: cutOff.signal,
  });
  const budgetOf = createBudgets();
  const newId = () => crypto.randomUUID();
  const managers = createManagers({
    ...shared,
    delivery,
    tellTime,
    dayStartMs: (atMs) => dayStartMs(atMs, timeZone),
  });
  const loginMessages = createLoginMessages({ ...shared, adminChat, keep, tellTime });
  const presence = createPresence({ ...shared, remind: delivery.wake });
  const health = createHealth({
    ...shared,
    lastPolledAtMs: presence.lastPolledAtMs,
    adminChatFailsSinceMs: failsSinceMs,
    adminChatProblem: chatCheck.problem,
  });
  const alarm = createProfileAlarm({
    ...shared,
    breakage: profiles.breakage,
    wake: delivery.wake,
    tellTime,
  });
  const watch = watchJournal({ ...shared, ...health, lostFile: journal.lostFile });
  const page = servePage({
    ...shared,
    profiles,
    delivery,
    crm,
    lookup,
    linkUsed: loginMessages.wake,
    config,
    troubles: () => troublesOf(health.facts()),
    health: async () => {
      const profilesBrokenSinceMs = profiles.breakage()?.sinceMs;
      return { ...await health.check(), profilesBrokenSinceMs };
    },
    onFewFiles: keepFewConnections,
    botUsername: () => bot.isInited() ? bot.botInfo.username : undefined,
  });
  const bot = createBot({
    ...telegram,
    pace: pace.at("visitor"),
    retries: (update) => withRetries(shared.sleep, shared.random, budgetOf(update)),
  }, {
    ...shared,
    delivery,
    managers,
    newId,
    adminChatId: adminChat.chatId,
    loginLink: page.newLoginLink,
    loginLinkShown: loginMessages.remember,
  });
  const upkeep = createUpkeep({ ...shared, ...config, freeBytes, wake: delivery.wake });
  const inbox = createInbox({ ...shared, keep, handle: (update) => bot.handleUpdate(update) });

  /** The bot must know its own name before it can tell whom a command is for. */
  let introduced: Promise<void> | undefined;
  function introduce(): Promise<void> {
    return introduced ??= api.getMe().then((me) => {
      bot.botInfo = me;
      log.info("🤖 @{username} на связи. Профилей: {profiles}", {
        username: me.username,
        profiles: profiles.current().byKey.size,
      });
      inbox.start();
      chatCheck.start(me.id);
      alertCheck?.start(me.id);
    }).catch((error) => {
      introduced = undefined;
      throw error;
    });
  }

  const commandsApi = createApi(telegram, withRetries(shared.sleep, shared.random));
  /** The managers' commands stand in the menu of their chat alone. */
  function registerCommands(chatId: number): void {
    const scope = { type: "chat", chat_id: chatId } as const;
    commandsApi.setMyCommands(COMMANDS, { scope }).catch((error) => {
      log.warn("⚠️ Команды в чате менеджеров не зарегистрировать: {cause}", {
        cause: describeError(error),
      });
    });
  }

  let journalEnd: JournalEnd | undefined;

  async function work(): Promise<number> {
    await delivery.start();
    clock.start();
    watch.start();
    upkeep.start();
    loginMessages.start();
    void alarm.run();
    introduce().catch(() => {}); // Polling meets the same fault, and reports it.
    try {
      await pollUpdates({
        ...shared,
        ...telegram,
        now: elapsedMs, // It measures spans alone.
        early,
        accept: (updates) => introduce().then(() => watch.recording(() => inbox.accept(updates))),
        polled(offset, caughtUp) {
          journal.forgetUpdates(offset);
          // A bot that does not know its own name takes no update: /health must not call that well.
          introduce().then(() => presence.polled(caughtUp)).catch(() => {});
        },
      }, stopping.signal);
      return 0;
    } catch (error) {
      if (!(error instanceof PollingEnded)) throw error;
      log.error("❌ {reason}", { reason: error.message }); // The JSON line has a message of its own.
      return EXIT[error.reason];
    }
  }

  async function close(): Promise<void> {
    stopping.abort();
    watch.stop();
    clock.stop();
    const timer = setTimeout(() => cutOff.abort(), CUT_OFF_AFTER_MS);
    await page.close();
    await upkeep.stop();
    // No POST is begun any more, while handlers in hand may still owe a visitor something.
    await Promise.all([inbox.stop(), delivery.stop(), loginMessages.stop()]);
    await delivery.stop();
    clearTimeout(timer);
    crm.close();
    await profiles.close();
    // Another file may be at a lost journal's path now: SQLite would write and remove files there.
    if (journalEnd !== "lost") journal.close();
    lock.release();
  }

  /** Where the journal is not to be had the process ends, whether or not it can be closed in good order. */
  async function leave(end: JournalEnd): Promise<number> {
    journalEnd = end;
    stopping.abort();
    if (end === "unwritable") await inTime(worked, CLOSE_WITHIN_MS);
    return EXIT.defect;
  }

  const worked = work().finally(close);
  const left = watch.ended.then(leave);
  const ended = Promise.race([left, worked.then((code) => journalEnd === undefined ? code : left)]);
  return {
    ended,
    stop: () => stopping.abort(),
    newLoginLink: async (by) => (await page.newLoginLink(by))?.url ?? null,
  };
}

/** Resolves when something has ended, or after `ms`. */
async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Resolves after `ms`, or at once when the process stops. */
function sleepUnless(stopping: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    function wake(): void {
      clearTimeout(timer);
      stopping.removeEventListener("abort", wake);
      resolve();
    }
    const timer = setTimeout(wake, stopping.aborted ? 0 : ms);
    stopping.addEventListener("abort", wake);
  });
}
