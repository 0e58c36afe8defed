// Does the work of answers: sends them to visitors, and their edits; records how each ended. Sends through answer_chat.ts.

import type { AnswerWork, AnswerWorkOf, Journal } from "../journal/journal.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Log } from "../log/log.ts";
import { contact } from "../visitor_name.ts";
import type { AnswerChat, AnswerOutcome } from "./answer_chat.ts";
import { missingFiles } from "./answer_refusals.ts";

/** Tries after which a refusal that means nothing known is final; the last is about half a minute after the first. */
const MOST_REFUSALS = 6;

/** What the work needs. */
export interface AnswerWorkOptions {
  readonly journal: Pick<
    Journal,
    | "takeAnswer"
    | "finishAnswer"
    | "refuseAnswer"
    | "findAnswerEdit"
    | "finishAnswerEdit"
    | "refuseAnswerEdit"
    | "finishAnswerWork"
    | "postponeAnswerWork"
  >;
  readonly answerChat: AnswerChat;
  readonly recordDurably: RecordDurably;
  /** When failed work is due again. */
  readonly retryAtMs: (work: AnswerWork, atLeastMs: number) => number;
  readonly now: () => number;
  readonly log: Log;
}

/** Returns a function that sends an answer or an edit, and records its outcome. */
export function createAnswerWork(
  options: AnswerWorkOptions,
): (work: AnswerWorkOf<"send"> | AnswerWorkOf<"edit">) => Promise<void> {
  const { journal, answerChat, recordDurably, retryAtMs, now, log } = options;

  async function send(work: AnswerWorkOf<"send">): Promise<void> {
    const answer = await journal.takeAnswer(work.subject);
    const lead = answer?.lead;
    if (answer === undefined || lead === undefined || answer.messageIds.length === 0) {
      return await recordDurably(() => journal.finishAnswerWork(work)); // Erased.
    }
    const facts = { lead: lead.number, profile: lead.profile, username: contact(lead.visitor) };
    log.learned({ lead: lead.number, chat: lead.chatId, profile: lead.profile });
    const outcome = await answerChat.copy(lead.chatId, answer);
    log.learned({ outcome: outcome.kind });
    if (outcome.kind === "sent") {
      log.info(
        "💬 Ответ менеджера доставлен посетителю. Профиль: {profile}, Username: {username}",
        facts,
      );
      const { copies } = outcome;
      const lost = answer.messageIds.length - copies.length;
      const missing = lost > 0 ? missingFiles(lost) : null;
      return await recordDurably(() => journal.finishAnswer(work, { copies, missing }, now()));
    }
    if (isFinal(outcome, work)) {
      log.warn("⚠️ Ответ менеджера не доставить: {reason}", { ...facts, reason: outcome.reason });
      return await recordDurably(() => journal.refuseAnswer(work, outcome.reason, now()));
    }
    await postpone(work, outcome);
  }

  async function edit(work: AnswerWorkOf<"edit">): Promise<void> {
    const found = await journal.findAnswerEdit(work);
    if (found === undefined) return await recordDurably(() => journal.finishAnswerWork(work));
    log.learned({ chat: found.chatId });
    const outcome = await answerChat.edit(found);
    log.learned({ outcome: outcome.kind });
    if (outcome.kind === "sent") {
      return await recordDurably(() => journal.finishAnswerEdit(work, found));
    }
    if (isFinal(outcome, work)) {
      return await recordDurably(() => journal.refuseAnswerEdit(work, outcome.reason, now()));
    }
    await postpone(work, outcome);
  }

  function isFinal(
    outcome: AnswerOutcome,
    { failures }: AnswerWork,
  ): outcome is Extract<AnswerOutcome, { readonly kind: "given_up" | "refused" }> {
    return outcome.kind === "given_up" ||
      outcome.kind === "refused" && failures + 1 >= MOST_REFUSALS;
  }

  async function postpone(
    work: AnswerWork,
    outcome: Exclude<AnswerOutcome, { readonly kind: "sent" }>,
  ): Promise<void> {
    log.warn("⚠️ Ответ менеджера пока не доставить: {reason}. Пробуем снова", {
      answer: work.subject,
      reason: outcome.reason,
    });
    const again = retryAtMs(work, outcome.kind === "failed" ? outcome.retryAfterMs : 0);
    await recordDurably(() => journal.postponeAnswerWork(work, again));
  }

  return (work) => work.kind === "send" ? send(work) : edit(work);
}
