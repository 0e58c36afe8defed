// One scenario while it is played: a visitor of its own acts, and what every side sees is told and checked.

import type { Language } from "../../page/language.ts";
import type { AmoCrm, AmoDeal } from "../../simulator/crm/amocrm.ts";
import type { CrmServer } from "../../simulator/crm/server.ts";
import type { JsonObject } from "../../simulator/telegram/params.ts";
import type { Group, SimMessage, TelegramServer } from "../../simulator/telegram/server.ts";
import type { LineBook } from "../line_book.ts";
import type { Destination } from "../profiles.ts";
import { CARD, CHOICE, LOG_LINES, type LogLine, VISITOR_TEXTS } from "./expected.ts";
import { type Side, TRANSCRIPT, type TranscriptWords } from "./words.ts";

/** Where a scenario is played: the simulated servers and the bot's log. */
export interface Stage {
  readonly telegram: TelegramServer;
  readonly crm: CrmServer;
  readonly amo: AmoCrm;
  readonly admin: Group;
  /** The visitor's language and the transcript's. */
  readonly language: Language;
  /** Sends the leads of all profiles there from now on. */
  connect(destination: Destination): Promise<void>;
  /** The bot's log. */
  readonly log: Pick<LineBook, "mark" | "line">;
}

/** One line of a scenario's transcript. */
export interface Told {
  readonly side: Side;
  readonly what: string;
}

/** A promise and whether it held. */
export interface Checked {
  readonly promise: string;
  readonly held: boolean;
}

/** A scenario's steps. Each tells what is seen and checks what was promised; none throws. */
export interface Scene {
  readonly words: TranscriptWords;
  readonly told: readonly Told[];
  readonly checked: readonly Checked[];
  tell(side: Side, what: string): void;
  visitorChooses(): Promise<void>;
  visitorFollowsUp(text: string): Promise<void>;
  crmReceives(): Promise<void>;
  amoCrmHasDeal(): Promise<void>;
  logSays(line: LogLine): Promise<void>;
  adminChatIsSilent(): void;
  adminChatShowsCard(): Promise<SimMessage | undefined>;
  managerAnswers(card: SimMessage, text: string): Promise<void>;
}

/** Begins a scenario with a new visitor. */
export function openScene(stage: Stage): Scene {
  const { telegram, crm, amo, admin, language } = stage;
  const words = TRANSCRIPT[language];
  const { promises } = words;
  const { choice, confirmation } = VISITOR_TEXTS[language];
  const told: Told[] = [];
  const checked: Checked[] = [];
  const visitor = telegram.user({
    first_name: "Galliard",
    username: "betterrman",
    language_code: language,
  });
  // What the page's people did before is not this scenario's.
  const logBefore = stage.log.mark();
  const leadsBefore = crm.receivedCount;
  const dealsBefore = new Set(amo.deals.map(({ id }) => id));
  let lastSeen = admin.chat.messages.at(-1)?.message_id ?? 0;

  /** What the English transcript adds to a Russian text stands in a line of its own. */
  function tell(side: Side, what: string, meaning = ""): void {
    told.push({ side, what });
    if (meaning !== "") told.push({ side, what: meaning });
  }

  function check(promise: string, held: boolean): void {
    checked.push({ promise, held });
  }

  async function seen<T>(event: Promise<T>): Promise<T | undefined> {
    return await event.catch(() => undefined);
  }

  /** The bot's next message in the managers' chat. */
  async function nextForManagers(): Promise<SimMessage | undefined> {
    const next = await seen(
      admin.chat.waitFor(({ message_id, from }) =>
        message_id > lastSeen && from.id === telegram.bot.id
      ),
    );
    lastSeen = next?.message_id ?? lastSeen;
    return next;
  }

  function brief(message: SimMessage): string {
    const [first = ""] = wordsOf(message).split("\n");
    return message.photo === undefined ? words.quoted(first) : words.photoAnd(first);
  }

  return {
    words,
    told,
    checked,
    tell,

    async visitorChooses() {
      visitor.start("agency");
      tell("visitor", words.opens(`t.me/${telegram.bot.username}?start=agency`));
      const menu = await seen(visitor.chat.nextMessage());
      if (menu === undefined) return check(promises.greeted, false);
      tell("visitor", words.sees(brief(menu), buttonsOf(menu)));
      const press = visitor.press(menu, choice);
      tell("visitor", words.presses(choice));
      const confirmed = await seen(visitor.chat.waitFor((each) => wordsOf(each) === confirmation));
      if (confirmed) tell("visitor", words.reads(brief(confirmed)));
      check(promises.confirmed, confirmed !== undefined);
      check(promises.pressed, await seen(press.answered) !== undefined);
    },

    async visitorFollowsUp(text) {
      visitor.say(text);
      tell("visitor", words.sends(text));
      const followUp = await nextForManagers();
      if (followUp) tell("managers", wordsOf(followUp), words.followUp);
      const whole = followUp !== undefined && wordsOf(followUp).includes(text) &&
        wordsOf(followUp).includes("@betterrman");
      check(promises.followedUp, whole);
      const thanks = await seen(visitor.chat.nextMessage());
      if (thanks) tell("visitor", words.reads(brief(thanks)));
      check(promises.thanked, thanks !== undefined);
    },

    async crmReceives() {
      const lead = await seen(crm.nextLead(({ number }) => number > leadsBefore));
      if (lead) tell("crm", words.gets(lead.rawBody));
      check(
        promises.onePost,
        lead !== undefined && crm.byKey.get(lead.idempotencyKey ?? "") === 1,
      );
    },

    async amoCrmHasDeal() {
      const deal = await seen(amo.nextDeal(({ id }) => !dealsBefore.has(id)));
      if (deal) tell("amocrm", words.deal(deal.name, deal.contact?.name ?? ""));
      check(promises.oneDeal, isWhole(deal, amo));
      const note = deal && await seen(amo.nextNote(({ dealId }) => dealId === deal.id));
      if (note) tell("amocrm", words.note(note.text));
      check(promises.noted, note?.text.includes(CHOICE) === true);
    },

    async logSays(which) {
      const beginning = LOG_LINES[which];
      const meaning = words.logMeans[which];
      const line = await stage.log.line(beginning, logBefore);
      if (line !== undefined) tell("log", line, meaning === "" ? "" : `(${meaning})`);
      check(promises.logged(meaning === "" ? beginning : meaning), line !== undefined);
    },

    adminChatIsSilent() {
      const silent = (admin.chat.messages.at(-1)?.message_id ?? 0) === lastSeen;
      if (silent) tell("managers", words.silence);
      check(promises.silent, silent);
    },

    async adminChatShowsCard() {
      const card = await nextForManagers();
      if (card) tell("managers", wordsOf(card), words.card);
      check(promises.card, card !== undefined && wordsOf(card) === CARD);
      return card;
    },

    async managerAnswers(card, text) {
      const manager = admin.member({ first_name: "Мария", username: "maria" });
      const said = manager.reply(card, text);
      tell("managers", words.answers(text));
      const answer = await seen(visitor.chat.waitFor((each) => each.text === text));
      if (answer) tell("visitor", words.reads(brief(answer)));
      check(promises.answered, answer !== undefined);
      const isOfAnswer = ({ params }: { params: JsonObject }) =>
        params["message_id"] === said.message_id;
      await seen(telegram.nextCall("setMessageReaction", isOfAnswer));
      const [reaction] = admin.chat.reaction(said.message_id);
      const marked = reaction?.type === "emoji" && reaction.emoji === "👍";
      if (marked) tell("managers", words.arrived);
      check(promises.marked, marked);
      visitor.say("https://example.com");
      tell("visitor", words.sends("https://example.com"));
      const next = await nextForManagers();
      if (next) tell("managers", wordsOf(next), words.followUp);
      check(promises.replied, next?.reply_to_message?.message_id === said.message_id);
      await seen(visitor.chat.nextMessage());
    },
  };
}

function isWhole(deal: AmoDeal | undefined, amo: AmoCrm): boolean {
  return deal?.contact?.name === "Galliard (@betterrman)" && amo.duplicates().length === 0;
}

function wordsOf(message: SimMessage): string {
  return message.text ?? message.caption ?? "";
}

function buttonsOf(message: SimMessage): string {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  return rows.flat().map(({ text }) => `[${text}]`).join(" ");
}
