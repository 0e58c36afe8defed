// Hands recorded updates to the bot: in order within a chat, chats concurrently, with bounds and retries. Knows of texts only
// whether they are commands.

import { BotError } from "grammy";
import type { Chat, Update } from "grammy/types";
import { FIRST_WAIT_MS, waitMs } from "../backoff.ts";
import { describeError, failureOf, OutcomeUnknown } from "./failures.ts";
import { stackOf } from "../log/error_words.ts";
import type { Journal, StoredUpdate } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import type { RecordDone } from "../journal/done.ts";
import type { RecordDurably } from "../journal/durable.ts";
import { readStoredUpdate } from "./updates.ts";

const MOST_IN_HAND = 512;

/** Most presses that are handled beside them, ahead of waiting messages: a crowd's greetings take long to send. */
const MOST_PASSING = 256;

/** Most updates that wait in memory, about 4 KB each; others wait on disk alone. */
const MOST_IN_LINE = 2_000;

/** How long an update is retried, in ms: as long as Telegram would have kept it. */
const GIVE_UP_AFTER_MS = 24 * 60 * 60 * 1000;

/** Updates that are begun together under load, to share a transaction. */
const LEAST_TAKEN = 64;

/** The updates on their way to the bot. */
export interface Inbox {
  /** Records a batch and hands it over. Resolves when it is on disk; if it rejects, nothing is. */
  accept(updates: readonly Update[]): Promise<void>;
  /** Hands over what an earlier process left. */
  start(): void;
  /** Hands over what was found due in the journal. */
  found(): void;
  /** Hands over nothing more; resolves when updates under way are done. */
  stop(): Promise<void>;
}

/** What the inbox needs. */
export interface InboxOptions {
  readonly journal: Journal;
  /** Handles one update that came at a moment of the monotonic clock; records before its first await share the batch's transaction. */
  readonly handle: (update: Update, cameAtMs: number) => Promise<void>;
  readonly recordDurably: RecordDurably;
  readonly recordDone: RecordDone;
  /**
   * The name under which this process works on a journal that others work on too, undefined while it may not: what it had in
   * hand under another name others have taken over.
   */
  readonly name?: (() => string | undefined) | undefined;
  readonly now: () => number;
  /** A monotonic clock, in ms; defaults to `now`. */
  readonly elapsedMs?: () => number;
  readonly random: () => number;
  readonly log: Log;
}

interface InHand {
  readonly update: Update;
  readonly failures: number;
  readonly receivedAtMs: number;
  /** The same by the monotonic clock. */
  readonly cameAtMs: number;
  /** Under which name it is in hand. */
  readonly name: string | undefined;
}

/** The name of a process that shares its journal with none. */
const ALONE = "alone";

/** Creates the inbox. */
export function createInbox(options: InboxOptions): Inbox {
  const { journal, handle, recordDurably, recordDone, now, elapsedMs = now, random, log } = options;
  const { name: nameNow = () => ALONE } = options;
  const inHand = new Map<number, Promise<void>>();
  const lastOfChat = new Map<number, Promise<void>>();
  /** Of the groups' commands, which nothing waits for but further commands. */
  const lastCommandOfChat = new Map<number, Promise<void>>();
  let line: InHand[] = [];
  /** Updates in hand that wait for another of their chat; not counted against `MOST_IN_HAND`. */
  let behind = 0;
  /** Updates that are being recorded, and places for those that are being read. */
  let arriving = 0;
  let reading = 0;
  /** Presses that passed the line; not counted either. */
  const passing = new Set<number>();
  /** Handled updates that are not recorded as such yet. */
  const ending = new Map<number, Promise<void>>();
  let waitingOnDisk = false;
  /** Counts batches for the disk alone: what was read before the last one may lack it. */
  let recordedForLater = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;
  let stopped = false;
  let unreadable = false;
  let looking: Promise<void> | undefined;
  let mustLookAgain = false;

  async function accept(updates: readonly Update[]): Promise<void> {
    const direct = !waitingOnDisk && !stopped &&
      line.length + behind + arriving + updates.length <= MOST_IN_LINE;
    if (direct) return await record(updates, true);
    waitingOnDisk = true; // From now on: what comes next is behind them.
    recordedForLater++;
    try {
      await record(updates, false);
    } finally {
      takeWaiting();
    }
  }

  async function record(updates: readonly Update[], direct: boolean): Promise<void> {
    const receivedAtMs = now();
    const cameAtMs = elapsedMs();
    const name = nameNow();
    const records = updates.map((update) => ({
      id: update.update_id,
      body: JSON.stringify(update),
    }));
    let fresh: Set<number>;
    arriving += updates.length;
    try {
      fresh = await journal.recordUpdates(records, receivedAtMs, direct ? null : receivedAtMs);
    } finally {
      arriving -= updates.length;
    }
    if (direct) {
      for (const update of updates) {
        if (fresh.has(update.update_id)) {
          line.push({ update, failures: 0, receivedAtMs, cameAtMs, name });
        }
      }
      takeFromLine();
      takePresses();
    }
    try {
      await journal.committed();
    } catch (error) {
      // Nothing is on disk, so Telegram delivers it again.
      line = line.filter(({ update }) => !fresh.has(update.update_id));
      throw error;
    }
  }

  function roomInHand(): number {
    return MOST_IN_HAND - reading - (inHand.size - behind - passing.size);
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

  /** A press may be a lead, so it waits for no messages but its own chat's. */
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

  /** Begins at once if the chat is free, so that the handler's records join the open transaction. */
  function take(one: InHand): void {
    const chat = chatOf(one.update);
    const id = one.update.update_id;
    const isCommand = isGroupCommand(one.update);
    const before = [lastOfChat.get(chat), isCommand ? lastCommandOfChat.get(chat) : undefined]
      .filter((each) => each !== undefined);
    const done = before.length === 0 ? handleOne(one) : handleAfter(before, one);
    const last = isCommand ? lastCommandOfChat : lastOfChat;
    inHand.set(id, done);
    last.set(chat, done);
    done.then(() => {
      inHand.delete(id);
      passing.delete(id);
      if (last.get(chat) === done) last.delete(chat);
      if (line.length > 0) takeFromLine();
      else if (waitingOnDisk) takeWaiting();
    });
  }

  async function handleAfter(before: readonly Promise<void>[], one: InHand): Promise<void> {
    behind++;
    await Promise.all(before);
    behind--;
    if (!stopped) await handleOne(one); // Otherwise the next process handles it.
  }

  /** Never rejects. */
  function handleOne(one: InHand): Promise<void> {
    const { update } = one;
    const id = `update-${update.update_id}`;
    return log.span({ kind: "update", id, chat: chatOf(update) || undefined }, () => tryOne(one));
  }

  async function tryOne(one: InHand): Promise<void> {
    if (one.name !== nameNow()) return leave(one);
    try {
      await handle(one.update, one.cameAtMs);
    } catch (error) {
      return handleFailure(one, error instanceof BotError ? error.error : error);
    }
    finish(one.update.update_id);
  }

  /** Another process has taken the update over; where this one has taken it again meanwhile, it is due again. */
  function leave({ update }: InHand): void {
    recordDurably(() => journal.postponeUpdate(update.update_id, now()))
      .then(() => log.apart(takeWaiting), reportDefect);
  }

  function finish(id: number): void {
    const recorded = recordDone({ kind: "handled", update: id }).then(() => {}, reportDefect)
      .then(() => void ending.delete(id));
    ending.set(id, recorded);
  }

  /** The update stays in the journal until the next start. */
  function reportDefect(error: unknown): void {
    log.error("❌ Неожиданная ошибка при записи обновления: {cause}", {
      cause: stackOf(error),
    });
  }

  function handleFailure(one: InHand, error: unknown): void {
    const { update, failures, receivedAtMs } = one;
    const failure = failureOf(error);
    const isFinal = failure?.kind === "refused" || failure?.kind === "forbidden" ||
      error instanceof OutcomeUnknown || now() - receivedAtMs > GIVE_UP_AFTER_MS;
    const facts = { update: update.update_id, cause: describeError(error) };
    if (isFinal) {
      log.learned({ outcome: "given_up" });
      log.error("❌ На обновление {update} не ответить: {cause}", facts);
      finish(update.update_id);
    } else {
      log.learned({ outcome: "failed" });
      log.warn("⚠️ На обновление {update} не ответить: {cause}. Пробуем снова", facts);
      const atLeastMs = failure?.kind === "too_many" ? failure.retryAfterMs : 0;
      const again = now() + waitMs(failures + 1, random(), atLeastMs);
      recordDurably(() => journal.postponeUpdate(update.update_id, again)).then(
        () => log.apart(takeWaiting),
        reportDefect,
      );
    }
  }

  /** One look at a time; another is taken after it where there was a reason meanwhile. */
  function takeWaiting(): void {
    clearTimeout(timer);
    mustLookAgain = looking !== undefined;
    looking ??= look().finally(() => {
      looking = undefined;
      takeFromLine(); // It had no places while they were kept for what is on disk.
      if (mustLookAgain) takeWaiting();
    });
  }

  async function look(): Promise<void> {
    try {
      await takeDue();
      unreadable = false;
    } catch (error) {
      if (!unreadable) {
        log.error("❌ Журнал не прочесть: {cause}. Пробуем снова", { cause: describeError(error) });
      }
      unreadable = true;
      if (!stopped) timer = setTimeout(takeWaiting, FIRST_WAIT_MS);
    }
  }

  async function takeDue(): Promise<void> {
    const name = nameNow();
    if (stopped || name === undefined) return;
    const room = Math.min(roomInHand(), MOST_IN_LINE - behind);
    if (line.length > 0) {
      timer = setTimeout(takeWaiting, FIRST_WAIT_MS);
      return;
    }
    if (room < LEAST_TAKEN && inHand.size > 0) {
      waitingOnDisk = true; // The next update that ends looks again.
      return;
    }
    const before = recordedForLater;
    let stored: StoredUpdate[];
    reading += room;
    try {
      stored = await journal.takeUpdates(now(), room);
    } finally {
      reading -= room;
    }
    if (stopped) return; // The next process takes them up.
    for (const { id, body, failures, receivedAtMs } of stored) {
      if (inHand.has(id) || ending.has(id)) continue; // A rollback undid that it was taken.
      const update = parse(id, body);
      const cameAtMs = elapsedMs() - Math.max(now() - receivedAtMs, 0);
      if (update !== undefined) take({ update, failures, receivedAtMs, cameAtMs, name });
    }
    waitingOnDisk = stored.length === room || recordedForLater !== before;
    const dueAtMs = waitingOnDisk ? undefined : await journal.nextUpdateDueAtMs();
    if (dueAtMs !== undefined && !stopped) {
      timer = setTimeout(takeWaiting, Math.max(dueAtMs - now(), 1));
    }
  }

  /** An unreadable row is skipped, so that it does not block the others. */
  function parse(id: number, body: string): Update | undefined {
    try {
      const update = readStoredUpdate(JSON.parse(body));
      if (update !== undefined) return update;
    } catch {
      // Logged below.
    }
    log.error("❌ Обновление {update} в журнале не разобрать, оно пропущено", { update: id });
    finish(id);
    return undefined;
  }

  return {
    accept,
    start() {
      isStarted = true;
      takeWaiting();
    },
    found() {
      if (isStarted && !stopped && looking === undefined) takeWaiting();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      while (inHand.size > 0) await Promise.all(inHand.values());
      await Promise.all(ending.values());
    },
  };
}

/**
 * A command to the bot in a group shows something there, and waits for the group's pace. The managers' answers and presses behind
 * it must not.
 */
function isGroupCommand({ message, channel_post }: Update): boolean {
  const written = message ?? channel_post;
  const chat: Partial<Chat> | undefined = written?.chat;
  const text: unknown = written?.text;
  return (chat?.id ?? 0) < 0 && typeof text === "string" && text.startsWith("/");
}

/** 0 for an update of an unknown shape, which must not stop its batch. */
function chatOf(update: Update): number {
  const { message, edited_message, channel_post, edited_channel_post, callback_query } = update;
  const chat: Partial<Chat> | undefined = message?.chat ?? edited_message?.chat ??
    channel_post?.chat ?? edited_channel_post?.chat ??
    callback_query?.message?.chat ?? callback_query?.from;
  return chat?.id ?? 0;
}
