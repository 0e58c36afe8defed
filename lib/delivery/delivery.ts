// The way of a lead: press → confirmation and CRM → admin chat → again, until somebody has it. Imports no ky, grammY or SQLite.

import type { AdminChat } from "../managers/chat.ts";
import { createAdminWork } from "../managers/work.ts";
import { LONGEST_WAIT_MS, waitMs } from "../backoff.ts";
import type { Crm } from "../crm/post.ts";
import { createCrmWork } from "../crm/work.ts";
import {
  ADMIN_CHAT_LANE,
  COPIED_FACT,
  CRM_LANES,
  crmLane,
  type EditedMessage,
  EDITS_LANE,
  FOLLOW_UPS_LANE,
  type Journal,
  type NewFollowUpMessage,
  type ResendAsked,
  SEND_ALL_LANES,
  VISITORS_LANE,
  type Work,
} from "../journal/journal.ts";
import { editedWords } from "../managers/follow_up_texts.ts";
import type { CrmOutcome, Lead, MessageAddress, NewLead } from "../lead.ts";
import { createFollowUpTurns } from "../managers/follow_up_turns.ts";
import type { Log } from "../log/log.ts";
import { heldText, type TellTime } from "../managers/texts.ts";
import { createOutbox } from "./lanes.ts";
import { type RecordDurably } from "../journal/durable.ts";
import type { Profile, Profiles } from "../profiles/profile.ts";
import { createSendAll } from "../managers/send_all.ts";
import { contact } from "../visitor_name.ts";
import type { Confirmation, VisitorChat } from "../visitors/chat.ts";
import { createVisitorWork } from "../visitors/work.ts";
import { hostOf } from "../profiles/webhook_address.ts";

/** Open POSTs: in all, and to one host, so that one dead CRM leaves room for the others. */
const MOST_POSTS = 256;
const MOST_POSTS_PER_HOST = 128;

/** Most leads of one visitor within an hour that go to the CRM by themselves (user requirement). */
export const MOST_LEADS_AN_HOUR = 20;

/** Messages to visitors that are repeated at once; first tries go with their update. */
const MOST_VISITORS = 64;

export interface Delivery {
  /**
   * Records a lead and sets it on its way; a press that repeats an earlier one gives that lead, and a lead
   * that is one too many of its visitor is held back. Resolves when the confirmation has been tried; undefined
   * when the menu was already answered.
   *
   * @throws If the journal cannot be written: then nothing has happened.
   */
  receive(lead: NewLead, confirmation: Confirmation, profile: Profile): Promise<Lead | undefined>;
  /** Records what a lead sent. @throws As `receive`. */
  receiveFollowUp(message: NewFollowUpMessage): Promise<void>;
  /** Records what a visitor made of a message. @throws As `receive`. */
  receiveEdit(message: EditedMessage): Promise<void>;
  /** One more POST of an open lead, as a person decided. @throws As `receive`. */
  resend(lead: number, by: string): Promise<ResendAsked>;
  /** A person entered a lead by hand; false when somebody has it already. @throws As `receive`. */
  closeByHand(lead: number, by: string): Promise<boolean>;
  /** Sends a profile's open cards one after another; how many, 0 also when it is under way. @throws As `receive`. */
  sendAll(profile: string, by: string, offer: MessageAddress): Promise<number>;
  /** Tells that the journal owes somebody something new. */
  wake(): void;
  /** Takes up what an earlier process left. */
  start(): Promise<void>;
  /** Takes up nothing more, and resolves when what was in hand is recorded. */
  stop(): Promise<void>;
}

export interface DeliveryOptions {
  readonly journal: Journal;
  readonly crm: Crm;
  readonly adminChat: AdminChat;
  readonly visitorChat: VisitorChat;
  readonly profiles: () => Profiles;
  readonly crmTimeoutMs: number;
  /** Within this a visitor's same choice again is the same lead, in ms; 0 for never. */
  readonly repeatWindowMs: number;
  readonly tellTime: TellTime;
  readonly recordDurably: RecordDurably;
  /** Resolves a little later, a few in each round of the event loop: what was begun before goes first. */
  readonly afterVisitors: () => Promise<void>;
  readonly now: () => number;
  /** A monotonic clock for spans, in ms. Without one no follow-up is held back for the sake of others. */
  readonly elapsedMs?: () => number;
  readonly random: () => number;
  readonly log: Log;
  /** Cuts POSTs off that are still open when the process has to go. */
  readonly cutOff: AbortSignal;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { journal, profiles, now, random, log } = options;
  const retryAtMs = (work: Work, atLeastMs = 0) =>
    now() + Math.min(Math.max(waitMs(work.failures + 1, random()), atLeastMs), LONGEST_WAIT_MS);
  const sendAll = createSendAll(options);
  const crmWork = createCrmWork({
    ...options,
    sendAll,
    wakeManagers,
    giveBack: (work, error) => posts.giveBack(work, error),
  });
  const posts = createOutbox({
    ...options,
    run: crmWork.run,
    most: MOST_POSTS,
    mostPerLane: (lane) => lane.startsWith(SEND_ALL_LANES) ? 1 : MOST_POSTS_PER_HOST,
  });
  const turns = createFollowUpTurns(options);
  const adminWork = createAdminWork({ ...options, adminChat: turns.chat, retryAtMs });
  const oneByOne = {
    ...options,
    // A card that is shown makes its lead's follow-ups due, and may have to be edited.
    run: (work: Work) => adminWork(work).finally(wakeManagers),
    most: 1,
    mostPerLane: () => 1,
  };
  const managers = createOutbox({ ...oneByOne, journal: turns.journal });
  const edits = createOutbox(oneByOne);
  const visitorWork = createVisitorWork({ ...options, retryAtMs });
  const visitors = createOutbox({
    ...options,
    run: visitorWork.run,
    most: MOST_VISITORS,
    mostPerLane: () => MOST_VISITORS,
  });
  // First tries are bounded with their updates. Counted with the others they would leave these no room.
  const firstTries = createOutbox({
    ...options,
    run: visitorWork.run,
    most: Infinity,
    mostPerLane: () => 0,
  });

  /** By the lanes that there are: a profile may have got another key. */
  function wakeRuns(): void {
    for (const lane of journal.lanes(SEND_ALL_LANES)) posts.wake(lane);
  }

  function wakeManagers(): void {
    for (const lane of [ADMIN_CHAT_LANE, FOLLOW_UPS_LANE]) managers.wake(lane);
    edits.wake(EDITS_LANE);
  }

  /** Resolves when the confirmation has been tried; that it was is recorded later. */
  function tell(work: Work, confirmation: Confirmation): Promise<void> {
    return new Promise((tried) => {
      const confirm = (each: Work) => visitorWork.confirm(each, confirmation, tried);
      firstTries.runNow(work, confirm).then(() => {
        tried();
        visitors.wake(VISITORS_LANE); // It may be due again.
      });
    });
  }

  /** Where a lead's POST waits: by the host of its webhook address. */
  function laneTo(profile: Profile | undefined): string {
    return crmLane(hostOf(profile?.webhook?.url ?? ""));
  }

  async function receiveLead(newLead: NewLead, confirmation: Confirmation, profile: Profile) {
    const lane = laneTo(profile);
    const postsNow = profile.webhook !== null && posts.isFree(lane);
    const recorded = journal.recordChoice(newLead, JSON.stringify(confirmation), lane, postsNow);
    if (recorded === undefined) return undefined;
    const { lead } = recorded;
    const onDisk = journal.committed();
    const told = onDisk.then(() => tell(recorded.confirmation, confirmation));
    if (recorded.post.kind === "card") {
      onDisk.then(wakeManagers, () => {});
    } else if (postsNow) {
      posts.runNow(recorded.post, async (work) => {
        const isOnDisk = await onDisk.then(() => true, () => false);
        if (!isOnDisk) return; // Then there is no such lead.
        await options.afterVisitors();
        await crmWork.post(work, lead, profile);
      });
    } else {
      onDisk.then(() => posts.wake(lane), () => {}); // `told` tells of a failure.
    }
    await told;
    return lead;
  }

  async function receiveRepeat(press: NewLead, confirmation: Confirmation, number: number) {
    const recorded = journal.recordRepeat(press, number, JSON.stringify(confirmation));
    await journal.committed();
    log.info(
      "🔂 Посетитель нажал ещё раз: это тот же лид. Профиль: {profile}, Username: {username}",
      {
        lead: number,
        profile: press.profile,
        username: contact(press.visitor),
      },
    );
    await tell(recorded.confirmation, confirmation);
    return recorded.lead;
  }

  async function receiveHeld(newLead: NewLead, confirmation: Confirmation) {
    const { visitor, chatId, profile } = newLead;
    const recorded = journal.atomically(() => {
      const held = journal.recordHeld(newLead, JSON.stringify(confirmation));
      if (held !== undefined) {
        journal.oweHeldLine(chatId, now(), (leads) => heldText(leads, visitor));
      }
      return held;
    });
    if (recorded === undefined) return undefined;
    await journal.committed();
    log.warn(
      "⚠️ Больше {most} лидов за час от одного посетителя: лид не отправлен, он на странице «Лиды». " +
        "Профиль: {profile}, Username: {username}",
      {
        lead: recorded.lead.number,
        most: MOST_LEADS_AN_HOUR,
        profile,
        username: contact(visitor),
      },
    );
    wakeManagers();
    await tell(recorded.confirmation, confirmation);
    return recorded.lead;
  }

  return {
    async receive(newLead, confirmation, profile) {
      const { repeatWindowMs } = options;
      const limits = { repeatWindowMs, mostInAnHour: MOST_LEADS_AN_HOUR };
      const verdict = journal.judgePress(newLead, limits);
      switch (verdict.kind) {
        case "lead":
          return await receiveLead(newLead, confirmation, profile);
        case "repeat":
          return await receiveRepeat(newLead, confirmation, verdict.lead);
        case "too_many":
          return await receiveHeld(newLead, confirmation);
        case "known":
          return undefined;
        default:
          return verdict satisfies never;
      }
    },
    async receiveFollowUp(message) {
      journal.recordFollowUp(message, now());
      await journal.committed();
      visitors.wake(VISITORS_LANE);
      wakeManagers();
    },
    async receiveEdit(message) {
      const { kind } = journal.recordEdit(message, editedWords(message.content), now());
      await journal.committed();
      if (kind === "begun") wakeManagers();
    },
    async resend(number, by) {
      const lane = laneTo(profiles().byKey.get(journal.findLead(number)?.profile ?? ""));
      const asked = journal.oweResend(number, by, lane, now());
      await journal.committed();
      posts.wake(lane);
      wakeManagers();
      return asked;
    },
    async closeByHand(number, by) {
      const closed = journal.closeByHand(number, by, now());
      await journal.committed();
      wakeManagers();
      return closed;
    },
    async sendAll(profile, by, message) {
      const asked = sendAll.begin(profile, by, message);
      if (asked === 0) return 0;
      await journal.committed();
      wakeRuns();
      wakeManagers();
      return asked;
    },
    wake() {
      wakeRuns();
      visitors.wake(VISITORS_LANE);
      wakeManagers();
    },
    async start() {
      const copiedAtMs = journal.fact(COPIED_FACT);
      if (copiedAtMs !== undefined) {
        log.warn(
          "♻️ Журнал восстановлен из копии от {copiedAt}: лиды, которые она ещё должна CRM, сами в CRM не уйдут",
          { copiedAt: new Date(Number(copiedAtMs)).toISOString() },
        );
      }
      const cutOff = journal.atomically(() => {
        const attempts = journal.recover(
          RESTARTED,
          now(),
          (work) => sendAll.count(work, "failed"),
        );
        sendAll.endStranded();
        return attempts;
      });
      await journal.committed();
      for (const { attempt } of cutOff) {
        log.warn("⚠️ Отправку в AmoCRM прервал перезапуск, лид остаётся за чатом менеджеров", {
          lead: attempt.lead,
          profile: journal.findLead(attempt.lead)?.profile ?? "",
        });
      }
      for (const lane of journal.lanes(CRM_LANES)) posts.wake(lane);
      wakeManagers();
      visitors.wake(VISITORS_LANE);
    },
    async stop() {
      await Promise.all([posts, managers, edits, visitors, firstTries].map((each) => each.stop()));
    },
  };
}

const RESTARTED: CrmOutcome = {
  kind: "interrupted",
  reason: "процесс бота прервался во время отправки",
};
