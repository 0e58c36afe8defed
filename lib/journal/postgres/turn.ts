// What is remembered of a verb while it runs. Runs none.

import type { StorageError } from "../storage_error.ts";
import type { Prepared } from "./session.ts";

export interface Statement extends Prepared {
  readonly writes: boolean;
}

/** The verb that runs. */
export interface Turn {
  readonly name: string | undefined;
  /** The first statement that it read before the batch began. */
  firstRead: Statement | undefined;
  /** Why its writes do not stand, so that none may follow. */
  undone: StorageError | undefined;
  /** It wrote outside `atomically`. */
  wroteAlone: boolean;
  again: boolean;
  /** Ends with the statement sent last outside `atomically`: each of them waits for it, as only one can be undone. */
  last: Promise<unknown>;
  group: Group | undefined;
}

/** Several writes as one. */
export interface Group {
  /** The first failure: a transaction goes on after none. */
  failed: { readonly error: unknown } | undefined;
  last: Promise<unknown>;
}

export function newTurn(name: string | undefined): Turn {
  return {
    name,
    firstRead: undefined,
    undone: undefined,
    wroteAlone: false,
    again: false,
    last: Promise.resolve(),
    group: undefined,
  };
}
