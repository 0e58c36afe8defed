// Sends words without their formatting when Telegram refuses them with it.

import { describeError, failureOf } from "../telegram/failures.ts";
import type { Formatted } from "../visitors/texts.ts";

/**
 * Sends words with their formatting, and once more without it if Telegram refuses.
 *
 * @param isFinal Whether a refusal has nothing to do with the words.
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
