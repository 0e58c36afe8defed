// Type guards for values from outside.

/** An object that is no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A safe integer of at least `least`. */
export function isWhole(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}

/** Whether it can be a user or chat id: an integer of at most 52 bits, negative for groups (Bot API: User.id, Chat.id). */
export function isId(value: unknown): value is number {
  return isWhole(value, Number.MIN_SAFE_INTEGER) && value !== 0;
}
