// The way to the Bot API: a client that takes nothing else for it, and the poll loop. Handles no command.

import { Api, type ApiClientOptions, type Transformer } from "grammy";
import type { Update } from "grammy/types";
import { FIRST_WAIT_MS, waitMs } from "../backoff.ts";
import { fetchAnswer } from "./http.ts";
import { onlyAnswers } from "./answers.ts";
import { describeError, failureOf } from "./failures.ts";
import type { Log } from "../log/log.ts";
import { type Aside, readBatch } from "./updates.ts";

export { type CallFailure, describeError, failureOf } from "./failures.ts";
export { withRetries } from "./send_retries.ts";

/** How long Telegram may hold a getUpdates request while there is nothing to say, in s; each answer is a heartbeat. */
const LONG_POLL_SECONDS = 10;

/** The longest wait before Telegram is asked again, in ms: it forgets a press after 150 s. */
const LONGEST_POLL_WAIT_MS = 30_000;

/** Telegram holds a request longer than this when there is nothing to say, in ms; a server that does not is asked less. */
const LEAST_POLL_MS = 1_000;

/** The kinds of updates that the bot handles (https://core.telegram.org/bots/api#getupdates). */
const WANTED = ["message", "edited_message", "channel_post", "callback_query"] as const;

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
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Polls until `signal` aborts, whatever happens on the way.
 *
 * @throws {PollingEnded} If the token is refused, or another instance polls with it for longer than `CONFLICT_PATIENCE_MS`.
 */
export async function pollUpdates(options: PollingOptions, signal: AbortSignal): Promise<void> {
  const { accept, polled, sleep, random, now, log, token, apiRoot } = options;
  const api = new Api(token, clientOptions(apiRoot, LONG_POLL_SECONDS + CALL_SECONDS));
  api.config.use(onlyAnswers);
  let offset = 0;
  let failures = 0;
  let asked = false;
  let lastAnswerAtMs = now();
  let silenceReported = false;
  let conflictSinceMs: number | undefined;
  let removals = 0;
  let hasty = 0;
  while (!signal.aborted) {
    try {
      // At first and after a fault a quick answer is asked for, so that it is known at once how things stand.
      const patient = asked && failures === 0;
      const askedAtMs = now();
      const result = await getUpdates(api, offset, patient ? LONG_POLL_SECONDS : 0, signal);
      const { updates, aside, nextOffset } = readBatch(result);
      if (patient) conflictSinceMs = undefined;
      asked = true;
      silenceReported = false;
      lastAnswerAtMs = now();
      polled(offset, updates.length === 0);
      if (updates.length > 0) await accept(updates);
      if (result.length > 0 && (nextOffset ?? offset) === offset) throw new Stuck(aside[0]?.fault);
      reportAside(aside, log);
      if (failures > 0) log.info("✅ Связь с Telegram восстановлена");
      failures = 0;
      if (nextOffset !== undefined) {
        // After a quiet week once; over and over where a server minds no offset.
        if (nextOffset < offset) await sleep(LEAST_POLL_MS);
        offset = nextOffset;
      } else if (patient && now() - askedAtMs < LEAST_POLL_MS) hasty++;
      else hasty = 0;
      if (hasty > 1) await sleep(LEAST_POLL_MS);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      await sleep(await recover(error));
    }
  }

  /** Deals with a failed round, and tells how long to wait before the next, in ms. */
  async function recover(error: unknown): Promise<number> {
    const failure = failureOf(error);
    if (failure?.kind === "unauthorized") {
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
        if (removals++ === 0) return 0;
        return Math.min(waitMs(removals - 1, random()), LONGEST_POLL_WAIT_MS); // Another program sets it again and again.
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
        cause: describeError(error, LONGEST_POLL_WAIT_MS),
      });
    }
    if (failures === 1) {
      const message = failure === undefined
        ? "❌ Обновления не принять: {cause}. Они остаются у Telegram, пробуем снова"
        : "❌ Telegram недоступен, обновления не получить: {cause}. Пробуем снова";
      log.error(message, { cause: describeError(error, LONGEST_POLL_WAIT_MS) });
    }
    if (error instanceof Stuck) return FIRST_WAIT_MS; // What comes beside it must not wait longer.
    if (failure?.kind === "too_many") return Math.min(failure.retryAfterMs, LONGEST_POLL_WAIT_MS);
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
  const options = { offset, timeout, limit: 100, allowed_updates: WANTED };
  // grammY's types name a polyfill's AbortSignal; its web build takes the platform's.
  return api.getUpdates(options, signal as unknown as Parameters<Api["getUpdates"]>[1]);
}

async function removeWebhook(api: Api): Promise<boolean> {
  try {
    return await api.deleteWebhook({ drop_pending_updates: false });
  } catch {
    return false; // The conflict stays, and is reported.
  }
}

/** A batch that Telegram will hand over again: nothing in it has an id that an offset could pass. */
class Stuck extends Error {
  constructor(fault = "update_id прежний") {
    super(`Telegram отдаёт их снова и снова (${fault})`);
  }
}

function reportAside(aside: readonly Aside[], log: Log): void {
  for (const { id, fault } of aside) {
    log.error("❌ Обновление {update} не разобрать, оно пропущено: {fault}", {
      update: id ?? "без номера",
      fault,
    });
  }
}
