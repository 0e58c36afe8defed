// Shows many texts of one visitor in as few messages as Telegram allows. Shows no other follow-ups.

import type { AdminChat } from "./chat.ts";
import { type Joined, joinFollowUps } from "./joined_follow_ups.ts";
import type { Journal, Work, WorkOf } from "../journal/journal.ts";
import { isSettled, type Lead } from "../lead.ts";
import type { Log } from "../log/log.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { ShownWords } from "./shown_words.ts";
import type { Profiles } from "../profiles/profile.ts";
import { contact } from "../visitor_name.ts";

/** Messages of a visitor in ten minutes that are shown singly; only a flood is joined. */
const MOST_SINGLE = 20;
const SINGLE_MS = 600_000;

const MOST_JOINED = 100;

/** What showing joined follow-ups needs. */
export interface JoinedWorkOptions {
  readonly journal: Journal;
  readonly adminChat: Pick<AdminChat, "showPart">;
  /** The chat's key. */
  readonly chat: string;
  readonly shownWords: Pick<ShownWords, "remember">;
  readonly profiles: () => Profiles;
  readonly recordDurably: RecordDurably;
  /** When failed work is due again. */
  readonly retryAtMs: (work: Work, atLeastMs?: number) => number;
  readonly now: () => number;
  readonly log: Log;
}

/** Returns a function that shows a follow-up joined with the texts after it; false if it has to be shown singly. */
export function createJoinedWork(
  options: JoinedWorkOptions,
): (first: WorkOf<"follow_up">) => Promise<boolean> {
  const { journal, adminChat, chat, profiles, recordDurably, retryAtMs, now, log } = options;

  return async (first) => {
    if (first.failures > 0) return false; // Another of the texts may be at fault.
    if (await journal.countMessagesUntil(first.subject, SINGLE_MS) <= MOST_SINGLE) {
      return false;
    }
    const lead = await journal.findLead(await journal.leadOfFollowUp(first.subject));
    const followUp = await journal.takeFollowUp(first.subject);
    if (lead === undefined || !isSettled(lead.state) || followUp?.content.media !== null) {
      return false;
    }
    const works = [
      first,
      ...await journal.takeFollowUpsOf(followUp.chatId, now(), MOST_JOINED, chat),
    ];
    try {
      const taken = await Promise.all(works.map(({ subject }) => journal.takeFollowUp(subject)));
      const line = taken.filter((each) => each !== undefined);
      const template = profiles().byKey.get(lead.profile)?.followUpTemplate;
      const joined = joinFollowUps(line, lead.visitor, template);
      const together = joined?.count ?? 1;
      for (const work of works.slice(together)) await journal.releaseWork(work, now());
      works.splice(together);
      if (joined === undefined) return false;
      await show(works, joined, lead, followUp.chatId);
    } catch (error) {
      // The outbox releases the first.
      for (const work of works.slice(1)) await journal.releaseWork(work, now());
      throw error;
    }
    return true;
  };

  async function show(
    works: readonly WorkOf<"follow_up">[],
    { message }: Joined,
    lead: Lead,
    visitor: number,
  ): Promise<void> {
    const from = { chatId: visitor, messageIds: [] };
    log.learned({ lead: lead.number });
    const replyTo = works[0] && await journal.answerBefore(works[0].subject) || lead.card;
    options.shownWords.remember(lead, message);
    const outcome = await adminChat.showPart({ kind: "text", message }, from, replyTo);
    log.learned({ outcome: outcome.kind });
    if (outcome.kind === "stopped") {
      for (const work of works.slice(1)) await journal.releaseWork(work, now());
      return;
    }
    const facts = { lead: lead.number, profile: lead.profile, followUps: works.length };
    if (outcome.kind === "shown") {
      log.info(
        "📎 Дополнения к лиду показаны менеджерам одним сообщением: {followUps}. " +
          "Профиль: {profile}, Username: {username}",
        { ...facts, username: contact(lead.visitor) },
      );
      return await recordDurably(async () => {
        await journal.finishJoined(works, outcome.message, now());
        await journal.rememberAbout(lead.number, [outcome.message]);
      });
    }
    log.error("❌ Дополнение к лиду не показать менеджерам: {reason}. Пробуем снова", {
      ...facts,
      reason: outcome.reason,
    });
    const atLeastMs = outcome.kind === "failed" ? outcome.retryAfterMs : undefined;
    const again = works.map((work) => ({ work, dueAtMs: retryAtMs(work, atLeastMs) }));
    await recordDurably(() => journal.postponeAll(again));
  }
}
