// The rooms: built on an open journal and good profiles, handed what they need of each other, started, closed in reverse order. Holds no rule.

import { createAdminChat } from "./admin_chat.ts";
import { createBot } from "./bot.ts";
import { clockTime, dayStartMs } from "./calendar.ts";
import type { Config } from "./config.ts";
import { createCrm } from "./crm.ts";
import { createDelivery } from "./delivery.ts";
import { EXIT } from "./exit.ts";
import { createHealth, troublesOf, watchSends } from "./health.ts";
import { createInbox } from "./inbox.ts";
import type { Journal } from "./journal.ts";
import type { Lock } from "./lock.ts";
import type { Log } from "./log.ts";
import type { Mask } from "./log/mask.ts";
import { COMMANDS } from "./manager_texts.ts";
import { createManagers } from "./managers.ts";
import { createKeep } from "./outbox.ts";
import { createPace } from "./pace.ts";
import { createProfileAlarm } from "./profile_alarm.ts";
import { createPresence } from "./presence.ts";
import { servePage } from "./page.ts";
import type { ProfileStore } from "./profile_store.ts";
import {
  createApi,
  describeError,
  PollingEnded,
  type PollingOptions,
  pollUpdates,
  withRetries,
} from "./telegram.ts";
import { createUpkeep } from "./upkeep.ts";
import { createVisitorChat } from "./visitor_chat.ts";

/** How long after a stop open POSTs are cut off, in ms. */
const CUT_OFF_AFTER_MS = 6_000;

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
  /** A span's clock, in ms: nobody sets it. */
  readonly elapsedMs: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
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
  const { now, elapsedMs } = machine;
  const telegram = { token: config.botToken, apiRoot: config.telegramApiRoot };
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const shared = {
    journal,
    profiles: profiles.current,
    now,
    random: machine.random,
    sleep: (ms: number) => sleepUnless(stopping.signal, ms),
    stopping: stopping.signal,
    afterVisitors: createPace(),
    log,
  };
  const keep = createKeep(shared);
  const api = createApi(telegram);
  const crm = createCrm({ log, mask });
  const { timeZone } = config;
  const tellTime = (atMs: number) => clockTime(atMs, now(), timeZone);
  const movedTo = `admin_chat_of:${config.adminChatId}`;
  const watched = watchSends(
    createAdminChat({
      ...shared,
      now: elapsedMs, // The pace is a span; somebody may set the clock.
      api,
      chatId: Number(journal.fact(movedTo) ?? config.adminChatId),
      topicId: config.adminTopicId,
      alertChatId: config.alertChatId,
      onMigrate(chatId) {
        void keep(() => journal.rememberFact(movedTo, String(chatId)));
        registerCommands(chatId);
      },
    }),
    now,
  );
  const adminChat = watched.chat;
  const delivery = createDelivery({
    ...shared,
    crm,
    adminChat,
    visitorChat: createVisitorChat(api),
    crmTimeoutMs: config.crmTimeoutMs,
    tellTime,
    keep,
    cutOff: cutOff.signal,
  });
  const retries = withRetries(shared.sleep, shared.random);
  const newId = () => crypto.randomUUID();
  const managers = createManagers({
    ...shared,
    delivery,
    tellTime,
    dayStartMs: (atMs) => dayStartMs(atMs, timeZone),
  });
  const presence = createPresence({ ...shared, remind: delivery.wake });
  const health = createHealth({
    ...shared,
    lastPolledAtMs: presence.lastPolledAtMs,
    adminChatFailsSinceMs: watched.failsSinceMs,
  });
  const alarm = createProfileAlarm({
    ...shared,
    breakage: profiles.breakage,
    wake: delivery.wake,
    tellTime,
  });
  const page = servePage({
    ...shared,
    elapsedMs,
    profiles,
    delivery,
    crm,
    config,
    troubles: () => troublesOf(health.facts()),
    health: async () => {
      const profilesBrokenSinceMs = profiles.breakage()?.sinceMs;
      return { ...await health.check(), profilesBrokenSinceMs };
    },
    botUsername: () => bot.isInited() ? bot.botInfo.username : undefined,
  });
  const bot = createBot({ ...telegram, retries }, {
    ...shared,
    delivery,
    managers,
    newId,
    adminChatId: adminChat.chatId,
    loginLink: page.newLoginLink,
  });
  const upkeep = createUpkeep({ ...shared, ...config, wake: delivery.wake });
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
      registerCommands(adminChat.chatId());
    }).catch((error) => {
      introduced = undefined;
      throw error;
    });
  }

  /** The managers' commands stand in the menu of their chat alone. */
  function registerCommands(chatId: number): void {
    const scope = { type: "chat", chat_id: chatId } as const;
    bot.api.setMyCommands(COMMANDS, { scope }).catch((error) => {
      log.warn("⚠️ Команды в чате менеджеров не зарегистрировать: {cause}", {
        cause: describeError(error),
      });
    });
  }

  async function work(): Promise<number> {
    await delivery.start();
    upkeep.start();
    void alarm.run();
    introduce().catch(() => {}); // Polling meets the same fault, and reports it.
    try {
      await pollUpdates({
        ...shared,
        ...telegram,
        early,
        accept: (updates) => introduce().then(() => inbox.accept(updates)),
        polled(offset, caughtUp) {
          journal.forgetUpdates(offset);
          presence.polled(caughtUp);
          introduce().catch(() => {});
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
    const timer = setTimeout(() => cutOff.abort(), CUT_OFF_AFTER_MS);
    await page.close();
    await upkeep.stop();
    // No POST is begun any more, while handlers in hand may still owe a visitor something.
    await Promise.all([inbox.stop(), delivery.stop()]);
    await delivery.stop();
    clearTimeout(timer);
    crm.close();
    await profiles.close();
    journal.close();
    lock.release();
  }

  const { newLoginLink } = page;
  return { ended: work().finally(close), stop: () => stopping.abort(), newLoginLink };
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
