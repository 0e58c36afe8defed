// The state and actions of the demo's page: visitors, a manager, a CRM in one of five modes. Draws nothing, knows no
// HTTP.

import type { Language } from "../../page/language.ts";
import type { Group, PhotoSource, TelegramServer } from "../../simulator/telegram/server.ts";
import type { ProfileLink } from "../profiles.ts";
import { createCrmSwitch, type CrmServers, type CrmSwitch } from "./crm_switch.ts";
import { createPerformance, type Performance } from "./performance.ts";
import { attempt, createPhone, type Phone } from "./phone.ts";
import { createVisitors, type Visitors } from "./visitors.ts";

/** Something that happened, for the page's animation. */
export type Move =
  /** The visitor has their confirmation: the lead is on its way to the CRM. */
  | "pressed"
  /** The CRM has read a lead. */
  | "received"
  /** A card came into the managers' chat. */
  | "card"
  | "other";

/** A command of the managers' chat, as the bot has registered it. */
export interface Command {
  readonly command: string;
  readonly description: string;
}

/** The demo page's state and actions. */
export interface Stage {
  readonly botId: number;
  readonly visitors: Visitors;
  readonly manager: Phone;
  readonly crm: CrmSwitch;
  readonly performance: Performance;
  /** The profiles whose links can be opened, as they are now. */
  links(): Promise<readonly ProfileLink[]>;
  readonly commands: readonly Command[];
  /** The shown visitor opens a profile's link; false for what no link can hold. */
  open(payload: string): boolean;
  /** What a photo of the bot's looks like. */
  photoSource(fileId: string): PhotoSource | undefined;
  onMove(listener: (move: Move) => void): () => void;
  /** Ends what is being played, and hears no more. */
  close(): void;
}

/** What a stage is created with. */
export interface StageOptions extends CrmServers {
  readonly telegram: TelegramServer;
  readonly admin: Group;
  readonly links: () => Promise<readonly ProfileLink[]>;
  /** Hears of every change of the profiles, until the returned function is called. */
  readonly onProfiles: (listener: () => void) => () => void;
  /** Of the scenarios' visitor and manager. */
  readonly language: Language;
  /** Between two steps of a scenario. */
  readonly paceMs: number;
}

const WORDS: Readonly<Record<Language, { readonly followUp: string; readonly answer: string }>> = {
  ru: {
    followUp: "https://example.com",
    answer: "Здравствуйте! Пришлите ссылку на ваш сайт, посмотрим сегодня.",
  },
  en: {
    followUp: "https://example.com",
    answer: "Hello! Send us a link to your website, we will look at it today.",
  },
};

/** Creates the stage with a first visitor who has not written yet. */
export function createStage(options: StageOptions): Stage {
  const { telegram, admin, links, language, paceMs } = options;
  const listeners = new Set<(move: Move) => void>();
  const changed = () => tell("other");
  const visitors = createVisitors({ telegram, language, changed });
  const manager = createPhone({
    person: admin.member(
      language === "ru"
        ? { first_name: "Мария", username: "manager" }
        : { first_name: "Maria", username: "manager" },
    ),
    botId: telegram.bot.id,
    from: admin.chat.messages.length,
    changed,
  });
  const crm = createCrmSwitch(options, tell);
  const performance = createPerformance({
    visitors,
    manager,
    admin,
    setMode: crm.set,
    links,
    words: WORDS[language],
    paceMs,
    changed,
  });

  const stopReading = options.onProfiles(changed);
  const stopHearing = telegram.onChatEvent((event) => {
    const isManagers = event.chat.id === admin.id;
    const isShown = event.chat.id === visitors.current.person.chat.id;
    if (isShown && event.kind === "edited" && event.message.from.id === telegram.bot.id) {
      return tell("pressed");
    }
    const isCard = isManagers && event.kind === "sent" && event.message.reply_markup !== undefined;
    tell(isCard ? "card" : "other");
  });

  function tell(move: Move): void {
    for (const listener of listeners) listener(move);
  }

  return {
    botId: telegram.bot.id,
    visitors,
    manager,
    crm,
    performance,
    links,
    get commands() {
      return telegram.commands({ type: "chat", chat_id: admin.id });
    },
    open: (payload) => attempt(() => visitors.current.person.start(payload)),
    photoSource: telegram.photoSource,
    onMove(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      performance.close();
      stopHearing();
      stopReading();
      crm.close();
    },
  };
}
