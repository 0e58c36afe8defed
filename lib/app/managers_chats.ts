// Wires the managers' chats: the main one, and one for each chat that profiles name, made and left as the profiles change.

import type { Config } from "./config.ts";
import {
  type ChatPlace,
  createManagersChat,
  idsNow,
  type ManagersChat,
  type ManagersChatOptions,
} from "./managers_chat.ts";
import { isSameMap, mapOfChats } from "./chat_map.ts";
import { type ChatMap, FORMER_CHATS, MAIN_CHAT } from "../journal/journal.ts";
import { chatSeat } from "../journal/seats.ts";
import { createAdminChat, MESSAGES_PER_MINUTE } from "../managers/chat.ts";
import { createChatCheck } from "../managers/chat_check.ts";
import { mainScope, type ManagersChats, ownScope, type Scope } from "../managers/chats.ts";
import type { WatchedChat } from "../managers/own_chat_alarm.ts";
import { createMinutePace, MINUTE_MS, type MinutePace } from "../managers/minute_pace.ts";
import { createSharedPace } from "../managers/shared_pace.ts";
import type { RemindedChat } from "../managers/lead_reminder.ts";
import type { OwnChatState } from "../page/health_report.ts";
import type { Profiles } from "../profiles/profile.ts";
import { createApi } from "../telegram/client.ts";

/** All managers' chats and their condition. */
export interface AllManagersChats extends ManagersChats {
  readonly main: ManagersChat;
  /** Takes up the profiles in use; resolves when the journal knows where their work belongs. */
  follow(): Promise<void>;
  /** The same when they have changed, or other processes may have found a group under another id. */
  followSoon(): void;
  /** Puts what is owed where it belongs, after another process has owed it to a chat that is not in use. */
  placeAgain(): Promise<void>;
  /** A message was sent beside the managers' lanes, such as the reply to a command: the limit of its group counts it. */
  noteSent(chatId: number): void;
  /** Starts the hourly checks. @param botId The bot's own id, from getMe. */
  startChecks(botId: number): void;
  /** The condition of the profiles' own chats. */
  ownChats(): OwnChatState[];
  /** Which leads each chat is reminded of. */
  reminded(): Promise<RemindedChat[]>;
  /** The profiles' own chats, and whether they take cards. */
  watched(): WatchedChat[];
}

/** What they need. */
export interface AllManagersChatsOptions extends ManagersChatOptions {
  readonly config: Config;
  /** Called when other chats may be in use. */
  readonly followed?: () => void;
  readonly profiles: () => Profiles;
}

/** Has the main chat alone until `follow`. */
export async function createManagersChats(
  options: AllManagersChatsOptions,
): Promise<AllManagersChats> {
  const { config, journal, crew, profiles, recordDurably, wake, elapsedMs, log } = options;
  const paces = new Map<string, MinutePace>();
  const main = await create({
    key: MAIN_CHAT,
    group: MAIN_CHAT,
    chatId: config.adminChatId,
    topicId: config.adminTopicId,
    variable: "ADMIN_CHAT_ID",
    topicVariable: "ADMIN_TOPIC_ID",
    pace: paceOf(MAIN_CHAT),
  });
  const former = createAdminChat({
    ...options,
    now: elapsedMs,
    api: createApi(
      { token: config.botToken, apiRoot: config.telegramApiRoot },
      options.pace.at("managers"),
    ),
    chatId: config.adminChatId,
    topicId: null,
    pace: paceOf(FORMER_CHATS),
    alertChatId: null,
    onMigrate: () => {},
  });
  let own = new Map<string, Own>();
  let map: ChatMap = { byProfile: new Map(), groups: new Map() };
  let botId: number | undefined;
  let following: Promise<void> = Promise.resolve();

  function create(place: ChatPlace): Promise<ManagersChat> {
    return createManagersChat(place, options, followSoon);
  }

  /** One for each group: Telegram counts the messages of all its topics together. */
  function paceOf(group: string): MinutePace {
    const known = paces.get(group);
    if (known !== undefined) return known;
    const seat = chatSeat(group);
    const shared = crew.pace?.(seat, { most: MESSAGES_PER_MINUTE, withinMs: MINUTE_MS });
    const made = shared === undefined
      ? createMinutePace(MESSAGES_PER_MINUTE, { ...options, now: elapsedMs })
      : createSharedPace(shared, {
        ...options,
        isAlive: crew.isAlive,
        holds: () => crew.holds(seat),
      });
    paces.set(group, made);
    return made;
  }

  function followSoon(): void {
    follow().catch((cause) => {
      log.error("❌ Чаты менеджеров по профилям не обновить: {cause}", { cause: String(cause) });
    });
  }

  /** One after another. */
  function follow(): Promise<void> {
    const followed = following.then(takeUp);
    following = followed.catch(() => {});
    return followed;
  }

  async function takeUp(): Promise<void> {
    if (crew.pace !== undefined) {
      await Promise.all([main, ...ownChats()].map((chat) => chat.followOthers()));
    }
    const idNow = await idsNow(journal);
    const next = mapOfChats(profiles().byKey.values(), config, idNow);
    if (isSameMap(map, next)) return;
    const inUse = new Map<string, Own>();
    for (const [profile, { chat, group }] of next.byProfile) {
      if (chat === MAIN_CHAT) continue;
      const known = inUse.get(chat) ?? own.get(chat);
      const managersChat = known?.managersChat ?? await join(profile, chat, group);
      inUse.set(chat, {
        managersChat,
        group,
        profiles: [...inUse.get(chat)?.profiles ?? [], profile],
      });
    }
    const before = own;
    // Work leaves for a chat that is there, and leaves none that is not.
    own = new Map([...before, ...inUse]);
    for (const [chat, { managersChat }] of inUse) {
      if (!before.has(chat) && botId !== undefined) managersChat.startChecks(botId);
    }
    await recordDurably(() => journal.placeWork(next));
    map = next;
    own = inUse;
    const ids = [main, ...[...own.values()].map((each) => each.managersChat)]
      .map(({ chat }) => chat.chatId());
    for (const [chat, { managersChat }] of before) {
      if (!own.has(chat)) managersChat.leave(ids.includes(managersChat.chat.chatId()));
    }
    options.followed?.();
    wake();
  }

  function join(profile: string, key: string, group: string): Promise<ManagersChat> {
    const [chatId, topicId = null] = key.split(":").map(Number);
    return create({
      key,
      group,
      chatId: chatId ?? 0,
      topicId,
      variable: `${profile}.managers_chat_id`,
      topicVariable: `${profile}.topic_id`,
      pace: paceOf(group),
    });
  }

  function ownChats(): ManagersChat[] {
    return [...own.values()].map(({ managersChat }) => managersChat);
  }

  /** A chat follows its group at once, the map when the journal knows of that. */
  function groupAt(chatId: number): string | undefined {
    if (chatId === main.chat.chatId()) return MAIN_CHAT;
    const moved = [...own.values()].find((each) => each.managersChat.chat.chatId() === chatId);
    return moved?.group ?? map.groups.get(chatId);
  }

  function scopeOf(chatId: number): Scope | undefined {
    const group = groupAt(chatId);
    if (group === undefined) return undefined;
    const isAt = (id: number) => groupAt(id) === group;
    if (group === MAIN_CHAT) return mainScope(isAt);
    const theirs = [...map.byProfile].filter(([, each]) => each.group === group);
    return ownScope(new Set(theirs.map(([profile]) => profile)), isAt);
  }

  return {
    main,
    follow,
    followSoon,
    async placeAgain() {
      await follow();
      await recordDurably(() => journal.placeWork(map));
      wake();
    },
    groupOf: (key) => own.get(key)?.group ?? MAIN_CHAT,
    keys: () => [MAIN_CHAT, ...own.keys()],
    at: (key) => (own.get(key)?.managersChat ?? main).chat,
    groups: () => {
      const groups = [...own.values()].map(({ group }) => group);
      return [...new Set([MAIN_CHAT, ...groups, FORMER_CHATS])];
    },
    ofGroup(group) {
      if (group === FORMER_CHATS) return former;
      const there = [...own.values()].find((each) => each.group === group);
      return group === MAIN_CHAT || there === undefined ? main.chat : there.managersChat.chat;
    },
    scopeOf,
    noteSent(chatId) {
      const group = groupAt(chatId);
      if (group !== undefined) paceOf(group).sent(1);
    },
    startChecks(id) {
      botId = id;
      main.startChecks(id);
      for (const { managersChat } of own.values()) managersChat.startChecks(id);
      startAlertCheck(id);
    },
    async reminded() {
      const idNow = await idsNow(journal);
      const elsewhere = [...own.values()].flatMap((each) => each.profiles);
      return [
        { key: MAIN_CHAT, formerKeys: [], of: { profiles: new Set(elsewhere), isAllBut: true } },
        ...[...own].map(([key, each]) => ({
          key,
          formerKeys: formerKeys(key, each.profiles, idNow),
          of: { profiles: new Set(each.profiles), isAllBut: false },
        })),
      ];
    },
    watched: () =>
      [...own].map(([key, { managersChat, group, profiles: keys }]) => ({
        key,
        isHere: crew.holds(chatSeat(group)),
        profileNames: keys.map((each) => profiles().byKey.get(each)?.name ?? each),
        isFailing: managersChat.problem() !== undefined ||
          managersChat.failsSinceMs() !== undefined,
      })),
    ownChats: () =>
      [...own.values()].map(({ managersChat, profiles }) => ({
        profiles,
        failsSinceMs: managersChat.failsSinceMs(),
        problem: managersChat.problem(),
        problemSinceMs: managersChat.problemSinceMs(),
        isUsable: managersChat.isUsable(),
        isTopicRefused: managersChat.isTopicRefused(),
      })),
  };

  /** The ids that profiles still name for a group which has moved. Such a group was no forum. */
  function formerKeys(
    key: string,
    keys: readonly string[],
    idNow: (chatId: number) => number,
  ): string[] {
    const named = keys.flatMap((each) => profiles().byKey.get(each)?.ownChat?.chatId ?? []);
    return [...new Set(named.filter((id) => idNow(id) !== id).map(String))]
      .filter((each) => each !== key);
  }

  function startAlertCheck(id: number): void {
    const { alertChatId } = config;
    if (alertChatId === null) return;
    createChatCheck({
      ...options,
      now: elapsedMs,
      api: createApi({ token: config.botToken, apiRoot: config.telegramApiRoot }),
      variable: "ALERT_CHAT_ID",
      isForCards: false,
      chatId: () => alertChatId,
      topicId: null,
      lastShownAtMs: () => undefined,
      onUsable: () => {},
      log,
    }).start(id);
  }
}

interface Own {
  readonly managersChat: ManagersChat;
  readonly group: string;
  readonly profiles: readonly string[];
}
