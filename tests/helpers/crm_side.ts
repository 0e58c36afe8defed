// What delivery needs of the CRMs' side, for tests that send to none.

import { createCallPace } from "../../lib/crm/call_pace.ts";
import type { DestinationContext } from "../../lib/crm/destination.ts";
import { NOON_MS } from "./a_lead.ts";

/** Calls leave at once, there is no secret, and no alarm is raised. */
export function crmSide() {
  let elapsedMs = 0;
  return {
    callPace: createCallPace({
      elapsedMs: () => elapsedMs,
      sleep: (ms) => Promise.resolve(void (elapsedMs += ms)),
      stopping: new AbortController().signal,
    }),
    crmContext: (): DestinationContext => ({
      secret: () => undefined,
      botUsername: "bot",
      amoCrmRoot: null,
      nowMs: NOON_MS,
    }),
    async crmAnswered() {},
  };
}

/** A CRM that takes no notes. */
export function noNotes(): Promise<never> {
  return Promise.reject(new Error("no note is owed here"));
}
