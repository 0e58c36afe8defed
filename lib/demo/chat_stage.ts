// The state and actions of the demo's page: one visitor, one manager, a CRM in one of five modes. Draws nothing, knows
// no HTTP.

import { isRecord } from "../foreign.ts";
import type { AmoCrm } from "../simulator/crm/amocrm.ts";
import type { Destination } from "./demo_profiles.ts";
import type { CrmMode, CrmServer } from "../simulator/crm/server.ts";
import type { Group, SimMessage, TelegramServer, Visitor } from "../simulator/telegram/server.ts";

/** What the CRM does with leads. */
export const MODES = ["answers", "error", "silent", "down", "amocrm"] as const;
/** One of `MODES`. */
export type Mode = typeof MODES[number];

/** What a CRM has got. */
export interface Received {
  /** Null for a note. */
  readonly request: string | null;
  readonly who: string;
  /** All of it, for the curious. */
  readonly whole: string;
}

/** Something that happened, for the page's animation. */
export type Move =
  /** The visitor has their confirmation: the lead is on its way to the CRM. */
  | "pressed"
  /** The CRM has read a lead. */
  | "received"
  /** A card came into the managers' chat. */
  | "card"
  | "other";

/** The demo page's state and actions. */
export interface ChatStage {
  readonly mode: Mode;
  /** Keys of the profiles whose links can be opened. */
  readonly profiles: readonly string[];
  readonly visitorMessages: readonly SimMessage[];
  readonly managersMessages: readonly SimMessage[];
  /** The newest first. */
  readonly received: readonly Received[];
  setMode(mode: Mode): Promise<void>;
  /** Each returns false when there is nothing to open, press or play. */
  open(profile: string): boolean;
  say(text: string): boolean;
  /** The manager replies to the newest message of the bot in their chat. */
  answer(text: string): boolean;
  /** The bot's reaction to a message of the managers' chat. */
  reactionTo(messageId: number): string | undefined;
  press(who: "visitor" | "manager", messageId: number, button: string): boolean;
  /** Plays a scenario at a pace that a person can follow. */
  play(scenario: number): boolean;
  onMove(listener: (move: Move) => void): () => void;
  /** Ends what is being played. */
  close(): void;
}

const BEHAVIOURS: Readonly<Record<Exclude<Mode, "down" | "amocrm">, CrmMode>> = {
  answers: { kind: "answer" },
  error: { kind: "answer", status: 500, body: "Internal Server Error" },
  silent: { kind: "silent" },
};

/** What the CRM does in each scenario, in the order of their buttons. */
const SCENARIOS: readonly (Mode | "answered")[] = [
  "answers",
  "down",
  "error",
  "silent",
  "amocrm",
  "answered",
];

const CHOICE = "Привлечь клиентов";
const FOLLOW_UP = "https://example.com";
const ANSWER = "Здравствуйте! Пришлите ссылку на ваш сайт, посмотрим сегодня.";

const MOST_RECEIVED = 6;

/** Creates the stage with a first visitor who has not written yet. */
export function createChatStage(
  { telegram, crm, amo, admin, connect, profiles, paceMs }: {
    readonly telegram: TelegramServer;
    readonly crm: CrmServer;
    readonly amo: AmoCrm;
    readonly admin: Group;
    /** Sends the leads of all profiles there from now on. */
    readonly connect: (destination: Destination) => Promise<void>;
    readonly profiles: readonly string[];
    /** Between two steps of a scenario. */
    readonly paceMs: number;
  },
): ChatStage {
  const manager = admin.member({ first_name: "Мария", username: "manager" });
  const listeners = new Set<(move: Move) => void>();
  const closing = new AbortController();
  const firstShown = admin.chat.messages.length;
  const received: Received[] = [];
  let mode: Mode = "answers";
  let visitor: Visitor = newVisitor();
  let playing = Promise.resolve();

  const stopHearing = telegram.onChatEvent((event) => {
    const isVisitors = event.chat.id === visitor.chat.id;
    if (!isVisitors && event.chat.id !== admin.id) return;
    if (isVisitors && event.kind === "edited") return tell("pressed");
    const isCard = !isVisitors && event.kind === "sent" && event.message.reply_markup !== undefined;
    tell(isCard ? "card" : "other");
  });
  const stopCounting = [
    crm.onReceive(({ body, rawBody }) => receive({ ...leadIn(body), whole: rawBody })),
    amo.onDeal((deal) =>
      receive({ request: deal.name, who: deal.contact?.name ?? "", whole: JSON.stringify(deal) })
    ),
    amo.onNote(({ text }) => receive({ request: null, who: text, whole: text })),
  ];

  function receive(one: Received): void {
    received.unshift(one);
    received.length = Math.min(received.length, MOST_RECEIVED);
    tell("received");
  }

  function tell(move: Move): void {
    for (const listener of listeners) listener(move);
  }

  function newVisitor(): Visitor {
    return telegram.user({ first_name: "Galliard", username: "betterrman" });
  }

  async function setMode(wanted: Mode): Promise<void> {
    if (wanted === "down" && mode !== "down") await crm.down();
    if (wanted !== "down" && mode === "down") await crm.up();
    if (wanted !== "down" && wanted !== "amocrm") crm.behave(BEHAVIOURS[wanted]);
    if ((wanted === "amocrm") !== (mode === "amocrm")) {
      await connect(wanted === "amocrm" ? "amocrm" : "webhook");
    }
    mode = wanted;
    tell("other");
  }

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

  function answer(text: string): boolean {
    const target = admin.chat.messages.slice(firstShown)
      .findLast(({ from }) => from.id === telegram.bot.id);
    return target !== undefined && attempt(() => manager.reply(target, text));
  }

  async function perform(wanted: Mode | "answered"): Promise<void> {
    if (closing.signal.aborted) return;
    await setMode(wanted === "answered" ? "error" : wanted);
    visitor = newVisitor();
    tell("other");
    await pause();
    visitor.start("agency");
    const menu = await visitor.chat.nextMessage();
    await pause();
    visitor.press(menu, CHOICE);
    await pause();
    await pause();
    if (wanted === "answered") {
      const shown = visitor.chat;
      await admin.chat.waitUntil((all) => all.at(-1)?.reply_markup !== undefined);
      answer(ANSWER);
      await shown.waitFor(({ text }) => text === ANSWER);
      await pause();
    }
    if (wanted === "answers" || wanted === "amocrm" || wanted === "answered") {
      visitor.say(FOLLOW_UP);
    }
  }

  /** Runs an action; false when its message or button is gone by now. */
  function attempt(act: () => unknown): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) return false;
      throw error;
    }
  }

  return {
    get mode() {
      return mode;
    },
    profiles,
    get visitorMessages() {
      return visitor.chat.messages;
    },
    get managersMessages() {
      return admin.chat.messages.slice(firstShown);
    },
    received,
    setMode,
    open: (profile) => profiles.includes(profile) && attempt(() => visitor.start(profile)),
    say: (text) => text !== "" && attempt(() => visitor.say(text)),
    answer: (text) => text !== "" && answer(text),
    reactionTo(messageId) {
      const [reaction] = admin.chat.reaction(messageId);
      return reaction?.type === "emoji" ? reaction.emoji : undefined;
    },
    press: (who, messageId, button) =>
      attempt(() => (who === "visitor" ? visitor : manager).press(messageId, button)),
    play(scenario) {
      const wanted = SCENARIOS[scenario];
      if (wanted === undefined) return false;
      // A failed wait ends its scenario, not the demo.
      playing = playing.then(() => perform(wanted)).catch(() => {});
      return true;
    },
    onMove(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closing.abort();
      stopHearing();
      for (const stop of stopCounting) stop();
    },
  };
}

/** The parts of a POST that the page shows. */
function leadIn(body: unknown): { readonly request: string; readonly who: string } {
  const { request_details: request, contact } = isRecord(body) ? body : {};
  const { name, username } = isRecord(contact) ? contact : {};
  return { request: String(request ?? ""), who: `${name ?? ""} ${username ?? ""}` };
}
