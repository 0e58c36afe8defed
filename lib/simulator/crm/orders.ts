// What a simulated CRM is ordered to do with a request: instead of taking it, or after it took it.

import type { ServerResponse } from "node:http";
import { type CrmMode, respond } from "./modes.ts";

/** An answer with a status and a body. */
export type CrmAnswer = Extract<CrmMode, { kind: "answer" }>;

/**
 * A mode alone is all that happens; with `after` the request is done first, and a request that is
 * refused gets its refusal. A slow mode without `then` goes on as if nothing had been ordered.
 */
export type CrmOrder = CrmMode | { readonly after: CrmMode };

/** Does a request with `decide`, which returns its proper answer, unless it is ordered otherwise. */
export async function obey(
  order: CrmOrder | undefined,
  decide: () => CrmAnswer,
  response: ServerResponse,
): Promise<void> {
  if (!order) return await respond(decide(), response);
  if ("after" in order) {
    const answer = decide();
    const isDone = (answer.status ?? 200) < 400;
    return await respond(isDone ? goingOn(order.after, answer) : answer, response);
  }
  if (order.kind === "slow" && !order.then) {
    await order.until;
    return await respond(decide(), response);
  }
  await respond(order, response);
}

function goingOn(mode: CrmMode, answer: CrmAnswer): CrmMode {
  return mode.kind === "slow" && !mode.then ? { ...mode, then: answer } : mode;
}
