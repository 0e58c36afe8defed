// Shows a follow-up part by part; replaces what Telegram refuses by a note with its sender and words. Does not decide when.

import type { AdminChat, ShowOutcome } from "./chat.ts";
import { type FollowUpPart, followUpParts } from "./cards.ts";
import { editParts, undeliverableNote, wordsInPieces } from "./follow_up_texts.ts";
import type { Journal } from "../journal/journal.ts";
import type { FollowUp, Lead, MessageAddress } from "../lead.ts";
import type { Log } from "../log/log.ts";
import { isRefusedAs } from "../telegram/failures.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { ShownWords } from "./shown_words.ts";
import type { Profiles } from "../profiles/profile.ts";
import type { Formatted } from "../visitors/texts.ts";

/** What showing a follow-up needs. */
export interface FollowUpWorkOptions {
  readonly journal: Pick<
    Journal,
    "markPartShown" | "answerBefore" | "rememberAbout" | "fact" | "rememberFact" | "forgetFact"
  >;
  readonly adminChat: Pick<AdminChat, "showPart">;
  readonly shownWords: Pick<ShownWords, "remember">;
  readonly profiles: () => Profiles;
  readonly recordDurably: RecordDurably;
  readonly log: Log;
}

/** How showing a follow-up ended; "failed" may succeed another time. */
export type FollowUpOutcome =
  | { readonly kind: "shown" }
  | Extract<ShowOutcome, { readonly kind: "failed" | "stopped" }>;

/** Returns a function that shows the remaining parts of a follow-up and records each. */
export function createFollowUpWork(
  { journal, adminChat, shownWords, profiles, recordDurably, log }: FollowUpWorkOptions,
): (followUp: FollowUp, lead: Lead) => Promise<FollowUpOutcome> {
  async function showAll(followUp: FollowUp, lead: Lead): Promise<FollowUpOutcome> {
    const template = profiles().byKey.get(lead.profile)?.followUpTemplate;
    const toParts = followUp.edit === undefined ? followUpParts : editParts;
    const parts = toParts(followUp, lead.visitor, template);
    const answer = await journal.answerBefore(followUp.number);
    for (const [index, part] of parts.entries()) {
      if (index < followUp.partsShown) continue;
      const about: MessageAddress[] = [];
      const outcome = await showPart(part, { followUp, lead, answer, about });
      if (outcome.kind !== "shown") return outcome;
      await recordDurably(async () => {
        await journal.markPartShown(followUp.number, index + 1, outcome.message);
        await journal.rememberAbout(lead.number, about);
      });
    }
    return { kind: "shown" };
  }

  async function showPart(part: FollowUpPart, sent: Sent): Promise<Told> {
    const { followUp } = sent;
    const outcome = await show(part, sent);
    const isAlbum = part.kind === "copy" && followUp.messageIds.length > 1;
    if (outcome.kind === "refused") {
      const albumFiles = isAlbum ? followUp.messageIds.length : null;
      return await sayInstead(sent, { albumFiles, reason: outcome.reason });
    }
    if (outcome.kind !== "shown" || part.kind === "text") return outcome;
    const { missing: albumFiles = 0 } = outcome;
    if (albumFiles === 0) return await forgetAdvice(sent, outcome);
    const said = await sayInstead(sent, { albumFiles, reason: "message not found" });
    return said.kind === "shown" ? outcome : said;
  }

  /** If this text is refused too, the chat was the problem, not the content. */
  async function sayInstead(
    sent: Sent,
    { albumFiles, reason }: { readonly albumFiles: number | null; readonly reason: string },
  ): Promise<Told> {
    const { followUp: { content }, lead } = sent;
    const fact = adviceFact(sent);
    const advise = content.media !== null && !isRefusedAs(reason, "uncopyable") &&
      await journal.fact(fact) === undefined;
    const note = undeliverableNote({ content, albumFiles, lead, advise });
    let outcome = note.withWords === null ? undefined : await tell(note.withWords, sent);
    if (outcome === undefined || outcome.kind === "refused") {
      outcome = await tell(note.alone, sent);
      if (outcome.kind === "refused") return { kind: "failed", reason: outcome.reason };
      if (outcome.kind === "shown") outcome = await tellWords(outcome, sent);
    }
    if (outcome.kind !== "shown") return outcome;
    log.warn("⚠️ Дополнение к лиду не переслать: {reason}. Менеджерам показаны слова", {
      lead: lead.number,
      reason,
    });
    if (advise) await recordDurably(() => journal.rememberFact(fact, "1"));
    return outcome;
  }

  /** The note is shown already, so pieces that Telegram refuses are only logged. */
  async function tellWords(noted: Told, sent: Sent): Promise<Told> {
    for (const piece of wordsInPieces(sent.followUp.content)) {
      const outcome = await tell(piece, sent);
      if (outcome.kind === "failed" || outcome.kind === "stopped") return outcome;
      if (outcome.kind === "refused") {
        log.error("❌ Слова дополнения Telegram не принимает: {reason}", {
          lead: sent.lead.number,
          reason: outcome.reason,
        });
      }
    }
    return noted;
  }

  function tell(message: Formatted, sent: Sent): Promise<ShowOutcome> {
    return show({ kind: "text", message }, sent);
  }

  async function show(part: FollowUpPart, sent: Sent): Promise<ShowOutcome> {
    const words = part.kind === "text" ? part.message : part.caption;
    for (const each of [words, part.alone]) shownWords.remember(sent.lead, each);
    const outcome = await adminChat.showPart(part, sent.followUp, replyTo(sent));
    if (outcome.kind === "shown") sent.about.push(outcome.message, ...outcome.others ?? []);
    return outcome;
  }

  /** After a success the advice is given again at the next refusal. */
  async function forgetAdvice(sent: Sent, outcome: Told): Promise<Told> {
    const fact = adviceFact(sent);
    if (await journal.fact(fact) !== undefined) await recordDurably(() => journal.forgetFact(fact));
    return outcome;
  }

  return showAll;
}

interface Sent {
  readonly followUp: FollowUp;
  readonly lead: Lead;
  /** The managers' message of the answer before it. */
  readonly answer: MessageAddress | null;
  /** The messages that show it: a reply to any of them is for its visitor. */
  readonly about: MessageAddress[];
}

type Told = Exclude<ShowOutcome, { readonly kind: "refused" }>;

function replyTo({ followUp, lead, answer }: Sent): MessageAddress | null {
  return followUp.edit === undefined ? answer ?? lead.card : followUp.edit.first;
}

/** Records that managers were told to permit a kind of media. */
function adviceFact({ followUp }: Sent): string {
  return `permission_advised:${followUp.content.media}`;
}
