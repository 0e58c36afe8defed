// Hands recorded updates to the bot: each chat's in order, chats side by side, bounded, failed ones again later.

import { BotError } from "grammy";
import type { Chat, Update } from "grammy/types";
import { FIRST_WAIT_MS, LONGEST_WAIT_MS, waitMs } from "../backoff.ts";
import { describeError, failureOf, OutcomeUnknown } from "./failures.ts";
import { stackOf } from "../log/error_words.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import type { RecordDone } from "../journal/done.ts";
import type { RecordDurably } from "../journal/durable.ts";
import { readStoredUpdate } from "./updates.ts";

/** Most updates that are handled at once. */
const MOST_IN_HAND = 512;

/** Most presses that are handled beside them, past messages that wait: a crowd's greetings leave at Telegram's pace. */
const MOST_PASSING = 256;

/** Most updates that wait in memory for their turn, about 4 KB each; more wait on disk alone. */
const MOST_IN_LINE = 2_000;

/** An update is tried again for as long as Telegram itself would have kept it, in ms. */
const GIVE_UP_AFTER_MS = 24 * 60 * 60 * 1000;

/** So many are begun at once under load, not one for each that ends: they share a transaction. */
const LEAST_TAKEN = 64;

export interface Inbox {
  /** Records a batch and hands it over. Resolves when it is on disk; a rejection means that nothing is. */
  accept(updates: readonly Update[]): Promise<void>;
  /** Hands over what an earlier process left. */
  start(): void;
  /** Hands over nothing more, and resolves when what is in hand is done. */
  stop(): Promise<void>;
}

export interface InboxOptions {
  readonly journal: Journal;
  /** Handles one update; what it records before its first wait shares the batch's transaction. */
  readonly handle: (update: Update) => Promise<void>;
  readonly recordDurably: RecordDurably;
  readonly recordDone: RecordDone;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

interface InHand {
  readonly update: Update;
  readonly failures: number;
  readonly receivedAtMs: number;
}

export function createInbox(options: InboxOptions): Inbox {
  const { journal, handle, recordDurably, recordDone, now, random, log } = options;
  const inHand = new Map<number, Promise<void>>();
  const lastOfChat = new Map<number, Promise<void>>();
  let line: InHand[] = [];
  /** How many of those in hand wait for another of their chat: they do not count against `MOST_IN_HAND`. */
  let behind = 0;
  /** Those in hand that went past the line: they take nobody's place either. */
  const passing = new Set<number>();
  /** Those that were handled and are not recorded as that yet. */
  const ending = new Map<number, Promise<void>>();
  let waitingOnDisk = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let unreadable = false;

  async function accept(updates: readonly Update[]): Promise<void> {
    const receivedAtMs = now();
    const direct = !waitingOnDisk && !stopped &&
      line.length + behind + updates.length <= MOST_IN_LINE;
    const records = updates.map((update) => ({
      id: update.update_id,
      body: JSON.stringify(update),
    }));
    const fresh = journal.recordUpdates(records, receivedAtMs, direct ? null : receivedAtMs);
    waitingOnDisk ||= !direct;
    if (direct) {
      for (const update of updates) {
        if (fresh.has(update.update_id)) line.push({ update, failures: 0, receivedAtMs });
      }
      takeFromLine();
      takePresses();
    }
    try {
      await journal.committed();
    } catch (error) {
      // None of it is on disk: Telegram hands it over again.
      line = line.filter(({ update }) => !fresh.has(update.update_id));
      throw error;
    }
    if (!direct) takeWaiting();
  }

  function roomInHand(): number {
    return MOST_IN_HAND - (inHand.size - behind - passing.size);
  }

  function takeFromLine(): void {
    while (!stopped && line.length > 0) {
      const room = roomInHand();
      if (room < Math.min(LEAST_TAKEN, line.length)) return;
      const next = line;
      line = next.splice(room);
      for (const one of next) take(one);
    }
  }

  /** A press may be a lead: it does not wait behind messages, except its own chat's. */
  function takePresses(): void {
    if (stopped) return;
    const chats = new Set<number>();
    let isBehindMessages = false;
    line = line.filter((one) => {
      const chat = chatOf(one.update);
      const isPress = one.update.callback_query !== undefined;
      const isFree = !chats.has(chat) && !lastOfChat.has(chat);
      if (isPress && isBehindMessages && isFree && passing.size < MOST_PASSING) {
        passing.add(one.update.update_id);
        take(one);
        return false;
      }
      chats.add(chat);
      isBehindMessages ||= !isPress;
      return true;
    });
  }

  /** Begins at once where the chat is free, so that the handler's records join the open transaction. */
  function take(one: InHand): void {
    const chat = chatOf(one.update);
    const id = one.update.update_id;
    const before = lastOfChat.get(chat);
    const done = before === undefined ? handleOne(one) : handleAfter(before, one);
    inHand.set(id, done);
    lastOfChat.set(chat, done);
    done.then(() => {
      inHand.delete(id);
      passing.delete(id);
      if (lastOfChat.get(chat) === done) lastOfChat.delete(chat);
      if (line.length > 0) takeFromLine();
      else if (waitingOnDisk) takeWaiting();
    });
  }

  async function handleAfter(before: Promise<void>, one: InHand): Promise<void> {
    behind++;
    await before;
    behind--;
    if (!stopped) await handleOne(one); // Else it is the next process's.
  }

  /** Never rejects. */
  async function handleOne(one: InHand): Promise<void> {
    try {
      await handle(one.update);
    } catch (error) {
      return handleFailure(one, error instanceof BotError ? error.error : error);
    }
    finish(one.update.update_id);
  }

  function finish(id: number): void {
    const recorded = recordDone({ kind: "handled", update: id }).then(() => {}, reportDefect)
      .then(() => void ending.delete(id));
    ending.set(id, recorded);
  }

  /** The update stays where it is until the next start: a move that a defect stops is not tried for ever. */
  function reportDefect(error: unknown): void {
    log.error("❌ Неожиданная ошибка при записи обновления: {cause}", {
      cause: stackOf(error),
    });
  }

  function handleFailure(one: InHand, error: unknown): void {
    const { update, failures, receivedAtMs } = one;
    const failure = failureOf(error);
    const hopeless = failure?.kind === "refused" || failure?.kind === "forbidden" ||
      error instanceof OutcomeUnknown || now() - receivedAtMs > GIVE_UP_AFTER_MS;
    const facts = { update: update.update_id, cause: describeError(error) };
    if (hopeless) {
      log.error("❌ На обновление {update} не ответить: {cause}", facts);
      finish(update.update_id);
    } else {
      log.warn("⚠️ На обновление {update} не ответить: {cause}. Пробуем снова", facts);
      const atLeastMs = failure?.kind === "too_many" ? failure.retryAfterMs : 0;
      const waitsMs = Math.min(
        Math.max(waitMs(failures + 1, random()), atLeastMs),
        LONGEST_WAIT_MS,
      );
      const again = now() + waitsMs;
      recordDurably(() => journal.postponeUpdate(update.update_id, again)).then(
        takeWaiting,
        reportDefect,
      );
    }
  }

  function takeWaiting(): void {
    clearTimeout(timer);
    try {
      takeDue();
      unreadable = false;
    } catch (error) {
      if (!unreadable) {
        log.error("❌ Журнал не прочесть: {cause}. Пробуем снова", { cause: describeError(error) });
      }
      unreadable = true;
      if (!stopped) timer = setTimeout(takeWaiting, FIRST_WAIT_MS);
    }
  }

  function takeDue(): void {
    if (stopped) return;
    const room = Math.min(roomInHand(), MOST_IN_LINE - behind);
    if (line.length > 0) {
      timer = setTimeout(takeWaiting, FIRST_WAIT_MS);
      return;
    }
    if (room < LEAST_TAKEN && inHand.size > 0) {
      waitingOnDisk = true; // Whatever ends in hand looks again.
      return;
    }
    const stored = journal.takeUpdates(now(), room);
    for (const { id, body, failures, receivedAtMs } of stored) {
      if (inHand.has(id) || ending.has(id)) continue; // Its taking was undone on disk while it was in hand.
      const update = parse(id, body);
      if (update !== undefined) take({ update, failures, receivedAtMs });
    }
    waitingOnDisk = stored.length === room;
    const dueAtMs = waitingOnDisk ? undefined : journal.nextUpdateDueAtMs();
    if (dueAtMs !== undefined) timer = setTimeout(takeWaiting, Math.max(dueAtMs - now(), 1));
  }

  /** One row that cannot be read is put aside: it must not hold up the others. */
  function parse(id: number, body: string): Update | undefined {
    try {
      const update = readStoredUpdate(JSON.parse(body));
      if (update !== undefined) return update;
    } catch {
      // It is said below.
    }
    log.error("❌ Обновление {update} в журнале не разобрать, оно пропущено", { update: id });
    finish(id);
    return undefined;
  }

  return {
    accept,
    start: takeWaiting,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      while (inHand.size > 0) await Promise.all(inHand.values());
      await Promise.all(ending.values());
    },
  };
}

/** What no Bot API sends must not stop the batch that it came in. */
function chatOf({ message, edited_message, channel_post, callback_query }: Update): number {
  const chat: Partial<Chat> | undefined = message?.chat ?? edited_message?.chat ??
    channel_post?.chat ??
    callback_query?.message?.chat ?? callback_query?.from;
  return chat?.id ?? 0;
}
