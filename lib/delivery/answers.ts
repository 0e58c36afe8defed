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
  laneOfChat,
  MANAGERS_ANSWER_LANES,
  MARKS_LANE,
  type NewAnswerMessage,
  readLane,
  type RecordedAnswer,
  type RecordedAnswerEdit,
} from "../journal/journal.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Log } from "../log/log.ts";
import { type AnswerNote, createAnswerNotes, type React } from "../managers/answer_notes.ts";
import type { ManagersChats } from "../managers/chats.ts";
import type { TellTime } from "../managers/texts.ts";
import type { AnswerChat } from "../visitors/answer_chat.ts";
import { createAnswerWork } from "../visitors/answer_work.ts";
import { chatSeat } from "../journal/seats.ts";
import { chatForOne } from "../managers/chat_for_one.ts";
import { createChatOutboxes } from "./chat_outboxes.ts";
import { type Beside, besideOthers } from "./lane_seats.ts";
import { createOutbox } from "./outbox.ts";
import { spanOfAnswer } from "./send_spans.ts";

/** Most answers that are being sent at once, each to another visitor. */
const MOST_ANSWERS = 32;

/** Most reactions at once in one chat. */
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
  /** Tells that answers may be owed in chats that were not in use before. */
  wake(): void;
  /** Takes up lanes that were found in the journal; false when one is of a chat that is not in use. */
  found(lanes: readonly string[]): boolean;
  /** Takes up what an earlier process left, once the journal has recovered. */
  start(): void;
  /** Takes up nothing more, and resolves when what was in hand is recorded. */
  stop(): Promise<void>;
}

export interface AnswersOptions {
  readonly journal: Journal;
  readonly answerChat: AnswerChat;
  readonly chats: ManagersChats;
  /** As of `LaneOptions`. */
  readonly beside?: Beside | undefined;
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
  const owed = {
    nextWorkDueAtMs: journal.nextAnswerWorkDueAtMs,
    takeWork: journal.takeAnswerWork,
    postponeWork: journal.postponeAnswerWork,
  };
  const visitors = createOutbox<AnswerWork>({
    ...options,
    ...besideOthers(options.beside, () => undefined),
    journal: owed,
    // An answer that has ended owes its manager a word.
    run: async (work) => await toVisitor(visitorsWork(work)).finally(wake),
    spanOf: (work) => spanOfAnswer(work, 0),
    most: MOST_ANSWERS,
    mostPerLane: () => MOST_ANSWERS,
  });
  const managers = createChatOutboxes(options.chats.at, (chat, adminChat) => {
    return createOutbox<AnswerWork>({
      ...options,
      ...besideOthers(options.beside, () => chatSeat(options.chats.groupOf(chat))),
      journal: owed,
      async run(work, isOurs) {
        const toManagers = createAnswerNotes({
          ...options,
          adminChat: chatForOne(adminChat, isOurs),
          retryAtMs,
        });
        await toManagers(managersWork(work)).finally(wake);
      },
      spanOf: (work) => spanOfAnswer(work, adminChat.chatId()),
      most: MOST_MARKS + 1,
      mostPerLane: (lane) => lane.startsWith(MARKS_LANE) ? MOST_MARKS : 1,
    });
  });

  function wake(): void {
    visitors.wake(ANSWERS_LANE);
    for (const chat of options.chats.keys()) {
      const outbox = managers.at(chat);
      for (const lane of [MARKS_LANE, ANSWER_NOTES_LANE]) outbox?.wake(laneOfChat(lane, chat));
    }
  }

  async function recorded<T>(result: T): Promise<T> {
    await journal.committed();
    wake();
    options.wakeNotes();
    return result;
  }

  return {
    async receive(message) {
      const answer = await journal.recordAnswer(message, now());
      if (answer.kind === "begun") log.learned({ lead: answer.lead.number });
      return await recorded(answer);
    },
    receiveEdit: async (edit) => await recorded(await journal.recordAnswerEdit(edit, now())),
    choose: async (choice) => await recorded(await journal.chooseLead(choice, now())),
    async invite(lead, by) {
      log.learned({ lead });
      await journal.oweInvitation(lead, by, now());
      await recorded(undefined);
    },
    async showWhole(lead, by) {
      log.learned({ lead });
      await journal.oweWholeCard(lead, by, now());
      await recorded(undefined);
    },
    wake,
    found(lanes) {
      let areAllInUse = true;
      for (const lane of lanes) {
        const { lane: kind, chat } = readLane(lane, MANAGERS_ANSWER_LANES);
        if (!LANES.has(kind)) continue; // A newer version's.
        if (chat === null) visitors.found(lane);
        else if (options.chats.keys().includes(chat)) managers.at(chat)?.found(lane);
        else areAllInUse = false;
      }
      return areAllInUse;
    },
    start: wake,
    stop: async () => void await Promise.all([visitors.stop(), managers.stop()]),
  };
}

const LANES: ReadonlySet<string> = new Set([ANSWERS_LANE, MARKS_LANE, ANSWER_NOTES_LANE]);

type VisitorsWork = Exclude<AnswerWork, AnswerNote>;

/** @throws {TypeError} For work of another lane. */
function visitorsWork(work: AnswerWork): VisitorsWork {
  if (work.kind === "send" || work.kind === "edit") return work;
  throw new TypeError(`Work of kind ${work.kind} is not for a visitor`);
}

/** @throws {TypeError} For work of another lane. */
function managersWork(work: AnswerWork): AnswerNote {
  if (work.kind !== "send" && work.kind !== "edit") return work;
  throw new TypeError(`Work of kind ${work.kind} is not for managers`);
}
