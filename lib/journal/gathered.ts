// Runs as one verb what several callers ask for while others run. Does not know what it is.

import type { Database } from "./engine.ts";
import { StorageError } from "./storage_error.ts";

/** Most of it in one verb: other processes wait for the lock meanwhile. */
const MOST = 64;

interface Asked<One, Result> {
  readonly one: One;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A verb for one thing, by a verb for many: where a statement is a way to a server and back, many at once cost little more than
 * one.
 *
 * It may run before verbs that were asked for earlier and have not ended: each caller awaits those that it relies on.
 *
 * @param run All or nothing; a result for each, in their order. After a defect each is tried by itself.
 * @param name As of `Database.inTurn`.
 */
export function gathered<One, Result>(
  db: Pick<Database, "inTurn">,
  run: (all: readonly One[]) => Promise<readonly Result[]>,
  name: string,
): (one: One) => Promise<Result> {
  let waiting: Asked<One, Result>[] = [];

  function take(): Asked<One, Result>[] {
    const taken = waiting;
    waiting = taken.splice(MOST);
    if (waiting.length > 0) ask();
    return taken;
  }

  function ask(): void {
    let taken: Asked<One, Result>[] | undefined;
    const all = db.inTurn(async () => {
      taken ??= take(); // The same where the verb is run again.
      return await run(taken.map(({ one }) => one));
    }, name);
    all.then(
      (results) => taken?.forEach(({ resolve }, nth) => resolve(results[nth]!)),
      (error) => fail(taken ?? take(), error),
    );
  }

  function fail(taken: readonly Asked<One, Result>[], error: unknown): void {
    if (error instanceof StorageError || taken.length === 1) {
      for (const { reject } of taken) reject(error);
      return;
    }
    for (const { one, resolve, reject } of taken) {
      db.inTurn(async () => (await run([one]))[0]!, name).then(resolve, reject);
    }
  }

  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject });
      if (waiting.length === 1) ask();
    });
}
