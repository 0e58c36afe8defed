// The simulated Bot API server: HTTP in front of a small Telegram in memory, with people to play
// and faults to order. Written from Telegram's public description, not from what one bot sends.
// Source: https://core.telegram.org/bots/api

import type { BotCommand, User } from "grammy/types";
import { HttpFront } from "../http_front.ts";
import { BotApi } from "./api.ts";
import { CallList, type RecordedCall } from "./calls.ts";
import type { ChatEvent, ChatView } from "./chat.ts";
import { FaultBook, type FaultRule } from "./faults.ts";
import type { PhotoFault } from "./files.ts";
import { type Group, SimGroup } from "./group.ts";
import { commandsKey } from "./methods.ts";
import type { JsonObject } from "./params.ts";
import { SimVisitor, type Visitor } from "./visitor.ts";
import { World } from "./world.ts";
import { DEFAULT_FAILSAFE_MS } from "../waiting.ts";

export type { CallOutcome, RecordedCall } from "./calls.ts";
export type { ChatEvent, ChatView, MessageContent, SimMessage } from "./chat.ts";
export type { Fault, FaultRule, IncomingCall } from "./faults.ts";
export type { PhotoFault } from "./files.ts";
export type { Group, MemberDetails } from "./group.ts";
export type { AlbumItem, Person, PressOptions } from "./people.ts";
export type { Press, PressAnswer } from "./press.ts";
export type { Visitor } from "./visitor.ts";

export interface TelegramServerOptions {
  /** Calls with any other token are answered 401. */
  token: string;
  /** Without "@"; default triborg_demo_bot. */
  username?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Milliseconds since 1970, for dates, ageing and limits; long polls last real seconds. */
  now?: () => number;
  /** "off" admits any number of messages; default "telegram". */
  limits?: "telegram" | "off";
  /** Messages and edits in any second, in all; default Infinity, Telegram's is 30. */
  messagesPerSecond?: number;
  /** How many of the last calls are kept at least (at most twice as many); default 5000. */
  maxCalls?: number;
  /** How many of a chat's last messages are kept; default 50,000. */
  maxMessagesPerChat?: number;
  /** After how long a wait of a test fails, in real milliseconds; default 15,000. */
  failsafeMs?: number;
}

export interface TelegramServer extends AsyncDisposable {
  /** The root of the Bot API, without a slash at the end. */
  readonly url: string;
  readonly token: string;
  readonly bot: User;
  readonly chats: readonly ChatView[];
  /** Every chat's events, for a view of all chats at once. */
  onChatEvent(listener: (event: ChatEvent) => void): () => void;
  /** A person with a private chat; the bot may write to them once they have written. */
  user(details: Partial<User> & { first_name: string }): Visitor;
  /** A group or channel with the bot as a member; type "group" unless it is a forum. */
  group(details: GroupDetails): Group;
  /** The last calls, oldest first, each noted when it is finished. */
  readonly calls: readonly RecordedCall[];
  onCall(listener: (call: RecordedCall) => void): () => void;
  /** Takes the oldest finished call that no earlier nextCall took, or waits for the next. */
  nextCall(method: string, predicate?: (call: RecordedCall) => boolean): Promise<RecordedCall>;
  /** Orders a fault; the returned function takes the order back. */
  fault(rule: FaultRule): () => void;
  /** A photo or document at this address cannot be fetched; the returned function mends it. */
  breakPhoto(matches: string | ((url: string) => boolean), fault?: PhotoFault): () => void;
  /** A webhook that an earlier bot left behind; "" removes it. */
  setWebhookUrl(url: string): void;
  /** The commands stored for a scope and language, as setMyCommands names them. */
  commands(scope?: JsonObject, languageCode?: string): readonly BotCommand[];
  readonly pendingUpdates: number;
  /** Whether a bot is waiting in a long poll at this moment. */
  readonly polled: boolean;
  /** Resolves once a bot is waiting in a long poll: it is up, and idle for the moment. */
  untilPolled(): Promise<void>;
  /** Stops listening and cuts every connection; chats and updates stay. */
  down(): Promise<void>;
  /** Listens again on the same port. */
  up(): Promise<void>;
  /** Ends everything; waits that are open fail. */
  close(): Promise<void>;
}

export interface GroupDetails {
  id?: number;
  title: string;
  /** In a channel the bot must be an administrator to post, and hears no command. */
  type?: "group" | "supergroup" | "channel";
  is_forum?: boolean;
  /** An administrator hears every message; see Group on privacy mode. */
  bot_is_admin?: boolean;
}

/** Starts the simulated Telegram on 127.0.0.1. */
export async function startTelegramServer(
  options: TelegramServerOptions,
): Promise<TelegramServer> {
  const failsafeMs = options.failsafeMs ?? DEFAULT_FAILSAFE_MS;
  const world = new World({
    token: options.token,
    username: options.username ?? "triborg_demo_bot",
    now: options.now ?? Date.now,
    limits: options.limits ?? "telegram",
    messagesPerSecond: options.messagesPerSecond ?? Infinity,
    maxMessagesPerChat: options.maxMessagesPerChat ?? 50_000,
    failsafeMs,
  });
  const calls = new CallList(options.maxCalls ?? 5000, failsafeMs);
  const faults = new FaultBook();
  const api = new BotApi(options.token, world, calls, faults);
  const front = await HttpFront.open((request, response) => {
    void api.answer(request, response);
  }, options.port);

  const close = async () => {
    world.close();
    calls.close();
    await front.down();
  };
  return {
    url: front.origin,
    token: options.token,
    bot: world.bot,
    get chats() {
      return world.rooms;
    },
    onChatEvent: (listener) => world.chatEvents.listen(listener),
    user: (details) => new SimVisitor(world, world.addUser(details)),
    group: (details) => createGroup(world, details),
    get calls() {
      return calls.all;
    },
    onCall: (listener) => calls.listen(listener),
    nextCall: (method, predicate = () => true) => calls.next(method, predicate),
    fault: (rule) => faults.add(rule),
    breakPhoto: (matches, fault = "unreachable") => world.files.breakAddress(matches, fault),
    setWebhookUrl: (url) => {
      world.updates.webhookUrl = url;
      if (url !== "") world.updates.interrupt("terminated by setWebhook request");
    },
    commands: (scope, languageCode) => world.commands.get(commandsKey(scope, languageCode)) ?? [],
    get pendingUpdates() {
      return world.updates.pending;
    },
    get polled() {
      return world.updates.polled;
    },
    untilPolled: () => world.updates.untilPolled(),
    down: () => front.down(),
    up: () => front.up(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createGroup(world: World, details: GroupDetails): Group {
  const isForum = details.is_forum ?? false;
  const room = world.addGroupRoom({
    title: details.title,
    type: details.type ?? (isForum ? "supergroup" : "group"),
    isForum,
    ...(details.id === undefined ? {} : { id: details.id }),
  });
  room.showsAllToBot = details.bot_is_admin ?? false;
  return new SimGroup(world, room);
}
