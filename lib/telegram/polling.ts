// Polls Telegram for updates until the process stops, and recovers from failures. Handles no update.

import { Api } from "grammy";
import type { Update } from "grammy/types";
import { FIRST_WAIT_MS, waitMs } from "../backoff.ts";
import { onlyAnswers } from "./answers.ts";
import { CALL_SECONDS, clientOptions, type TelegramOptions } from "./client.ts";
import { describeError, failureOf, isRefusedAs } from "./failures.ts";
import type { Log } from "../log/log.ts";
import { type Aside, readBatch } from "./updates.ts";

/** How long Telegram holds a getUpdates request without updates, in s. */
const LONG_POLL_SECONDS = 10;

/** Longest wait before the next request, in ms: Telegram forgets a press after 150 s. */
const LONGEST_POLL_WAIT_MS = 30_000;

/** Least time between requests to a server that does not hold them, in ms. */
const LEAST_POLL_MS = 1_000;

/** The kinds of updates that the bot handles (https://core.telegram.org/bots/api#getupdates). */
const WANTED = ["message", "edited_message", "channel_post", "callback_query"] as const;

/** How long another instance may poll with the same token before this one ends, in ms. */
export const CONFLICT_PATIENCE_MS = 30_000;

/** Longest silence of Telegram before it is reported, in ms. */
export const SILENCE_MS = 120_000;

/** Polling cannot go on. */
export class PollingEnded extends Error {
  constructor(
    readonly reason: "unauthorized" | "conflict",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What polling needs. */
export interface PollingOptions extends TelegramOptions {
  /** Records a batch; it is confirmed to Telegram once this has resolved. */
  readonly accept: (updates: readonly Update[]) => Promise<void>;
  /** Called after every answer. Updates below `offset` are confirmed; `caughtUp` if there were none. */
  readonly polled: (offset: number, caughtUp: boolean) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Polls until `signal` aborts.
 *
 * @throws {PollingEnded} If the token is refused, or another instance polls with it for `CONFLICT_PATIENCE_MS`.
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
      // The first request and one after a failure return at once, to learn Telegram's state soon.
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
        // Normal once after a quiet week; a server that ignores the offset does it again and again.
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

  /** Handles a failed round; returns the wait before the next, in ms. */
  async function recover(error: unknown): Promise<number> {
    const failure = failureOf(error);
    if (failure?.kind === "unauthorized") {
      throw new PollingEnded(
        "unauthorized",
        "Telegram не принимает BOT_TOKEN. Проверьте токен у @BotFather",
        { cause: error },
      );
    }
    if (failure?.kind === "conflict" && isRefusedAs(describeError(error), "webhook_set")) {
      const removed = await removeWebhook(api);
      if (removed) {
        failures = 0;
        log.info("🔌 Вебхук, оставленный прежним ботом, снят; накопленные обновления сохранены");
        if (removals++ === 0) return 0;
        return Math.min(waitMs(removals - 1, random()), LONGEST_POLL_WAIT_MS); // Another program keeps setting it.
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
        : "❌ Telegram недоступен, обновления не получить: {cause}. Пробуем снова" +
          (failure.kind === "unreached"
            ? "; если не пройдёт само, проверьте сеть и прокси сервера"
            : "");
      log.error(message, { cause: describeError(error, LONGEST_POLL_WAIT_MS) });
    }
    if (error instanceof Stuck) return FIRST_WAIT_MS; // New updates must not wait longer.
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
    return false; // The conflict is reported.
  }
}

/** A batch without a usable id, which no offset can confirm. */
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
