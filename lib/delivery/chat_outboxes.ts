// One outbox for each managers' chat, so that a chat which fails or is slow delays no other. Does not know what the work is.

import type { AdminChat } from "../managers/chat.ts";

/** What is needed of an outbox. */
interface Stoppable {
  stop(): Promise<void>;
}

/** The outboxes by the keys of their chats. */
export interface ChatOutboxes<Outbox> {
  /** The outbox of a chat, made when it is first asked for. Undefined once they have stopped. */
  at(key: string): Outbox | undefined;
  /** Resolves when what was in hand is done, in chats that were left too. */
  stop(): Promise<void>;
}

/** Makes none until one is asked for. @param chatAt The chat of a key: another one when it was left and taken up again. */
export function createChatOutboxes<Outbox extends Stoppable>(
  chatAt: (key: string) => AdminChat,
  make: (key: string, chat: AdminChat) => Outbox,
): ChatOutboxes<Outbox> {
  const made = new Map<string, { readonly chat: AdminChat; readonly outbox: Outbox }>();
  const left = new Set<Promise<void>>();
  let stopped = false;

  function leave(outbox: Outbox): void {
    const done = outbox.stop();
    left.add(done);
    done.finally(() => left.delete(done));
  }

  return {
    at(key) {
      if (stopped) return undefined;
      const chat = chatAt(key);
      const known = made.get(key);
      if (known?.chat === chat) return known.outbox;
      if (known !== undefined) leave(known.outbox);
      const outbox = make(key, chat);
      made.set(key, { chat, outbox });
      return outbox;
    },
    async stop() {
      stopped = true;
      await Promise.all([...[...made.values()].map(({ outbox }) => outbox.stop()), ...left]);
    },
  };
}
