// Sends managers' answers to visitors, as copies of what they wrote, and edits those. Does not decide when.

import type { Api } from "grammy";
import type { InputMedia, MessageEntity } from "grammy/types";
import type { Answer, AnswerEdit } from "../journal/journal.ts";
import type { AnswerContent } from "../lead.ts";
import { describeError, failureOf, isRefusedAs } from "../telegram/failures.ts";

/** How an answer, or the edit of one, ended. */
export type AnswerOutcome =
  /** The visitor's messages; fewer than were sent where some could not be copied. */
  | { readonly kind: "sent"; readonly copies: readonly number[] }
  /** The visitor's chat takes nothing, or the message cannot be copied: another try would fail in the same way. */
  | { readonly kind: "given_up"; readonly reason: string }
  /** A refusal that means nothing known: it is tried again a few times. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfterMs: number };

export interface AnswerChat {
  /** Copies an answer; a text whose message cannot be copied is sent as text. */
  copy(
    toChatId: number,
    answer: Pick<Answer, "chatId" | "messageIds" | "contents">,
  ): Promise<AnswerOutcome>;
  /** Makes a copy say what the manager's message says now. Repeated, it changes nothing. */
  edit(edit: AnswerEdit): Promise<AnswerOutcome>;
}

/** Creates the chat on a client without retries. */
export function createAnswerChat(api: Api): AnswerChat {
  async function copyAll(
    toChatId: number,
    { chatId, messageIds }: Pick<Answer, "chatId" | "messageIds">,
  ): Promise<readonly { readonly message_id: number }[]> {
    const [first, ...others] = messageIds;
    if (first === undefined) return [];
    if (others.length > 0) return await api.copyMessages(toChatId, chatId, [...messageIds]);
    return [await api.copyMessage(toChatId, chatId, first)];
  }

  async function sendWords(toChatId: number, words: AnswerContent): Promise<AnswerOutcome> {
    const entities = words.entities as MessageEntity[]; // As Telegram sent them.
    return await attempt(async () => [await api.sendMessage(toChatId, words.text, { entities })]);
  }

  return {
    async copy(toChatId, answer) {
      // Another bot's messages (journal/bots.ts) cannot be copied.
      const isOwn = answer.messageIds.every((each) => each > 0);
      const outcome: AnswerOutcome = isOwn
        ? await attempt(() => copyAll(toChatId, answer))
        : { kind: "given_up", reason: "400: message to copy not found" };
      const isRefused = outcome.kind === "refused" || outcome.kind === "given_up";
      const [words, ...others] = answer.contents;
      if (!isRefused || isUnreachable(outcome.reason)) return outcome;
      if (words === undefined || words.media !== null || others.length > 0) return outcome;
      return await sendWords(toChatId, words);
    },
    async edit({ chatId, messageId, content, newFile }) {
      const outcome = await attempt(async () => {
        const { text, media, captionable } = content;
        const entities = content.entities as MessageEntity[];
        const file = newFile ? inputMedia(content) : undefined;
        if (file !== undefined) await api.editMessageMedia(chatId, messageId, file);
        else if (media === null) await api.editMessageText(chatId, messageId, text, { entities });
        else if (captionable) {
          await api.editMessageCaption(chatId, messageId, {
            caption: text,
            caption_entities: entities,
          });
        }
        return [];
      });
      const isUnchanged = outcome.kind === "given_up" && isRefusedAs(outcome.reason, "unchanged");
      return isUnchanged ? { kind: "sent", copies: [] } : outcome;
    },
  };
}

/** Undefined for what cannot stand in another's place. */
function inputMedia({ fileId, fileKind, text, entities }: AnswerContent): InputMedia | undefined {
  if (fileId === undefined || fileKind === undefined) return undefined;
  const caption_entities = entities as MessageEntity[];
  return { type: fileKind, media: fileId, caption: text, caption_entities };
}

/** "moved" is about the managers' group: what was written in the old one cannot be copied any more. */
const FINAL = [
  "blocked",
  "deactivated",
  "no_chat",
  "uncopyable",
  "moved",
  "unchanged",
  "uneditable",
] as const;

function isUnreachable(reason: string): boolean {
  return isRefusedAs(reason, "blocked", "deactivated", "no_chat");
}

async function attempt(
  send: () => Promise<readonly { readonly message_id: number }[]>,
): Promise<AnswerOutcome> {
  try {
    return { kind: "sent", copies: (await send()).map(({ message_id }) => message_id) };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const reason = describeError(error);
    if (failure.kind === "too_many") {
      return { kind: "failed", reason, retryAfterMs: failure.retryAfterMs };
    }
    if (failure.kind !== "refused" && failure.kind !== "forbidden") {
      return { kind: "failed", reason, retryAfterMs: 0 };
    }
    return { kind: isRefusedAs(reason, ...FINAL) ? "given_up" : "refused", reason };
  }
}
