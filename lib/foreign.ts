// Tells what a value is that came from outside. Knows no format.

/** An object with named members, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number that is kept to the last digit, and is not below `least`. */
export function isWhole(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}

/** Whether it can be the id of a person or a chat: a whole number of at most 52 bits, below zero for groups (Bot API: User.id, Chat.id). */
export function isId(value: unknown): value is number {
  return isWhole(value, Number.MIN_SAFE_INTEGER) && value !== 0;
}
