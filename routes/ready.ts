// `/ready`: whether this process takes updates and requests now. For load balancers: asks nothing of the journal, needs no login.

import { VERSION } from "../lib/version.ts";

/** Why a process is not ready. */
export type NotReady =
  /** It has not taken up yet what an earlier process left. */
  | "starting"
  | "stopping"
  /** The others that work on the journal count it as dead, or may soon. */
  | "no_lease"
  /** The journal could not be written lately. */
  | "database";

/** The answer is JSON: 200, or 503 with the reasons. */
export function answerReady(reasons: readonly NotReady[]): Response {
  const ready = reasons.length === 0;
  return Response.json({ ready, version: VERSION, reasons }, {
    status: ready ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}
