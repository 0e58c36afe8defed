// How long a CRM may ask to wait: seconds or a date, from 1 to 60 seconds.

import assert from "node:assert/strict";
import { retryAfterMs } from "../../lib/crm/retry_after.ts";
import { NOON_MS } from "../helpers/a_lead.ts";

for (
  const [header, ms] of [
    [null, 1_000],
    ["", 1_000],
    ["7", 7_000],
    [" 7 ", 7_000],
    ["0", 1_000],
    ["60", 60_000],
    ["61", 60_000],
    ["86400", 60_000],
    ["9".repeat(64), 60_000],
    ["9".repeat(65), 1_000],
    ["Thu, 15 Jan 2026 12:00:30 GMT", 30_000],
    ["Thu, 15 Jan 2026 11:00:00 GMT", 1_000],
    ["Thu, 15 Jan 2027 12:00:00 GMT", 60_000],
    ["soon", 1_000],
    ["-5", 1_000],
    ["1e3", 1_000],
  ] as const
) {
  Deno.test(`retryAfterMs reads ${JSON.stringify(header)} as ${ms} ms`, () => {
    assert.equal(retryAfterMs(header, NOON_MS), ms);
  });
}
