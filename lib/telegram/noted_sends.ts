// Tells of each message that Telegram took, so that a limit which others keep counts it too. Delays nothing.

import type { Transformer } from "grammy";

const SENDS = /^(send(?!ChatAction)|copy|forward)/;

/** @param sent Called with the chat's id after each send that succeeded; not for a channel that is named by its username. */
export function noteSends(sent: (chatId: number) => void): Transformer {
  return async (call, method, payload, signal) => {
    const answer = await call(method, payload, signal);
    const chatId = chatIn(payload);
    if (answer.ok && SENDS.test(method) && typeof chatId === "number") sent(chatId);
    return answer;
  };
}

function chatIn(payload: object): unknown {
  const { chat_id }: { chat_id?: unknown } = payload;
  return chat_id;
}
