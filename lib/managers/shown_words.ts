// What the managers' chats were shown of visitors' later messages, by its words. A message whose sending lost its answer is shown
// again, and known by its second copy alone; a reply to the first one finds its lead here. Sends nothing, stores nothing.

import type { Lead } from "../lead.ts";
import { contact } from "../visitor_name.ts";
import type { Formatted } from "../visitors/texts.ts";

/** About 2 MB at most. */
const MOST_REMEMBERED = 200;

/** The words that were shown last. */
export interface ShownWords {
  /** Remembers words that are about to be shown, if they name the visitor. */
  remember(lead: Lead, words: Formatted | null | undefined): void;
  /** The lead whose visitor these words were shown of; undefined where they are unknown, or of several visitors. */
  leadOf(text: string): number | undefined;
}

export function createShownWords(): ShownWords {
  const shown = new Map<string, { readonly lead: number; readonly visitor: number } | "several">();

  return {
    remember(lead, words) {
      const text = words?.text.trim() ?? "";
      if (!text.includes(contact(lead.visitor))) return;
      const known = shown.get(text);
      const isSame = known === undefined || (known !== "several" && known.visitor === lead.chatId);
      shown.delete(text); // To the end: the oldest goes first.
      shown.set(text, isSame ? { lead: lead.number, visitor: lead.chatId } : "several");
      const [oldest] = shown.keys();
      if (shown.size > MOST_REMEMBERED && oldest !== undefined) shown.delete(oldest);
    },
    leadOf(text) {
      const known = shown.get(text.trim());
      return known === undefined || known === "several" ? undefined : known.lead;
    },
  };
}
