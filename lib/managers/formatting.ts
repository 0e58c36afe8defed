// Formatting that Telegram refuses costs the formatting, never the words.

import { describeError, failureOf } from "../telegram/failures.ts";
import type { Formatted } from "../visitors/texts.ts";

/**
 * Sends words with their formatting, and without where Telegram refuses: it may be the formatting that it refuses.
 *
 * @param isFinal Tells refusals that have nothing to do with the words.
 */
export async function formattedOrPlain<T>(
  words: Formatted,
  send: (words: Formatted) => Promise<T>,
  isFinal: (reason: string) => boolean = () => false,
): Promise<T> {
  try {
    return await send(words);
  } catch (error) {
    const failure = failureOf(error);
    const isPlain = words.entities.length === 0 && words.text.isWellFormed();
    if (isPlain || failure?.kind !== "refused" || failure.migratedTo !== undefined) throw error;
    if (isFinal(describeError(error))) throw error;
    return await send({ text: words.text.toWellFormed(), entities: [] });
  }
}
