// How a message to the managers' chat ended.

import type { MessageAddress } from "../lead.ts";

export type ShowOutcome =
  | {
    readonly kind: "shown";
    readonly message: MessageAddress;
    /** So many messages of an album could not be copied. */
    readonly missing?: number;
    /** The other messages of an album. */
    readonly others?: readonly MessageAddress[];
  }
  /** 400 or 403, for the message or for the chat: only a plain text tells which. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfterMs?: number }
  /** The process stops, or another one writes into the chat now; the message was not sent and stays due. */
  | { readonly kind: "stopped" };

/** What was sent of so many messages; an edit is none. */
export function shownAs(
  chatId: number,
  sent: readonly { readonly message_id: number }[],
  messages: number,
): ShowOutcome {
  const [message = { chatId, messageId: 0 }, ...others] = sent.map(({ message_id }) => ({
    chatId,
    messageId: message_id,
  }));
  const missing = messages - sent.length;
  return {
    kind: "shown",
    message,
    ...(missing > 0 ? { missing } : {}),
    ...(others.length > 0 ? { others } : {}),
  };
}
