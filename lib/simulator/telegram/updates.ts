// The queue of updates that wait for the bot, getUpdates and the webhook. Knows no chat.

import type { Message, Update, WebhookInfo } from "grammy/types";
import { badRequest, conflict, type TelegramRefusal } from "./refusal.ts";
import { Signal } from "../waiting.ts";
import { WebhookSender, type WebhookSettings } from "./webhook.ts";

// Taken when the file loads: a long poll lasts real seconds, even under a test's fake clock.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/** How long Telegram keeps a press (telegram-bot-api, Client.cpp). */
const PRESS_KEPT_MS = 150_000;
/** How long Telegram keeps other updates (https://core.telegram.org/bots/api#getting-updates). */
const UPDATE_KEPT_MS = 24 * 60 * 60 * 1000;

const FIRST_UPDATE_ID = 518_204_377;
const LONGEST_POLL_S = 50;

/** An update before it has its id. */
export type UpdateContent = Omit<Update, "update_id">;

/** The update of a message, new or edited; in a channel it is a post. */
export function messageUpdate(message: Message, edited: "edited_" | "" = ""): UpdateContent {
  const kind = message.chat.type === "channel" ? "channel_post" : "message";
  return { [`${edited}${kind}`]: message };
}

/** One getUpdates call. */
interface Poll {
  offset: number;
  limit: number;
  timeoutS: number;
  /** undefined leaves the remembered list as it is; [] wants everything. */
  allowedUpdates: readonly string[] | undefined;
  /** Aborts when the client goes away. */
  gone: AbortSignal;
}

interface Queued {
  update: Update;
  expiresAtMs: number;
}

interface OpenPoll {
  end: (refusal?: TelegramRefusal) => void;
}

/** The updates that wait for the bot, and the long poll that is open. */
export class UpdateQueue {
  readonly #now: () => number;
  readonly #polls: Signal<void>;
  /** While it is set, getUpdates is refused. */
  readonly #webhook: WebhookSender;
  #nextUpdateId = FIRST_UPDATE_ID;
  #queued: Queued[] = [];
  #allowed: ReadonlySet<string> | null = null;
  #openPoll: OpenPoll | null = null;
  #wakePlanned = false;

  constructor(now: () => number, failsafeMs: number) {
    this.#now = now;
    this.#polls = new Signal(failsafeMs);
    this.#webhook = new WebhookSender({
      all: () => this.#take(Infinity),
      confirm: (id) => this.#queued = this.#queued.filter(({ update }) => update.update_id !== id),
    }, now);
  }

  get pending(): number {
    this.#dropExpired();
    return this.#queued.length;
  }

  /** Whether a bot is waiting in a long poll at this moment. */
  get polled(): boolean {
    return this.#openPoll !== null;
  }

  /** Resolves once a bot is waiting in a long poll. */
  async untilPolled(): Promise<void> {
    await this.#polls.until(() => this.polled || undefined, {
      what: "a bot that waits for updates",
      seen: () => "none does",
    });
  }

  push(content: UpdateContent): void {
    const kind = Object.keys(content)[0] ?? "";
    if (this.#allowed?.has(kind) === false) return;
    const keptMs = content.callback_query ? PRESS_KEPT_MS : UPDATE_KEPT_MS;
    this.#queued.push({
      update: { update_id: this.#nextUpdateId++, ...content },
      expiresAtMs: this.#now() + keptMs,
    });
    if (this.#webhook.isSet) return this.#webhook.wake();
    if (!this.#openPoll || this.#wakePlanned) return;
    // In a microtask, so that what happens together (the photos of an album) arrives together.
    this.#wakePlanned = true;
    queueMicrotask(() => {
      this.#wakePlanned = false;
      this.#openPoll?.end();
    });
  }

  /**
   * What getUpdates answers (https://core.telegram.org/bots/api#getupdates): everything below the
   * offset is forgotten, and an empty queue waits.
   */
  async fetch(poll: Poll): Promise<Update[]> {
    if (this.#webhook.isSet) {
      throw conflict(
        "can't use getUpdates method while webhook is active; " +
          "use deleteWebhook to delete the webhook first",
      );
    }
    this.#allow(poll.allowedUpdates);
    this.#openPoll?.end(
      conflict(
        "terminated by other getUpdates request; make sure that only one bot instance is running",
      ),
    );
    this.#confirm(poll.offset);
    const limit = Math.min(Math.max(poll.limit || 100, 1), 100);
    const found = this.#take(limit);
    if (found.length > 0 || poll.timeoutS <= 0 || poll.gone.aborted) return found;
    await this.#wait(Math.min(poll.timeoutS, LONGEST_POLL_S), poll.gone);
    return this.#take(limit);
  }

  /** Sets a webhook, which ends the open poll; undefined removes it. */
  setWebhook(settings: WebhookSettings | undefined, allowedUpdates?: readonly string[]): void {
    if (settings === undefined) return this.#webhook.remove();
    this.#allow(allowedUpdates);
    this.#webhook.set(settings);
    this.#openPoll?.end(conflict("terminated by setWebhook request"));
  }

  get webhookInfo(): WebhookInfo {
    return this.#webhook.info(this.#allowed === null ? undefined : [...this.#allowed]);
  }

  /** Ends the open poll and every wait. */
  close(): void {
    this.#openPoll?.end();
    this.#polls.close();
    this.#webhook.remove();
  }

  /** As Telegram remembers it: undefined leaves the list as it is, and an empty one wants everything. */
  #allow(kinds: readonly string[] | undefined): void {
    if (kinds !== undefined) this.#allowed = kinds.length > 0 ? new Set(kinds) : null;
  }

  #confirm(offset: number): void {
    let confirmed = 0;
    while ((this.#queued[confirmed]?.update.update_id ?? Infinity) < offset) confirmed += 1;
    if (confirmed > 0) this.#queued = this.#queued.slice(confirmed);
  }

  #take(limit: number): Update[] {
    this.#dropExpired();
    return this.#queued.slice(0, limit).map((queued) => queued.update);
  }

  #dropExpired(): void {
    const now = this.#now();
    if (this.#queued.some((queued) => queued.expiresAtMs <= now)) {
      this.#queued = this.#queued.filter((queued) => queued.expiresAtMs > now);
    }
  }

  #wait(timeoutS: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (refusal?: TelegramRefusal) => {
        stopTimer(timer);
        gone.removeEventListener("abort", onGone);
        if (this.#openPoll === open) this.#openPoll = null;
        refusal ? reject(refusal) : resolve();
      };
      const onGone = () => end();
      const timer = startTimer(end, timeoutS * 1000);
      const open = { end };
      gone.addEventListener("abort", onGone);
      this.#openPoll = open;
      this.#polls.emit();
    });
  }
}

/** Reads `allowed_updates`: a list of names, or absent. */
export function parseAllowedUpdates(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw badRequest("can't parse allowed_updates: expected an Array");
  return value.filter((kind): kind is string => typeof kind === "string");
}
