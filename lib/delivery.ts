// The way of a lead: press → confirmation and CRM → admin chat → again, until somebody has it. Imports no ky, grammY or SQLite.

import type { AdminChat } from "./admin_chat.ts";
import { waitMs } from "./backoff.ts";
import { type Crm, hostOf } from "./crm.ts";
import {
  ADMIN_CHAT_LANE,
  CRM_LANES,
  crmLane,
  type Journal,
  type NewFollowUpMessage,
  VISITORS_LANE,
  type Work,
} from "./journal.ts";
import { type CardReason, type CrmOutcome, isSettled, type Lead, type NewLead } from "./lead.ts";
import type { Facts, Log } from "./log.ts";
import { createOutbox, type Keep } from "./outbox.ts";
import type { Profile, Profiles } from "./profile.ts";
import {
  card,
  contact,
  crmPayload,
  followUpParts,
  fullName,
  THANKS,
  uncopiedPart,
} from "./texts.ts";
import type { Confirmation, SendOutcome, VisitorChat } from "./visitor_chat.ts";

/** Open POSTs: in all, and to one host, so that one dead CRM leaves room for the others. */
const MOST_POSTS = 256;
const MOST_POSTS_PER_HOST = 128;

/** Messages to visitors that are repeated at once; first tries go with their update. */
const MOST_VISITORS = 64;

/** How long a follow-up waits for its lead's card before it looks again, in ms; the card wakes it earlier. */
const CARD_CHECK_MS = 60_000;

export interface Delivery {
  /**
   * Records a lead and sets it on its way. Resolves when its confirmation has been tried; undefined
   * when its menu already gave a lead.
   *
   * @throws If the journal cannot be written: then nothing has happened.
   */
  receive(lead: NewLead, confirmation: Confirmation, profile: Profile): Promise<Lead | undefined>;
  /** Records what a lead sent. @throws As `receive`. */
  receiveFollowUp(message: NewFollowUpMessage): Promise<void>;
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
  readonly keep: Keep;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
  /** Cuts POSTs off that are still open when the process has to go. */
  readonly cutOff: AbortSignal;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { journal, crm, adminChat, visitorChat, profiles, keep, now, random, log } = options;
  const shared = { journal, keep, now, random, log };
  const posts = createOutbox({
    ...shared,
    run: post,
    most: MOST_POSTS,
    mostPerLane: MOST_POSTS_PER_HOST,
  });
  const cards = createOutbox({ ...shared, run: show, most: 1, mostPerLane: 1 });
  const visitors = createOutbox({
    ...shared,
    run: tell,
    most: MOST_VISITORS,
    mostPerLane: MOST_VISITORS,
  });

  function retryAtMs(work: Work, atLeastMs = 0): number {
    return now() + Math.max(waitMs(work.failures + 1, random()), atLeastMs);
  }

  /** A lead's POST: recorded as begun before it leaves, so that a crash cannot send it twice. */
  async function post(work: Work): Promise<void> {
    const lead = leadOf(work);
    const profile = profiles().byKey.get(lead.profile);
    if (profile === undefined || profile.webhook === null) {
      log.warn("⚠️ Вебхук не настроен, лид пойдёт в чат менеджеров. Профиль: {profile}", {
        lead: lead.number,
        profile: lead.profile,
      });
      return await oweCard(work, "no_webhook");
    }
    const attempt = journal.beginAttempt(lead.number, now());
    await journal.committed();
    const outcome = await crm.sendLead({
      url: profile.webhook.url,
      timeoutMs: profile.crmTimeoutMs ?? options.crmTimeoutMs,
      idempotencyKey: lead.id,
      payload: crmPayload(lead),
      facts: { lead: lead.number, profile: lead.profile },
    }, options.cutOff);
    if (outcome.kind === "accepted") {
      await keep(() => journal.settleInCrm(work, attempt, outcome, now()));
      cards.wake(ADMIN_CHAT_LANE); // Its follow-ups waited for the outcome.
    } else {
      await oweCard(work, "crm_failed", () => journal.endAttempt(attempt, outcome, now()));
    }
  }

  async function oweCard(work: Work, reason: CardReason, first: () => void = () => {}) {
    await keep(() => {
      first();
      journal.oweCard(work, reason, now());
    });
    cards.wake(ADMIN_CHAT_LANE);
  }

  async function show(work: Work): Promise<void> {
    if (work.kind === "card") await showCard(work);
    else await showFollowUp(work);
  }

  async function showCard(work: Work): Promise<void> {
    const lead = leadOf(work);
    const outcome = await adminChat.showCard(card(lead, work.body as CardReason));
    if (outcome.kind === "stopped") return;
    if (outcome.kind === "shown") {
      log.warn(
        "⚠️ Fallback: Лид отправлен в Telegram для ручного внесения. " +
          "Профиль: {profile}, Username: {username}",
        { lead: lead.number, profile: lead.profile, username: contact(lead.visitor) },
      );
      return await keep(() => journal.settleInAdminChat(work, outcome.message, now()));
    }
    log.error(
      "❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram: {reason}. " +
        "Лид: профиль {profile} ({profileName}), запрос «{choice}», контакт {username}, " +
        "имя «{name}», id {userId}, получен {receivedAt}",
      { ...wholeLead(lead), reason: outcome.reason },
    );
    await keep(() => journal.markUndelivered(work, retryAtMs(work)));
  }

  async function showFollowUp(work: Work): Promise<void> {
    const followUp = journal.takeFollowUp(work.subject);
    if (followUp === undefined) throw new ReferenceError(`No follow-up ${work.subject}`);
    const lead = leadOf({ ...work, subject: followUp.lead });
    if (!isSettled(lead.state)) {
      // It is shown as a reply to its card, once it is known whether there is one.
      return await keep(() => journal.postponeWork(work, now() + CARD_CHECK_MS));
    }
    const template = profiles().byKey.get(lead.profile)?.followUpTemplate;
    const parts = followUpParts(followUp, lead.visitor, template);
    for (const [index, part] of parts.entries()) {
      if (index < followUp.partsShown) continue;
      let outcome = await adminChat.showPart(part, followUp, lead.card);
      if (outcome.kind === "uncopyable") {
        const message = uncopiedPart(followUp.content);
        outcome = await adminChat.showPart({ kind: "text", message }, followUp, lead.card);
      }
      if (outcome.kind === "stopped") return;
      if (outcome.kind !== "shown") {
        log.error("❌ Дополнение к лиду не показать менеджерам: {reason}. Пробуем снова", {
          lead: lead.number,
          reason: outcome.reason,
        });
        return await keep(() => journal.postponeWork(work, retryAtMs(work)));
      }
      await keep(() => journal.markPartShown(followUp.number, index + 1));
    }
    log.info("📎 Дополнение к лиду показано менеджерам. Профиль: {profile}, Username: {username}", {
      lead: lead.number,
      profile: lead.profile,
      username: contact(lead.visitor),
    });
    await keep(() => journal.finishFollowUp(work, now()));
  }

  async function tell(work: Work): Promise<void> {
    if (work.kind === "confirmation") {
      const confirmation: Confirmation = JSON.parse(work.body);
      const outcome = await visitorChat.confirm(confirmation);
      await recordTold(work, outcome, () => journal.finishConfirmation(work, now()));
    } else {
      const outcome = await visitorChat.thank(Number(work.body), THANKS);
      await recordTold(work, outcome, () => journal.finishWork(work));
    }
  }

  async function recordTold(work: Work, outcome: SendOutcome, finish: () => void): Promise<void> {
    const facts = { kind: work.kind, subject: work.subject };
    if (outcome.kind === "failed") {
      log.warn("⚠️ Посетителю не ответить: {reason}. Пробуем снова", {
        ...facts,
        reason: outcome.reason,
      });
      const dueAtMs = retryAtMs(work, outcome.retryAfterMs ?? 0);
      return await keep(() => journal.postponeWork(work, dueAtMs));
    }
    if (outcome.kind === "given_up") {
      log.warn("⚠️ Посетителю не ответить: {reason}", { ...facts, reason: outcome.reason });
      return await keep(() => journal.finishWork(work));
    }
    await keep(finish);
  }

  function leadOf(work: Work): Lead {
    const lead = journal.findLead(work.subject);
    if (lead === undefined) throw new ReferenceError(`No lead ${work.subject}`);
    return lead;
  }

  return {
    async receive(newLead, confirmation, profile) {
      const host = hostOf(profile.webhook?.url ?? "");
      const recorded = journal.recordChoice(newLead, JSON.stringify(confirmation), host);
      if (recorded === undefined) return undefined;
      await journal.committed();
      const told = visitors.runNow(recorded.confirmation);
      posts.wake(crmLane(host));
      await told;
      return recorded.lead;
    },
    async receiveFollowUp(message) {
      journal.recordFollowUp(message, now());
      await journal.committed();
      visitors.wake(VISITORS_LANE);
      cards.wake(ADMIN_CHAT_LANE);
    },
    async start() {
      const cutOff = journal.recover(RESTARTED, now());
      await journal.committed();
      for (const attempt of cutOff) {
        const lead = journal.findLead(attempt.lead);
        log.warn("⚠️ Отправку в AmoCRM прервал перезапуск, лид пойдёт в чат менеджеров", {
          lead: attempt.lead,
          profile: lead?.profile ?? "",
        });
      }
      for (const lane of journal.lanes(CRM_LANES)) posts.wake(lane);
      cards.wake(ADMIN_CHAT_LANE);
      visitors.wake(VISITORS_LANE);
    },
    async stop() {
      await Promise.all([posts.stop(), cards.stop(), visitors.stop()]);
    },
  };
}

const RESTARTED: CrmOutcome = {
  kind: "interrupted",
  reason: "процесс бота прервался во время отправки",
};

/** All of a lead, for the one line that says both ways out failed. */
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
