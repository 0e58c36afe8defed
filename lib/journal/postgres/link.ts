// Keeps a connection: opens it anew when it is lost. Sends no statement.

import { waitMs } from "../../backoff.ts";
import { messageOf } from "../../log/error_words.ts";
import { StorageError } from "../storage_error.ts";
import type { Session } from "./session.ts";

/** The longest wait between two tries, in ms. */
const LONGEST_WAIT_MS = 5_000;

export interface Link {
  /** The connection, if there is one now. */
  current(): Session | undefined;
  /**
   * The connection, as soon as there is one.
   *
   * @throws {StorageError} If there is none for longer than `patienceMs`; then at once, until there is one again.
   */
  session(): Promise<Session>;
  close(): Promise<void>;
}

/** Opens a connection. Rejects if that fails; calls `onLost` if it fails later. */
export type OpenSession = (onLost: (why: StorageError) => void) => Promise<Session>;

/** The connection, opened when it is first asked for. */
export function createLink(
  open: OpenSession,
  { patienceMs, random, onLost }: {
    readonly patienceMs: number;
    readonly random: () => number;
    /** Told at once, before the statements in hand fail. */
    readonly onLost?: (why: StorageError) => void;
  },
): Link {
  let current: Session | undefined;
  let coming: PromiseWithResolvers<Session> | undefined;
  let refusal: StorageError | undefined;
  let closed = false;
  let connecting: Promise<void> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const pause = interruptiblePause();

  function begin(): void {
    coming = Promise.withResolvers();
    coming.promise.catch(() => {}); // Prevents an unhandled rejection; statements await this promise too.
    refusal = undefined;
    let cause = "";
    const refuse = () => {
      refusal = new StorageError(`there is no connection to the database${cause}`);
      coming?.reject(refusal);
    };
    patience = setTimeout(refuse, patienceMs);
    connecting = connect((error) => cause = `: ${messageOf(error)}`);
  }

  /** At once, then after 1 s, doubling to 5 s. */
  async function connect(failed: (error: unknown) => void): Promise<void> {
    for (let failures = 0; !closed; failures++) {
      if (failures > 0) await pause.wait(Math.min(waitMs(failures, random()), LONGEST_WAIT_MS));
      if (closed) break;
      try {
        const session = await open(lose);
        if (session.lost() !== undefined) continue;
        clearTimeout(patience);
        current = session;
        coming?.resolve(session);
        coming = refusal = undefined;
        break;
      } catch (error) {
        failed(error);
      }
    }
  }

  function lose(why: StorageError): void {
    if (current === undefined) return; // Lost while it was opened.
    current = undefined;
    if (!closed) begin();
    onLost?.(why);
  }

  return {
    current: () => current,
    session() {
      if (current !== undefined) return Promise.resolve(current);
      if (closed) return Promise.reject(new StorageError("the database is closed"));
      if (refusal !== undefined) return Promise.reject(refusal);
      if (coming === undefined) begin();
      return coming!.promise;
    },
    async close() {
      closed = true;
      clearTimeout(patience);
      pause.end();
      coming?.reject(new StorageError("the database is closed"));
      await connecting;
      await current?.end();
      current = undefined;
    },
  };
}

function interruptiblePause() {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let resume = () => {};
  return {
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        resume = resolve;
        timer = setTimeout(resolve, ms);
      }),
    end() {
      clearTimeout(timer);
      resume();
    },
  };
}
