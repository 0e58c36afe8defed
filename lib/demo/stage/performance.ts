// Plays the page's scenarios, one at a time, at a pace that a person can follow.

import type { Group } from "../../simulator/telegram/server.ts";
import type { ProfileLink } from "../profiles.ts";
import type { Mode } from "./crm_switch.ts";
import type { Phone } from "./phone.ts";
import type { Visitors } from "./visitors.ts";

/** What the CRM does in each scenario, in the order of their buttons; in "answered" a manager replies. */
export const PLAYS = ["answers", "down", "error", "silent", "amocrm", "answered"] as const;

type Play = typeof PLAYS[number];

/** Plays scenarios. */
export interface Performance {
  /** The number of the scenario that is played now. */
  readonly playing: number | null;
  /** Plays a scenario as soon as the one before is over; only the last one that was asked for waits. */
  play(scenario: number): boolean;
  /** Ends what is being played. */
  close(): void;
}

/** Creates a performance with the stage's people. */
export function createPerformance(
  { visitors, manager, admin, setMode, links, words, paceMs, changed }: {
    readonly visitors: Visitors;
    readonly manager: Phone;
    readonly admin: Group;
    readonly setMode: (mode: Mode) => Promise<void>;
    readonly links: () => Promise<readonly ProfileLink[]>;
    readonly words: { readonly followUp: string; readonly answer: string };
    /** Between two steps of a scenario. */
    readonly paceMs: number;
    readonly changed: () => void;
  },
): Performance {
  const closing = new AbortController();
  let playing: number | null = null;
  let next: number | null = null;

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        closing.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, closing.signal.aborted ? 0 : paceMs);
      closing.signal.addEventListener("abort", end);
    });
  }

  async function perform(play: Play): Promise<void> {
    const first = (await links()).find(({ isDraft }) => !isDraft);
    if (first === undefined) return;
    await setMode(play === "answered" ? "error" : play);
    const { person, phone } = visitors.addUsual();
    const before = admin.chat.messages.at(-1)?.message_id ?? 0;
    await pause();
    person.start(first.key);
    const menu = await person.chat.nextMessage();
    await pause();
    const [button] = menu.reply_markup?.inline_keyboard.flat() ?? [];
    if (button === undefined) return;
    phone.press(menu.message_id, button.text);
    await pause();
    await pause();
    if (play === "answered") {
      const card = await admin.chat.waitFor(({ message_id, reply_markup }) =>
        message_id > before && reply_markup !== undefined
      );
      manager.chooseReply(card.message_id);
      await pause();
      manager.say(words.answer);
      await person.chat.waitFor(({ text }) => text === words.answer);
      await pause();
    }
    if (play === "answers" || play === "amocrm" || play === "answered") person.say(words.followUp);
  }

  async function performAll(): Promise<void> {
    while (next !== null && !closing.signal.aborted) {
      playing = next;
      next = null;
      changed();
      const play = PLAYS[playing];
      // A failed wait ends its scenario, not the demo.
      if (play !== undefined) await perform(play).catch(() => {});
      playing = null;
      changed();
    }
  }

  return {
    get playing() {
      return playing;
    },
    play(scenario) {
      if (PLAYS[scenario] === undefined) return false;
      next = scenario;
      if (playing === null) void performAll();
      return true;
    },
    close: () => closing.abort(),
  };
}
