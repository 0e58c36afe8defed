// What a caught value says. Masks nothing.

/** A thrown value's message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A thrown value's stack, for a defect. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** The innermost cause of a caught value. */
export function rootCauseOf(error: unknown): unknown {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause;
  return deepest;
}

/** Stands in what fetch throws if it never connected, so that nothing can have arrived (seen with Deno 2.9.6). */
export const UNCONNECTED = "client error (Connect)";

/** Whether a caught value, or a cause of it, is a fetch that never connected. */
export function neverConnected(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes(UNCONNECTED)) return true;
  }
  return false;
}
