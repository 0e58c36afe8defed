// The beginning of a CRM's answer, for the log and the journal: bounded in bytes and time, on one line, without secrets.

import type { Mask } from "../log/mask.ts";

/** At most this much of an answer is read, in bytes (user requirement). */
const MAX_ANSWER_BYTES = 64 * 1024;

/** At most this much of an answer is kept and logged, in characters (user requirement). */
const MAX_ANSWER_CHARACTERS = 500;

/** So much is masked before it is cut, in characters: a page's blanks and secrets become shorter. */
const EXCERPT_FROM_CHARACTERS = 8 * MAX_ANSWER_CHARACTERS;

/**
 * Reads the beginning of an answer until the end, the limit or `late`. Never throws: what came is kept.
 *
 * @param url The webhook's address, which an answer may repeat.
 * @param late Resolves when the time for the answer is over.
 */
export async function readExcerpt(
  response: Response,
  { url, mask, late }: {
    readonly url: string;
    readonly mask: Mask;
    readonly late: Promise<void>;
  },
): Promise<string> {
  return excerpt(await readAnswer(response, late), url, mask);
}

/** An answer's text as far as it came. */
interface AnswerText {
  readonly text: string;
  /** Whether the answer ends here; a part may end within a secret. */
  readonly isWhole: boolean;
}

async function readAnswer({ body }: Response, late: Promise<void>): Promise<AnswerText> {
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

/** Cut before anything else: a peer decides how long its answer is. */
function excerpt({ text, isWhole }: AnswerText, url: string, mask: Mask): string {
  mask.hideWebhook(url);
  const visible = mask.beginning(text, EXCERPT_FROM_CHARACTERS, !isWhole)
    .replace(/[\p{Cc}\s]+/gu, " ").trim();
  return visible.slice(0, MAX_ANSWER_CHARACTERS).toWellFormed();
}
