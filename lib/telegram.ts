// The way to the Bot API: a client whose errors hold no token, retries for short faults, the poll loop. Handles no command.

import { Api, GrammyError, HttpError, type Transformer } from "grammy";
import type { Update } from "grammy/types";
import { FIRST_WAIT_MS, waitMs } from "./backoff.ts";
import { WANTED } from "./early_poll.ts";
import type { Log } from "./log.ts";

/** How long Telegram may hold a getUpdates request while there is nothing to say, in s; each answer is a heartbeat. */
const LONG_POLL_SECONDS = 10;

/** The longest wait before Telegram is asked again, in ms: it forgets a press after 150 s. */
const LONGEST_POLL_WAIT_MS = 30_000;

/** How long another instance may get in the way before this one leaves, in ms (user requirement). */
export const CONFLICT_PATIENCE_MS = 30_000;

/** After how long a silence of Telegram's is a fault that is reported, in ms (user requirement). */
export const SILENCE_MS = 120_000;

/** How long any other call may take, in s. */
const CALL_SECONDS = 15;

export interface TelegramOptions {
  readonly token: string;
  /** Without a trailing slash. */
  readonly apiRoot: string;
}

/** A client for calls that their caller repeats by itself. */
export function createApi({ token, apiRoot }: TelegramOptions): Api {
  return new Api(token, { apiRoot, timeoutSeconds: CALL_SECONDS });
}

/** What a failed call means for whoever made it. */
export type CallFailure =
  /** Telegram understood and said no: 400 and its kin. Saying it again changes nothing. */
  | { readonly kind: "refused"; readonly migratedTo: number | undefined }
  /** The bot may not write there: 403. */
  | { readonly kind: "forbidden" }
  /** 429: not before this many ms. */
  | { readonly kind: "too_many"; readonly retryAfterMs: number }
  /** The network, the time or Telegram's own fault: it may go well another time, and may have gone well. */
  | { readonly kind: "unreached" }
  /** 401: the token is wrong or revoked. */
  | { readonly kind: "unauthorized" }
  /** 409: another instance polls, or a webhook is set. */
  | { readonly kind: "conflict" };

/** Tells what a thrown error means; undefined when it is no failed call but a defect. */
export function failureOf(error: unknown): CallFailure | undefined {
  if (error instanceof HttpError) return { kind: "unreached" };
  if (!(error instanceof GrammyError)) return undefined;
  const { error_code: code, parameters } = error;
  if (code === 401) return { kind: "unauthorized" };
  if (code === 403) return { kind: "forbidden" };
  if (code === 409) return { kind: "conflict" };
  if (code === 429) return { kind: "too_many", retryAfterMs: (parameters.retry_after ?? 1) * 1000 };
  if (code >= 500) return { kind: "unreached" };
  return { kind: "refused", migratedTo: parameters.migrate_to_chat_id };
}

/** A failed call in words that hold no token: grammY keeps the address in the cause alone. */
export function describeError(error: unknown): string {
  if (error instanceof GrammyError) return `${error.error_code}: ${short(error.description)}`;
  if (error instanceof HttpError) return `нет связи с Telegram (${causeWord(error.error)})`;
  return short(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

/** At most this much of what a peer says about a failure is kept, in UTF-16 units. */
const MOST_OF_REASON = 500;

/** Cut between words: half a secret could not be told for one any more. */
function short(text: string): string {
  if (text.length <= MOST_OF_REASON) return text;
  return `${text.slice(0, text.lastIndexOf(" ", MOST_OF_REASON) + 1).trimEnd()}…`;
}

function causeWord(cause: unknown): string {
  let deepest = cause;
  while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause;
  if (deepest instanceof SyntaxError) return "ответ не разобрать";
  // Only these words are taken over: around them stands the address with the token.
  const message = (deepest instanceof Error ? deepest.message : String(deepest)).slice(0, 2_000);
  const words =
    /(?<![a-z ])[a-z ]*\(os error \d+\)|dns error|timed out|connection closed|certificate|reset/i
      .exec(message);
  return words?.[0].trim() ?? (deepest instanceof Error ? deepest.name : "неизвестная причина");
}

/** How often a call of `withRetries` is made at most. */
const TRIES = 3;

/** The longest wait of `withRetries`, in ms; whoever needs longer ones has them on disk. */
const LONGEST_RETRY_WAIT_MS = 5_000;

/** Repeats calls that met a short fault: 429 with a short wait, 5xx, a broken connection. */
export function withRetries(
  sleep: (ms: number) => Promise<void>,
  random: () => number,
): Transformer {
  return async (call, method, payload, signal) => {
    // A spinner that is old is worth no second try: it would hold its visitor's place.
    if (method === "answerCallbackQuery") return await call(method, payload, signal);
    for (let failures = 1;; failures++) {
      let waitsMs = waitMs(failures, random()) / 4;
      try {
        const answer = await call(method, payload, signal);
        if (answer.ok || failures >= TRIES) return answer;
        if (answer.error_code === 429) waitsMs = (answer.parameters?.retry_after ?? 1) * 1000;
        else if (answer.error_code < 500) return answer;
        if (waitsMs > LONGEST_RETRY_WAIT_MS) return answer;
      } catch (error) {
        if (failures >= TRIES || signal?.aborted) throw error;
      }
      await sleep(waitsMs);
    }
  };
}

/** Why polling ended by itself. */
export class PollingEnded extends Error {
  constructor(
    readonly reason: "unauthorized" | "conflict",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface PollingOptions extends TelegramOptions {
  /** Puts a batch on disk. Telegram hears of it only after this resolved; a rejection keeps it there. */
  readonly accept: (updates: readonly Update[]) => Promise<void>;
  /**
   * Told after every round that Telegram answered.
   *
   * @param offset Below it Telegram will never hand over again.
   * @param caughtUp Whether Telegram had nothing to hand over.
   */
  readonly polled: (offset: number, caughtUp: boolean) => void;
  /** The first answer, where Telegram was asked before; undefined inside where that went wrong. */
  readonly early?: Promise<Update[] | undefined> | undefined;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/** What the promise resolves with; undefined as soon as the process stops. */
async function unlessStopped<T>(promise: T | Promise<T>, signal: AbortSignal) {
  const stopped = Promise.withResolvers<undefined>();
  const stop = () => stopped.resolve(undefined);
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Polls until `signal` aborts, whatever happens on the way.
 *
 * @throws {PollingEnded} If the token is refused.
 */
export async function pollUpdates(options: PollingOptions, signal: AbortSignal): Promise<void> {
  const { accept, polled, early, sleep, random, now, log, token, apiRoot } = options;
  const api = new Api(token, { apiRoot, timeoutSeconds: LONG_POLL_SECONDS + CALL_SECONDS });
  let offset = 0;
  let failures = 0;
  let asked = false;
  let lastAnswerAtMs = now();
  let silenceReported = false;
  let conflictSinceMs: number | undefined;
  let removals = 0;
  while (!signal.aborted) {
    try {
      // At first and after a fault a quick answer is asked for, so that it is known at once how things stand.
      const patient = asked && failures === 0;
      const updates = (asked ? undefined : await unlessStopped(early, signal)) ??
        await getUpdates(api, offset, patient ? LONG_POLL_SECONDS : 0, signal);
      if (patient) conflictSinceMs = undefined;
      asked = true;
      silenceReported = false;
      lastAnswerAtMs = now();
      polled(offset, updates.length === 0);
      if (updates.length > 0) await accept(updates);
      if (failures > 0) log.info("✅ Связь с Telegram восстановлена");
      failures = 0;
      // The last, not the highest: after a quiet week Telegram counts anew (Bot API: Update.update_id).
      const last = updates.at(-1);
      if (last !== undefined) offset = last.update_id + 1;
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      await sleep(await recover(error));
    }
  }

  /** Deals with a failed round, and tells how long to wait before the next, in ms. */
  async function recover(error: unknown): Promise<number> {
    const failure = failureOf(error);
    // To what is no token at all Telegram answers 404.
    const isNoToken = error instanceof GrammyError && error.error_code === 404;
    if (failure?.kind === "unauthorized" || isNoToken) {
      throw new PollingEnded(
        "unauthorized",
        "Telegram не принимает BOT_TOKEN. Проверьте токен у @BotFather",
        { cause: error },
      );
    }
    if (failure?.kind === "conflict" && describeError(error).includes("webhook")) {
      const removed = await removeWebhook(api);
      if (removed) {
        failures = 0;
        log.info("🔌 Вебхук, оставленный прежним ботом, снят; накопленные обновления сохранены");
        return removals++ === 0 ? 0 : FIRST_WAIT_MS; // Somebody sets it again and again.
      }
    }
    if (failure?.kind === "conflict") {
      conflictSinceMs ??= now();
      if (now() - conflictSinceMs >= CONFLICT_PATIENCE_MS) {
        throw new PollingEnded(
          "conflict",
          "С этим токеном уже работает другой экземпляр бота (409). Остановите его и запустите снова",
          { cause: error },
        );
      }
    }
    if (now() - lastAnswerAtMs >= SILENCE_MS && !silenceReported) {
      silenceReported = true;
      log.error("❌ Telegram не отвечает уже {seconds} с: {cause}. Лиды из него пока не приходят", {
        seconds: Math.round((now() - lastAnswerAtMs) / 1000),
        cause: describeError(error),
      });
    }
    if (failures === 1) {
      const message = failure === undefined
        ? "❌ Обновления не принять: {cause}. Они остаются у Telegram, пробуем снова"
        : "❌ Telegram недоступен, обновления не получить: {cause}. Пробуем снова";
      log.error(message, { cause: describeError(error) });
    }
    if (failure?.kind === "too_many") return failure.retryAfterMs;
    const patience = conflictSinceMs === undefined
      ? LONGEST_POLL_WAIT_MS
      : Math.max(conflictSinceMs + CONFLICT_PATIENCE_MS - now(), 0);
    return Math.min(waitMs(failures, random()), LONGEST_POLL_WAIT_MS, patience);
  }
}

function getUpdates(
  api: Api,
  offset: number,
  timeout: number,
  signal: AbortSignal,
): Promise<Update[]> {
  const options = {
    offset,
    timeout,
    ...WANTED,
  };
  // grammY's types name a polyfill's AbortSignal; its web build takes the platform's.
  return api.getUpdates(options, signal as unknown as Parameters<Api["getUpdates"]>[1]);
}

async function removeWebhook(api: Api): Promise<boolean> {
  try {
    return await api.deleteWebhook({ drop_pending_updates: false });
  } catch (error) {
    if (failureOf(error) === undefined) throw error;
    return false;
  }
}
