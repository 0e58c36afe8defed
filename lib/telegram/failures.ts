// Classifies failed calls of the Bot API by one table of refusals, and describes them without the token.

import { GrammyError, HttpError } from "grammy";
import { messageOf, neverConnected, rootCauseOf } from "../log/error_words.ts";
import { FIRST_WAIT_MS, LONGEST_WAIT_MS } from "../backoff.ts";
import { NoAnswer } from "./http.ts";

/** Longest ordinary wait after a 429, in ms; a longer one is a failure. */
export const LONGEST_SHORT_WAIT_MS = 60_000;

/** What a failed call means for its caller. */
export type CallFailure =
  /** Any other 4xx: a retry would be refused too. */
  | { readonly kind: "refused"; readonly migratedTo: number | undefined }
  /** The bot may not write there: 403. */
  | { readonly kind: "forbidden" }
  /** 429: wait from 1 s to 5 min. */
  | { readonly kind: "too_many"; readonly retryAfterMs: number }
  /** No answer of Telegram, or a 5xx: the call may have succeeded, and a retry may. */
  | { readonly kind: "unreached" }
  /** 401, or 404 for a malformed token. */
  | { readonly kind: "unauthorized" }
  /** 409: another instance polls, or a webhook is set. */
  | { readonly kind: "conflict" };

/** A send that may have arrived and is not repeated any more. */
export class OutcomeUnknown extends Error {}

/** What a refusal means beyond its code. */
export type RefusalMeaning =
  | "unchanged"
  /** The message can never be edited: it is gone, or not the bot's. */
  | "uneditable"
  /** The group became a supergroup; its messages are not in it. */
  | "moved"
  /** The message is gone, protected or too long: a permission would not help. */
  | "uncopyable"
  /** The visitor's chat takes nothing any more, until its visitor writes again. */
  | "blocked"
  | "deactivated"
  | "no_chat"
  /** A file's id is another bot's, or has ended. */
  | "unknown_file"
  /** Telegram knows no such member of the chat. */
  | "no_member"
  | "webhook_set";

type Refusal = readonly [
  code: number,
  says: RegExp | null,
  means: Exclude<CallFailure["kind"], "refused" | "unreached"> | RefusalMeaning,
  /** A page of Telegram's, or a file of github.com/tdlib: of telegram-bot-api ("api") or td. */
  source: string,
];

/** Every refusal that the bot handles in its own way; `says` is null for any description. */
const REFUSALS: readonly Refusal[] = [
  [401, null, "unauthorized", "api, ClientManager.cpp: invalid token specified"],
  [404, null, "unauthorized", "api, HttpConnection.cpp: Not Found"],
  [403, null, "forbidden", "api, Client.cpp: bot was blocked by the user, bot was kicked"],
  [403, /blocked by the user/i, "blocked", "td, MessagesManager.cpp: USER_IS_BLOCKED"],
  [403, /user is deactivated/i, "deactivated", "td, MessagesManager.cpp: USER_DEACTIVATED"],
  [403, /can't initiate conversation/i, "no_chat", "td, MessagesManager.cpp: PEER_ID_INVALID"],
  [400, /chat not found/i, "no_chat", "api, Client.cpp: check_chat"],
  [400, /(user|member) not found/i, "no_member", "td, DialogParticipantManager.cpp"],
  [400, /USER_DEACTIVATED/, "deactivated", "https://core.telegram.org/api/errors"],
  [409, null, "conflict", "api, Client.cpp: terminated by other getUpdates request"],
  [409, /webhook/, "webhook_set", "api, Client.cpp: while webhook is active"],
  [429, null, "too_many", "https://core.telegram.org/bots/api#responseparameters"],
  [400, /message is not modified/i, "unchanged", "api, Client.cpp: MESSAGE_NOT_MODIFIED"],
  [400, /message to edit not found/i, "uneditable", "api, Client.cpp: check_message"],
  [400, /message can't be edited/i, "uneditable", "td, MessagesManager.cpp"],
  [400, /group chat was upgraded/i, "moved", "api, Client.cpp: migrate_to_chat_id"],
  [
    400,
    /wrong (remote )?file|file_reference/i,
    "unknown_file",
    "td, FileManager.cpp: check_input_file_id",
  ],
  [400, /not found/i, "uncopyable", "api, Client.cpp: message to copy not found"],
  [400, /can't be (copied|forwarded)/i, "uncopyable", "td, MessagesManager.cpp"],
  [400, /no messages to/i, "uncopyable", "td, MessagesManager.cpp: of an album none is left"],
  [400, /too long/i, "uncopyable", "td, MessageContent.cpp: Message caption is too long"],
  [400, /MESSAGE_ID_INVALID/i, "uncopyable", "https://core.telegram.org/api/errors"],
];

/** Whether a refusal, by its description or by `describeError`, has one of these meanings. */
export function isRefusedAs(reason: string, ...meanings: readonly RefusalMeaning[]): boolean {
  return REFUSALS.some(([, says, means]) =>
    says !== null && meanings.some((each) => each === means) && says.test(reason)
  );
}

/** Whether a call that threw this may have had its effect: it reached Telegram, or may have, and was not refused. */
export function mayHaveSucceeded(error: unknown): boolean {
  if (failureOf(error)?.kind !== "unreached") return false;
  return !(error instanceof HttpError && neverConnected(error.error));
}

/** Classifies a thrown error; undefined for a defect. */
export function failureOf(error: unknown): CallFailure | undefined {
  if (error instanceof HttpError || error instanceof OutcomeUnknown) return { kind: "unreached" };
  if (!(error instanceof GrammyError)) return undefined;
  const { error_code: code, parameters } = error;
  const known = REFUSALS.find(([each, says]) => each === code && says === null)?.[2];
  switch (known) {
    case "unauthorized":
    case "forbidden":
    case "conflict":
      return { kind: known };
    case "too_many":
      return { kind: known, retryAfterMs: retryAfterMs(parameters) };
    default:
      if (code >= 500) return { kind: "unreached" };
      return { kind: "refused", migratedTo: migratedTo(parameters) };
  }
}

/** The wait that a 429 asks for, from 1 s to `mostMs`, which has to be below 2^31 ms: a longer timer fires at once. */
export function retryAfterMs(parameters: unknown, mostMs = LONGEST_WAIT_MS): number {
  const asked = askedMs(parameters);
  return asked > FIRST_WAIT_MS ? Math.min(asked, mostMs) : FIRST_WAIT_MS; // NaN is not above it.
}

function askedMs(parameters: unknown): number {
  const { retry_after }: { retry_after?: unknown } = Object(parameters);
  return typeof retry_after === "number" ? retry_after * 1000 : NaN;
}

/** The supergroup that a group became (Bot API: ResponseParameters). */
function migratedTo(parameters: unknown): number | undefined {
  const { migrate_to_chat_id: id }: { migrate_to_chat_id?: unknown } = Object(parameters);
  return typeof id === "number" && Number.isSafeInteger(id) && id < 0 ? id : undefined;
}

/** Longest description that is logged, in characters; Telegram's are shorter. */
const MOST_DESCRIBED = 500;

/** Describes a failed call without the token; `mostMs` is its caller's longest wait after a 429. */
export function describeError(error: unknown, mostMs = LONGEST_WAIT_MS): string {
  if (error instanceof GrammyError) {
    return `${error.error_code}: ${short(error.description)}${describeWait(error, mostMs)}`;
  }
  if (error instanceof HttpError) return `нет связи с Telegram (${causeWord(error.error)})`;
  if (error instanceof OutcomeUnknown) return error.message;
  return short(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

/** Cuts between words, as the log's mask does not recognise half a secret. */
function short(text: string): string {
  if (text.length <= MOST_DESCRIBED) return text;
  return `${text.slice(0, text.lastIndexOf(" ", MOST_DESCRIBED) + 1).trimEnd()}…`;
}

function describeWait({ error_code, parameters }: GrammyError, mostMs: number): string {
  const asked = askedMs(parameters);
  if (error_code !== 429 || !(asked > LONGEST_SHORT_WAIT_MS)) return "";
  const waits = retryAfterMs(parameters, mostMs);
  return ` (Telegram просит ждать ${asked / 1000} с, ждём ${waits / 1000} с)`;
}

function causeWord(cause: unknown): string {
  const deepest = rootCauseOf(cause);
  if (deepest instanceof NoAnswer) return deepest.message;
  if (deepest instanceof SyntaxError) return "ответ не разобрать";
  // Nothing else of the message: it holds the address with the token.
  const message = messageOf(deepest).slice(0, 2_000);
  const words =
    /(?<![a-z ])[a-z ]*\(os error \d+\)|dns error|timed out|connection closed|certificate|reset/i
      .exec(message);
  return words?.[0].trim() ?? (deepest instanceof Error ? deepest.name : "неизвестная причина");
}
