// A journal whose verbs take turns of the event loop, as those of a database behind a network do.

import type { Journal } from "../../lib/journal/journal.ts";

/** What answers at once: it asks the database nothing. */
const SYNCHRONOUS: ReadonlySet<string> = new Set(["chatOf", "ownFact", "lostFile", "limitWal"]);

/** Each verb begins when those before it have ended, a turn later, and is answered another turn later. */
export function slowJournal<Opened extends Journal>(journal: Opened): Opened {
  let last: Promise<unknown> = Promise.resolve();

  function slow(verb: (...values: never[]) => Promise<unknown>) {
    return (...values: never[]) => {
      const answer = last.then(turn).then(() => verb(...values)).finally(turn);
      last = answer.catch(() => {});
      return answer;
    };
  }

  return Object.fromEntries(
    Object.entries(journal).map((
      [name, verb],
    ) => [name, SYNCHRONOUS.has(name) ? verb : slow(verb)]),
  ) as Opened;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
