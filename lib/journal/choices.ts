// What a press leaves in the journal: a lead with its confirmation and its POST, a repeat, or a lead that is held back.

import type { Attempt, AttemptMoves } from "./attempts.ts";
import type { BlockMoves } from "./blocked.ts";
import type { ChatMoves } from "./chats.ts";
import type { Database } from "./engine.ts";
import type { HeldMoves, HeldTexts } from "./held.ts";
import type { Lead, NewLead } from "../lead.ts";
import type { LeadMoves } from "./leads.ts";
import type { OutboxMoves } from "./outbox.ts";
import type { PhoneMoves } from "./phones.ts";
import type { PressMoves } from "./presses.ts";
import type { CopyRecords } from "./recovery.ts";
import {
  ADMIN_CHAT_LANE,
  type Confirmation,
  laneOfChat,
  VISITORS_LANE,
  type WorkOf,
} from "./work.ts";

/** What a press left in the journal that calls for no POST. */
export interface RecordedPress {
  readonly lead: Lead;
  readonly confirmation: WorkOf<"confirmation">;
}

export interface RecordedChoice extends RecordedPress {
  /** In hand when an attempt was begun for it, otherwise due. In a restored copy a card replaces it: the CRM may have the lead. */
  readonly post: WorkOf<"post"> | WorkOf<"card">;
  readonly attempt: Attempt | undefined;
}

/** What `recordChoice` is given. */
export type NewChoice = Parameters<ChoiceMoves["recordChoice"]>;

export interface ChoiceMoves {
  /**
   * Records a press with its lead, confirmation and POST; undefined when the menu already gave a lead.
   *
   * @param phoneWaitMs How long the POST waits for a phone that the visitor is asked for; null where none is.
   * @param postsNow Whether the caller sends the POST as soon as this is on disk; then its attempt is begun too.
   */
  recordChoice(
    lead: NewLead,
    confirmation: Confirmation,
    lane: string,
    postsNow: boolean,
    phoneWaitMs?: number | null,
  ): Promise<RecordedChoice | undefined>;
  /** Records a press that asks for a lead again: counted, and confirmed as the first one. Its menu gives no other lead. */
  recordRepeat(press: NewLead, lead: number, confirmation: Confirmation): Promise<RecordedPress>;
  /** Records a lead that is held back from the CRM, and the line that tells the managers; undefined as `recordChoice`. */
  recordHeld(
    lead: NewLead,
    confirmation: Confirmation,
    line: HeldTexts,
  ): Promise<RecordedPress | undefined>;
  /** Records a lead of a blocked visitor, which is held back and shown in no chat; undefined as `recordChoice`. */
  recordBlocked(lead: NewLead, confirmation: Confirmation): Promise<RecordedPress | undefined>;
}

/** What is not called by itself: see gathered.ts. */
export interface ChoicesAtOnce {
  /** `recordChoice` for several presses, in their order, by statements for all of them. */
  recordChoices(choices: readonly NewChoice[]): Promise<(RecordedChoice | undefined)[]>;
}

export function choiceMoves(
  db: Database,
  { leads, attempts, outbox, presses, held, blocks, copy, phones, chats }: {
    readonly leads: LeadMoves;
    readonly attempts: AttemptMoves;
    readonly outbox: OutboxMoves;
    readonly presses: PressMoves;
    readonly held: HeldMoves;
    readonly blocks: BlockMoves;
    readonly copy: CopyRecords;
    readonly phones: PhoneMoves;
    readonly chats: ChatMoves;
  },
): ChoiceMoves & ChoicesAtOnce {
  function confirmationOf(subject: number, body: Confirmation) {
    return { lane: VISITORS_LANE, kind: "confirmation", subject, body } as const;
  }

  async function recordChoice(...choice: NewChoice): Promise<RecordedChoice | undefined> {
    const lead = await leads.insertLead(choice[0]);
    return lead && await follow(lead, ...choice);
  }

  async function recordChoices(
    choices: readonly NewChoice[],
  ): Promise<(RecordedChoice | undefined)[]> {
    const inserted = await leads.insertLeads(choices.map(([lead]) => lead));
    const fresh = choices.flatMap((choice, nth) => {
      const lead = inserted[nth];
      return lead === undefined ? [] : [{ nth, lead, choice }];
    });
    const recorded: (RecordedChoice | undefined)[] = choices.map(() => undefined);
    const isPlain = await copy.hasPressOfCopy()
      ? () => false
      : ({ choice: [, , , , phoneWaitMs = null] }: typeof fresh[number]) => phoneWaitMs === null;
    for (const { nth, lead, choice } of fresh.filter((each) => !isPlain(each))) {
      recorded[nth] = await follow(lead, ...choice);
    }
    const plain = fresh.filter(isPlain);
    const works = plain.flatMap(({ lead, choice: [, body, lane, postsNow] }) => {
      const { number: subject, receivedAtMs } = lead;
      const post = { lane, kind: "post", subject, body: { askedBy: null } } as const;
      return [
        { work: confirmationOf(subject, body), dueAtMs: null },
        { work: post, dueAtMs: postsNow ? null : receivedAtMs },
      ] as const;
    });
    const ids = works.length > 0 ? await outbox.addAll(works) : [];
    const begun = plain.filter(({ choice: [, , , postsNow] }) => postsNow);
    await attempts.beginFirsts(begun.map(({ lead }) => lead));
    for (const [at, { nth, lead, choice: [, body, lane, postsNow] }] of plain.entries()) {
      const { number: subject } = lead;
      const [id = 0, postId = 0] = ids.slice(2 * at);
      recorded[nth] = {
        lead,
        confirmation: { ...confirmationOf(subject, body), id, failures: 0 },
        post: { id: postId, lane, kind: "post", subject, body: { askedBy: null }, failures: 0 },
        attempt: postsNow ? { lead: subject, nth: 1 } : undefined,
      };
    }
    return recorded;
  }

  /** What follows from a new lead. */
  async function follow(
    lead: Lead,
    newLead: NewLead,
    body: Confirmation,
    lane: string,
    postsNow: boolean,
    phoneWaitMs: number | null = null,
  ): Promise<RecordedChoice> {
    const { number: subject, receivedAtMs } = lead;
    const told = confirmationOf(subject, body);
    if (await copy.takePressOfCopy(newLead)) {
      await copy.recordDoubt(subject, receivedAtMs);
      const reason = { reason: "crm_failed" } as const;
      const inChat = laneOfChat(ADMIN_CHAT_LANE, chats.chatOf(lead.profile));
      const card = { lane: inChat, kind: "card", subject, body: reason } as const;
      const [confirmation, post] = await outbox.addBoth(told, card, receivedAtMs);
      return { lead, confirmation, post, attempt: undefined };
    }
    const waiting = { lane, kind: "post", subject, body: { askedBy: null } } as const;
    if (phoneWaitMs !== null) {
      const untilMs = receivedAtMs + phoneWaitMs;
      const [confirmation, post] = await outbox.addBoth(told, waiting, untilMs);
      await phones.owePhoneAsk(lead, untilMs);
      return { lead, confirmation, post, attempt: undefined };
    }
    const [confirmation, post] = await outbox.addBoth(
      told,
      waiting,
      postsNow ? null : receivedAtMs,
    );
    const attempt = postsNow ? await attempts.beginFirst(subject, receivedAtMs) : undefined;
    return { lead, confirmation, post, attempt };
  }

  async function recordHeldBack(
    newLead: NewLead,
    body: Confirmation,
    hold: (lead: number) => Promise<void>,
  ): Promise<RecordedPress | undefined> {
    const lead = await leads.insertLead(newLead);
    if (lead === undefined) return undefined;
    await hold(lead.number);
    await copy.takePressOfCopy(newLead);
    const confirmation = await outbox.addWork(confirmationOf(lead.number, body), null);
    return { lead: { ...lead, state: "in_admin_chat" }, confirmation };
  }

  return {
    recordChoice: (...choice) => db.atomically(() => recordChoice(...choice)),
    recordChoices: (choices) => db.atomically(() => recordChoices(choices)),
    recordRepeat: (press, number, confirmation) =>
      db.atomically(async () => {
        const lead = await leads.findLead(number);
        if (lead === undefined) throw new ReferenceError(`No lead ${number}`);
        await presses.insertRepeat(press, number);
        await copy.takePressOfCopy(press);
        return {
          lead,
          confirmation: await outbox.addWork(confirmationOf(number, confirmation), null),
        };
      }),
    recordHeld: (newLead, body, line) =>
      db.atomically(async () => {
        const recorded = await recordHeldBack(newLead, body, leads.holdLead);
        if (recorded !== undefined) {
          await held.oweHeldLine(newLead.chatId, newLead.profile, newLead.receivedAtMs, line);
        }
        return recorded;
      }),
    recordBlocked: (newLead, body) =>
      db.atomically(() => recordHeldBack(newLead, body, blocks.holdBlocked)),
  };
}
