// The span of each piece of owed work: what its log lines and traces are about. Does no work.

import type { AnswerWork, CrmNote, PhoneWork, Work } from "../journal/journal.ts";
import type { NewSpan } from "../log/spans.ts";

/** A message to a visitor or to the managers; `managersChat` is their chat's id. */
export function spanOfMessage(work: Work, managersChat: number): NewSpan {
  const span = { kind: "send", id: `send-${work.id}`, work: work.kind } as const;
  switch (work.kind) {
    case "confirmation":
      return { ...span, chat: work.body.chatId, lead: work.subject };
    case "thanks":
    case "reminder":
      return { ...span, chat: work.body.chatId };
    case "card":
    case "card_update":
      return { ...span, chat: managersChat, lead: work.subject };
    case "follow_up":
    case "offer":
    case "offer_update":
    case "note":
      return { ...span, chat: managersChat };
    case "post":
      return { ...span, lead: work.subject };
    default:
      return work satisfies never;
  }
}

/** A note to a CRM. */
export function spanOfNote({ id, kind, lead }: CrmNote): NewSpan {
  const { number, chatId, profile } = lead;
  return { kind: "send", id: `note-${id}`, work: kind, chat: chatId, lead: number, profile };
}

/** A question for a phone, or the thanks for it. */
export function spanOfPhone({ id, kind, chatId }: PhoneWork): NewSpan {
  return { kind: "send", id: `${kind}-${id}`, work: kind, chat: chatId, lead: id };
}

/** An answer, or what the managers are told about it; the work finds its visitor and lead. */
export function spanOfAnswer({ id, kind, subject }: AnswerWork, managersChat: number): NewSpan {
  const span = { kind: "send", id: `answer-${id}`, work: kind } as const;
  if (kind === "send" || kind === "edit") return span;
  return { ...span, chat: managersChat, ...kind === "invite" && { lead: subject } };
}
