// Wires all parts of the bot. Starts none, and holds no rule about leads.

import { createBotPart } from "./bot.ts";
import type { Config } from "./config.ts";
import { createCrmParts } from "./crm.ts";
import { createClock } from "./clock.ts";
import { followShared } from "./follow_shared.ts";
import { createIntroduction } from "./introduction.ts";
import { watchJournal } from "./journal_watch.ts";
import { openKeptSecrets } from "../crm/kept_secrets.ts";
import type { Machine } from "./machine.ts";
import { createManagersChats } from "./managers_chats.ts";
import type { OpenJournal } from "./open_journal.ts";
import { openPhotos } from "./opening_profiles.ts";
import { createPagePart } from "./page.ts";
import { createBeside, createSeatWork } from "./seats.ts";
import { createReceiving } from "./receive_updates.ts";
import type { Telemetry } from "./telemetry.ts";
import { sleepUnless } from "./within.ts";
import { freeBytes } from "./upkeep/free_space.ts";
import { createUpkeep } from "./upkeep/upkeep.ts";
import { createManagers } from "../bot/managers.ts";
import { clockTime, dayStartMs } from "../calendar.ts";
import { createAnswers } from "../delivery/answers.ts";
import { createBlocking } from "../delivery/blocking.ts";
import { createDelivery } from "../delivery/delivery.ts";
import { createAfterVisitors } from "../delivery/after_visitors.ts";
import { createDoneRecording, GATHERED_MS } from "../journal/done.ts";
import { createDurableRecording } from "../journal/durable.ts";
import { nameFor, POLLING_SEAT, UPKEEP_SEAT } from "../journal/seats.ts";
import type { Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { createShownWords } from "../managers/shown_words.ts";
import { createReact } from "../managers/answer_notes.ts";
import { createLoginMessages } from "../managers/login_messages.ts";
import { createLeadReminder } from "../managers/lead_reminder.ts";
import { createMeasures } from "../measures.ts";
import { createOwnChatAlarm } from "../managers/own_chat_alarm.ts";
import { createProfileAlarm } from "../managers/profile_alarm.ts";
import type { ProfileStore } from "../profiles/store.ts";
import { createApi } from "../telegram/client.ts";
import { createPresence } from "../telegram/presence.ts";
import { createSendPace } from "../telegram/send_pace.ts";
import { createInbox } from "../telegram/update_inbox.ts";
import { createAnswerChat } from "../visitors/answer_chat.ts";
import { createVisitorChat } from "../visitors/chat.ts";
import { createConfirmationTimes } from "../visitors/confirmation_times.ts";

/** The log, and the secrets it must mask. */
export interface Output {
  readonly log: Log;
  readonly mask: Mask;
  /** Gets metrics; undefined where OTEL_DENO is off. */
  readonly telemetry?: Telemetry | undefined;
}

/** All of them. */
export type Parts = Awaited<ReturnType<typeof createParts>>;

/** Creates all parts and starts none. */
export async function createParts(
  config: Config,
  { log, mask, machine, profiles, stopping, ...opened }: Output & OpenJournal & {
    readonly machine: Machine;
    readonly profiles: ProfileStore;
    /** Aborted when the process stops. */
    readonly stopping: AbortController;
  },
) {
  const { journal, file, crew } = opened;
  const isAlone = file !== undefined;
  const clock = createClock({
    machine,
    async followed(byMs) {
      if (crew.pace !== undefined) return; // Waits on disk are those of other machines too.
      await journal.shiftWaits(byMs);
      return journal.committed();
    },
    log,
  });
  const { now, elapsedMs } = clock;
  await journal.clampWaits(now());
  const telegram = { token: config.botToken, apiRoot: config.telegramApiRoot };
  const cutOff = new AbortController();
  let hasStarted = false;
  const shared = {
    journal,
    crew,
    profiles: profiles.current,
    profilesPlace: profiles.place,
    now,
    elapsedMs,
    random: machine.random,
    sleep: (ms: number) => sleepUnless(stopping.signal, ms),
    stopping: stopping.signal,
    afterVisitors: createAfterVisitors(),
    shownWords: createShownWords(),
    beside: createBeside({ crew, journal }),
    log,
  };
  const isShared = crew.pace !== undefined;
  const mayLook = () => crew.holds(UPKEEP_SEAT);
  const recordDurably = createDurableRecording(shared);
  const gather = () => shared.sleep(GATHERED_MS);
  const recordDone = createDoneRecording({ journal, recordDurably, gather });
  const photos = openPhotos(config, journal, now);
  const measures = createMeasures();
  /** When presses came, by the monotonic clock. */
  const cameAtMs = new WeakMap<object, number>();
  const pace = createSendPace({
    ...shared,
    perSecond: isShared && config.messagesPerSecond > 0
      ? () => crew.share(config.messagesPerSecond)
      : config.messagesPerSecond,
    maySend: isShared ? crew.isAlive : undefined,
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
    keptSecrets: await openKeptSecrets(journal),
    config,
    mask,
    tellTime,
    botUsername,
    wake: () => delivery.wake(),
  });

  const following = followShared({ ...shared, ...crmParts, profiles, onWake: crew.onWake });

  const chats = await createManagersChats({
    ...shared,
    config,
    recordDurably,
    pace,
    followed: () => seats.follow(),
    wake: () => {
      delivery.wake();
      answers.wake();
    },
  });
  const adminChat = chats.main.chat;
  const delivery = createDelivery({
    ...shared,
    ...crmParts,
    async crmAnswered(profile, outcome, lead) {
      await crmParts.crmAnswered(profile, outcome, lead);
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
  const loginMessages = createLoginMessages({
    ...shared,
    adminChat,
    recordDurably,
    tellTime,
    mayLook: isShared ? mayLook : undefined,
  });
  const presence = await createPresence({ ...shared, remind: delivery.wake });
  const { page, health } = createPagePart({
    ...shared,
    ...crmParts,
    profiles,
    photos,
    delivery: { ...delivery, ...blocking, invite: answers.invite },
    linkUsed: loginMessages.wake,
    config,
    measures,
    clock,
    chats,
    lastPolledAtMs: () =>
      crew.holds(POLLING_SEAT) ? presence.lastPolledAtMs() : presence.recordedAtMs(),
    webhookState: () => receiving.webhookState(),
    mask,
    isProxied: machine.isProxied,
    environmentSecret: machine.secret,
    botUsername,
    standing: opened.standing,
    hasStarted: () => hasStarted,
    answerTelegram: (request) => receiving.answer(request),
  });
  const bot = createBotPart({
    ...shared,
    config,
    telegram,
    pace,
    photos,
    chats,
    delivery,
    answers,
    blocking,
    managers,
    cameAtMs: (update) => cameAtMs.get(update),
    tellTime,
    loginLink: page.newLoginLink,
    loginLinkShown: loginMessages.remember,
  });
  const watch = watchJournal({
    ...shared,
    ...health,
    lostFile: file?.lostFile ?? (() => undefined),
    crew: isAlone ? undefined : crew,
  });
  const inbox = createInbox({
    ...shared,
    recordDurably,
    recordDone,
    name: isShared ? crew.id : undefined,
    handle(update, atMs) {
      if (update.callback_query !== undefined) cameAtMs.set(update, atMs);
      return bot.handleUpdate(update);
    },
  });
  const seats = createSeatWork({ ...shared, ...following, chats, delivery, answers, inbox });
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
    seats,
    watch,
    inbox,
    clock,
    started() {
      hasStarted = true;
    },
    closeJournal: opened.close,
    takeOverFrom: opened.onTakeOver,
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
      mayLook,
      place: profiles.place,
      breakage: profiles.breakage,
      wake: delivery.wake,
      tellTime,
    }),
    ownChatAlarm: createOwnChatAlarm({ ...shared, chats: chats.watched, wake: delivery.wake }),
    reminder: createLeadReminder({
      ...shared,
      ...config,
      mayLook,
      chats: chats.reminded,
      alert: adminChat.alert,
      wake: delivery.wake,
    }),
    upkeep: await createUpkeep({
      ...shared,
      ...config,
      file,
      photos,
      freeBytes,
      name: isShared ? () => nameFor(crew, UPKEEP_SEAT) : undefined,
      wake: delivery.wake,
    }),
  };
}
