// Wires how updates are received: by polling, or by webhook where its address is set.

import type { Place } from "../journal/alone.ts";
import type { Journal } from "../journal/journal.ts";
import { POLLING_SEAT } from "../journal/seats.ts";
import type { Log } from "../log/log.ts";
import type { TelegramOptions } from "../telegram/client.ts";
import { pollUpdates } from "../telegram/polling.ts";
import type { Presence } from "../telegram/presence.ts";
import type { Inbox } from "../telegram/update_inbox.ts";
import { createWebhookWatch, type Webhook, type WebhookState } from "../telegram/webhook.ts";
import { createWebhookAnswer } from "../telegram/webhook_requests.ts";
import type { JournalWatch } from "./journal_watch.ts";
import { whileHeld } from "./while_held.ts";
import { sleepUnless } from "./within.ts";

/** So many of the newest updates are known again when Telegram sends them twice; it repeats within minutes. */
const KNOWN_UPDATES = 10_000;

/** For how long a process that begins to poll waits for another poller to end, in ms: Telegram holds a request of the one before for 10 s. */
const HANDOVER_MS = 20_000;

/** How updates come in. */
export interface Receiving {
  /** Receives updates until `signal` aborts, or looks after the webhook, while that is this process's. @throws {PollingEnded} If it cannot go on. */
  run(signal: AbortSignal): Promise<void>;
  /** Answers a request to the webhook's path; undefined for any other. */
  answer(request: Request): Promise<Response> | undefined;
  /** Undefined where updates are polled for. */
  webhookState(): WebhookState | undefined;
}

/** What receiving needs. */
export interface ReceivingOptions {
  readonly telegram: TelegramOptions;
  readonly webhook: Webhook | null;
  /** Resolves once the bot knows its own name, without which it takes no update. */
  readonly introduce: () => Promise<unknown>;
  readonly inbox: Inbox;
  readonly watch: JournalWatch;
  readonly presence: Presence;
  readonly journal: Pick<Journal, "forgetUpdates" | "newestUpdate">;
  readonly crew: Place;
  readonly stopping: AbortSignal;
  readonly now: () => number;
  readonly elapsedMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/** Idle until `run`. */
export function createReceiving(options: ReceivingOptions): Receiving {
  const { telegram, webhook, introduce, inbox, watch, presence, journal, crew, elapsedMs } =
    options;
  const isShared = crew.pace !== undefined;
  const accept: Inbox["accept"] = (updates) =>
    introduce().then(() => watch.recording(() => inbox.accept(updates)));
  // Without its own name the bot takes no update: /health must not report that as contact.
  const heard = (caughtUp: boolean) =>
    void introduce().then(() => presence.polled(caughtUp)).catch(() => {});

  if (webhook === null) {
    return {
      run: whileHeld(crew, POLLING_SEAT, async (signal) => {
        if (isShared) await presence.goOn().catch(() => {});
        await pollUpdates({
          ...options,
          ...telegram,
          ...isShared ? { handoverMs: HANDOVER_MS } : {},
          now: elapsedMs, // Only for durations.
          sleep: (ms) => sleepUnless(signal, ms),
          accept,
          async polled(offset, caughtUp) {
            await journal.forgetUpdates(offset);
            heard(caughtUp);
          },
        }, signal);
      }),
      answer: () => undefined,
      webhookState: () => undefined,
    };
  }
  const atTelegram = createWebhookWatch({
    ...options,
    ...telegram,
    webhook,
    haveOthersHeard: isShared ? createEar(journal) : undefined,
    sleep: (ms, signal) => sleepUnless(signal, ms),
    looked: heard,
  });
  const { pathname } = new URL(webhook.url);
  const answer = createWebhookAnswer({
    ...options,
    ...webhook,
    mayAccept: crew.isAlive,
    async accept(update) {
      await accept([update]);
      atTelegram.arrived();
      await journal.forgetUpdates(update.update_id - KNOWN_UPDATES);
    },
  });
  return {
    run: whileHeld(crew, POLLING_SEAT, async (signal) => {
      if (isShared) await presence.goOn().catch(() => {});
      await atTelegram.run(signal);
    }),
    answer: (request) => new URL(request.url).pathname === pathname ? answer(request) : undefined,
    webhookState: atTelegram.state,
  };
}

/** Says each time whether any process has recorded an update since the last time. */
function createEar(journal: Pick<Journal, "newestUpdate">): () => Promise<boolean> {
  let known: number | undefined;
  return async () => {
    const before = known;
    known = await journal.newestUpdate();
    return known !== before;
  };
}
