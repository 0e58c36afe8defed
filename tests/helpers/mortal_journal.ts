// A journal whose process can be killed between any two commits: what was not committed is gone, and the next process
// opens what is left.

import { type Journal, journalIn } from "../../lib/journal/journal.ts";
import type { MortalStore } from "./mortal_stores.ts";

/** When the process dies: so many commits from now, before that commit reaches the disk or right after. */
export interface Death {
  readonly commits: number;
  readonly when: "before" | "after";
}

/** One process and its journal. */
export interface Life {
  /** Nothing that is begun after the process died comes to an end, and nothing is written. */
  readonly journal: Journal;
  isAlive(): boolean;
  /** Resolves when the process has died. */
  readonly died: Promise<void>;
  die(death: Death): void;
}

/** Stands for the end of a process: no code of its own catches it and goes on. */
export class Killed extends Error {}

export interface Mortal {
  /** Starts the next process on what the last one committed; the last one must have died. */
  live(): Promise<Life>;
}

/** @param onCommit Called when a commit of the process has reached the disk. */
export function mortalJournal({ db, undo }: MortalStore, onCommit: () => void): Mortal {
  async function live(): Promise<Life> {
    await undo();
    const journal = await journalIn(db);
    const end = Promise.withResolvers<void>();
    let alive = true;
    let death: Death | undefined;

    function dieIf(when: Death["when"]): void {
      if (death?.commits !== 0 || death.when !== when) return;
      alive = false;
      end.resolve();
    }

    async function committed(): Promise<void> {
      dieIf("before");
      if (alive) {
        await db.committed();
        if (alive) onCommit();
        dieIf("after");
        if (death !== undefined) death = { ...death, commits: death.commits - 1 };
      }
      if (!alive) await new Promise(() => {});
    }

    const mortal = Object.entries({ ...journal, committed, committedSoon: committed }).map((
      [name, method],
    ) => [
      name,
      (...args: never[]) => {
        if (!alive) throw new Killed();
        return (method as (...args: never[]) => unknown)(...args);
      },
    ]);
    return {
      journal: Object.fromEntries(mortal) as Journal,
      isAlive: () => alive,
      died: end.promise,
      die: (when) => void (death = when),
    };
  }

  return { live };
}
