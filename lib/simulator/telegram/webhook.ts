// Sends waiting updates to the bot's webhook: one after another within a chat, again after a refusal. Knows no method.
// Source: https://core.telegram.org/bots/api#setwebhook, and github.com/tdlib/telegram-bot-api, WebhookActor.cpp.

import type { Update, WebhookInfo } from "grammy/types";
import { badRequest } from "./refusal.ts";

// Taken when the file loads: waits last real seconds, even under a test's fake clock.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_RETRY_AFTER_S = 3_600;
const DEFAULT_CONNECTIONS = 40;

/** What setWebhook was called with. */
export interface WebhookSettings {
  readonly url: string;
  readonly secretToken: string | undefined;
  readonly maxConnections: number;
}

/** The updates that wait, as the sender needs them. */
export interface WaitingUpdates {
  /** Those that have not expired, oldest first. */
  all(): readonly Update[];
  confirm(updateId: number): void;
}

/** Sends updates while a webhook is set. */
export class WebhookSender {
  readonly #waiting: WaitingUpdates;
  readonly #now: () => number;
  #settings: WebhookSettings | undefined;
  #lastError: { readonly atMs: number; readonly message: string } | undefined;
  /** Chats whose update is on its way, or waits to be sent again. */
  readonly #busy = new Set<number>();
  readonly #failures = new Map<number, number>();
  readonly #timers = new Set<ReturnType<typeof startTimer>>();
  #open = 0;
  #ending = new AbortController();

  constructor(waiting: WaitingUpdates, now: () => number) {
    this.#waiting = waiting;
    this.#now = now;
  }

  get isSet(): boolean {
    return this.#settings !== undefined;
  }

  set(settings: WebhookSettings): void {
    this.remove();
    this.#settings = settings;
    this.wake();
  }

  /** Ends also what is on its way. */
  remove(): void {
    this.#settings = this.#lastError = undefined;
    this.#ending.abort();
    this.#ending = new AbortController();
    for (const timer of this.#timers) stopTimer(timer);
    this.#timers.clear();
    this.#busy.clear();
    this.#open = 0;
    this.#failures.clear();
  }

  info(allowed: readonly string[] | undefined): WebhookInfo {
    const { url = "", maxConnections = DEFAULT_CONNECTIONS } = this.#settings ?? {};
    return {
      url,
      has_custom_certificate: false,
      pending_update_count: this.#waiting.all().length,
      max_connections: maxConnections,
      ...(allowed === undefined ? {} : { allowed_updates: [...allowed] as never }),
      ...(this.#lastError === undefined ? {} : {
        last_error_date: Math.floor(this.#lastError.atMs / 1000),
        last_error_message: this.#lastError.message,
      }),
    };
  }

  /** Sends what may be sent now. */
  wake(): void {
    const settings = this.#settings;
    if (settings === undefined) return;
    for (const update of this.#waiting.all()) {
      if (this.#open >= settings.maxConnections) return;
      const chat = chatOf(update);
      if (this.#busy.has(chat)) continue;
      this.#busy.add(chat);
      void this.#send(update, chat, settings, this.#ending.signal);
    }
  }

  async #send(
    update: Update,
    chat: number,
    { url, secretToken }: WebhookSettings,
    ended: AbortSignal,
  ): Promise<void> {
    this.#open += 1;
    let waitMs: number | undefined;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(secretToken === undefined ? {} : { "x-telegram-bot-api-secret-token": secretToken }),
        },
        body: JSON.stringify(update),
        redirect: "manual",
        signal: ended,
      });
      await response.body?.cancel();
      if (ended.aborted) return;
      if (response.ok) {
        this.#failures.delete(chat);
        this.#waiting.confirm(update.update_id);
      } else {
        const { status, statusText } = response;
        const retryAfterS = Number(response.headers.get("retry-after") ?? NaN);
        waitMs = this.#failed(chat, `Wrong response from the webhook: ${status} ${statusText}`);
        if (retryAfterS > 0) waitMs = Math.min(retryAfterS, LONGEST_RETRY_AFTER_S) * 1000;
      }
    } catch {
      if (ended.aborted) return;
      waitMs = this.#failed(chat, "Connection refused");
    } finally {
      if (!ended.aborted) this.#open -= 1; // What a removal ended was taken off by it.
    }
    if (waitMs === undefined) this.#free(chat);
    else this.#freeAfter(chat, waitMs);
  }

  #failed(chat: number, message: string): number {
    this.#lastError = { atMs: this.#now(), message };
    const failures = (this.#failures.get(chat) ?? 0) + 1;
    this.#failures.set(chat, failures);
    return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
  }

  #free(chat: number): void {
    this.#busy.delete(chat);
    this.wake();
  }

  #freeAfter(chat: number, waitMs: number): void {
    const timer = startTimer(() => {
      this.#timers.delete(timer);
      this.#free(chat);
    }, waitMs);
    this.#timers.add(timer);
  }
}

/** Reads the parameters of setWebhook, refusing what Telegram refuses; http is taken as by a local Bot API server. */
export function readWebhookSettings(
  url: string,
  secretToken: string | undefined,
  maxConnections = DEFAULT_CONNECTIONS,
): WebhookSettings {
  const parsed = URL.parse(url);
  if (parsed === null) throw badRequest("invalid webhook URL specified");
  if (parsed.protocol !== "https:" && parsed.hostname !== "127.0.0.1") {
    throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
  }
  if (secretToken !== undefined && secretToken.length > 256) {
    throw badRequest("secret token is too long");
  }
  if (secretToken !== undefined && !/^[A-Za-z0-9_-]+$/.test(secretToken)) {
    throw badRequest("secret token contains unallowed characters");
  }
  return { url, secretToken, maxConnections: Math.min(Math.max(maxConnections, 1), 100) };
}

function chatOf(update: Update): number {
  const { message, edited_message, channel_post, edited_channel_post, callback_query } = update;
  const chat = message?.chat ?? edited_message?.chat ?? channel_post?.chat ??
    edited_channel_post?.chat ?? callback_query?.message?.chat;
  return chat?.id ?? callback_query?.from.id ?? 0;
}
