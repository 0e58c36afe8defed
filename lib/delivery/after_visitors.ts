// Delays what no visitor waits for, so that confirmations leave first.

/** How many POSTs and answers to presses begin in one millisecond: about what the event loop does in that time. */
const PER_MS = 4;

/**
 * Returns what such work awaits before it begins: 1 ms, and 1 ms more for each four that are waiting. It takes a timer,
 * as an immediate would come before what was written has left.
 */
export function createAfterVisitors(): () => Promise<void> {
  let waiting = 0;
  return () =>
    new Promise((resolve) => {
      setTimeout(() => {
        waiting--;
        resolve();
      }, 1 + Math.floor(waiting++ / PER_MS));
    });
}
