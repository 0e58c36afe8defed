// Texts of the notes that a deal gets. Sends nothing.

import type { CrmNote } from "../journal/journal.ts";
import { messageLink } from "../message_link.ts";
import { contact } from "../visitor_name.ts";

/** The text of a note. */
export function noteText({ what, lead }: {
  readonly what: Exclude<CrmNote["what"], { readonly kind: "phone" }>;
  readonly lead: CrmNote["lead"];
}): string {
  switch (what.kind) {
    case "request":
      return `Запрос: ${lead.choice}\nTelegram: ${telegramOf(lead)}`;
    case "follow_up":
      return followUpText(what);
    case "decision":
      return what.text;
    default:
      return what satisfies never;
  }
}

function telegramOf({ visitor }: CrmNote["lead"]): string {
  return visitor.username === null ? contact(visitor) : `https://t.me/${visitor.username}`;
}

function followUpText(
  { content, isEdit, shown }: Extract<CrmNote["what"], { readonly kind: "follow_up" }>,
): string {
  const words = [content.media ?? "", content.text].filter((each) => each !== "").join(": ");
  const link = shown === null || content.media === null ? undefined : messageLink(shown);
  return [isEdit ? `✏️ Исправлено: ${words}` : words, link ?? []].flat().join("\n");
}
