// The POST that adds a note to a deal, and what its answer means. Sends nothing.

import type { CrmAnswer, DestinationContext, NoPost } from "../prepared.ts";
import { retryAfterMs } from "../retry_after.ts";
import { type AccountAccess, type ApiCall, apiCall } from "./api.ts";
import { reasonOf } from "./errors.ts";

/** The POST of a note; the same note sent twice is there twice. */
export function noteCall(
  access: AccountAccess,
  { deal, text }: { readonly deal: number; readonly text: string },
  context: Pick<DestinationContext, "secret" | "amoCrmRoot">,
): (ApiCall & { readonly body: string }) | NoPost {
  const call = apiCall(access, `leads/${deal}/notes`, context);
  if ("fault" in call) return call;
  return { ...call, body: JSON.stringify([{ note_type: "common", params: { text } }]) };
}

/** How the POST of a note ended. */
export type NoteOutcome =
  | { readonly kind: "sent" }
  /** Nothing was taken: to be sent again after this wait. */
  | { readonly kind: "rate_limited"; readonly retryAfterMs: number }
  /** Never to be sent again. */
  | { readonly kind: "refused"; readonly reason: string }
  /** To be sent again later; it may have arrived. */
  | { readonly kind: "retry"; readonly reason: string };

/** Statuses that say that this note can never be taken. */
const FINAL = new Set([400, 405, 410, 413, 422]);

/**
 * What an answer to a note means. A token may be replaced and an account paid, so 401 to 403 are tried again; so is 404,
 * because a deal in «Неразобранное» may take notes only once it is accepted.
 */
export function noteOutcomeOf(
  { status, retryAfter, text }: CrmAnswer,
  nowMs: number,
): NoteOutcome {
  if (status === 200 || status === 201 || status === 202) return { kind: "sent" };
  if (status === 429) {
    return { kind: "rate_limited", retryAfterMs: retryAfterMs(retryAfter, nowMs) };
  }
  const reason = `amoCRM ответила ${status}: ${reasonOf({ status, text })}`;
  return { kind: FINAL.has(status) ? "refused" : "retry", reason };
}
