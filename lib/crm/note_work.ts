// Writes the notes of a deal and its contact's late phone: once its lead is in the CRM, in order, until 24 h have passed. Never makes a card.

import { CALLS_PER_SECOND } from "./amocrm/api.ts";
import { phonePatch } from "./amocrm/contact_request.ts";
import { notePost } from "./amocrm/note_request.ts";
import type { CallPace } from "./call_pace.ts";
import type { DestinationContext } from "./destination.ts";
import { noteText } from "./note_texts.ts";
import type { CrmCalls } from "./post.ts";
import type { CrmNote, Journal } from "../journal/journal.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { CrmOutcome } from "../lead.ts";
import type { Log } from "../log/log.ts";
import { profileOfWord, type Profiles } from "../profiles/profile.ts";

/** How long a note is tried, in ms. */
const GIVEN_UP_AFTER_MS = 24 * 60 * 60_000;

/** What the work needs. */
export interface NoteWorkOptions {
  readonly journal: Pick<Journal, "finishNote" | "postponeNote" | "releaseNote" | "giveUpNote">;
  readonly crm: CrmCalls;
  readonly callPace: CallPace;
  readonly crmContext: () => DestinationContext;
  readonly profiles: () => Profiles;
  readonly crmTimeoutMs: number;
  /** When work that failed is tried again, in ms since 1970. */
  readonly retryAtMs: (note: CrmNote, atLeastMs?: number) => number;
  readonly recordDurably: RecordDurably;
  readonly now: () => number;
  readonly log: Log;
  readonly cutOff: AbortSignal;
}

/** Returns what writes one note and records what came of it. */
export function createNoteWork(options: NoteWorkOptions): (note: CrmNote) => Promise<void> {
  const { journal, crm, callPace, profiles, recordDurably, now, log, cutOff } = options;

  /** Undefined when the process stops before the note has left. */
  async function send(note: CrmNote): Promise<CrmOutcome | undefined> {
    const profile = profileOfWord(profiles(), note.lead.profile);
    const settings = profile?.crm;
    if (settings?.kind !== "amocrm" || settings.account !== note.deal.account) {
      return { kind: "unsent", reason: "профиль больше не связан с этим аккаунтом" };
    }
    const { what, deal } = note;
    const context = options.crmContext();
    const post = what.kind === "phone"
      ? phonePatch(settings, what, context)
      : notePost(settings, { deal: deal.id, text: noteText({ what, lead: note.lead }) }, context);
    if ("fault" in post) return { kind: "unsent", reason: post.fault };
    const pace = { account: settings.account, callsPerSecond: CALLS_PER_SECOND };
    return await callPace.run(pace, "note", async (leave) => {
      if (!await leave()) return undefined;
      const outcome = await crm.send({
        ...post,
        timeoutMs: profile?.crmTimeoutMs ?? options.crmTimeoutMs,
        idempotencyKey: `${note.lead.id}:${note.id}`,
        facts: { lead: note.lead.number, profile: note.lead.profile },
        phone: what.kind === "phone" ? what.phone : null,
      }, cutOff);
      if (!("retryAfterMs" in outcome)) callPace.ease(pace.account);
      return outcome;
    });
  }

  function fail(note: CrmNote, outcome: Exclude<CrmOutcome, { readonly kind: "accepted" }>) {
    const facts = { lead: note.lead.number, deal: note.deal.id, ...reasonOf(outcome) };
    const words = WORDS[note.what.kind === "phone" ? "phone" : "note"];
    if (isRefusedPhone(note, outcome)) {
      log.error(PHONE_REFUSED, facts);
      return recordDurably(() => journal.giveUpNote(note));
    }
    if (now() - note.createdAtMs >= GIVEN_UP_AFTER_MS) {
      log.error(words.givenUp, facts);
      return recordDurably(() => journal.giveUpNote(note));
    }
    if (note.failures === 0) log.warn(words.failed, facts);
    const retryAfterMs = "retryAfterMs" in outcome ? outcome.retryAfterMs : undefined;
    if (retryAfterMs !== undefined) callPace.hold(note.deal.account, retryAfterMs);
    return recordDurably(() => journal.postponeNote(note, options.retryAtMs(note, retryAfterMs)));
  }

  return async (note) => {
    const outcome = await send(note);
    if (outcome === undefined) {
      return await recordDurably(() => journal.releaseNote(note, now()));
    }
    log.learned({ outcome: outcome.kind });
    if (outcome.kind !== "accepted") return await fail(note, outcome);
    await recordDurably(() => journal.finishNote(note));
  };
}

const WORDS = {
  note: {
    failed: "⚠️ Примечание к сделке {deal} не записано: {reason}. Повторим",
    givenUp: "❌ Примечание к сделке {deal} не записано за сутки: {reason}",
  },
  phone: {
    failed: "⚠️ Телефон в контакт сделки {deal} не записан: {reason}. Повторим",
    givenUp: "❌ Телефон в контакт сделки {deal} не записан за сутки: {reason}",
  },
} as const;

const PHONE_REFUSED =
  "❌ Телефон в контакт сделки {deal} не записать: {reason}. Он есть в примечании";

/** A contact that is gone, or takes no phone: another try would only hold up the notes behind it. */
function isRefusedPhone({ what }: CrmNote, outcome: CrmOutcome): boolean {
  return what.kind === "phone" && outcome.kind === "answered" &&
    (outcome.status === 400 || outcome.status === 404);
}

function reasonOf(outcome: CrmOutcome): { readonly reason: string } {
  if (outcome.kind === "timeout") return { reason: "нет ответа" };
  const status = "status" in outcome ? outcome.status : undefined;
  const words = "reason" in outcome ? outcome.reason : "body" in outcome ? outcome.body : "";
  return { reason: `${status ?? ""} ${words}`.trim() };
}
