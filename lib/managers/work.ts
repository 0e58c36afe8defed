// Does the managers' work: cards, their updates, follow-ups, offers, notes. Decides what is shown; sends through chat.ts.

import { type AdminChat, MESSAGES_PER_MINUTE, type ShowOutcome } from "./chat.ts";
import { cardMessage, MOST_PACKED, packCards } from "./card_messages.ts";
import { createFollowUpWork, type FollowUpOutcome } from "./follow_up_work.ts";
import {
  ADMIN_CHAT_LANE,
  type Journal,
  laneOfChat,
  type Work,
  type WorkOf,
} from "../journal/journal.ts";
import { createJoinedWork } from "./joined_work.ts";
import type { ShownWords } from "./shown_words.ts";
import { type Card, isSettled, type Lead, type MessageAddress } from "../lead.ts";
import type { Facts, Log } from "../log/log.ts";
import { createOfferWork } from "./offer_work.ts";
import type { TellTime } from "./texts.ts";
import type { RecordDurably } from "../journal/durable.ts";
import { hasDestination, type Profiles } from "../profiles/profile.ts";
import { contact, fullName } from "../visitor_name.ts";

/** How long a follow-up waits for its lead's card, in ms; the card wakes it earlier. */
const CARD_CHECK_MS = 60_000;

/** What the managers' work needs. */
export interface AdminWorkOptions {
  readonly journal: Journal;
  readonly adminChat: AdminChat;
  /** The chat's key. */
  readonly chat: string;
  readonly shownWords: Pick<ShownWords, "remember">;
  readonly profiles: () => Profiles;
  readonly recordDurably: RecordDurably;
  /** When failed work is due again. */
  readonly retryAtMs: (work: Work, atLeastMs?: number) => number;
  readonly tellTime: TellTime;
  readonly now: () => number;
  readonly log: Log;
}

/** Returns a function that does one piece of the managers' work and records its outcome. */
export function createAdminWork(options: AdminWorkOptions): (work: Work) => Promise<void> {
  const { journal, adminChat, chat, profiles, recordDurably, retryAtMs, tellTime, now, log } =
    options;
  const cardLane = laneOfChat(ADMIN_CHAT_LANE, chat);
  const showParts = createFollowUpWork(options);
  const showTogether = createJoinedWork(options);
  const offers = createOfferWork({ ...options, finishOrRetry });

  /** Cards that were shown but could not be recorded, by the first of each message. */
  const unrecorded = new Map<
    number,
    { works: readonly WorkOf<"card">[]; message: MessageAddress }
  >();

  async function showCards(first: WorkOf<"card">): Promise<void> {
    const before = unrecorded.get(first.id);
    if (before !== undefined) return await recordShown(before.works, before.message);
    await adminChat.ready(); // The lead may change meanwhile.
    if (!isCardWanted(await leadOf(first.subject))) {
      return await recordDurably(() => journal.finishWork(first));
    }
    const works = [first];
    try {
      await takeCompany(works);
      const { cards, message, keyboard } = packCards(
        await Promise.all(works.map(toCard)),
        tellTime,
        hasCrm,
      );
      for (const work of works.slice(cards)) await putBack(work);
      works.splice(cards);
      const outcome = await adminChat.show(message, keyboard);
      log.learned({ outcome: outcome.kind });
      if (outcome.kind === "shown") await recordShown(works, outcome.message);
      if (outcome.kind === "failed" || outcome.kind === "refused") {
        for (const work of works) await reportUndelivered(work, outcome);
      }
      if (outcome.kind === "stopped") { for (const work of works.slice(1)) await putBack(work); }
    } catch (error) {
      // The outbox releases the first. Shown cards stay with it, to be recorded at its next try.
      const back = unrecorded.has(first.id) ? [] : works.slice(1);
      for (const work of back) await putBack(work);
      throw error;
    }
  }

  /** Back to about its place in the queue. */
  async function putBack(work: WorkOf<"card">): Promise<void> {
    await journal.releaseWork(work, (await journal.findLead(work.subject))?.receivedAtMs ?? now());
  }

  async function recordShown(
    works: readonly WorkOf<"card">[],
    message: MessageAddress,
  ): Promise<void> {
    for (const work of works) {
      const lead = await leadOf(work.subject);
      log.warn(
        "⚠️ Fallback: Лид отправлен в Telegram для ручного внесения. " +
          "Профиль: {profile}, Username: {username}",
        { lead: lead.number, profile: lead.profile, username: contact(lead.visitor) },
      );
    }
    const [first] = works;
    if (first !== undefined) unrecorded.set(first.id, { works, message });
    await recordDurably(() => journal.settleInAdminChat(works, message, now()));
    if (first !== undefined) unrecorded.delete(first.id);
  }

  /** Adds more due cards for the same message, if the last of them would otherwise wait over a minute. */
  async function takeCompany(works: WorkOf<"card">[]): Promise<void> {
    const due = await journal.countDueWork(cardLane, "card", now(), MESSAGES_PER_MINUTE);
    const between = await journal.countDueFollowUpMessages(due, now(), chat); // Cards and follow-ups alternate.
    if (due + between < MESSAGES_PER_MINUTE) return;
    while (works.length < MOST_PACKED) {
      const next = await journal.takeWorkOfKind(cardLane, "card", now());
      if (next === undefined) return;
      works.push(next);
    }
  }

  async function toCard(work: WorkOf<"card">): Promise<Card> {
    return {
      lead: await leadOf(work.subject),
      reason: work.body.reason,
      lastAttempt: (await journal.attemptsOf(work.subject)).at(-1) ?? null,
      sending: await journal.findWork("post", work.subject) !== undefined,
      deal: null,
      closed: null,
      owner: null,
      returned: null,
      returnableUntilMs: null,
    };
  }

  async function reportUndelivered(
    work: WorkOf<"card">,
    { reason, retryAfterMs }: { readonly reason: string; readonly retryAfterMs?: number },
  ): Promise<void> {
    const lead = await leadOf(work.subject);
    log.error(
      "❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram: {reason}. " +
        "Лид: профиль {profile} ({profileName}), запрос «{choice}», контакт {username}, " +
        "имя «{name}», id {userId}, получен {receivedAt}",
      { ...wholeLead(lead), reason },
    );
    const again = retryAtMs(work, retryAfterMs);
    await recordDurably(() => journal.markUndelivered(work, again));
    if (await journal.wasAlerted(lead.number)) return;
    const alerted = await adminChat.alert(
      cardMessage([await toCard(work)], tellTime, hasCrm).message,
    );
    if (alerted) await recordDurably(() => journal.markAlerted(lead.number, now()));
  }

  async function updateCard(work: WorkOf<"card_update">): Promise<void> {
    const address = (await leadOf(work.subject)).card;
    if (address === null) return await recordDurably(() => journal.finishWork(work));
    await journal.endReturns(now());
    const { message, keyboard } = cardMessage(await journal.cardsOn(address), tellTime, hasCrm);
    const outcome = await adminChat.edit(address, message, keyboard);
    log.learned({ outcome: outcome.kind });
    if (outcome.kind !== "shown") return await finishOrRetry(work, outcome);
    await recordDurably(() => journal.finishCardUpdate(work));
  }

  async function showFollowUp(work: WorkOf<"follow_up">): Promise<void> {
    const lead = await leadOf(await journal.leadOfFollowUp(work.subject));
    if (!isSettled(lead.state) || await journal.waitsForFirstVersion(work.subject)) {
      // A reply needs its card, and an edit its first version.
      return await recordDurably(() => journal.releaseWork(work, now() + CARD_CHECK_MS));
    }
    const followUp = await journal.takeFollowUp(work.subject);
    if (followUp === undefined) return await recordDurably(() => journal.finishWork(work)); // Erased.
    log.learned({ lead: lead.number });
    const outcome = await showParts(followUp, lead);
    log.learned({ outcome: outcome.kind });
    if (outcome.kind === "stopped") return;
    if (outcome.kind === "failed") {
      log.error("❌ Дополнение к лиду не показать менеджерам: {reason}. Пробуем снова", {
        lead: lead.number,
        reason: outcome.reason,
      });
      const again = retryAtMs(work, retryAfterOf(outcome));
      return await recordDurably(() => journal.postponeWork(work, again));
    }
    log.info("📎 Дополнение к лиду показано менеджерам. Профиль: {profile}, Username: {username}", {
      lead: lead.number,
      profile: lead.profile,
      username: contact(lead.visitor),
    });
    await recordDurably(() => journal.finishFollowUp(work, now()));
  }

  async function showNote(work: WorkOf<"note">): Promise<void> {
    await adminChat.ready();
    if (!await journal.isOwed(work)) return; // Erased meanwhile.
    await finishOrRetry(work, await adminChat.show({ text: work.body.text, entities: [] }));
  }

  async function finishOrRetry(work: Work, outcome: ShowOutcome): Promise<void> {
    log.learned({ outcome: outcome.kind });
    if (outcome.kind === "stopped") return;
    if (outcome.kind === "shown") return await recordDurably(() => journal.finishWork(work));
    log.error("❌ Чат менеджеров не обновить: {reason}. Пробуем снова", { reason: outcome.reason });
    const again = retryAtMs(work, retryAfterOf(outcome));
    await recordDurably(() => journal.postponeWork(work, again));
  }

  function hasCrm(profile: string): boolean {
    const found = profiles().byKey.get(profile);
    return found !== undefined && hasDestination(found);
  }

  async function leadOf(number: number): Promise<Lead> {
    const lead = await journal.findLead(number);
    if (lead === undefined) throw new ReferenceError(`No lead ${number}`);
    return lead;
  }

  return async (work) => {
    switch (work.kind) {
      case "card":
        return await showCards(work);
      case "card_update":
        return await updateCard(work);
      case "follow_up":
        await adminChat.ready(); // Until then an edit changes what is shown.
        if (!await journal.isOwed(work)) return; // Erased meanwhile.
        if (!await showTogether(work)) await showFollowUp(work);
        return;
      case "offer":
        return await offers.show(work);
      case "offer_update":
        return await offers.update(work);
      case "note":
        return await showNote(work);
      case "confirmation":
      case "thanks":
      case "reminder":
      case "post":
        throw new TypeError(`Work of kind ${work.kind} is not the managers'`);
      default:
        return work satisfies never;
    }
  };
}

/** Also for a lead that was closed and returned before it had a card. */
function isCardWanted({ state, card }: Lead): boolean {
  return !isSettled(state) || (state === "in_admin_chat" && card === null);
}

function retryAfterOf(outcome: ShowOutcome | FollowUpOutcome): number | undefined {
  return outcome.kind === "failed" ? outcome.retryAfterMs : undefined;
}

/** The whole lead, for the one critical line when neither CRM nor chat took it. */
function wholeLead(lead: Lead): Facts {
  return {
    lead: lead.number,
    profile: lead.profile,
    profileName: lead.profileName,
    choice: lead.choice,
    username: contact(lead.visitor),
    name: fullName(lead.visitor),
    userId: lead.visitor.userId,
    receivedAt: new Date(lead.receivedAtMs).toISOString(),
  };
}
