// The line in the managers' chat that counts the leads of one visitor which were held back. Knows no text.

import type { ChatRecords } from "./chats.ts";
import type { Database } from "./engine.ts";
import type { FactRecords } from "./facts.ts";
import type { OutboxMoves } from "./outbox.ts";
import { recordIn } from "./stored_json.ts";
import { ADMIN_CHAT_LANE, laneOfChat } from "./work.ts";

/** A visitor is spoken of once in this time, in ms. */
const LINE_EVERY_MS = 60 * 60 * 1000;

/** The line waits until its visitor has been quiet for the first span, but no longer than the second, in ms: then its count is right. */
const QUIET_MS = 3_000;
const LONGEST_WAIT_MS = 2 * 60_000;

/** What the line says, by what it counts. */
export interface HeldTexts {
  readonly alone: string;
  /** For one more than the newest line counted. */
  readonly counted: string;
}

export interface HeldRecords {
  /** How many leads of a visitor the newest line counts; 0 where there is none. */
  countInHeldLine(chatId: number): Promise<number>;
}

export interface HeldMoves extends HeldRecords {
  /**
   * Counts one more lead of a profile that was held back. Owes the line that tells of it, or puts the count into the one that
   * waits.
   */
  oweHeldLine(chatId: number, profile: string, nowMs: number, texts: HeldTexts): Promise<void>;
  /** What waits to be said of a visitor is not said. */
  forgetHeldLine(chatId: number): Promise<void>;
}

/** What a visitor's newest line counts, and from when on; the fact `held_of:<chat>`. */
interface Line {
  readonly fromMs: number;
  readonly leads: number;
}

export function heldRecords(
  db: Database,
  { addWork, forgetWork }: OutboxMoves,
  facts: FactRecords,
  { chatOf }: Pick<ChatRecords, "chatOf">,
): HeldMoves {
  // Never sooner: the managers' chat may have refused it, and its visitor must not have it tried again and again.
  const rewrite = db.writer(
    `UPDATE outbox SET body = ?, due_at_ms = ${db.dialect.greater("due_at_ms", "?")}
     WHERE subject = ? AND kind = 'note' AND due_at_ms IS NOT NULL`,
  );

  async function lineOf(chatId: number): Promise<Line | undefined> {
    const { fromMs, leads } = recordIn(await facts.fact(factOf(chatId))) ?? {};
    return typeof fromMs === "number" && typeof leads === "number" ? { fromMs, leads } : undefined;
  }

  async function rewriteLine({ fromMs, leads }: Line, chatId: number, nowMs: number, body: string) {
    const isWaiting =
      (await rewrite.run(body, dueAtMs(fromMs, nowMs), subjectOf(chatId))).changes > 0;
    if (isWaiting) await remember(chatId, { fromMs, leads });
    return isWaiting;
  }

  async function remember(chatId: number, line: Line): Promise<void> {
    await facts.rememberFact(factOf(chatId), JSON.stringify(line));
  }

  return {
    countInHeldLine: async (chatId) => (await lineOf(chatId))?.leads ?? 0,
    async oweHeldLine(chatId, profile, nowMs, texts) {
      const last = await lineOf(chatId);
      if (last !== undefined) {
        const counted = { ...last, leads: last.leads + 1 };
        if (await rewriteLine(counted, chatId, nowMs, texts.counted)) return;
      }
      const soonestMs = (last?.fromMs ?? -Infinity) + LINE_EVERY_MS;
      // However the clock was set in between, not later than an hour from now.
      const fromMs = Math.min(Math.max(soonestMs, nowMs), nowMs + LINE_EVERY_MS);
      const work = {
        kind: "note",
        subject: subjectOf(chatId),
        body: { text: texts.alone },
      } as const;
      const lane = laneOfChat(ADMIN_CHAT_LANE, chatOf(profile));
      await addWork({ lane, ...work }, dueAtMs(fromMs, nowMs));
      await remember(chatId, { fromMs, leads: 1 });
    },
    async forgetHeldLine(chatId) {
      await forgetWork("note", subjectOf(chatId));
      await facts.forgetFact(factOf(chatId));
    },
  };
}

function dueAtMs(fromMs: number, nowMs: number): number {
  return Math.min(Math.max(nowMs, fromMs) + QUIET_MS, fromMs + LONGEST_WAIT_MS);
}

function factOf(chatId: number): string {
  return `held_of:${chatId}`;
}

/** Below zero, where no other note is. */
function subjectOf(chatId: number): number {
  return -chatId;
}
