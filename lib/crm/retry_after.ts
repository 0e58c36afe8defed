// How long a CRM asks to wait. Knows no clock.

const LEAST_MS = 1_000;
const MOST_MS = 60_000;

/** The wait that `Retry-After` asks for (RFC 9110, 10.2.3), from 1 to 60 s; 1 s without a readable one. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  const asked = header?.trim() ?? "";
  if (asked.length > 64) return LEAST_MS;
  const ms = /^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - nowMs;
  return Number.isNaN(ms) ? LEAST_MS : Math.min(Math.max(ms, LEAST_MS), MOST_MS);
}
