// What people do in the simulated Telegram: write, send files, press buttons. Turns each action into the
// update that Telegram would queue for the bot. Knows no Bot API method.
// Source: https://core.telegram.org/bots/api#update

import type { User } from "grammy/types";
import {
  type ChatView,
  type MessageContent,
  quoted,
  type SimChat,
  type SimMessage,
} from "./chat.ts";
import { withFoundEntities } from "./entities.ts";
import type { Press } from "./press.ts";
import { messageUpdate, type UpdateContent } from "./updates.ts";
import type { World } from "./world.ts";

/** After this time a bot gets a message only as InaccessibleMessage. */
const ACCESSIBLE_MS = 48 * 60 * 60 * 1000;

/** How a press reaches the bot. */
interface PressOptions {
  /** The press reaches the bot twice, under two update ids and two query ids. */
  twiceUnderTwoUpdateIds?: boolean;
  /** The bot gets the message as InaccessibleMessage, however old it is. */
  inaccessible?: boolean;
}

/** One item of an album, with a caption if wanted. */
type AlbumItem = { kind: "photo" | "video"; caption?: string };

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
  reply(message: SimMessage, text: string): SimMessage;
  /** The same person, all of whose messages reply to this one. */
  replying(message: SimMessage): Person;
  sendPhoto(caption?: string, extra?: MessageContent): SimMessage;
  sendDocument(caption?: string): SimMessage;
  sendVideo(): SimMessage;
  sendVoice(caption?: string): SimMessage;
  sendSticker(): SimMessage;
  sendLocation(): SimMessage;
  /** Sends the person's own contact, as the attachment menu does. */
  sendContact(phoneNumber: string): SimMessage;
  /** Presses a button of the bot's keyboard; one that asks for the contact shares this number. Throws when there is none. */
  tap(text: string, phoneNumber?: string): SimMessage;
  /** One message and one update for each item, all with one media_group_id. */
  sendAlbum(items: readonly AlbumItem[]): SimMessage[];
  /** Any other content, for kinds of message that have no method here. */
  send(content: MessageContent): SimMessage;
  /** Changes the words of an own message, its caption where it has a file; the bot gets edited_message. */
  edit(message: SimMessage, text: string): SimMessage;
  /** Puts other content into an own message; fields that are not named stay. */
  amend(message: SimMessage, content: MessageContent): SimMessage;
  /**
   * Presses a button, named by its text or its callback_data: one that the message has now, or had
   * in the version handed in (an app that has not seen an edit yet). Throws when there is none.
   */
  press(message: SimMessage | number, button: string, options?: PressOptions): Press;
}

/** The person as the simulated Telegram plays them. */
export class SimPerson implements Person {
  constructor(
    protected readonly world: World,
    readonly chat: SimChat,
    readonly user: User,
    readonly common: MessageContent = {},
  ) {}

  get id(): number {
    return this.user.id;
  }

  say(text: string, extra: MessageContent = {}): SimMessage {
    return this.send({ text, ...found("entities", text), ...extra });
  }

  reply(message: SimMessage, text: string): SimMessage {
    return this.replying(message).say(text);
  }

  replying(message: SimMessage): Person {
    const { message_thread_id } = message;
    const topic = message_thread_id === undefined
      ? {}
      : { message_thread_id, is_topic_message: true };
    const common = { reply_to_message: quoted(message), ...topic };
    return new SimPerson(this.world, this.chat, this.user, common);
  }

  sendPhoto(caption = "", extra: MessageContent = {}): SimMessage {
    return this.send({ photo: this.world.files.createPhoto(), ...captioned(caption), ...extra });
  }

  sendDocument(caption = ""): SimMessage {
    return this.send({ document: this.world.files.createDocument(), ...captioned(caption) });
  }

  sendVideo(): SimMessage {
    return this.send({ video: this.world.files.createVideo() });
  }

  sendVoice(caption = ""): SimMessage {
    return this.send({ voice: this.world.files.createVoice(), ...captioned(caption) });
  }

  sendSticker(): SimMessage {
    return this.send({ sticker: this.world.files.createSticker() });
  }

  sendLocation(): SimMessage {
    return this.send({ location: { latitude: 52.520008, longitude: 13.404954 } });
  }

  sendContact(phoneNumber: string): SimMessage {
    const { id, first_name } = this.user;
    return this.send({ contact: { phone_number: phoneNumber, first_name, user_id: id } });
  }

  tap(text: string, phoneNumber = "79161234567"): SimMessage {
    const buttons = this.chat.keyboard?.rows.flat() ?? [];
    const button = buttons.find((each) => each.text === text);
    if (button === undefined) {
      const labels = buttons.map((each) => each.text).join(", ") || "none";
      throw new TypeError(`Cannot tap "${text}": the keyboard's buttons are ${labels}`);
    }
    return button.asksContact ? this.sendContact(phoneNumber) : this.say(text);
  }

  sendAlbum(items: readonly AlbumItem[]): SimMessage[] {
    const { files } = this.world;
    const media_group_id = this.world.nextAlbumId();
    return items.map(({ kind, caption = "" }) => {
      const media = kind === "photo"
        ? { photo: files.createPhoto() }
        : { video: files.createVideo() };
      return this.send({ ...media, media_group_id, ...captioned(caption) });
    });
  }

  send(content: MessageContent): SimMessage {
    this.checkMayWrite();
    const message = this.chat.add(this.user, { ...this.common, ...content });
    if (this.#botSees(message)) this.#queue(messageUpdate(message));
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

  press(message: SimMessage | number, button: string, options: PressOptions = {}): Press {
    this.checkMayWrite();
    const messageId = typeof message === "number" ? message : message.message_id;
    const current = this.chat.message(messageId);
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
      ? { chat: this.chat.chat, message_id: messageId, date: 0 as const }
      : current;
    const query = {
      from: this.user,
      message: shown,
      chat_instance: String(-BigInt(Math.abs(this.chat.id)) * 8_191n),
      data,
    };
    return this.world.presses.open(
      query,
      options.twiceUnderTwoUpdateIds ? 2 : 1,
      (callback_query) => this.#queue({ callback_query }),
    );
  }

  /** Throws when this person cannot write here at the moment. */
  protected checkMayWrite(): void {
    if (this.chat.standing.kind === "migrated") {
      throw new TypeError("Cannot write: the group has become a supergroup");
    }
  }

  #own(message: SimMessage): SimMessage {
    const current = this.chat.message(message.message_id);
    if (current?.from.id !== this.id) {
      throw new TypeError("Cannot edit: not a message of one's own");
    }
    return current;
  }

  #change(message: SimMessage): SimMessage {
    const edited = { ...message, edit_date: Math.floor(this.world.now() / 1000) };
    this.chat.replace(edited);
    if (this.#botSees(edited)) this.#queue(messageUpdate(edited, "edited_"));
    return edited;
  }

  #queue(content: UpdateContent): void {
    if (this.chat.isPrivate || this.chat.standing.kind === "open") {
      this.world.updates.push(content);
    }
  }

  /** Privacy mode: https://core.telegram.org/bots/features#privacy-mode */
  #botSees(message: SimMessage): boolean {
    if (this.chat.isPrivate) return true;
    if (this.chat.showsAllToBot) return true;
    if (message.reply_to_message?.from?.id === this.world.bot.id) return true;
    const command = /^\/\w+(?:@(\w+))?/.exec(message.text ?? message.caption ?? "");
    const addressee = command?.[1]?.toLowerCase() ?? this.world.bot.username.toLowerCase();
    return command !== null && addressee === this.world.bot.username.toLowerCase();
  }
}

function captioned(caption: string): MessageContent {
  return caption === "" ? {} : { caption, ...found("caption_entities", caption) };
}

function found(field: "entities" | "caption_entities", text: string): MessageContent {
  const entities = withFoundEntities(text, []);
  return entities.length > 0 ? { [field]: entities } : {};
}

function buttonsOf(message: SimMessage | undefined) {
  return message?.reply_markup?.inline_keyboard.flat() ?? [];
}

function callbackData(message: SimMessage | undefined, named: string): string | undefined {
  for (const button of buttonsOf(message)) {
    const data = "callback_data" in button ? button.callback_data : undefined;
    if (button.text === named || data === named) return data;
  }
  return undefined;
}
