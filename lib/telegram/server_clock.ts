// What time it is at Telegram.

import { fetchAnswer } from "./http.ts";
import type { TelegramOptions } from "./client.ts";

/**
 * The moment in the Date header of an answer (RFC 9110, 6.6.1), in ms since 1970, precise to a second; undefined where
 * the answer has none.
 *
 * @throws As `fetchAnswer`.
 */
export async function serverMoment(
  { token, apiRoot }: TelegramOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const response = await fetchAnswer(`${apiRoot}/bot${token}/getMe`, { signal });
  await response.body?.cancel();
  const atMs = Date.parse(response.headers.get("date") ?? "");
  return Number.isNaN(atMs) ? undefined : atMs;
}
