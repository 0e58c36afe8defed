// Does the work about answers in the managers' chat: reactions, refusals, questions, invitations. Decides what is shown; sends
// through chat.ts.

import type { Api } from "grammy";
import type { AnswerWork, AnswerWorkOf, Journal } from "../journal/journal.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { MessageAddress } from "../lead.ts";
import type { Log } from "../log/log.ts";
import { describeError, failureOf } from "../telegram/failures.ts";
import type { Formatted } from "../visitors/texts.ts";
import { chosenText, invitationText, questionText, refusalText } from "./answer_texts.ts";
import { plain, wholeCard } from "./cards.ts";
import type { AdminChat, ShowOutcome } from "./chat.ts";
import type { TellTime } from "./texts.ts";

/** Tries of a reaction; one that fails is no loss. */
const MOST_MARKS = 4;

/** What the work needs. */
export interface AnswerNotesOptions {
  readonly journal: Pick<
    Journal,
    | "findAnswer"
    | "findLead"
    | "cardsOn"
    | "finishQuestion"
    | "finishAnswerNote"
    | "finishAnswerWork"
    | "postponeAnswerWork"
    | "isAnswerWorkOwed"
  >;
  readonly adminChat: Pick<AdminChat, "ready" | "showPart" | "edit">;
  readonly react: React;
  readonly recordDurably: RecordDurably;
  /** When failed work is due again. */
  readonly retryAtMs: (work: AnswerWork, atLeastMs?: number) => number;
  readonly tellTime: TellTime;
  readonly now: () => number;
  readonly log: Log;
}

/** Reacts to a message; "failed" may succeed another time. */
export type React = (
  at: MessageAddress,
  emoji: AnswerWorkOf<"mark">["body"]["emoji"],
) => Promise<"done" | "failed">;

/** Reacts by a client without retries. */
export function createReact(api: Api, log: Log): React {
  return async ({ chatId, messageId }, emoji) => {
    try {
      await api.setMessageReaction(chatId, messageId, [{ type: "emoji", emoji }]);
      return "done";
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      log.debug("Реакцию не поставить: {cause}", { cause: describeError(error) });
      const mayFollow = failure.kind === "too_many" || failure.kind === "unreached";
      return mayFollow ? "failed" : "done";
    }
  };
}

export type AnswerNote = Exclude<AnswerWork, { readonly kind: "send" | "edit" }>;

/** Returns a function that does one piece of this work and records its outcome. */
export function createAnswerNotes(
  options: AnswerNotesOptions,
): (work: AnswerNote) => Promise<void> {
  const { journal, adminChat, react, recordDurably, retryAtMs, tellTime, log } = options;

  async function mark(work: AnswerWorkOf<"mark">): Promise<void> {
    const answer = await journal.findAnswer(work.subject);
    const [messageId = -1] = answer?.messageIds ?? [];
    const done = answer === undefined || messageId < 0
      ? "done"
      : await react({ chatId: answer.chatId, messageId }, work.body.emoji);
    if (done === "done" || work.failures + 1 >= MOST_MARKS) return await drop(work);
    await recordDurably(() => journal.postponeAnswerWork(work, retryAtMs(work)));
  }

  async function tellRefusal(work: AnswerWorkOf<"refusal">): Promise<void> {
    const { reason, isEdit } = work.body;
    const answer = await journal.findAnswer(work.subject);
    const outcome = await reply(work, refusalText(reason, isEdit, answer?.lead));
    const lead = answer?.lead?.number;
    await record(work, outcome, async (at) => {
      if (lead === undefined) await journal.finishAnswerWork(work);
      else await journal.finishAnswerNote(work, lead, at);
    });
  }

  async function ask(work: AnswerWorkOf<"question">): Promise<void> {
    const answer = await journal.findAnswer(work.subject);
    if (!answer?.isAsking || answer.candidates.length === 0) return await drop(work);
    const { message, keyboard } = questionText(answer.number, answer.kind, answer.candidates);
    const part = { kind: "text", message, keyboard } as const;
    const outcome = await adminChat.showPart(part, NOTHING, messageOf(answer));
    await record(work, outcome, (at) => journal.finishQuestion(work, at));
  }

  async function tellChosen(work: AnswerWorkOf<"chosen">): Promise<void> {
    const answer = await journal.findAnswer(work.subject);
    if (answer === undefined || answer.question === null) return await drop(work);
    const words = chosenText(answer.kind, answer.lead);
    const outcome = await adminChat.edit(answer.question, words, { inline_keyboard: [] });
    const lead = answer.lead?.number;
    await record(work, outcome, async (at) => {
      if (lead === undefined) await journal.finishAnswerWork(work);
      else await journal.finishAnswerNote(work, lead, at);
    });
  }

  async function invite(work: AnswerWorkOf<"invite">): Promise<void> {
    const lead = await journal.findLead(work.subject);
    if (lead === undefined || lead.chatId === 0) return await drop(work);
    const shown = lead.card === null || work.body.whole === undefined
      ? undefined
      : (await journal.cardsOn(lead.card)).find((each) => each.lead.number === lead.number);
    const message = shown === undefined
      ? invitationText(lead, work.body.by)
      : plain(wholeCard(shown, tellTime));
    const outcome = await adminChat.showPart({ kind: "text", message }, NOTHING, lead.card);
    await record(work, outcome, (at) => journal.finishAnswerNote(work, lead.number, at));
  }

  async function reply(work: AnswerWork, message: Formatted): Promise<ShowOutcome> {
    const answer = await journal.findAnswer(work.subject);
    return adminChat.showPart(
      { kind: "text", message },
      NOTHING,
      answer && messageOf(answer) || null,
    );
  }

  function drop(work: AnswerWork): Promise<void> {
    return recordDurably(() => journal.finishAnswerWork(work));
  }

  async function record(
    work: AnswerWork,
    outcome: ShowOutcome,
    finish: (at: MessageAddress) => Promise<void>,
  ): Promise<void> {
    log.learned({ outcome: outcome.kind });
    if (outcome.kind === "stopped") return;
    if (outcome.kind === "shown") return await recordDurably(() => finish(outcome.message));
    log.error("❌ Чат менеджеров не принял сообщение об ответе: {reason}. Пробуем снова", {
      reason: outcome.reason,
    });
    const again = retryAtMs(work, outcome.kind === "failed" ? outcome.retryAfterMs : undefined);
    await recordDurably(() => journal.postponeAnswerWork(work, again));
  }

  return async (work) => {
    if (work.kind === "mark") return await mark(work);
    if (work.kind !== "chosen") await adminChat.ready();
    if (!await journal.isAnswerWorkOwed(work)) return; // Erased meanwhile.
    switch (work.kind) {
      case "refusal":
        return await tellRefusal(work);
      case "question":
        return await ask(work);
      case "chosen":
        return await tellChosen(work);
      case "invite":
        return await invite(work);
      default:
        return work satisfies never;
    }
  };
}

/** These are texts alone. */
const NOTHING = { chatId: 0, messageIds: [] } as const;

function messageOf(
  { chatId, messageIds }: { readonly chatId: number; readonly messageIds: readonly number[] },
): MessageAddress | null {
  const [messageId = -1] = messageIds;
  return messageId < 0 ? null : { chatId, messageId };
}
