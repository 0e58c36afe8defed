// The state of the simulated Telegram: the bot, the people, the chats, the files, the waiting updates.
// Knows neither HTTP nor the Bot API's methods.

import type { BotCommand, Chat, User, UserFromGetMe } from "grammy/types";
import { type ChatEvent, SimChat, type SimMessage, type Standing } from "./chat.ts";
import { FileStore } from "./files.ts";
import {
  type ChatLimit,
  createGroupLimit,
  createPrivateLimit,
  createTotalLimit,
  NO_LIMIT,
} from "./limits.ts";
import { PressBook } from "./press.ts";
import { badRequest, forbidden, TelegramRefusal } from "./refusal.ts";
import { UpdateQueue } from "./updates.ts";
import { Signal } from "../waiting.ts";

/** What the simulated Telegram is created with. */
interface WorldOptions {
  token: string;
  now: () => number;
  limits: "telegram" | "off";
  messagesPerSecond: number;
  failsafeMs: number;
}

/** The whole state of one simulated Telegram. */
export class World {
  /** The bot as getMe shows it. */
  readonly me: UserFromGetMe;
  /** The bot as the sender of its messages. */
  readonly bot: User & { username: string };
  readonly now: () => number;
  readonly files: FileStore;
  readonly updates: UpdateQueue;
  readonly presses: PressBook;
  readonly chatEvents: Signal<ChatEvent>;
  /** Commands by scope, as setMyCommands stored them. */
  readonly commands = new Map<string, readonly BotCommand[]>();
  /** How many messages and edits the bot may send in all. */
  readonly total: ChatLimit;
  readonly #options: WorldOptions;
  readonly #users = new Map<number, User>();
  readonly #chats = new Map<number, SimChat>();
  #lastUserId = 310_452_006;
  #lastGroupId = 4_120_377_815;
  #lastSupergroupId = 1_002_345_678_901;
  #lastAlbumId = 13_840_225_571_903_000n;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.now = options.now;
    this.total = options.messagesPerSecond === Infinity
      ? NO_LIMIT
      : createTotalLimit(options.messagesPerSecond);
    this.updates = new UpdateQueue(options.now, options.failsafeMs);
    this.presses = new PressBook(options.now, options.failsafeMs);
    this.chatEvents = new Signal(options.failsafeMs);
    this.me = createBot(options.token);
    const { id, first_name, username } = this.me;
    this.bot = { id, is_bot: true, first_name, username };
    this.files = new FileStore(id);
    this.#users.set(this.bot.id, this.bot);
  }

  readonly findUser = (id: number): User | undefined => this.#users.get(id);

  get chats(): readonly SimChat[] {
    return [...this.#chats.values()];
  }

  /** Adds a person; a given id must be free. */
  addUser(details: Partial<User> & { first_name: string }): User {
    const id = details.id ?? ++this.#lastUserId;
    if (this.#users.has(id)) throw new TypeError(`Cannot add user ${id}: the id is taken`);
    const { first_name, ...rest } = details;
    const user: User = { ...rest, id, is_bot: false, first_name };
    this.#users.set(id, user);
    return user;
  }

  addPrivateChat(user: User): SimChat {
    const chat: Chat = {
      id: user.id,
      first_name: user.first_name,
      ...(user.last_name === undefined ? {} : { last_name: user.last_name }),
      ...(user.username === undefined ? {} : { username: user.username }),
      type: "private",
    };
    return this.#add(chat, { kind: "never_started" });
  }

  addGroupChat({ title, type, isForum, id: given }: {
    id?: number | undefined;
    title: string;
    type: "group" | "supergroup" | "channel";
    isForum?: boolean;
  }): SimChat {
    const id = given ?? (type === "group" ? -(++this.#lastGroupId) : -(++this.#lastSupergroupId));
    const chat: Chat = type === "supergroup"
      ? { id, title, type, ...(isForum ? { is_forum: true } : {}) }
      : { id, title, type };
    return this.#add(chat, { kind: "open" });
  }

  /** The file of an id, as the newest message with it shows it. */
  findFile(
    kind: "animation" | "photo" | "document" | "video" | "audio",
    fileId: string,
  ): SimMessage[typeof kind] {
    const messages = this.chats.flatMap((chat) => chat.messages).reverse();
    return messages.map((message) => message[kind]).find((file) => {
      const sizes = Array.isArray(file) ? file : [file];
      return sizes.some((size) => size?.file_id === fileId);
    });
  }

  /** The chat that a call names, if the bot may read it. */
  readableChat(chatId: number | undefined): SimChat {
    if (chatId === undefined) throw badRequest("chat_id is empty");
    const found = this.#chats.get(chatId);
    if (!found) throw badRequest("chat not found");
    const { standing, chat } = found;
    if (standing.kind === "kicked") throw forbidden(`bot was kicked from the ${chat.type} chat`);
    if (standing.kind === "migrated") {
      const parameters = { migrate_to_chat_id: standing.toChatId };
      const description = "Bad Request: group chat was upgraded to a supergroup chat";
      throw new TelegramRefusal(400, description, parameters);
    }
    return found;
  }

  /** The chat that a call names, if the bot may write into it. */
  writableChat(chatId: number | undefined): SimChat {
    const found = this.readableChat(chatId);
    const { standing, chat, showsAllToBot, membersMayWrite } = found;
    if (standing.kind === "blocked") throw forbidden("bot was blocked by the user");
    if (standing.kind === "never_started") {
      throw forbidden("bot can't initiate conversation with a user");
    }
    if (chat.type === "channel" && !showsAllToBot) {
      throw badRequest("need administrator rights in the channel chat");
    }
    if (!membersMayWrite && !showsAllToBot) {
      throw badRequest("not enough rights to send text messages to the chat");
    }
    return found;
  }

  nextAlbumId(): string {
    return String(++this.#lastAlbumId);
  }

  /** Ends every wait. */
  close(): void {
    this.updates.close();
    this.presses.close();
    for (const chat of this.#chats.values()) chat.close();
  }

  #add(chat: Chat, standing: Standing): SimChat {
    if (this.#chats.has(chat.id)) {
      throw new TypeError(`Cannot add chat ${chat.id}: the id is taken`);
    }
    const added = new SimChat({
      chat,
      standing,
      limit: this.#limitFor(chat),
      botId: this.bot.id,
      failsafeMs: this.#options.failsafeMs,
      now: this.now,
    });
    added.onEvent((event) => this.chatEvents.emit(event));
    this.#chats.set(chat.id, added);
    return added;
  }

  #limitFor(chat: Chat): ChatLimit {
    if (this.#options.limits === "off") return NO_LIMIT;
    return chat.type === "private" ? createPrivateLimit() : createGroupLimit();
  }
}

function createBot(token: string): UserFromGetMe {
  return {
    id: Number.parseInt(token, 10) || 7_012_345_678,
    is_bot: true,
    first_name: "Triborg",
    username: "triborg_demo_bot",
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  };
}
