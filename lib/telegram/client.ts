// Creates clients of the Bot API. Knows no method.

import { Api, type ApiClientOptions, type Transformer } from "grammy";
import { onlyAnswers } from "./answers.ts";
import { fetchAnswer } from "./http.ts";

/** Deadline of a call, in s. */
export const CALL_SECONDS = 15;

/** The bot and its Bot API server. */
export interface TelegramOptions {
  readonly token: string;
  /** Without a trailing slash. */
  readonly apiRoot: string;
  /** Deadline of a call, in s, 15 by default. */
  readonly timeoutSeconds?: number;
}

/** Options of a grammY client; `onlyAnswers` has to be its first transformer. */
export function clientOptions(apiRoot: string, timeoutSeconds = CALL_SECONDS): ApiClientOptions {
  return { apiRoot, timeoutSeconds, fetch: fetchAnswer };
}

/** Creates a client without retries; the last transformer is applied first. */
export function createApi(
  { token, apiRoot, timeoutSeconds }: TelegramOptions,
  ...transformers: readonly Transformer[]
): Api {
  const api = new Api(token, clientOptions(apiRoot, timeoutSeconds));
  api.config.use(onlyAnswers, ...transformers);
  return api;
}
