// The way of a lead: press → confirmation and CRM → managers' chat → again, until the CRM or a manager has it. Imports no ky, grammY or SQLite.

import {
  COPIED_FACT,
  crmLane,
  type CutOff,
  type DueLanes,
  type EditedMessage,
  type NewFollowUpMessage,
  type PhoneAnswer,
  type ResendAsked,
  type Returned,
  type Taken,
  type Taker,
  type TakerOnPage,
} from "../journal/journal.ts";
import { type Route, routeOf } from "../crm/destination.ts";
import { attemptId } from "../crm/work.ts";
import { editedWords } from "../managers/follow_up_texts.ts";
import type { CrmOutcome, Lead, MessageAddress, NewLead } from "../lead.ts";
import { createHeldBack, MOST_LEADS_AN_HOUR } from "./held_back.ts";
import { createLanes, type LaneOptions } from "./lanes.ts";
import type { Profile } from "../profiles/profile.ts";
import { contact } from "../visitor_name.ts";
import type { Confirmation } from "../journal/work.ts";

export { MOST_LEADS_AN_HOUR } from "./held_back.ts";

export interface Delivery {
  /**
   * Records a press and delivers its lead; a repeat gives the earlier lead, one too many or of a blocked visitor is held back. Resolves when the
   * confirmation has been tried; undefined when the menu was already answered. `chatHasLeads` comes from `findMenu`.
   *
   * @param pressedAtMs When Telegram handed the press over, by the monotonic clock; undefined where that is not known.
   * @throws {StorageError} If the journal cannot be written; then nothing has happened.
   */
  receive(
    lead: NewLead,
    confirmation: Confirmation,
    profile: Profile,
    chatHasLeads?: boolean,
    pressedAtMs?: number,
  ): Promise<Lead | undefined>;
  /** Records what a lead sent. @throws As `receive`. */
  receiveFollowUp(message: NewFollowUpMessage): Promise<void>;
  /** Records what a visitor made of a message. @throws As `receive`. */
  receiveEdit(message: EditedMessage): Promise<void>;
  /** Records an answer to the question for a phone; its lead goes to the CRM. False where none was open. @throws As `receive`. */
  receivePhone(answer: PhoneAnswer): Promise<boolean>;
  /** Records that a visitor passed the question over when nothing waited for it. @throws As `receive`. */
  dismissPhone(chatId: number, messageId: number): Promise<void>;
  /** One more POST of an open lead, as a person decided. @throws As `receive`. */
  resend(lead: number, by: string): Promise<ResendAsked>;
  /** A person entered a lead by hand; false when the CRM or a manager has it already. @throws As `receive`. */
  closeByHand(lead: number, by: string): Promise<boolean>;
  /** A manager takes a lead, or takes it over. @throws As `receive`. */
  take(lead: number, manager: Taker | TakerOnPage): Promise<Taken>;
  /** A person opens a lead again that was closed a short while ago. @throws As `receive`. */
  giveBack(lead: number, by: string): Promise<Returned>;
  /** Sends a profile's open cards one after another; how many, 0 also when it is under way. @throws As `receive`. */
  sendAll(profile: string, by: string, offer: MessageAddress): Promise<number>;
  /** Tells that new work is due in the journal. */
  wake(): void;
  /** As of `Lanes`. */
  found(due: DueLanes): boolean;
  /** Takes up what an earlier process left. */
  start(): Promise<void>;
  /**
   * The same of a process of the crew that is dead. How many leads it was sending; undefined where another process has taken
   * it up. @throws As `receive`.
   */
  takeOver(dead: string): Promise<number | undefined>;
  /** Takes up nothing more, and resolves when what was in hand is recorded. */
  stop(): Promise<void>;
}

export interface DeliveryOptions extends LaneOptions {
  /** Within this a visitor's same choice again is the same lead, in ms; 0 for never. */
  readonly repeatWindowMs: number;
  /** Resolves a little later, so that confirmations leave first. */
  readonly afterVisitors: () => Promise<void>;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { journal, profiles, now, log } = options;
  const lanes = createLanes(options);
  const heldBack = createHeldBack({ ...lanes, journal, log });

  /** Where a lead's POST waits: by the host of its CRM. */
  function laneOf(route: Route | null): string {
    return crmLane(route?.host ?? "", typeof route?.callsPerSecond === "number");
  }

  async function receiveLead(
    newLead: NewLead,
    confirmation: Confirmation,
    profile: Profile,
    pressedAtMs: number | undefined,
  ) {
    const route = routeOf(profile);
    const lane = laneOf(route);
    const waitMs = profile.phone?.waitMs ?? null;
    // Calls that keep a rate wait their turn in the journal.
    const isAtOnce = route?.callsPerSecond === null && waitMs === null;
    using place = isAtOnce ? await lanes.placeFor(lane) : undefined;
    const postsNow = place !== undefined;
    const recorded = await journal.recordChoice(newLead, confirmation, lane, postsNow, waitMs);
    if (recorded === undefined) return undefined;
    const { lead, post: work, attempt } = recorded;
    log.learned({ lead: lead.number });
    const onDisk = journal.committed();
    const told = onDisk.then(() => lanes.confirm(recorded.confirmation, pressedAtMs));
    if (work.kind === "card") {
      onDisk.then(lanes.wakeManagers, () => {});
    } else if (attempt !== undefined && route !== null && place !== undefined) {
      lanes.post({ work, attempt, lead, profile, route }, place, async () => {
        const isOnDisk = await onDisk.then(() => true, () => false);
        if (isOnDisk) await options.afterVisitors();
        return isOnDisk; // Else there is no such lead.
      });
    } else {
      onDisk.then(() => lanes.wakePosts(lane), () => {}); // `told` tells of a failure.
      if (waitMs !== null) onDisk.then(lanes.wakePhones, () => {});
    }
    await told;
    return lead;
  }

  async function receiveRepeat(
    press: NewLead,
    confirmation: Confirmation,
    number: number,
    pressedAtMs: number | undefined,
  ) {
    log.learned({ lead: number });
    const recorded = await journal.recordRepeat(press, number, confirmation);
    await journal.committed();
    log.info(
      "🔂 Посетитель нажал ещё раз: это тот же лид. Профиль: {profile}, Username: {username}",
      {
        lead: number,
        profile: press.profile,
        username: contact(press.visitor),
      },
    );
    await lanes.confirm(recorded.confirmation, pressedAtMs);
    return recorded.lead;
  }

  async function tellCutOff(cutOff: readonly CutOff[]): Promise<void> {
    for (const { attempt } of cutOff) {
      const lead = await journal.findLead(attempt.lead);
      log.warn("⚠️ Отправку в AmoCRM прервал перезапуск, лид остаётся за чатом менеджеров", {
        lead: attempt.lead,
        chat: lead?.chatId ?? 0,
        span: attemptId(attempt),
        profile: lead?.profile ?? "",
      });
    }
  }

  return {
    async receive(newLead, confirmation, profile, chatHasLeads = true, pressedAtMs) {
      const { repeatWindowMs } = options;
      const limits = { repeatWindowMs, mostInAnHour: MOST_LEADS_AN_HOUR, chatHasLeads };
      const verdict = await journal.judgePress(newLead, limits);
      switch (verdict.kind) {
        case "lead":
          return await receiveLead(newLead, confirmation, profile, pressedAtMs);
        case "repeat":
          return await receiveRepeat(newLead, confirmation, verdict.lead, pressedAtMs);
        case "too_many":
          return await heldBack.receiveHeld(newLead, confirmation, pressedAtMs);
        case "blocked":
          return await heldBack.receiveBlocked(newLead, confirmation, pressedAtMs);
        case "known":
          return undefined;
        default:
          return verdict satisfies never;
      }
    },
    async receiveFollowUp(message) {
      await journal.recordFollowUp(message, now());
      await journal.committed();
      lanes.wakeVisitors();
      lanes.wakeManagers();
      lanes.wakeNotes();
    },
    async receiveEdit(message) {
      const { kind } = await journal.recordEdit(message, editedWords(message.content), now());
      await journal.committed();
      if (kind === "begun") lanes.wakeManagers();
      lanes.wakeNotes();
    },
    async receivePhone(answer) {
      const due = await journal.answerPhoneAsk(answer, now());
      await journal.committed();
      for (const lane of due) lanes.wakePosts(lane);
      lanes.wakePhones();
      return due.length > 0;
    },
    async dismissPhone(chatId, messageId) {
      await journal.dismissPhoneAsk(chatId, messageId, now());
      await journal.committed();
      lanes.wakePhones();
    },
    async resend(number, by) {
      log.learned({ lead: number });
      const profile = profiles().byKey.get((await journal.findLead(number))?.profile ?? "");
      const lane = laneOf(profile === undefined ? null : routeOf(profile));
      const asked = await journal.oweResend(number, by, lane, now());
      await journal.committed();
      lanes.wakePosts(lane);
      lanes.wakeManagers();
      return asked;
    },
    async closeByHand(number, by) {
      log.learned({ lead: number });
      const closed = await journal.closeByHand(number, by, now());
      await journal.committed();
      lanes.wakeManagers();
      return closed;
    },
    async take(number, manager) {
      log.learned({ lead: number });
      const taken = await journal.takeLead(number, manager, now());
      await journal.committed();
      lanes.wakeManagers();
      return taken;
    },
    async giveBack(number, by) {
      log.learned({ lead: number });
      const returned = await journal.returnLead(number, by, now());
      await journal.committed();
      lanes.wakeManagers();
      return returned;
    },
    async sendAll(pressed, by, offer) {
      const { byKey } = profiles();
      const profile = await journal.currentProfile(pressed, byKey); // A button in the chat keeps the key it was made with.
      const profileName = byKey.get(profile)?.name ?? profile;
      const asked = await journal.beginSendAll({ profile, profileName, by, offer }, now());
      if (asked === 0) return 0;
      await journal.committed();
      lanes.wakeRuns();
      lanes.wakeManagers();
      return asked;
    },
    wake() {
      lanes.wakeRuns();
      lanes.wakeVisitors();
      lanes.wakeManagers();
      lanes.wakeNotes();
    },
    found: lanes.found,
    async start() {
      const copiedAtMs = await journal.fact(COPIED_FACT);
      if (copiedAtMs !== undefined) {
        log.warn(
          "♻️ Журнал восстановлен из копии от {copiedAt}: лиды, которые она ещё должна CRM, сами в CRM не уйдут",
          { copiedAt: new Date(Number(copiedAtMs)).toISOString() },
        );
      }
      const cutOff = await journal.recover(RESTARTED, now());
      await journal.committed();
      await tellCutOff(cutOff);
      lanes.wakeAll();
    },
    async takeOver(dead) {
      const cutOff = await journal.takeOver(dead, TAKEN_OVER, now());
      await journal.committed();
      if (cutOff === undefined) return undefined;
      await tellCutOff(cutOff);
      lanes.wakeAll();
      return cutOff.length;
    },
    stop: lanes.stop,
  };
}

const TAKEN_OVER: CrmOutcome = {
  kind: "interrupted",
  reason: "процесс бота перестал отвечать во время отправки",
};

/** How POSTs end that the end of a process cut off. */
export const RESTARTED: CrmOutcome = {
  kind: "interrupted",
  reason: "процесс бота прервался во время отправки",
};
