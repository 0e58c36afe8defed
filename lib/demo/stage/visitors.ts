// The visitors of the demo: who is there, and whose phone is shown.

import { type Language, LANGUAGES } from "../../page/language.ts";
import type { TelegramServer, Visitor } from "../../simulator/telegram/server.ts";
import { createPhone, type Phone } from "./phone.ts";

/** A person who may write to the bot. */
export interface Guest {
  readonly person: Visitor;
  readonly phone: Phone;
  /** How many messages have come since the phone was last shown. */
  readonly unread: number;
}

/** Who a new visitor is, as a form has it. */
export interface GuestForm {
  readonly name: string;
  /** Without `@`; empty for none. */
  readonly username: string;
  readonly language: string;
}

/** The visitors, the newest first. */
export interface Visitors {
  /** The one whose phone is shown. */
  readonly current: Guest;
  readonly all: readonly Guest[];
  /** Adds the visitor of the scenarios and shows their phone. */
  addUsual(): Guest;
  /** Adds a visitor and shows their phone; false when the form has a fault. */
  add(form: GuestForm): boolean;
  /** Shows a visitor's phone; false when there is no such visitor. */
  choose(id: number): boolean;
}

/** So many visitors can be chosen from; older ones are forgotten by the page. */
const MOST_GUESTS = 8;

/** Telegram's limits (https://core.telegram.org/method/account.updateProfile, …account.checkUsername). */
const MOST_NAME = 64;
const USERNAME = /^[A-Za-z][A-Za-z0-9_]{3,31}$/;

/** Begins with the visitor of the scenarios. */
export function createVisitors(
  { telegram, language, changed }: {
    readonly telegram: TelegramServer;
    /** Of the scenarios' visitor. */
    readonly language: Language;
    readonly changed: () => void;
  },
): Visitors {
  const guests: { person: Visitor; phone: Phone; seen: number }[] = [];
  let current = welcome({
    first_name: "Galliard",
    username: "betterrman",
    language_code: language,
  });

  function welcome(details: Parameters<TelegramServer["user"]>[0]): typeof guests[number] {
    const person = telegram.user(details);
    const guest = {
      person,
      phone: createPhone({ person, botId: telegram.bot.id, changed }),
      seen: 0,
    };
    guests.unshift(guest);
    guests.length = Math.min(guests.length, MOST_GUESTS);
    return guest;
  }

  function show(guest: typeof current): Guest {
    current.seen = current.person.chat.messages.length;
    current = guest;
    changed();
    return view(guest);
  }

  function view(guest: typeof current): Guest {
    const { person, phone, seen } = guest;
    const unread = guest === current ? 0 : person.chat.messages.length - seen;
    return { person, phone, unread };
  }

  return {
    get current() {
      return view(current);
    },
    get all() {
      return guests.map(view);
    },
    addUsual: () =>
      show(welcome({ first_name: "Galliard", username: "betterrman", language_code: language })),
    add({ name, username, language }) {
      const isKnown = LANGUAGES.some((each) => each === language);
      const isName = name !== "" && name.length <= MOST_NAME && name.isWellFormed();
      const isUsername = username === "" || USERNAME.test(username);
      if (!isKnown || !isName || !isUsername) return false;
      show(welcome({
        first_name: name,
        ...(username === "" ? {} : { username }),
        language_code: language,
      }));
      return true;
    },
    choose(id) {
      const guest = guests.find(({ person }) => person.id === id);
      if (guest === undefined) return false;
      show(guest);
      return true;
    },
  };
}
