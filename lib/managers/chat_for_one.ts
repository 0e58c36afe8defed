// The managers' chat as work sees it that may be taken over by another process before it is shown. Sends nothing by itself.

import type { AdminChat } from "./chat.ts";

/** The chat that nothing is sent into any more once the work in hand is another's. */
export function chatForOne(chat: AdminChat, isOurs: () => boolean): AdminChat {
  const unlessTaken = <Args extends unknown[]>(
    send: (...args: Args) => ReturnType<AdminChat["show"]>,
  ) =>
  (...args: Args) => isOurs() ? send(...args) : Promise.resolve({ kind: "stopped" } as const);
  return {
    ...chat,
    show: unlessTaken(chat.show),
    showPart: unlessTaken(chat.showPart),
    edit: unlessTaken(chat.edit),
  };
}
