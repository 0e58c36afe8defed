// The app: wires the parts, runs them until something ends, closes them in reverse order. Holds no rule about leads.

import type { Config } from "./config.ts";
import { createCrmParts } from "./crm.ts";
import { tellPage, tellVersion } from "./banner.ts";
import { createClock } from "./clock.ts";
import { EXIT } from "./exit.ts";
import { createHealth } from "./health.ts";
import { createIntroduction } from "./introduction.ts";
import { type JournalEnd, watchJournal } from "./journal_watch.ts";
import { createManagersChats } from "./managers_chats.ts";
import { openCheckedJournal, type OpenJournal } from "./open_journal.ts";
import { openProfiles } from "./open_profiles.ts";
import { createReceiving } from "./receive_updates.ts";
import type { Telemetry } from "./telemetry.ts";
import { freeBytes } from "./upkeep/free_space.ts";
import { createUpkeep } from "./upkeep/upkeep.ts";
import { createBot } from "../bot/bot.ts";
import { createManagers } from "../bot/managers.ts";
import { clockTime, dayStartMs } from "../calendar.ts";
import { createAnswers } from "../delivery/answers.ts";
import { createBlocking } from "../delivery/blocking.ts";
import { createDelivery } from "../delivery/delivery.ts";
import { createAfterVisitors } from "../delivery/after_visitors.ts";
import { createDoneRecording, GATHERED_MS } from "../journal/done.ts";
import { createDurableRecording } from "../journal/durable.ts";
import type { Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { createReact } from "../managers/answer_notes.ts";
import { createLoginMessages } from "../managers/login_messages.ts";
import { createLeadReminder } from "../managers/lead_reminder.ts";
import { createMeasures } from "../measures.ts";
import { createMembership } from "../managers/membership.ts";
import { createOwnChatAlarm } from "../managers/own_chat_alarm.ts";
import { createProfileAlarm } from "../managers/profile_alarm.ts";
import { troublesOf } from "../page/health_report.ts";
import { servePage } from "../page/page.ts";
import { createPhotoStore } from "../profiles/photos/store.ts";
import { statesOf } from "../profiles/shown_menu.ts";
import type { ProfileStore } from "../profiles/store.ts";
import { keepFewConnections } from "../telegram/http.ts";
import { createApi } from "../telegram/client.ts";
import { PollingEnded } from "../telegram/contact.ts";
import { createBudgets, withRetries, withRetriesOfEach } from "../telegram/send_retries.ts";
import { createPresence } from "../telegram/presence.ts";
import { createSendPace } from "../telegram/send_pace.ts";
import { createInbox } from "../telegram/update_inbox.ts";
import { isWorkTime } from "../work_hours.ts";
import { createAnswerChat } from "../visitors/answer_chat.ts";
import { createVisitorChat } from "../visitors/chat.ts";
import { createGreetingPhotos, UPLOAD_SECONDS } from "../visitors/greeting_photo.ts";
import { createConfirmationTimes } from "../visitors/confirmation_times.ts";

/** How long after a stop open POSTs are cut off, in ms. */
const CUT_OFF_AFTER_MS = 6_000;

/** How long an orderly shutdown may take when the journal cannot be written, in ms. */
const CLOSE_WITHIN_MS = 7_000;

/** The log, and the secrets it must mask. */
export interface Output {
  readonly log: Log;
  readonly mask: Mask;
  /** Gets metrics; undefined where OTEL_DENO is off. */
  readonly telemetry?: Telemetry | undefined;
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
  /** A secret that profiles refer to, from the environment. */
  readonly secret: (name: string) => string | undefined;
}

/** A running bot. */
export interface App {
  /** Resolves with the exit code when the bot has ended, by `stop` or by itself. */
  readonly ended: Promise<number>;
  /** A one-time link into the page; null where there is no page. */
  newLoginLink(by: string): Promise<string | null>;
  /** Ends polling, handlers, delivery and journal, in this order, losing nothing. */
  stop(): void;
}

/** Starts the bot; resolves with an exit code when it cannot, and the log says why. */
export async function startApp(
  config: Config,
  output: Output,
  machine: Machine,
): Promise<App | number> {
  const { log, mask, telemetry } = output;
  tellVersion(log);
  const { botToken, adminPassword, metricsToken, webhook } = config;
  for (const secret of [botToken, adminPassword, metricsToken, webhook?.secret ?? null]) {
    if (secret !== null) mask.hide(secret);
  }
  const opened = await openCheckedJournal(config, machine.elapsedMs, log);
  if (typeof opened === "number") return opened;
  const { journal, lock } = opened;
  let cardsChanged = () => {}; // A start makes all work due.
  const profiles = await openProfiles(config, {
    ...output,
    ...machine,
    journal,
    cardsChanged: () => cardsChanged(),
  });
  if (profiles === undefined) {
    journal.close();
    lock.release();
    return EXIT.faults;
  }
  telemetry?.observeOwed(journal.owedTotals);
  const parts = createParts(config, { ...output, ...opened, machine, profiles });
  cardsChanged = parts.delivery.wake;
  tellPage(parts.page.address(), config.adminPassword !== null, log);
  return run(parts);
}

type Parts = ReturnType<typeof createParts>;

/** Creates all parts and starts none. */
function createParts(
  config: Config,
  { log, mask, journal, lock, machine, profiles }: Output & OpenJournal & {
    readonly machine: Machine;
    readonly profiles: ProfileStore;
  },
) {
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
    afterVisitors: createAfterVisitors(),
    log,
  };
  const recordDurably = createDurableRecording(shared);
  const gather = () => shared.sleep(GATHERED_MS);
  const recordDone = createDoneRecording({ journal, recordDurably, gather });
  const photos = createPhotoStore(config.dataDir, now);
  const measures = createMeasures();
  /** When presses came, by the monotonic clock. */
  const cameAtMs = new WeakMap<object, number>();
  const pace = createSendPace({
    ...shared,
    perSecond: config.messagesPerSecond,
    tooMany: measures.countTooMany,
  });
  const { timeZone } = config;
  const tellTime = (atMs: number) => clockTime(atMs, now(), timeZone);
  const botUsername = () => bot.isInited() ? bot.botInfo.username : undefined;
  const crmParts = createCrmParts({
    ...shared,
    ...machine,
    now,
    elapsedMs,
    config,
    mask,
    tellTime,
    botUsername,
    wake: () => delivery.wake(),
  });

  const chats = createManagersChats({
    ...shared,
    config,
    recordDurably,
    pace,
    wake: () => {
      delivery.wake();
      answers.wake();
    },
  });
  const adminChat = chats.main.chat;
  const delivery = createDelivery({
    ...shared,
    ...crmParts,
    crmAnswered(profile, outcome, lead) {
      crmParts.crmAnswered(profile, outcome, lead);
      measures.countOutcome(profile.key, outcome.kind);
    },
    accepted(seconds, { phone }) {
      const { atOnce, afterPhone } = measures.acceptances;
      (phone === null ? atOnce : afterPhone).observe(seconds);
    },
    confirmationTimes: createConfirmationTimes({
      elapsedMs,
      took: measures.confirmations.observe,
    }),
    chats,
    visitorChat: createVisitorChat(
      createApi(telegram, pace.at("visitor")),
      createApi(telegram, pace.at("confirmation")),
    ),
    crmTimeoutMs: config.crmTimeoutMs,
    repeatWindowMs: config.repeatWindowMs,
    tellTime,
    recordDurably,
    recordDone,
    cutOff: cutOff.signal,
  });
  const answers = createAnswers({
    ...shared,
    answerChat: createAnswerChat(createApi(telegram, pace.at("answer"))),
    chats,
    react: createReact(createApi(telegram, pace.at("managers")), log),
    recordDurably,
    tellTime,
    wakeNotes: delivery.wake,
  });
  const blocking = createBlocking({ ...shared, wake: delivery.wake });
  const managers = createManagers({
    ...shared,
    delivery: { ...delivery, showWhole: answers.showWhole },
    tellTime,
    profilesWithoutKey: crmParts.profilesWithoutKey,
    dayStartMs: (atMs) => dayStartMs(atMs, timeZone),
  });
  const loginMessages = createLoginMessages({ ...shared, adminChat, recordDurably, tellTime });
  const momentOf = (elapsed: number | undefined) =>
    elapsed === undefined ? undefined : clock.momentOf(elapsed);
  const presence = createPresence({ ...shared, remind: delivery.wake });
  const ownChats = () =>
    chats.ownChats().map((each) => ({
      ...each,
      failsSinceMs: momentOf(each.failsSinceMs),
      problemSinceMs: momentOf(each.problemSinceMs),
    }));
  const health = createHealth({
    ...shared,
    lastPolledAtMs: presence.lastPolledAtMs,
    adminChatFailsSinceMs: () => momentOf(chats.main.failsSinceMs()),
    adminChatProblem: chats.main.problem,
    adminChatProblemSinceMs: () => momentOf(chats.main.problemSinceMs()),
    ownChats,
    webhook: () => receiving.webhookState(),
  });
  const page = servePage({
    ...shared,
    profiles,
    photos,
    ...crmParts,
    delivery: { ...delivery, ...blocking, invite: answers.invite },
    linkUsed: loginMessages.wake,
    config,
    measures,
    troubles: () => troublesOf(health.facts()),
    ownChats,
    health: async () => {
      const profilesBrokenSinceMs = profiles.breakage()?.sinceMs;
      const { crmTroubles, crmTokens, profilesWithoutKey } = crmParts;
      return {
        ...await health.check(),
        profilesBrokenSinceMs,
        profileStates: statesOf(profiles.current()),
        crmTroubles: crmTroubles(),
        crmTokens: crmTokens(),
        withoutKey: profilesWithoutKey(),
      };
    },
    mask,
    isProxied: machine.isProxied,
    environmentSecret: machine.secret,
    onFewFiles: keepFewConnections,
    botUsername,
    answerTelegram: (request) => receiving.answer(request),
  });
  const budgetOf = createBudgets();
  const bot = createBot({
    ...telegram,
    pace: pace.at("visitor"),
    sent: chats.noteSent,
    retries: (update) => withRetries(shared.sleep, shared.random, budgetOf(update)),
  }, {
    ...shared,
    delivery,
    answers,
    blocking,
    managers,
    greetingPhotos: createGreetingPhotos({
      ...shared,
      photos,
      uploads: createApi(
        { ...telegram, timeoutSeconds: UPLOAD_SECONDS },
        pace.at("visitor"),
        withRetriesOfEach(shared.sleep, shared.random),
      ),
    }),
    isManager: createMembership({
      api: createApi(telegram),
      chats: () => [...new Set(chats.keys().map((key) => chats.at(key).chatId()))],
      now: elapsedMs,
      log,
    }).isManager,
    newId: () => crypto.randomUUID(),
    scopeOf: chats.scopeOf,
    cameAtMs: (update) => cameAtMs.get(update),
    isWorkTime: (atMs) => isWorkTime(config.workHours, atMs, timeZone),
    tellTime,
    publicUrl: config.publicUrl,
    pause: () => new Promise((resolve) => void setImmediate(resolve)),
    loginLink: page.newLoginLink,
    loginLinkShown: loginMessages.remember,
  });
  const watch = watchJournal({ ...shared, ...health, lostFile: journal.lostFile });
  const inbox = createInbox({
    ...shared,
    recordDurably,
    recordDone,
    handle(update, atMs) {
      if (update.callback_query !== undefined) cameAtMs.set(update, atMs);
      return bot.handleUpdate(update);
    },
  });
  const introduce = createIntroduction({ ...shared, telegram, bot, inbox, chats });
  const receiving = createReceiving({
    ...shared,
    ...config,
    telegram,
    introduce,
    inbox,
    watch,
    presence,
  });
  return {
    ...shared,
    introduce,
    receiving,
    watch,
    inbox,
    clock,
    lock,
    cutOff,
    stop: () => stopping.abort(),
    profiles,
    ...crmParts,
    chats,
    delivery,
    answers,
    loginMessages,
    page,
    alarm: createProfileAlarm({
      ...shared,
      breakage: profiles.breakage,
      wake: delivery.wake,
      tellTime,
    }),
    ownChatAlarm: createOwnChatAlarm({ ...shared, chats: chats.watched, wake: delivery.wake }),
    reminder: createLeadReminder({
      ...shared,
      ...config,
      chats: chats.reminded,
      alert: adminChat.alert,
      wake: delivery.wake,
    }),
    upkeep: createUpkeep({ ...shared, ...config, photos, freeBytes, wake: delivery.wake }),
  };
}

function run(parts: Parts): App {
  const { page, watch, log, stop } = parts;

  async function work(): Promise<number> {
    await parts.chats.follow();
    parts.profiles.onChange(parts.chats.followSoon);
    await parts.delivery.start();
    parts.answers.start();
    parts.clock.start();
    watch.start();
    parts.upkeep.start();
    parts.loginMessages.start();
    void parts.alarm.run();
    void parts.ownChatAlarm.run();
    void parts.reminder.run();
    void parts.tokenAlarm.run();
    parts.introduce().catch(() => {}); // Receiving updates meets the same fault, and reports it.
    try {
      await parts.receiving.run(parts.stopping);
      return 0;
    } catch (error) {
      if (!(error instanceof PollingEnded)) throw error;
      log.error("❌ {reason}", { reason: error.message }); // The JSON line has a message of its own.
      return EXIT[error.reason];
    }
  }

  let journalEnd: JournalEnd | undefined;

  /** Ends the process when the journal is unusable, even if shutdown hangs. */
  async function leave(end: JournalEnd): Promise<number> {
    journalEnd = end;
    stop();
    if (end === "unwritable") await inTime(worked, CLOSE_WITHIN_MS);
    return EXIT.defect;
  }

  const worked = work().finally(() => close(parts, () => journalEnd === "lost"));
  const left = watch.ended.then(leave);
  return {
    ended: Promise.race([left, worked.then((code) => journalEnd === undefined ? code : left)]),
    stop,
    newLoginLink: async (by) => (await page.newLoginLink(by))?.url ?? null,
  };
}

/** @param isLost Whether the journal's files are gone: closing would write and remove files at their paths. */
async function close(parts: Parts, isLost: () => boolean): Promise<void> {
  const { journal, delivery, answers, inbox, loginMessages, cutOff } = parts;
  parts.stop();
  parts.watch.stop();
  parts.clock.stop();
  const timer = setTimeout(() => cutOff.abort(), CUT_OFF_AFTER_MS);
  await parts.page.close();
  await parts.upkeep.stop();
  // No new POST begins, but running handlers may still add work for visitors: delivery stops twice.
  await Promise.all([inbox.stop(), delivery.stop(), answers.stop(), loginMessages.stop()]);
  await delivery.stop();
  clearTimeout(timer);
  parts.crm.close();
  await parts.profiles.close();
  if (!isLost()) journal.close();
  parts.lock.release();
}

/** Resolves when `work` settles, or after `ms`. */
async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Resolves after `ms`, or early when the process stops. */
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
