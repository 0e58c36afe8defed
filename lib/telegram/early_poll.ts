// The first question to Telegram, asked before the journal is checked and the rooms are loaded: what waits there for a bot that was away is on its way
// before the bot can handle it. Knows no grammY.

import type { Update } from "grammy/types";
import { fetchAnswer } from "./http.ts";

/** What every getUpdates asks for (Bot API: getUpdates). */
export const WANTED = {
  limit: 100,
  allowed_updates: ["message", "edited_message", "channel_post", "callback_query"],
} as const;

/** How long the answer may take, in ms; Telegram is asked to answer at once. */
const PATIENCE_MS = 5_000;

/**
 * Asks what waits. Confirms nothing: offset 0 hands it over again until it is on disk. Undefined where
 * anything went wrong: polling meets the same fault, and reports it.
 *
 * @param apiRoot Without a trailing slash.
 */
export async function askEarly(
  { token, apiRoot }: { readonly token: string; readonly apiRoot: string },
): Promise<Update[] | undefined> {
  try {
    const response = await fetchAnswer(`${apiRoot}/bot${token}/getUpdates`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ offset: 0, timeout: 0, ...WANTED }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer: { ok?: unknown; result?: unknown } | null = await response.json();
    return answer?.ok === true && Array.isArray(answer.result) ? answer.result : undefined;
  } catch {
    return undefined; // Its words would hold the address, and with it the token.
  }
}
