// Does the visitors' work: confirmations, thanks, reminders. Decides what is said; sends through chat.ts.

import { stackOf } from "../log/error_words.ts";
import type { Journal, Work, WorkOf } from "../journal/journal.ts";
import type { RecordDone } from "../journal/done.ts";
import type { Log } from "../log/log.ts";
import type { RecordDurably } from "../journal/durable.ts";
import { inLanguage, menuInLanguage } from "../profiles/language.ts";
import { type Profile, profileOfWord, type Profiles } from "../profiles/profile.ts";
import { away, greeting, menu, thanks } from "./texts.ts";
import type { RemindOutcome, SendOutcome, VisitorChat } from "./chat.ts";
import type { ConfirmationTimes } from "./confirmation_times.ts";

/** What the visitors' work needs. */
export interface VisitorWorkOptions {
  readonly journal: Journal;
  readonly visitorChat: VisitorChat;
  readonly profiles: () => Profiles;
  readonly recordDurably: RecordDurably;
  readonly recordDone: RecordDone;
  /** When failed work is due again. */
  readonly retryAtMs: (work: Work, atLeastMs: number) => number;
  /** Called when failed work was postponed. */
  readonly wakeVisitors: () => void;
  /** Called when a confirmation was tried: a question may follow it. */
  readonly confirmed: () => void;
  /** Without it nothing is measured. */
  readonly confirmationTimes?: ConfirmationTimes;
  readonly now: () => number;
  readonly log: Log;
}

/** Does one piece of work and records its outcome. */
export interface VisitorWork {
  run(work: Work): Promise<void>;
  /**
   * Sends a confirmation that was just recorded; calls `tried` once Telegram has answered.
   *
   * @param pressedAtMs When Telegram handed the press over, by the monotonic clock.
   */
  confirm(
    work: WorkOf<"confirmation">,
    tried: () => void,
    pressedAtMs?: number,
  ): Promise<void>;
}

export function createVisitorWork(options: VisitorWorkOptions): VisitorWork {
  const { journal, visitorChat, profiles, recordDurably, recordDone, now, log } = options;

  async function confirm(
    work: WorkOf<"confirmation">,
    tried = () => {},
    pressedAtMs?: number,
  ): Promise<void> {
    const outcome = await visitorChat.confirm(work.body);
    tried();
    options.confirmationTimes?.tried(work.id, outcome.kind, pressedAtMs);
    await record(work, outcome, async () => {
      await recordDone({ kind: "confirmed", work, atMs: now() });
    });
    options.confirmed();
  }

  async function thank(work: WorkOf<"thanks">): Promise<void> {
    const lead = await journal.findLead(await journal.leadOfFollowUp(work.subject));
    log.learned({ lead: lead?.number });
    const profile = lead && await profileOf(lead.profile);
    const shown = profile && inLanguage(profile, lead.visitor.language);
    const { chatId } = work.body;
    // The buttons of a question that is over would stay on the screen.
    const asked = await journal.phoneAsked(chatId, now());
    const removesKeyboard = asked !== undefined && asked.hasKeyboard && !asked.isOpen;
    const outcome = await visitorChat.thank(chatId, thanks(shown), removesKeyboard);
    await record(work, outcome, () =>
      recordDurably.soon(async () => {
        if (removesKeyboard) await journal.finishPhoneThanks(chatId);
        await journal.finishWork(work);
      }));
  }

  async function remind(work: WorkOf<"reminder">): Promise<void> {
    const { chatId, sentAtMs, ...reminder } = work.body;
    const isLeadByNow = await journal.latestLead(chatId, sentAtMs - 1) !== undefined;
    if (isLeadByNow) return await recordDurably(() => journal.finishWork(work));
    const language = reminder.language ?? (await journal.latestLead(chatId, 0))?.visitor.language ??
      null;
    const profile = await profileOf(reminder.profile);
    const texts = menuInLanguage(profiles(), language);
    const shown = profile && inLanguage(profile, language);
    const { keyboard } = shown === undefined ? menu(texts) : greeting(shown);
    // A greeting's buttons make a lead in every state. A menu without live profiles has none to press again.
    if (keyboard.inline_keyboard.length === 0) {
      return await recordDurably(() => journal.finishWork(work));
    }
    const outcome = await visitorChat.remind(chatId, away(texts, shown), keyboard);
    await record(work, outcome, () => {
      if (outcome.kind !== "sent") return Promise.resolve();
      const sent = { menu: outcome.menu, profile: profile?.key ?? "", language };
      return recordDurably.soon(() => journal.finishReminder(work, sent, now()));
    });
  }

  async function profileOf(key: string): Promise<Profile | undefined> {
    const current = profiles();
    return profileOfWord(current, await journal.currentProfile(key, current.byKey));
  }

  async function record(
    work: Work,
    outcome: SendOutcome | RemindOutcome,
    finish: () => Promise<void>,
  ): Promise<void> {
    const facts = { kind: work.kind, subject: work.subject };
    log.learned({ outcome: outcome.kind });
    switch (outcome.kind) {
      case "sent":
        return await finish().catch((error) => {
          // It was sent; a defect in recording must not send it again.
          log.error("❌ Неожиданная ошибка при записи ответа посетителю: {cause}", {
            ...facts,
            cause: stackOf(error),
          });
          return recordDurably.soon(() => journal.finishWork(work));
        });
      case "given_up":
        log.warn("⚠️ Посетителю не ответить: {reason}", { ...facts, reason: outcome.reason });
        return await recordDurably(() => journal.finishWork(work));
      case "failed": {
        log.warn("⚠️ Посетителю не ответить: {reason}. Пробуем снова", {
          ...facts,
          reason: outcome.reason,
        });
        const again = options.retryAtMs(work, outcome.retryAfterMs ?? 0);
        await recordDurably(() => journal.postponeWork(work, again));
        return options.wakeVisitors();
      }
      default:
        return outcome satisfies never;
    }
  }

  return {
    async run(work) {
      if (work.kind === "confirmation") await confirm(work);
      else if (work.kind === "thanks") await thank(work);
      else if (work.kind === "reminder") await remind(work);
      else throw new TypeError(`Work of kind ${work.kind} is not the visitors'`);
    },
    confirm,
  };
}
