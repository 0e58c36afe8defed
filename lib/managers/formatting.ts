// Sends a text without its formatting when Telegram refuses it with formatting.

import { describeError, failureOf } from "../telegram/failures.ts";
import type { Formatted } from "../visitors/texts.ts";

/** Sends a text, and once more without formatting if Telegram refuses, unless `isFinal` knows the reason. */
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
