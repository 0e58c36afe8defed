// Reads a CRM's answer, bounded in bytes and time, and cuts it for the log and the journal: one line, secrets masked.

import type { Mask } from "../log/mask.ts";

/** Most bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Most characters of an answer that are kept and logged. */
const MAX_ANSWER_CHARACTERS = 500;

/** Characters that are masked before the cut: whitespace and secrets shrink. */
const EXCERPT_FROM_CHARACTERS = 8 * MAX_ANSWER_CHARACTERS;

/** What was read of an answer. */
export interface AnswerText {
  readonly text: string;
  /** False for a part, which may end within a secret. */
  readonly isWhole: boolean;
}

/** Reads an answer up to its end, the limit, or until `late` resolves. Never throws: what came is kept. */
export async function readAnswer({ body }: Response, late: Promise<void>): Promise<AnswerText> {
  if (body === null) return { text: "", isWhole: true };
  const reader = body.getReader();
  const cancel = () => reader.cancel().catch(() => {}); // Ends a read that is under way.
  let isLate = false;
  late.then(() => {
    isLate = true;
    cancel();
  });
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    while (bytes < MAX_ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) return { text, isWhole: !isLate };
      text += decoder.decode(value.subarray(0, MAX_ANSWER_BYTES - bytes), { stream: true });
      bytes += value.length;
    }
    cancel();
  } catch {
    // The connection was cut off.
  }
  return { text, isWhole: false };
}

/** The beginning of an answer for people: one line, secrets masked. */
export function excerpt({ text, isWhole }: AnswerText, mask: Mask): string {
  const visible = mask.beginning(text, EXCERPT_FROM_CHARACTERS, !isWhole)
    .replace(/[\p{Cc}\s]+/gu, " ").trim();
  return visible.slice(0, MAX_ANSWER_CHARACTERS).toWellFormed();
}
