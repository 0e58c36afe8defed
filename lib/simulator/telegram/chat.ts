// One simulated chat: its messages as they stand now, and waiting for the next one. Knows no user's
// behaviour and no Bot API method.

import type { Chat, Message, ReactionType, User } from "grammy/types";
import type { ChatLimit } from "./limits.ts";
import type { ReplyKeyboard } from "./reply_keyboard.ts";
import { type Awaited, Signal } from "../waiting.ts";

/** A message as the Bot API shows it, always with its sender. */
export type SimMessage = Message & { from: User; chat: Chat };

/** The part of a message that its chat does not add by itself. */
export type MessageContent = Partial<Omit<Message, "message_id" | "date" | "chat" | "from">>;

/** Something that became visible in a chat. */
export type ChatEvent =
  & { chat: ChatView }
  & (
    | { kind: "sent"; message: SimMessage }
    | { kind: "edited"; message: SimMessage }
    | { kind: "reacted"; message: SimMessage; reaction: readonly ReactionType[] }
  );

/** A chat as its people see it. Every wait ends by event, or fails after the failsafe time. */
export interface ChatView {
  readonly id: number;
  readonly chat: Chat;
  /** The messages as they stand now, oldest first. */
  readonly messages: readonly SimMessage[];
  message(messageId: number): SimMessage | undefined;
  reaction(messageId: number): readonly ReactionType[];
  /** The bot's keyboard in place of the app's own; null where there is none. */
  readonly keyboard: ReplyKeyboard | null;
  /**
   * Takes the oldest message of the bot that no earlier nextMessage took and that the predicate
   * accepts; waits for one when there is none. Messages passed over can be taken later.
   */
  nextMessage(predicate?: (message: SimMessage) => boolean): Promise<SimMessage>;
  /**
   * The first message, of any sender, that the predicate accepts now or after a later edit. Takes
   * nothing: asked again, it answers the same.
   */
  waitFor(predicate: (message: SimMessage) => boolean): Promise<SimMessage>;
  /** Resolves once the condition holds for the chat as a whole. */
  waitUntil(condition: (messages: readonly SimMessage[]) => boolean): Promise<void>;
}

/** Whether the bot may write into the chat. */
export type Standing =
  | { kind: "open" }
  | { kind: "never_started" }
  | { kind: "blocked" }
  | { kind: "kicked" }
  | { kind: "migrated"; toChatId: number };

/** How a person stands to a group that they are or were in; `muted` is a restricted member, `muted_outside` one who left. */
export type MemberStanding =
  | "creator"
  | "administrator"
  | "member"
  | "muted"
  | "muted_outside"
  | "kicked";

/** A topic of a forum group; its id is its message_thread_id. */
export interface Topic {
  isClosed: boolean;
}

/** What a chat is created with. */
export interface SimChatOptions {
  chat: Chat;
  standing: Standing;
  limit: ChatLimit;
  botId: number;
  failsafeMs: number;
  now: () => number;
}

/** How many of a chat's last messages are kept. */
const MOST_MESSAGES = 50_000;

/** The chat as the simulated Telegram holds it. */
export class SimChat implements ChatView {
  standing: Standing;
  /** Whether the bot sees every message of a group, as administrators do. */
  showsAllToBot = false;
  /** Whether members who are no administrators may send messages, the bot among them. */
  membersMayWrite = true;
  /** Whether only administrators see who is in the group. */
  hidesMembers = false;
  /** By user id; who is not in it was never in the group, or left. */
  readonly members = new Map<number, MemberStanding>();
  readonly limit: ChatLimit;
  readonly topics = new Map<number, Topic>();
  readonly #options: SimChatOptions;
  readonly #events: Signal<ChatEvent>;
  readonly #messages = new Map<number, SimMessage>();
  readonly #untaken = new Map<number, SimMessage>();
  readonly #reactions = new Map<number, readonly ReactionType[]>();
  #keyboard: ReplyKeyboard | null = null;
  #lastMessageId = 0;

  constructor(options: SimChatOptions) {
    this.#options = options;
    this.standing = options.standing;
    this.limit = options.limit;
    this.#events = new Signal(options.failsafeMs);
  }

  get id(): number {
    return this.#options.chat.id;
  }

  get chat(): Chat {
    return this.#options.chat;
  }

  get isPrivate(): boolean {
    return this.chat.type === "private";
  }

  get messages(): readonly SimMessage[] {
    return [...this.#messages.values()];
  }

  message(messageId: number): SimMessage | undefined {
    return this.#messages.get(messageId);
  }

  reaction(messageId: number): readonly ReactionType[] {
    return this.#reactions.get(messageId) ?? [];
  }

  get keyboard(): ReplyKeyboard | null {
    return this.#keyboard;
  }

  /** Shows another keyboard in place of the last. */
  setKeyboard(keyboard: ReplyKeyboard | null): void {
    this.#keyboard = keyboard;
  }

  onEvent(listener: (event: ChatEvent) => void): () => void {
    return this.#events.listen(listener);
  }

  nextMessage(predicate: (message: SimMessage) => boolean = () => true): Promise<SimMessage> {
    return this.#events.until(() => {
      for (const message of this.#untaken.values()) {
        if (!predicate(message)) continue;
        this.#untaken.delete(message.message_id);
        return message;
      }
      return undefined;
    }, this.#awaited("the bot's next message"));
  }

  waitFor(predicate: (message: SimMessage) => boolean): Promise<SimMessage> {
    return this.#events.until((event) => {
      if (!event) return this.messages.find(predicate);
      return event.kind !== "reacted" && predicate(event.message) ? event.message : undefined;
    }, this.#awaited("a message"));
  }

  async waitUntil(condition: (messages: readonly SimMessage[]) => boolean): Promise<void> {
    const awaited = this.#awaited("a state of the chat");
    await this.#events.until(() => condition(this.messages) || undefined, awaited);
  }

  /** Adds a message with the next number of this chat. */
  add(from: User, content: MessageContent): SimMessage {
    const message: SimMessage = {
      message_id: ++this.#lastMessageId,
      from,
      chat: this.chat,
      date: Math.floor(this.#options.now() / 1000),
      ...content,
    };
    this.#messages.set(message.message_id, message);
    if (from.id === this.#options.botId) this.#untaken.set(message.message_id, message);
    if (this.#messages.size > MOST_MESSAGES) this.#forgetOldest();
    this.#events.emit({ chat: this, kind: "sent", message });
    return message;
  }

  /** Replaces a message by its new version, in place. */
  replace(message: SimMessage): void {
    if (!this.#messages.has(message.message_id)) return;
    this.#messages.set(message.message_id, message);
    if (this.#untaken.has(message.message_id)) this.#untaken.set(message.message_id, message);
    this.#events.emit({ chat: this, kind: "edited", message });
  }

  react(message: SimMessage, reaction: readonly ReactionType[]): void {
    this.#reactions.set(message.message_id, reaction);
    this.#events.emit({ chat: this, kind: "reacted", message, reaction });
  }

  /** Ends every wait in this chat. */
  close(): void {
    this.#events.close();
  }

  #forgetOldest(): void {
    for (const oldest of this.#messages.keys()) {
      for (const kept of [this.#messages, this.#untaken, this.#reactions]) kept.delete(oldest);
      return;
    }
  }

  #awaited(what: string): Awaited {
    const name = this.chat.title ?? this.chat.first_name;
    return {
      what: `${what} in chat ${this.id} "${name}"`,
      seen: () => `it holds: ${this.messages.slice(-10).map(describe).join(" · ") || "nothing"}`,
    };
  }
}

/** A message as it stands inside a reply to it: without the reply that it is itself. */
export function quoted(message: SimMessage): NonNullable<Message["reply_to_message"]> {
  const { reply_to_message: _, ...rest } = message;
  // grammY's type cannot be met under exactOptionalPropertyTypes: it wants the field undefined.
  return rest as NonNullable<Message["reply_to_message"]>;
}

/** A message in one line: number, sender, words, buttons. */
function describe(message: SimMessage): string {
  const words = message.text ?? message.caption ?? "";
  const kind = message.photo ? "(photo) " : message.document ? "(document) " : "";
  const buttons = message.reply_markup?.inline_keyboard.flat().map(({ text }) => `[${text}]`) ?? [];
  const line = JSON.stringify(words.length > 120 ? `${words.slice(0, 120)}…` : words);
  return [`#${message.message_id} ${message.from.first_name}: ${kind}${line}`, ...buttons].join(
    " ",
  );
}
