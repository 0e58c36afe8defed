// Waits that end early or late.

/** How long one check of the doctor may take, in ms. */
export const CHECK_WITHIN_MS = 10_000;

/** The result of `work`, or `late()` after `ms`; the work itself may go on. */
export async function within<T>(work: Promise<T>, ms: number, late: () => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(() => resolve(late()), ms);
  return await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** Runs `work` with a signal that ends it after `ms`. */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  return await work(late.signal).finally(() => clearTimeout(timer));
}

/** Resolves after `ms`, or early when the process stops. */
export function sleepUnless(stopping: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    function wake(): void {
      clearTimeout(timer);
      stopping.removeEventListener("abort", wake);
      resolve();
    }
    const timer = setTimeout(wake, stopping.aborted ? 0 : ms);
    stopping.addEventListener("abort", wake);
  });
}
