// Why an answer did not reach its visitor, as it is recorded and as people are told. Sends nothing.

import { isRefusedAs } from "../telegram/failures.ts";
import { clip } from "./texts.ts";

/** Words for each cause; `other` gets what Telegram said. */
export interface RefusalWords {
  readonly blocked: string;
  readonly deactivated: string;
  readonly no_chat: string;
  readonly uneditable: string;
  readonly uncopyable: string;
  readonly missing: (files: number) => string;
}

const CAUSES = ["blocked", "deactivated", "no_chat", "uneditable", "uncopyable"] as const;

/** What is recorded when some files of an album did not arrive. */
export function missingFiles(files: number): string {
  return `missing files: ${files}`;
}

/** A recorded reason in words; one without words of its own stays as Telegram said it. */
export function refusalWords(reason: string, words: RefusalWords): string {
  const files = /^missing files: (\d+)$/.exec(reason)?.[1];
  if (files !== undefined) return words.missing(Number(files));
  const cause = CAUSES.find((each) => isRefusedAs(reason, each));
  if (cause !== undefined) return words[cause];
  return isRefusedAs(reason, "moved") ? words.uncopyable : clip(reason, MOST_REASON);
}

/** Longest reason that is told, in UTF-16 units. */
const MOST_REASON = 300;
