// A lead's conversation: what the visitor sent, what managers answered and noted, and the button that begins an answer.

import type { ComponentChildren } from "preact";
import type { Said } from "../../lib/journal/journal.ts";
import type { Lead } from "../../lib/lead.ts";
import { refusalWords } from "../../lib/visitors/answer_refusals.ts";
import { CONVERSATION, type ConversationWords } from "../words/conversation.ts";
import { Isolated } from "./isolated.tsx";
import { isErased } from "./lead_parts.tsx";
import { FormToken, type Frame } from "./page.tsx";

/** Names the button in its form. */
export const WRITE = "write";

/** Where the page opens after a press of the button. */
export function invitedPath(lead: number): string {
  return `/leads/${lead}?invited=1#conversation`;
}

export function Conversation({ lead, said, frame, invited }: {
  readonly lead: Lead;
  readonly said: readonly Said[];
  readonly frame: Frame;
  /** Whether the button was pressed just now. */
  readonly invited: boolean;
}) {
  if (said.length === 0 && isErased(lead)) return null;
  const words = CONVERSATION[frame.language];
  return (
    <section id="conversation">
      <h2>{words.title}</h2>
      {said.length > 0 && (
        <ol class="said">
          {said.map((each) => messageOf(each, words, frame))}
        </ol>
      )}
      {invited && <p class="lead-note good" role="status">{words.invited}</p>}
      {!isErased(lead) && (
        <form class="lead-actions" method="post" action={`/leads/${lead.number}`}>
          <FormToken frame={frame} />
          <button type="submit" name="do" value={WRITE} class="outline">
            <span aria-hidden="true">💬</span> {words.write}
          </button>
          <small class="hint">{words.writeHint}</small>
        </form>
      )}
    </section>
  );
}

function messageOf(said: Said, words: ConversationWords, frame: Frame) {
  const media = said.contents.flatMap((each) => each.media ?? []);
  const texts = said.contents.map(({ text }) => text).filter((text) => text !== "");
  const isEmpty = media.length === 0 && texts.length === 0;
  return (
    <li class={said.kind}>
      <p class="by">
        {writer(said, words)} <time>{frame.when(said.receivedAtMs)}</time>
      </p>
      {media.length > 0 && <p>{media.join(", ")}</p>}
      {texts.map(quoted)}
      {isEmpty && <p class="hint">{words.erased}</p>}
      <p class="hint">{stateOf(said, words, frame)}</p>
    </li>
  );
}

function quoted(text: string) {
  return <samp dir="auto">{text}</samp>;
}

function writer(said: Said, words: ConversationWords): ComponentChildren {
  switch (said.kind) {
    case "visitor":
      return said.isEdit ? `${words.visitor} (${words.edited})` : words.visitor;
    case "note":
      return <Isolated say={words.note} what={said.by} />;
    case "answer":
      return <bdi>{said.by}</bdi>;
  }
}

function stateOf(said: Said, words: ConversationWords, { when }: Frame): string | null {
  if (said.kind === "visitor") {
    if (said.shownAtMs !== null) return words.shown(when(said.shownAtMs));
    return said.isOwed ? words.waits : words.heldBack;
  }
  const why = said.refused === null ? null : refusalWords(said.refused, words.reasons);
  switch (said.state) {
    case "sent":
      return why === null
        ? words.sent(when(said.sentAtMs ?? said.receivedAtMs))
        : words.sentPartly(why);
    case "refused":
      return words.refused(why ?? "");
    case "due":
      return words.due;
    default:
      return null;
  }
}
