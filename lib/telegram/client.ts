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

/** Options of a grammY client; `onlyAnswers` has to be its first transformer. */
export function clientOptions(apiRoot: string, timeoutSeconds = CALL_SECONDS): ApiClientOptions {
  return { apiRoot, timeoutSeconds, fetch: fetchAnswer };
}

/**
 * Creates a client that repeats no call.
 *
 * @param transformers The last is applied first.
 */
export function createApi(
  { token, apiRoot }: TelegramOptions,
  ...transformers: readonly Transformer[]
): Api {
  const api = new Api(token, clientOptions(apiRoot));
  api.config.use(onlyAnswers, ...transformers);
  return api;
}
