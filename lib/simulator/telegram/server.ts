// The simulated Bot API server: HTTP in front of a small Telegram in memory, with people who act and
// faults on order. It offers what the bot calls, as strict as Telegram is there.
// Source: https://core.telegram.org/bots/api

import type { BotCommand, User, WebhookInfo } from "grammy/types";
import { HttpFront } from "../http_front.ts";
import { CallList, type RecordedCall } from "./calls.ts";
import type { ChatEvent, ChatView } from "./chat.ts";
import { FaultBook, type FaultRule } from "./faults.ts";
import { type Group, SimGroup } from "./group.ts";
import { HttpApi } from "./http.ts";
import { commandsKey } from "./methods.ts";
import type { JsonObject } from "./params.ts";
import type { PhotoSource } from "./photo_sources.ts";
import { SimVisitor, type Visitor } from "./visitor.ts";
import { readWebhookSettings } from "./webhook.ts";
import { World } from "./world.ts";
import { DEFAULT_FAILSAFE_MS } from "../waiting.ts";

export type { RecordedCall } from "./calls.ts";
export type { MessageContent, SimMessage } from "./chat.ts";
export type { Fault } from "./faults.ts";
export type { Group } from "./group.ts";
export type { PhotoSource } from "./photo_sources.ts";
export type { Person } from "./person.ts";
export type { Press } from "./press.ts";
export type { Visitor } from "./visitor.ts";

/** What a simulated Telegram is started with. */
export interface TelegramServerOptions {
  /** Calls with any other token are answered 401. */
  token: string;
  /** Milliseconds since 1970, for dates, ageing and limits; long polls last real seconds. */
  now?: () => number;
  /** "off" admits any number of messages; default "telegram". */
  limits?: "telegram" | "off";
  /** Messages and edits in any second, in all; default Infinity, Telegram's is 30. */
  messagesPerSecond?: number;
  /** After how long a wait of a test fails, in real milliseconds; default 60,000. */
  failsafeMs?: number;
}

/** A running simulated Telegram. */
export interface TelegramServer extends AsyncDisposable {
  /** The root of the Bot API, without a slash at the end. */
  readonly url: string;
  readonly token: string;
  readonly bot: User;
  readonly chats: readonly ChatView[];
  /** Hears the events of every chat until the returned function is called. */
  onChatEvent(listener: (event: ChatEvent) => void): () => void;
  /** A person with a private chat; the bot may write to them once they have written. */
  user(details: Partial<User> & { first_name: string }): Visitor;
  /** A group or channel with the bot as a member; type "group" unless it is a forum. */
  group(details: GroupDetails): Group;
  /** The last calls, oldest first, each recorded when it is finished. */
  readonly calls: readonly RecordedCall[];
  onCall(listener: (call: RecordedCall) => void): () => void;
  /** Takes the oldest finished call that no earlier nextCall took, or waits for the next. */
  nextCall(method: string, predicate?: (call: RecordedCall) => boolean): Promise<RecordedCall>;
  /** Orders a fault; the returned function ends it. */
  fault(rule: FaultRule): () => void;
  /** Telegram cannot fetch a photo at such an address; the returned function ends that. */
  breakPhoto(matches: (url: string) => boolean): () => void;
  /** What a photo of the bot's looks like; undefined for what people send, and for photos of long ago. */
  photoSource(fileId: string): PhotoSource | undefined;
  /** A webhook that an earlier bot left behind; "" removes it. */
  setWebhookUrl(url: string): void;
  /** As getWebhookInfo answers it. */
  readonly webhookInfo: WebhookInfo;
  /** The commands stored for a scope, as setMyCommands names them. */
  commands(scope?: JsonObject): readonly BotCommand[];
  readonly pendingUpdates: number;
  /** Whether a bot is waiting in a long poll at this moment. */
  readonly polled: boolean;
  /** Resolves once a bot is waiting in a long poll: it is up and idle. */
  untilPolled(): Promise<void>;
  /** Stops listening and cuts every connection; keeps chats and updates. */
  down(): Promise<void>;
  /** Listens again on the same port. */
  up(): Promise<void>;
  /** Ends everything; waits that are open fail. */
  close(): Promise<void>;
}

/** A group to create. */
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
    now: options.now ?? Date.now,
    limits: options.limits ?? "telegram",
    messagesPerSecond: options.messagesPerSecond ?? Infinity,
    failsafeMs,
  });
  const calls = new CallList(failsafeMs);
  const faults = new FaultBook();
  const api = new HttpApi(options.token, world, calls, faults);
  const front = await HttpFront.open((request, response) => {
    void api.answer(request, response);
  });

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
      return world.chats;
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
    breakPhoto: (matches) => world.files.breakAddress(matches),
    photoSource: (fileId) => world.files.sources.find(fileId),
    setWebhookUrl: (url) =>
      world.updates.setWebhook(url === "" ? undefined : readWebhookSettings(url, undefined)),
    get webhookInfo() {
      return world.updates.webhookInfo;
    },
    commands: (scope) => world.commands.get(commandsKey(scope)) ?? [],
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
  const chat = world.addGroupChat({
    id: details.id,
    title: details.title,
    type: details.type ?? (isForum ? "supergroup" : "group"),
    isForum,
  });
  chat.showsAllToBot = details.bot_is_admin ?? false;
  return new SimGroup(world, chat);
}
