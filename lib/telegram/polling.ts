// Polls Telegram for updates until the process stops, and recovers from failures. Handles no update.

import { Api } from "grammy";
import type { Update } from "grammy/types";
import { FIRST_WAIT_MS, waitMs } from "../backoff.ts";
import { onlyAnswers } from "./answers.ts";
import { reportAside } from "./aside.ts";
import { CALL_SECONDS, clientOptions, type TelegramOptions } from "./client.ts";
import { createContact, LONGEST_POLL_WAIT_MS, PollingEnded } from "./contact.ts";
import { describeError, failureOf, isRefusedAs } from "./failures.ts";
import type { Log } from "../log/log.ts";
import { readBatch, WANTED_UPDATES } from "./updates.ts";

/** How long Telegram holds a getUpdates request without updates, in s. */
const LONG_POLL_SECONDS = 10;

/** Least time between requests to a server that does not hold them, in ms. */
const LEAST_POLL_MS = 1_000;

/** How long another instance may poll with the same token before this one ends, in ms. */
export const CONFLICT_PATIENCE_MS = 30_000;

/** What polling needs. */
export interface PollingOptions extends TelegramOptions {
  /** Records a batch; it is confirmed to Telegram once this has resolved. */
  readonly accept: (updates: readonly Update[]) => Promise<void>;
  /** Called after every answer. Updates below `offset` are confirmed; `caughtUp` if there were none. */
  readonly polled: (offset: number, caughtUp: boolean) => Promise<void>;
  /**
   * How long after the first request another poller may be the process that polled before this one, in ms: it needs no word.
   * Without it there was none.
   */
  readonly handoverMs?: number;
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
  const { accept, polled, sleep, random, now, log, token, apiRoot, handoverMs = 0 } = options;
  const api = new Api(token, clientOptions(apiRoot, LONG_POLL_SECONDS + CALL_SECONDS));
  api.config.use(onlyAnswers);
  let offset = 0;
  const beganAtMs = now();
  const contact = createContact(options);
  let asked = false;
  let conflictSinceMs: number | undefined;
  let removals = 0;
  let hasty = 0;
  while (!signal.aborted) {
    try {
      // The first request and one after a failure return at once, to learn Telegram's state soon.
      const patient = asked && contact.failures() === 0;
      const askedAtMs = now();
      const result = await getUpdates(api, offset, patient ? LONG_POLL_SECONDS : 0, signal);
      const { updates, aside, nextOffset } = readBatch(result);
      if (patient) conflictSinceMs = undefined;
      asked = true;
      contact.answered();
      await polled(offset, updates.length === 0);
      if (updates.length > 0) await accept(updates);
      if (result.length > 0 && (nextOffset ?? offset) === offset) throw new Stuck(aside[0]?.fault);
      reportAside(aside, log);
      contact.succeeded(conflictSinceMs === undefined); // Two bots get an answer by turns.
      if (nextOffset !== undefined) {
        // Normal once after a quiet week; a server that ignores the offset does it again and again.
        if (nextOffset < offset) await sleep(LEAST_POLL_MS);
        offset = nextOffset;
      } else if (patient && now() - askedAtMs < LEAST_POLL_MS) hasty++;
      else hasty = 0;
      if (hasty > 1) await sleep(LEAST_POLL_MS);
    } catch (error) {
      if (signal.aborted) return;
      await sleep(await recover(error));
    }
  }

  /** Handles a failed round; returns the wait before the next, in ms. */
  async function recover(error: unknown): Promise<number> {
    const failure = failureOf(error);
    if (failure?.kind === "conflict" && isRefusedAs(describeError(error), "webhook_set")) {
      const removed = await removeWebhook(api);
      if (removed) {
        log.info("🔌 Вебхук, оставленный прежним ботом, снят; накопленные обновления сохранены");
        if (removals++ === 0) return 0;
        return Math.min(waitMs(removals - 1, random()), LONGEST_POLL_WAIT_MS); // Another program keeps setting it.
      }
    }
    if (failure?.kind === "conflict" && now() - beganAtMs < handoverMs) return FIRST_WAIT_MS;
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
    const wait = contact.failed(error, messageOn(error));
    if (error instanceof Stuck) return FIRST_WAIT_MS; // New updates must not wait longer.
    if (conflictSinceMs === undefined) return wait;
    return Math.min(wait, Math.max(conflictSinceMs + CONFLICT_PATIENCE_MS - now(), 0));
  }
}

/** The log line for a failed round. */
function messageOn(error: unknown): string {
  const failure = failureOf(error);
  if (failure === undefined) {
    return "❌ Обновления не принять: {cause}. Они остаются у Telegram, пробуем снова";
  }
  if (failure.kind === "conflict" && !isRefusedAs(describeError(error), "webhook_set")) {
    return "❌ С этим токеном обновления забирает и другой бот: остановите его ({cause}). Пробуем снова";
  }
  const advice = failure.kind === "unreached"
    ? "; если не пройдёт само, проверьте сеть и прокси сервера"
    : "";
  return `❌ Telegram недоступен, обновления не получить: {cause}. Пробуем снова${advice}`;
}

function getUpdates(
  api: Api,
  offset: number,
  timeout: number,
  signal: AbortSignal,
): Promise<Update[]> {
  const options = { offset, timeout, limit: 100, allowed_updates: WANTED_UPDATES };
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
