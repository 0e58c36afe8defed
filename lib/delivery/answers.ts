// The way of a manager's answer: recorded, sent to its visitor in order, and due again until it has arrived or its manager knows
// that it cannot. Knows no Telegram method and no SQL.

import { waitMs } from "../backoff.ts";
import {
  ANSWER_NOTES_LANE,
  ANSWERS_LANE,
  type AnswerWork,
  type Choice,
  type ChosenLead,
  type EditedAnswer,
  type Journal,
  MARKS_LANE,
  type NewAnswerMessage,
  type RecordedAnswer,
  type RecordedAnswerEdit,
} from "../journal/journal.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Log } from "../log/log.ts";
import { createAnswerNotes, type React } from "../managers/answer_notes.ts";
import type { AdminChat } from "../managers/chat.ts";
import type { TellTime } from "../managers/texts.ts";
import type { AnswerChat } from "../visitors/answer_chat.ts";
import { createAnswerWork } from "../visitors/answer_work.ts";
import { createOutbox } from "./outbox.ts";
import { spanOfAnswer } from "./send_spans.ts";

/** Most answers that are being sent at once, each to another visitor. */
const MOST_ANSWERS = 32;

/** Most reactions at once. */
const MOST_MARKS = 4;

export interface Answers {
  /** Records a manager's reply, and sends it. @throws {StorageError} If the journal cannot be written; then nothing has happened. */
  receive(message: NewAnswerMessage): Promise<RecordedAnswer>;
  /** Records what a manager made of a message, and edits the visitor's copy. @throws As `receive`. */
  receiveEdit(edit: EditedAnswer): Promise<RecordedAnswerEdit>;
  /** A manager chose the lead of an answer. @throws As `receive`. */
  choose(choice: Choice): Promise<ChosenLead>;
  /** Asks the managers to reply with an answer to a lead. @throws As `receive`. */
  invite(lead: number, by: string): Promise<void>;
  /** Shows the managers the whole card of a lead that a message lists among others. @throws As `receive`. */
  showWhole(lead: number, by: string): Promise<void>;
  /** Takes up what an earlier process left, once the journal has recovered. */
  start(): void;
  /** Takes up nothing more, and resolves when what was in hand is recorded. */
  stop(): Promise<void>;
}

export interface AnswersOptions {
  readonly journal: Journal;
  readonly answerChat: AnswerChat;
  readonly adminChat: AdminChat;
  readonly react: React;
  readonly recordDurably: RecordDurably;
  readonly tellTime: TellTime;
  /** Called when a note may be owed to a CRM. */
  readonly wakeNotes: () => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

export function createAnswers(options: AnswersOptions): Answers {
  const { journal, now, random, log } = options;
  const retryAtMs = (work: AnswerWork, atLeastMs = 0) =>
    now() + waitMs(work.failures + 1, random(), atLeastMs);
  const toVisitor = createAnswerWork({ ...options, retryAtMs });
  const toManagers = createAnswerNotes({ ...options, retryAtMs });
  const outbox = createOutbox<AnswerWork>({
    ...options,
    journal: {
      nextWorkDueAtMs: journal.nextAnswerWorkDueAtMs,
      takeWork: journal.takeAnswerWork,
      postponeWork: journal.postponeAnswerWork,
    },
    run: (work) =>
      (work.kind === "send" || work.kind === "edit" ? toVisitor(work) : toManagers(work))
        .finally(wake), // An answer that has ended owes its manager a word.
    spanOf: (work) => spanOfAnswer(work, options.adminChat.chatId()),
    most: MOST_ANSWERS + MOST_MARKS + 1,
    mostPerLane: (lane) => MOST_PER_LANE.get(lane) ?? 1,
  });

  function wake(): void {
    for (const lane of MOST_PER_LANE.keys()) outbox.wake(lane);
  }

  async function recorded<T>(result: T): Promise<T> {
    await journal.committed();
    wake();
    options.wakeNotes();
    return result;
  }

  return {
    async receive(message) {
      const answer = journal.recordAnswer(message, now());
      if (answer.kind === "begun") log.learned({ lead: answer.lead.number });
      return await recorded(answer);
    },
    receiveEdit: async (edit) => await recorded(journal.recordAnswerEdit(edit, now())),
    choose: async (choice) => await recorded(journal.chooseLead(choice, now())),
    async invite(lead, by) {
      log.learned({ lead });
      journal.oweInvitation(lead, by, now());
      await recorded(undefined);
    },
    async showWhole(lead, by) {
      log.learned({ lead });
      journal.oweWholeCard(lead, by, now());
      await recorded(undefined);
    },
    start: wake,
    stop: outbox.stop,
  };
}

const MOST_PER_LANE: ReadonlyMap<string, number> = new Map([
  [ANSWERS_LANE, MOST_ANSWERS],
  [MARKS_LANE, MOST_MARKS],
  [ANSWER_NOTES_LANE, 1],
]);
