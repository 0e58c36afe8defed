// The error half of a Bot API answer.

import type { ResponseParameters } from "grammy/types";

/**
 * A call that Telegram refuses; becomes {ok: false, error_code, description, parameters} with the
 * code as HTTP status (https://core.telegram.org/bots/api#making-requests).
 */
export class TelegramRefusal extends Error {
  override name = "TelegramRefusal";

  constructor(
    readonly errorCode: number,
    readonly description: string,
    readonly parameters?: ResponseParameters,
  ) {
    super(`${errorCode} ${description}`);
  }
}

/** A 400; the text follows "Bad Request: ". */
export function badRequest(text: string): TelegramRefusal {
  return new TelegramRefusal(400, `Bad Request: ${text}`);
}

/** A 403; the text follows "Forbidden: ". */
export function forbidden(text: string): TelegramRefusal {
  return new TelegramRefusal(403, `Forbidden: ${text}`);
}

/** A 409; the text follows "Conflict: ". */
export function conflict(text: string): TelegramRefusal {
  return new TelegramRefusal(409, `Conflict: ${text}`);
}

/** A 429 with `retry_after` in whole seconds, at least 1. */
export function tooManyRequests(waitMs: number): TelegramRefusal {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
  return new TelegramRefusal(429, `Too Many Requests: retry after ${retryAfter}`, {
    retry_after: retryAfter,
  });
}
