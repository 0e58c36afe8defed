// A manager's message → what its visitor gets of it, and the file by which that can be replaced.

import type { Message } from "grammy/types";
import { isRecord } from "../foreign.ts";
import { type AnswerContent, FILE_KINDS } from "../lead.ts";
import { contentOf } from "./content.ts";

/** The words, media and file of a message; never throws. */
export function answerContentOf(message: Message): AnswerContent {
  const content = contentOf(message);
  const fileKind = FILE_KINDS.find((each) => message[each] !== undefined);
  if (fileKind === undefined) return content;
  const found: unknown = message[fileKind];
  const file: unknown = Array.isArray(found) ? found.at(-1) : found;
  const fileId = isRecord(file) ? file["file_id"] : undefined;
  return typeof fileId === "string" ? { ...content, fileId, fileKind } : content;
}
