// Does what is owed about phones: asks visitors for theirs, and thanks them for the answer. Sends through chat.ts.

import type { Journal, PhoneWork } from "../journal/journal.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Log } from "../log/log.ts";
import { inLanguage } from "../profiles/language.ts";
import { profileOfWord, type Profiles } from "../profiles/profile.ts";
import type { SendOutcome, VisitorChat } from "./chat.ts";
import { PHONE_TEXTS, type PhoneMessages, phoneMessages } from "./texts.ts";

/** What the work needs. */
export interface PhoneWorkOptions {
  readonly journal: Pick<
    Journal,
    | "findLead"
    | "currentProfile"
    | "isPhoneAwaited"
    | "beginPhoneAsk"
    | "finishPhoneAsk"
    | "dropPhoneAsk"
    | "finishPhoneThanks"
    | "postponePhoneWork"
  >;
  readonly visitorChat: Pick<VisitorChat, "askPhone" | "thank">;
  readonly profiles: () => Profiles;
  readonly recordDurably: RecordDurably;
  /** When failed work is due again. */
  readonly retryAtMs: (work: PhoneWork, atLeastMs: number) => number;
  /** Called when a POST waits no more for an answer. */
  readonly wakePosts: (lane: string) => void;
  readonly now: () => number;
  readonly log: Log;
}

/** Returns what sends one message and records what came of it. */
export function createPhoneWork(options: PhoneWorkOptions): (work: PhoneWork) => Promise<void> {
  const { journal, visitorChat, recordDurably, now, log } = options;

  /** In the visitor's language; undefined where the profile asks for no phone any more. */
  async function messagesOf(number: number): Promise<PhoneMessages | undefined> {
    const lead = await journal.findLead(number);
    const profiles = options.profiles();
    const profile = lead &&
      profileOfWord(profiles, await journal.currentProfile(lead.profile, profiles.byKey));
    const phone = profile && inLanguage(profile, lead.visitor.language).phone;
    return phone ? phoneMessages(phone) : undefined;
  }

  async function ask(work: PhoneWork): Promise<void> {
    const messages = await messagesOf(work.id);
    if (messages === undefined || !await journal.isPhoneAwaited(work.id, now())) {
      return await drop(work);
    }
    await journal.beginPhoneAsk(work.id, messages.skip); // A tap may come before the sending is recorded.
    const outcome = await visitorChat.askPhone(work.chatId, messages);
    if (outcome.kind === "given_up") {
      logGivenUp(work, outcome.reason);
      return await drop(work);
    }
    await record(work, outcome, () => journal.finishPhoneAsk(work.id));
  }

  async function thank(work: PhoneWork): Promise<void> {
    const text = (await messagesOf(work.id))?.thanks ?? PHONE_TEXTS.thanks;
    const outcome = await visitorChat.thank(work.chatId, text, true);
    if (outcome.kind === "given_up") logGivenUp(work, outcome.reason);
    await record(work, outcome, () => journal.finishPhoneThanks(work.chatId));
  }

  async function drop(work: PhoneWork): Promise<void> {
    let lanes: readonly string[] = [];
    await recordDurably(async () => void (lanes = await journal.dropPhoneAsk(work.id, now())));
    for (const lane of lanes) options.wakePosts(lane);
  }

  async function record(
    work: PhoneWork,
    outcome: SendOutcome,
    finish: () => Promise<void>,
  ): Promise<void> {
    log.learned({ outcome: outcome.kind });
    if (outcome.kind !== "failed") return await recordDurably.soon(finish);
    log.warn("⚠️ Посетителю не ответить: {reason}. Пробуем снова", {
      ...factsOf(work),
      reason: outcome.reason,
    });
    const again = options.retryAtMs(work, outcome.retryAfterMs ?? 0);
    await recordDurably(() => journal.postponePhoneWork(work, again));
  }

  function logGivenUp(work: PhoneWork, reason: string): void {
    log.warn("⚠️ Посетителю не ответить: {reason}", { ...factsOf(work), reason });
  }

  return (work) => work.kind === "phone_ask" ? ask(work) : thank(work);
}

function factsOf({ kind, id }: PhoneWork) {
  return { kind, subject: id };
}
