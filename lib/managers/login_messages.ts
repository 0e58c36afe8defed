// Replaces login links in the managers' chat once they are used or expired. Makes no links.

import type { AdminChat } from "./chat.ts";
import { waitMs } from "../backoff.ts";
import { messageOf } from "../log/error_words.ts";
import type { Journal } from "../journal/journal.ts";
import type { LoginMessage } from "../journal/login_messages.ts";
import type { MessageAddress } from "../lead.ts";
import type { Log } from "../log/log.ts";
import { deadLinkText, type TellTime } from "./texts.ts";
import type { RecordDurably } from "../journal/durable.ts";

/** Longest wait before links are checked again, in ms: the clock may be set meanwhile. */
const LOOK_MS = 30_000;

/** How long after a link's expiry its message is retried, in ms. */
const GIVEN_UP_AFTER_MS = 24 * 60 * 60 * 1000;

/** A new login link. */
export interface NewLink {
  readonly hash: string;
  readonly askedBy: string;
  readonly expiresAtMs: number;
}

/** Messages with login links. */
export interface LoginMessages {
  /** Records the message of a link, to replace it later. */
  remember(link: NewLink, message: MessageAddress): Promise<void>;
  /** Checks now. */
  wake(): void;
  /** Begins with what an earlier process left. */
  start(): void;
  /** Resolves when a change under way is recorded. */
  stop(): Promise<void>;
}

export interface LoginMessagesOptions {
  readonly journal: Journal;
  readonly adminChat: Pick<AdminChat, "edit">;
  readonly recordDurably: RecordDurably;
  readonly tellTime: TellTime;
  /** Whether this process is the one that replaces links, which it looks for all the time; without it none else is. */
  readonly mayLook?: (() => boolean) | undefined;
  readonly now: () => number;
  readonly random: () => number;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

export function createLoginMessages(options: LoginMessagesOptions): LoginMessages {
  const { journal, adminChat, recordDurably, tellTime, now, random, stopping, log } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = Promise.resolve();
  let failures = 0;

  /** Sequential, so that no message is edited twice. */
  function look(): void {
    clearTimeout(timer);
    looking = looking.then(changeDead).then(untilNextMs).catch((error) => {
      log.error("❌ Сообщение со ссылкой не изменить: {reason}. Пробуем снова", {
        reason: messageOf(error),
      });
      failures += 1;
      return LOOK_MS;
    }).then(plan);
  }

  async function changeDead(): Promise<void> {
    let failed = false;
    if (!(options.mayLook?.() ?? true)) return;
    for (const dead of await journal.deadLoginMessages(now())) {
      if (stopping.aborted) return;
      if (!await change(dead)) failed = true;
    }
    failures = failed ? failures + 1 : 0;
  }

  /** Returns whether the message needs no more tries. */
  async function change({ hash, message, used, expiresAtMs }: LoginMessage): Promise<boolean> {
    const text = deadLinkText(used, tellTime);
    const outcome = await adminChat.edit(message, { text, entities: [] }, { inline_keyboard: [] });
    if (outcome.kind === "stopped") return true;
    if (outcome.kind !== "shown") {
      log.warn("⚠️ Сообщение со ссылкой не изменить: {reason}", { reason: outcome.reason });
      if (now() < expiresAtMs + GIVEN_UP_AFTER_MS) return false;
    }
    await recordDurably(() => journal.forgetLoginMessage(hash));
    return true;
  }

  /** Undefined where no link is left. */
  async function untilNextMs(): Promise<number | undefined> {
    if (options.mayLook !== undefined) return LOOK_MS; // Other processes make links too.
    const nextMs = await journal.nextLoginExpiryMs();
    return nextMs === undefined ? undefined : Math.min(Math.max(nextMs - now(), 0), LOOK_MS);
  }

  function plan(inMs: number | undefined): void {
    clearTimeout(timer);
    if (stopping.aborted || inMs === undefined) return;
    timer = setTimeout(look, failures > 0 ? waitMs(failures, random()) : inMs);
  }

  return {
    async remember({ hash, askedBy, expiresAtMs }, message) {
      await recordDurably(() =>
        journal.rememberLoginMessage({ hash, askedBy, expiresAtMs, message }, now())
      );
      look();
    },
    wake: look,
    start: look,
    stop() {
      clearTimeout(timer);
      return looking;
    },
  };
}
