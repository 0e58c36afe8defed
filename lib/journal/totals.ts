// The journal's totals: leads, attempts, repeats and owed work, for the metrics and for health.

import { outcomeKind } from "./attempts.ts";
import type { Database } from "./engine.ts";
import type { CrmOutcome, LeadState } from "../lead.ts";
import { leadState } from "./leads.ts";
import { numberOrNull } from "./rows.ts";
import { readKind, type WorkKind } from "./work.ts";

export interface Totals {
  /** Leads by profile and state, kept as they change. */
  leadTotals(): Promise<
    { readonly profile: string; readonly state: LeadState; readonly leads: number }[]
  >;
  /** Ended attempts by outcome, kept as they end. */
  attemptTotals(): Promise<{ readonly outcome: CrmOutcome["kind"]; readonly attempts: number }[]>;
  /** Repeated presses by profile, counted as they come. */
  repeatTotals(): Promise<{ readonly profile: string; readonly presses: number }[]>;
  owedTotals(): Promise<{ readonly kind: WorkKind; readonly works: number }[]>;
  /** Owed work about managers' answers, by kind. */
  owedAnswerTotals(): Promise<{ readonly kind: string; readonly works: number }[]>;
  /** When the oldest answer was written that its visitor does not have yet, and how many there are. */
  unsentAnswers(): Promise<{ readonly oldestAtMs: number | undefined; readonly answers: number }>;
  /** When the oldest lead came, or stops waiting for a phone, that neither the CRM nor the managers have yet, and how many the managers' chat refused. */
  undelivered(): Promise<{ readonly oldestAtMs: number | undefined; readonly leads: number }>;
}

export function totals(db: Database): Totals {
  const leads = db.reader("SELECT profile, state, leads FROM lead_counts WHERE leads > 0");
  const attempts = db.reader("SELECT outcome, attempts FROM attempt_counts");
  const repeats = db.reader("SELECT profile, presses FROM repeat_counts");
  const owed = db.reader("SELECT kind, count(*) AS works FROM outbox GROUP BY kind");
  const owedAnswers = db.reader(
    "SELECT kind, count(*) AS works FROM answer_work GROUP BY kind",
  );
  const unsent = db.reader(
    `SELECT min(received_at_ms) AS oldest_at_ms, count(*) AS answers FROM answers
     WHERE number IN (SELECT subject FROM answer_work WHERE kind = 'send')`,
  );
  const oldestRefused = db.reader(
    "SELECT received_at_ms FROM leads WHERE state = 'undelivered' ORDER BY number LIMIT 1",
  );
  const phoneUntilMs = `coalesce((SELECT until_ms FROM phone_asks
    WHERE lead = number AND answer_message_id IS NULL), 0)`;
  // Owed work keeps its place in line: the first of it is about the oldest leads.
  const oldestOnItsWay = db.reader(
    `SELECT min(${db.dialect.greater("received_at_ms", phoneUntilMs)}) AS received_at_ms
     FROM leads WHERE state = 'received' AND number IN (
       SELECT subject FROM outbox WHERE kind IN ('post', 'card') ORDER BY id LIMIT 100)`,
  );

  async function leadTotals() {
    return (await leads.all()).map((row) => ({
      profile: String(row["profile"]),
      state: leadState(row["state"]),
      leads: Number(row["leads"]),
    }));
  }

  return {
    leadTotals,
    attemptTotals: async () =>
      (await attempts.all()).map((row) => ({
        outcome: outcomeKind(row["outcome"]),
        attempts: Number(row["attempts"]),
      })),
    repeatTotals: async () =>
      (await repeats.all()).map((row) => ({
        profile: String(row["profile"]),
        presses: Number(row["presses"]),
      })),
    owedTotals: async () =>
      (await owed.all()).map((row) => ({
        kind: readKind(row["kind"]),
        works: Number(row["works"]),
      })),
    owedAnswerTotals: async () =>
      (await owedAnswers.all()).map((row) => ({
        kind: String(row["kind"]),
        works: Number(row["works"]),
      })),
    async unsentAnswers() {
      const row = await unsent.get();
      const oldestAtMs = numberOrNull(row?.["oldest_at_ms"] ?? null) ?? undefined;
      return { oldestAtMs, answers: Number(row?.["answers"] ?? 0) };
    },
    async undelivered() {
      const moments = [await oldestRefused.get(), await oldestOnItsWay.get()]
        .flatMap((row) =>
          typeof row?.["received_at_ms"] === "number" ? [row["received_at_ms"]] : []
        );
      const refused = (await leadTotals()).filter(({ state }) => state === "undelivered");
      return {
        oldestAtMs: moments.length === 0 ? undefined : Math.min(...moments),
        leads: refused.reduce((sum, { leads }) => sum + leads, 0),
      };
    },
  };
}
