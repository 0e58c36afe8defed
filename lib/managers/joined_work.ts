// A visitor who sends many messages: their texts go to the managers' chat in as few messages as Telegram allows. Shows nothing else.

import type { AdminChat } from "./chat.ts";
import { type Joined, joinFollowUps } from "./joined_follow_ups.ts";
import type { Journal, Work, WorkOf } from "../journal/journal.ts";
import { isSettled, type Lead } from "../lead.ts";
import type { Log } from "../log/log.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Profiles } from "../profiles/profile.ts";
import { contact } from "../visitor_name.ts";

/** Up to so many messages of a visitor in ten minutes are shown by themselves (user requirement). */
const MOST_BY_THEMSELVES = 20;
const BY_THEMSELVES_MS = 600_000;

/** Most follow-ups that are taken to be joined. */
const MOST_JOINED = 100;

/** What showing follow-ups together needs. */
export interface JoinedWorkOptions {
  readonly journal: Journal;
  readonly adminChat: Pick<AdminChat, "showPart">;
  readonly profiles: () => Profiles;
  readonly recordDurably: RecordDurably;
  /** When failed work is due again. */
  readonly retryAtMs: (work: Work, atLeastMs?: number) => number;
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Returns what shows a follow-up together with the texts after it, and records what came of them; false, with
 * nothing done, where it is to be shown by itself.
 */
export function createJoinedWork(
  options: JoinedWorkOptions,
): (first: WorkOf<"follow_up">) => Promise<boolean> {
  const { journal, adminChat, profiles, recordDurably, retryAtMs, now, log } = options;

  return async (first) => {
    if (first.failures > 0) return false; // The fault may be another's: it is tried by itself.
    if (journal.countMessagesUntil(first.subject, BY_THEMSELVES_MS) <= MOST_BY_THEMSELVES) {
      return false;
    }
    const lead = journal.findLead(journal.leadOfFollowUp(first.subject));
    const followUp = journal.takeFollowUp(first.subject);
    if (lead === undefined || !isSettled(lead.state) || followUp?.content.media !== null) {
      return false;
    }
    const works = [first, ...journal.takeFollowUpsOf(followUp.chatId, now(), MOST_JOINED)];
    const line = works.flatMap(({ subject }) => journal.takeFollowUp(subject) ?? []);
    const template = profiles().byKey.get(lead.profile)?.followUpTemplate;
    const joined = joinFollowUps(line, lead.visitor, template);
    for (const work of works.splice(joined?.count ?? 1)) journal.releaseWork(work, now());
    if (joined === undefined) return false;
    try {
      await show(works, joined, lead, followUp.chatId);
    } catch (error) {
      // The outbox takes back the first.
      for (const work of works.slice(1)) journal.releaseWork(work, now());
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
    const outcome = await adminChat.showPart({ kind: "text", message }, from, lead.card);
    if (outcome.kind === "stopped") return;
    const facts = { lead: lead.number, profile: lead.profile, followUps: works.length };
    if (outcome.kind === "shown") {
      log.info(
        "📎 Дополнения к лиду показаны менеджерам одним сообщением: {followUps}. " +
          "Профиль: {profile}, Username: {username}",
        { ...facts, username: contact(lead.visitor) },
      );
      return await recordDurably(() => journal.finishJoined(works, outcome.message, now()));
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
