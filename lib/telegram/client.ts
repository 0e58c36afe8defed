// Clients of the Bot API, which take nothing else for its answers. Knows no method.

import { Api, type ApiClientOptions, type Transformer } from "grammy";
import { onlyAnswers } from "./answers.ts";
import { fetchAnswer } from "./http.ts";

/** How long a call may take, in s. */
export const CALL_SECONDS = 15;

/** Which bot, and which Bot API server. */
export interface TelegramOptions {
  readonly token: string;
  /** Without a trailing slash. */
  readonly apiRoot: string;
}

/** How a client reaches Telegram; `onlyAnswers` has to be its first transformer. */
export function clientOptions(apiRoot: string, timeoutSeconds = CALL_SECONDS): ApiClientOptions {
  return { apiRoot, timeoutSeconds, fetch: fetchAnswer };
}

/**
 * A client for calls that their caller repeats by itself.
 *
 * @param transformers What each call passes on its way out, the last first.
 */
export function createApi(
  { token, apiRoot }: TelegramOptions,
  ...transformers: readonly Transformer[]
): Api {
  const api = new Api(token, clientOptions(apiRoot));
  api.config.use(onlyAnswers, ...transformers);
  return api;
}
