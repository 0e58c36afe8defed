// One phone of the demo's page: a chat, what its owner does in it, and what the app shows besides messages. Draws
// nothing.

import type { Person, SimMessage } from "../../simulator/telegram/server.ts";
import type { ReplyKeyboard } from "../../simulator/telegram/reply_keyboard.ts";

/** Whose phone it is. */
export type Owner = "visitor" | "manager";

/** What the phone shows over the chat; the number tells one from the next with the same words. */
export type Notice =
  /** The bot's answer to a press; an alert stays until it is closed. */
  | {
    readonly kind: "answer";
    readonly number: number;
    readonly text: string;
    readonly isAlert: boolean;
  }
  /** A message that the bot does not hear: Telegram's privacy mode hides it. */
  | { readonly kind: "unheard"; readonly number: number };

/** A phone's state and actions. An action returns false when there is nothing to act upon. */
export interface Phone {
  readonly messages: readonly SimMessage[];
  /** The bot's keyboard in place of the app's own. */
  readonly keyboard: ReplyKeyboard | null;
  readonly notice: Notice | null;
  /** The message that the next one replies to. */
  readonly replyTo: SimMessage | null;
  /** The own message that is being edited. */
  readonly editing: SimMessage | null;
  /** The emoji under a message. */
  reactionTo(messageId: number): string | undefined;
  /** Sends a text, as a reply or as an edit where that was chosen. */
  say(text: string): boolean;
  /** Sends a photo with this caption. */
  sendPhoto(caption: string): boolean;
  /** Presses a button under a message. */
  press(messageId: number, button: string): boolean;
  /** Presses a button of the bot's keyboard. */
  tap(button: string): boolean;
  chooseReply(messageId: number): boolean;
  chooseEdit(messageId: number): boolean;
  /** Replies to nothing and edits nothing. */
  chooseNone(): boolean;
  /** Closes the notice. */
  dismiss(): boolean;
}

/** Telegram's limits, in UTF-16 units (https://limits.tginfo.me/en). */
export const MOST_TEXT = 4096;
/** The same for the words under a photo. */
export const MOST_CAPTION = 1024;

/** The page draws only the newest messages of a chat. */
const MOST_SHOWN = 100;

/** A Russian mobile number that is not given out. */
const OWN_NUMBER = "79161234567";

/** @param from How many of the chat's first messages are not shown. */
export function createPhone(
  { person, botId, from = 0, changed }: {
    readonly person: Person;
    readonly botId: number;
    readonly from?: number;
    /** Told of what no chat event tells. */
    readonly changed: () => void;
  },
): Phone {
  const { chat } = person;
  let notice: Notice | null = null;
  let replyToId: number | null = null;
  let editingId: number | null = null;
  let deeds = 0;

  function show(next: Notice | null): void {
    notice = next;
    changed();
  }

  function chooseNone(): void {
    replyToId = null;
    editingId = null;
    changed();
  }

  function messageOf(id: number | null): SimMessage | null {
    return id === null ? null : chat.message(id) ?? null;
  }

  /** The person, replying where that was chosen. */
  function speaker(): Person {
    const target = messageOf(replyToId);
    return target === null ? person : person.replying(target);
  }

  function isHeard(text: string): boolean {
    const target = messageOf(replyToId);
    return chat.chat.type === "private" || text.startsWith("/") || target?.from.id === botId;
  }

  function send(words: string, act: () => void): boolean {
    const heard = isHeard(words);
    return attempt(() => {
      act();
      notice = heard ? null : { kind: "unheard", number: ++deeds };
      chooseNone();
    });
  }

  return {
    get messages() {
      return chat.messages.slice(from).slice(-MOST_SHOWN);
    },
    get keyboard() {
      return chat.keyboard;
    },
    get notice() {
      return notice;
    },
    get replyTo() {
      return messageOf(replyToId);
    },
    get editing() {
      return messageOf(editingId);
    },
    reactionTo(messageId) {
      const [reaction] = chat.reaction(messageId);
      return reaction?.type === "emoji" ? reaction.emoji : undefined;
    },
    say(text) {
      const edited = messageOf(editingId);
      if (text === "" || text.length > MOST_TEXT) return false;
      if (edited === null) return send(text, () => speaker().say(text));
      return attempt(() => {
        person.edit(edited, text);
        chooseNone();
      });
    },
    sendPhoto(caption) {
      if (caption.length > MOST_CAPTION) return false;
      return send(caption, () => speaker().sendPhoto(caption));
    },
    press: (messageId, button) =>
      attempt(() => {
        const number = ++deeds;
        show(null);
        // No answer in time is none: Telegram's apps then show nothing either.
        person.press(messageId, button).answered.then(({ text, show_alert }) => {
          if (number !== deeds || text === undefined) return;
          show({ kind: "answer", number, text, isAlert: show_alert === true });
        }, () => {});
      }),
    tap: (button) => attempt(() => person.tap(button, OWN_NUMBER)),
    chooseReply(messageId) {
      if (chat.message(messageId) === undefined) return false;
      [replyToId, editingId] = [messageId, null];
      changed();
      return true;
    },
    chooseEdit(messageId) {
      if (chat.message(messageId)?.from.id !== person.id) return false;
      [replyToId, editingId] = [null, messageId];
      changed();
      return true;
    },
    chooseNone() {
      chooseNone();
      return true;
    },
    dismiss() {
      show(null);
      return true;
    },
  };
}

/** Runs an action; false when its message or button is gone by now. */
export function attempt(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}
