// Keeps the webhook set at Telegram and looks every minute how it does, until the process stops. Receives no update.

import { isRecord, isWhole } from "../foreign.ts";
import { createApi, type TelegramOptions } from "./client.ts";
import { createContact } from "./contact.ts";
import { describeError, failureOf } from "./failures.ts";
import type { Log } from "../log/log.ts";
import { WANTED_UPDATES } from "./updates.ts";

/** Pause between two looks, in ms. */
const LOOK_EVERY_MS = 60_000;

/** Pause before the second look where the first one found updates that do not arrive, in ms. */
const LOOK_AGAIN_MS = 15_000;

/** Longest error of Telegram's that is kept, in characters. */
const MOST_ERROR = 200;

/** Where Telegram sends updates. */
export interface Webhook {
  readonly url: string;
  /** Telegram sends it with each update (https://core.telegram.org/bots/api#setwebhook: secret_token). */
  readonly secret: string;
}

/** How the webhook does, as of the last look. */
export interface WebhookState {
  /** Updates that wait at Telegram. */
  readonly pending: number;
  /** Telegram's last failed delivery, or its refusal of the address. */
  readonly lastError: { readonly atMs: number; readonly cause: string } | undefined;
  /** Since when updates do not arrive; undefined while they do. */
  readonly failsSinceMs: number | undefined;
}

/** What the webhook needs. */
export interface WebhookOptions extends TelegramOptions {
  readonly webhook: Webhook;
  /** Whether an update has arrived since it was last asked, in this process or in another. */
  readonly haveOthersHeard?: (() => Promise<boolean>) | undefined;
  /** Called after each look that found no trouble; `caughtUp` if no update waits. */
  readonly looked: (caughtUp: boolean) => void;
  /** The wall clock and a monotonic one, in ms. */
  readonly now: () => number;
  readonly elapsedMs: () => number;
  /** Ends early when `signal` aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/** The webhook at Telegram. */
export interface WebhookWatch {
  /**
   * Sets the webhook and watches it until `signal` aborts. It stays set: updates wait at Telegram for the next process.
   *
   * @throws {PollingEnded} If the token is refused.
   */
  run(signal: AbortSignal): Promise<void>;
  /** An update has arrived. */
  arrived(): void;
  state(): WebhookState;
}

/** Idle until `run`. */
export function createWebhookWatch(options: WebhookOptions): WebhookWatch {
  const { webhook, looked, now, elapsedMs, sleep, log } = options;
  const api = createApi(options);
  const contact = createContact({ ...options, now: elapsedMs });
  let state: WebhookState = { pending: 0, lastError: undefined, failsSinceMs: undefined };
  let isSet = false;
  let takenAway = 0;
  let hasArrived = false;
  let isSuspect = false;

  /** Resolves with the pause before the next look, in ms. */
  async function look(): Promise<number> {
    if (!isSet) await set();
    const info = readWebhookInfo(await api.getWebhookInfo());
    contact.answered();
    contact.succeeded();
    if (info.url !== webhook.url) return putBack();
    takenAway = 0;
    if (await options.haveOthersHeard?.()) hasArrived = true;
    return judge(info);
  }

  async function set(): Promise<void> {
    try {
      await api.setWebhook(webhook.url, {
        secret_token: webhook.secret,
        allowed_updates: WANTED_UPDATES,
        drop_pending_updates: false,
      });
    } catch (error) {
      if (failureOf(error)?.kind === "refused") refused(describeError(error));
      throw error;
    }
    isSet = true;
    log.info("🔌 Обновления приходят по вебхуку");
  }

  /** Telegram does not take the address. It has answered, so this is no silence. */
  function refused(cause: string): void {
    contact.answered();
    const nowMs = now();
    const { pending, failsSinceMs = nowMs } = state;
    state = {
      pending,
      lastError: { atMs: nowMs, cause: cause.slice(0, MOST_ERROR) },
      failsSinceMs,
    };
  }

  /** Another program has removed the webhook or set its own; the first time may be an old bot that has just stopped. */
  function putBack(): number {
    isSet = false;
    takenAway += 1;
    log.error("❌ Вебхук сняла или заменила другая программа с этим токеном. Ставим его снова");
    return takenAway === 1 ? 0 : LOOK_AGAIN_MS;
  }

  function judge({ pending, lastError }: WebhookInfo): number {
    // An old error may stand there, and what waits may be about to arrive.
    const isStuck = pending > 0 && lastError !== undefined && !hasArrived;
    const before = state.failsSinceMs;
    const failsSinceMs = isStuck ? before ?? (isSuspect ? now() : undefined) : undefined;
    state = { pending, lastError, failsSinceMs };
    isSuspect = isStuck;
    hasArrived = false;
    if (before === undefined && failsSinceMs !== undefined) {
      log.error(
        "❌ Telegram не может передать обновления на WEBHOOK_URL: {cause}. Ждут: {pending}",
        {
          cause: lastError?.cause ?? "",
          pending,
        },
      );
    }
    if (before !== undefined && failsSinceMs === undefined) {
      log.info("✅ Обновления снова приходят на WEBHOOK_URL");
    }
    if (!isStuck) looked(pending === 0);
    return isStuck ? LOOK_AGAIN_MS : LOOK_EVERY_MS;
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        let pauseMs: number;
        try {
          pauseMs = await look();
        } catch (error) {
          if (signal.aborted) return;
          const message = failureOf(error)?.kind === "refused"
            ? "❌ Telegram не принимает WEBHOOK_URL: {cause}. Лиды пока не приходят, пробуем снова"
            : "❌ Telegram недоступен, вебхук не проверить: {cause}. Пробуем снова";
          pauseMs = contact.failed(error, message);
        }
        if (pauseMs > 0) await sleep(pauseMs, signal);
      }
    },
    arrived() {
      hasArrived = true;
    },
    state: () => state,
  };
}

/** What Telegram says of a bot's webhook; its address is empty where none is set. */
export interface WebhookInfo extends Pick<WebhookState, "pending" | "lastError"> {
  readonly url: unknown;
}

/** Reads an answer of getWebhookInfo (https://core.telegram.org/bots/api#webhookinfo); a strange field counts as none. */
export function readWebhookInfo(value: unknown): WebhookInfo {
  const info = isRecord(value) ? value : {};
  const { pending_update_count: pending, last_error_date: atS, last_error_message: cause } = info;
  return {
    url: info["url"],
    pending: isWhole(pending, 0) ? pending : 0,
    lastError: isWhole(atS, 1)
      ? { atMs: atS * 1000, cause: String(cause ?? "").slice(0, MOST_ERROR) }
      : undefined,
  };
}
