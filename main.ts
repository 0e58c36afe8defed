// The script a person runs: reads the environment and the clock, builds the rooms, starts them, closes them. Holds no rule.

import { load } from "@std/dotenv";
import { join } from "node:path";
import { createAdminChat } from "./lib/admin_chat.ts";
import { createBot } from "./lib/bot.ts";
import { clockTime, dayStartMs } from "./lib/calendar.ts";
import { type Config, readConfig, VARIABLES } from "./lib/config.ts";
import type { Crm, CrmTrial } from "./lib/crm.ts";
import { createDelivery } from "./lib/delivery.ts";
import { createHealth, troublesOf, watchSends } from "./lib/health.ts";
import { createInbox } from "./lib/inbox.ts";
import { type Journal, openJournal } from "./lib/journal.ts";
import { type Lock, lockFolder } from "./lib/lock.ts";
import { createLog, createMask, type Log, type Mask, writeByTurns } from "./lib/log.ts";
import { COMMANDS } from "./lib/manager_texts.ts";
import { createManagers } from "./lib/managers.ts";
import { createKeep } from "./lib/outbox.ts";
import { createPace } from "./lib/pace.ts";
import { createPresence } from "./lib/presence.ts";
import { servePage } from "./lib/page.ts";
import { faultLine, openProfileStore, type ProfileStore } from "./lib/profile_store.ts";
import {
  createApi,
  describeError,
  PollingEnded,
  pollUpdates,
  withRetries,
} from "./lib/telegram.ts";
import { createUpkeep, listBackups } from "./lib/upkeep.ts";
import { createVisitorChat } from "./lib/visitor_chat.ts";

/** Exit codes beside 0: what an operator's supervisor should not repeat blindly. */
export const EXIT = { defect: 1, faults: 2, unauthorized: 3, conflict: 4, locked: 5 } as const;

/** Within this the process is gone after SIGINT or SIGTERM, in ms; open POSTs are cut off earlier. */
const STOP_WITHIN_MS = 7_500;
const CUT_OFF_AFTER_MS = 6_000;

/** What the bot says, and what it must not say. */
interface Voice {
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

/** Builds and starts the bot; the returned number is the exit code of a start that was refused. */
export async function start(config: Config, { log, mask }: Voice): Promise<Running | number> {
  mask.hide(config.botToken);
  if (config.adminPassword !== null) mask.hide(config.adminPassword);
  if (config.metricsToken !== null) mask.hide(config.metricsToken);
  const opened = await openJournalIn(config.dataDir, log);
  if (typeof opened === "number") return opened;
  const { journal, lock } = opened;
  const profiles = await openProfileStore({
    path: config.localesPath,
    log,
    onLoad(loaded, { content, by }) {
      for (const { webhook } of loaded.byKey.values()) {
        if (webhook !== null) mask.hideWebhook(webhook.url);
      }
      journal.recordRevisions(content, by, Date.now());
    },
  });
  if (profiles.ok) return run(config, { log, mask, journal, profiles: profiles.store, lock });
  for (const fault of profiles.faults) log.error("❌ {line}", { line: faultLine(fault) });
  journal.close();
  lock.release();
  return EXIT.faults;
}

async function openJournalIn(
  folder: string,
  log: Log,
): Promise<{ readonly journal: Journal; readonly lock: Lock } | number> {
  try {
    const lock = lockFolder(folder);
    if (lock !== undefined) return { journal: openJournal(join(folder, "triborg.db")), lock };
    log.error("❌ С папкой {folder} уже работает другой процесс бота. Остановите его сначала", {
      folder,
    });
    return EXIT.locked;
  } catch (error) {
    const [backup] = await listBackups(folder).catch(() => []);
    log.error("❌ Журнал в папке {folder} не открыть: {cause}{advice}", {
      folder,
      cause: describeError(error),
      advice: backup === undefined
        ? ""
        : `. Последняя копия — ${backup}, её вернёт deno task restore`,
    });
    return EXIT.defect;
  }
}

interface Rooms extends Voice {
  readonly journal: Journal;
  readonly profiles: ProfileStore;
  readonly lock: Lock;
}

function run(config: Config, rooms: Rooms): Running {
  const { log, mask, journal, profiles, lock } = rooms;
  const telegram = { token: config.botToken, apiRoot: config.telegramApiRoot };
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const shared = {
    journal,
    profiles: profiles.current,
    now: Date.now,
    random: Math.random,
    sleep: (ms: number) => sleepUnless(stopping.signal, ms),
    stopping: stopping.signal,
    afterVisitors: createPace(),
    log,
  };
  const keep = createKeep(shared);
  const api = createApi(telegram);
  const crm = loadedWithFirstLead({ log, mask });
  const { timeZone } = config;
  const tellTime = (atMs: number) => clockTime(atMs, Date.now(), timeZone);
  const movedTo = `admin_chat_of:${config.adminChatId}`;
  const watched = watchSends(
    createAdminChat({
      ...shared,
      now: () => performance.now(), // The pace is a span; somebody may set the clock.
      api,
      chatId: Number(journal.fact(movedTo) ?? config.adminChatId),
      topicId: config.adminTopicId,
      alertChatId: config.alertChatId,
      onMigrate(chatId) {
        void keep(() => journal.rememberFact(movedTo, String(chatId)));
        registerCommands(chatId);
      },
    }),
    Date.now,
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
  const page = servePage({
    ...shared,
    elapsedMs: () => performance.now(),
    profiles,
    delivery,
    crm,
    config,
    troubles: () => troublesOf(health.facts()),
    health: health.check,
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
  const inbox = createInbox({ ...shared, handle: (update) => bot.handleUpdate(update) });

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
    introduce().catch(() => {}); // Polling meets the same fault, and reports it.
    try {
      await pollUpdates({
        ...shared,
        ...telegram,
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
      log.error("❌ {message}", { message: error.message });
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

/** A start does not wait for the CRM's client, nor hold its memory before it is needed. */
function loadedWithFirstLead(voice: Voice): Crm & CrmTrial {
  let loaded: Promise<Crm & CrmTrial> | undefined;
  const crm = () => loaded ??= import("./lib/crm.ts").then(({ createCrm }) => createCrm(voice));
  return {
    sendLead: async (...lead) => await (await crm()).sendLead(...lead),
    trySending: async (...lead) => await (await crm()).trySending(...lead),
    close: () => void loaded?.then((each) => each.close()),
  };
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

/** Runs the bot until a signal ends it, and tells the exit code. */
async function main(): Promise<number> {
  const signalled = Promise.withResolvers<"signalled">();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => signalled.resolve("signalled"));
  }
  const config = await readEnvironment();
  if (config === undefined) return EXIT.faults;
  const { write, flush } = writeByTurns((lines) => console.log(lines));
  // However the process ends.
  for (const end of ["unload", "error", "unhandledrejection"]) addEventListener(end, flush);
  const mask = createMask();
  const log = createLog({ format: config.logFormat, level: config.logLevel, mask, write });
  const running = await start(config, { log, mask });
  if (typeof running === "number") return running;
  if (Deno.stdout.isTerminal()) {
    const link = await running.newLoginLink("терминал");
    if (link !== null) console.log(`🔑 Страница настроек, вход на 10 минут: ${link}`);
  }
  const ended = await Promise.race([running.ended, signalled.promise]);
  if (ended !== "signalled") return ended;
  log.info("👋 Останавливаемся: незаконченное останется в журнале");
  setTimeout(() => Deno.exit(0), STOP_WITHIN_MS);
  running.stop();
  return await running.ended;
}

/** The environment over `.env`; undefined after every fault has been said. */
async function readEnvironment(): Promise<Config | undefined> {
  let file: Record<string, string>;
  try {
    file = await load();
  } catch {
    // The error's text would hold what follows the dollar sign: often half a password.
    console.error("❌ .env: не прочесть. Значения со знаком $ берут в одинарные кавычки: 'a$b'");
    return undefined;
  }
  const env = Object.fromEntries(VARIABLES.map((name) => [name, Deno.env.get(name) ?? file[name]]));
  const result = readConfig(env);
  if (result.ok) return result.config;
  for (const { variable, message } of result.faults) console.error(`❌ ${variable}: ${message}`);
  return undefined;
}

if (import.meta.main) Deno.exit(await main());
