// Lets what visitors wait for leave first: other sends begin a little later, a few at a time. Does not know what is sent.

/** At least so many begin in one round of the event loop: about a millisecond's work. */
const LEAST = 4;

/** In a longer line nobody's turn is near, and a commit for each few would cost more than it gives. */
const CROWD = 64;

/** Of those beyond it this share begins in one round, and never more than so many. */
const SHARE = 1 / 4;
const MOST = 64;

/**
 * Returns what those sends await that nobody waits for: the end of a press's spinner, a POST. The promises
 * resolve in their order, some in each round of the event loop, so that what was begun before is written
 * first. It takes a timer: an immediate comes before anything is written.
 */
export function createPace(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function begin(): void {
    const ofCrowd = Math.ceil((waiting.length - CROWD) * SHARE);
    const next = waiting.splice(0, Math.min(Math.max(LEAST, ofCrowd), MOST));
    timer = waiting.length > 0 ? setTimeout(begin, 1) : undefined;
    for (const resolve of next) resolve();
  }

  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      timer ??= setTimeout(begin, 1);
    });
}
