// What people do in the simulated Telegram: write, send files, press buttons. Turns each into the
// update that Telegram would queue for the bot. Knows no Bot API method.
// Source: https://core.telegram.org/bots/api#update

import type { MessageEntity, User } from "grammy/types";
import {
  type ChatRoom,
  type ChatView,
  type MessageContent,
  quoted,
  type SimMessage,
} from "./chat.ts";
import { withFoundEntities } from "./entities.ts";
import type { Press } from "./press.ts";
import { messageUpdate, type UpdateContent } from "./updates.ts";
import type { World } from "./world.ts";

/** After this time a bot gets a message only as InaccessibleMessage. */
export const ACCESSIBLE_MS = 48 * 60 * 60 * 1000;

export interface PressOptions {
  /** The press reaches the bot twice, under two update ids and two query ids. */
  twiceUnderTwoUpdateIds?: boolean;
  /** The bot gets the message as InaccessibleMessage whatever its age. */
  inaccessible?: boolean;
}

/** One item of an album, with a caption if wanted. */
export type AlbumItem = { kind: "photo" | "video" | "document"; caption?: string };

/**
 * A person in one chat. Every method returns the message as the bot will see it; `extra` adds or
 * replaces fields of it (forward_origin, quote, message_thread_id …).
 */
export interface Person {
  readonly id: number;
  readonly user: User;
  readonly chat: ChatView;
  say(text: string, extra?: MessageContent): SimMessage;
  /** Replies to a message; in a forum the reply stands in the same topic. */
  reply(message: SimMessage, text: string, extra?: MessageContent): SimMessage;
  sendPhoto(caption?: string, extra?: MessageContent): SimMessage;
  sendDocument(caption?: string, extra?: MessageContent): SimMessage;
  sendVideo(caption?: string, extra?: MessageContent): SimMessage;
  sendVoice(caption?: string, extra?: MessageContent): SimMessage;
  sendSticker(emoji?: string, extra?: MessageContent): SimMessage;
  sendLocation(extra?: MessageContent): SimMessage;
  /** The person's own contact, unless another is given. */
  sendContact(phoneNumber: string, extra?: MessageContent): SimMessage;
  /** One message and one update for each item, all with one media_group_id. */
  sendAlbum(items: readonly AlbumItem[], extra?: MessageContent): SimMessage[];
  /** Any other content, for kinds of message that have no method here. */
  send(content: MessageContent): SimMessage;
  /** Changes the words of an own message, its caption where it has a file; the bot gets edited_message. */
  edit(message: SimMessage, text: string): SimMessage;
  /** Puts other content into an own message, another file for one; fields that are not named stay. */
  amend(message: SimMessage, content: MessageContent): SimMessage;
  /**
   * Presses a button, named by its text or its callback_data: one that the message has now, or had
   * in the version handed in (an app that has not heard of an edit). Throws when there is none.
   */
  press(message: SimMessage | number, button: string, options?: PressOptions): Press;
}

export class SimPerson implements Person {
  constructor(
    protected readonly world: World,
    protected readonly room: ChatRoom,
    readonly user: User,
  ) {}

  get id(): number {
    return this.user.id;
  }

  get chat(): ChatView {
    return this.room;
  }

  say(text: string, extra: MessageContent = {}): SimMessage {
    return this.send({ text, ...found("entities", text), ...extra });
  }

  reply(message: SimMessage, text: string, extra: MessageContent = {}): SimMessage {
    const { message_thread_id } = message;
    const topic = message_thread_id === undefined
      ? {}
      : { message_thread_id, is_topic_message: true };
    return this.say(text, { reply_to_message: quoted(message), ...topic, ...extra });
  }

  sendPhoto(caption = "", extra: MessageContent = {}): SimMessage {
    return this.send({ photo: this.world.files.createPhoto(), ...captioned(caption), ...extra });
  }

  sendDocument(caption = "", extra: MessageContent = {}): SimMessage {
    const document = this.world.files.createDocument();
    return this.send({ document, ...captioned(caption), ...extra });
  }

  sendVideo(caption = "", extra: MessageContent = {}): SimMessage {
    return this.send({ video: this.world.files.createVideo(), ...captioned(caption), ...extra });
  }

  sendVoice(caption = "", extra: MessageContent = {}): SimMessage {
    return this.send({ voice: this.world.files.createVoice(), ...captioned(caption), ...extra });
  }

  sendSticker(emoji = "👍", extra: MessageContent = {}): SimMessage {
    return this.send({ sticker: this.world.files.createSticker(emoji), ...extra });
  }

  sendLocation(extra: MessageContent = {}): SimMessage {
    return this.send({ location: { latitude: 52.520008, longitude: 13.404954 }, ...extra });
  }

  sendContact(phoneNumber: string, extra: MessageContent = {}): SimMessage {
    const { id, first_name } = this.user;
    return this.send({
      contact: { phone_number: phoneNumber, first_name, user_id: id },
      ...extra,
    });
  }

  sendAlbum(items: readonly AlbumItem[], extra: MessageContent = {}): SimMessage[] {
    const media_group_id = this.world.nextAlbumId();
    return items.map(({ kind, caption = "" }) =>
      this.send({ ...this.#media(kind), media_group_id, ...captioned(caption), ...extra })
    );
  }

  send(content: MessageContent): SimMessage {
    this.mayWrite();
    const message = this.room.add(this.user, content);
    if (this.#botSees(message)) this.queue(messageUpdate(message));
    return message;
  }

  edit(message: SimMessage, text: string): SimMessage {
    const { entities: _, caption_entities: __, ...rest } = this.#own(message);
    return rest.text === undefined
      ? this.#change({ ...rest, caption: text, ...found("caption_entities", text) })
      : this.#change({ ...rest, text, ...found("entities", text) });
  }

  amend(message: SimMessage, content: MessageContent): SimMessage {
    return this.#change({ ...this.#own(message), ...content });
  }

  #own(message: SimMessage): SimMessage {
    const current = this.room.message(message.message_id);
    if (current?.from.id !== this.id) {
      throw new TypeError("Cannot edit: not a message of one's own");
    }
    return current;
  }

  #change(message: SimMessage): SimMessage {
    const edited = { ...message, edit_date: Math.floor(this.world.now() / 1000) };
    this.room.replace(edited);
    if (this.#botSees(edited)) this.queue(messageUpdate(edited, "edited_"));
    return edited;
  }

  press(message: SimMessage | number, button: string, options: PressOptions = {}): Press {
    this.mayWrite();
    const messageId = typeof message === "number" ? message : message.message_id;
    const current = this.room.message(messageId);
    const seen = typeof message === "number" ? current : message;
    const data = callbackData(current, button) ?? callbackData(seen, button);
    if (data === undefined) {
      const labels = buttonsOf(current).map(({ text }) => text).join(", ") || "none";
      throw new TypeError(
        `Cannot press "${button}" under message ${messageId}: its buttons are ${labels}`,
      );
    }
    const isOld = !current || current.date * 1000 < this.world.now() - ACCESSIBLE_MS;
    const shown = isOld || options.inaccessible
      ? { chat: this.room.chat, message_id: messageId, date: 0 as const }
      : current;
    const query = {
      from: this.user,
      message: shown,
      chat_instance: String(-BigInt(Math.abs(this.room.id)) * 8_191n),
      data,
    };
    const press = this.world.presses.open(
      query,
      (callback_query) => this.queue({ callback_query }),
    );
    if (options.twiceUnderTwoUpdateIds) press.again();
    return press;
  }

  protected queue(content: UpdateContent): void {
    const isShutOut = !this.room.isPrivate && this.room.standing.kind !== "open";
    if (isShutOut) return;
    this.world.updates.push(content);
  }

  /** Throws when this person cannot write here at the moment. */
  protected mayWrite(): void {
    if (this.room.standing.kind === "migrated") {
      throw new TypeError("Cannot write: the group has become a supergroup");
    }
  }

  /** Privacy mode: https://core.telegram.org/bots/features#privacy-mode */
  #botSees(message: SimMessage): boolean {
    if (this.room.isPrivate) return true;
    if (this.room.showsAllToBot) return true;
    if (message.reply_to_message?.from?.id === this.world.bot.id) return true;
    const command = /^\/\w+(?:@(\w+))?/.exec(message.text ?? message.caption ?? "");
    const addressee = command?.[1]?.toLowerCase() ?? this.world.bot.username.toLowerCase();
    return command !== null && addressee === this.world.bot.username.toLowerCase();
  }

  #media(kind: AlbumItem["kind"]): MessageContent {
    switch (kind) {
      case "photo":
        return { photo: this.world.files.createPhoto() };
      case "video":
        return { video: this.world.files.createVideo() };
      case "document":
        return { document: this.world.files.createDocument() };
    }
  }
}

function captioned(caption: string): MessageContent {
  return caption === "" ? {} : { caption, ...found("caption_entities", caption) };
}

function found(field: "entities" | "caption_entities", text: string): MessageContent {
  const entities: MessageEntity[] = withFoundEntities(text, []);
  return entities.length > 0 ? { [field]: entities } : {};
}

function buttonsOf(message: SimMessage | undefined) {
  return message?.reply_markup?.inline_keyboard.flat() ?? [];
}

function callbackData(message: SimMessage | undefined, named: string): string | undefined {
  for (const button of buttonsOf(message)) {
    const data = "callback_data" in button ? button.callback_data : undefined;
    if (button.text !== named && data !== named) continue;
    if (data !== undefined) return data;
    throw new TypeError(`Cannot press "${named}": this button opens something, it calls no bot`);
  }
  return undefined;
}
