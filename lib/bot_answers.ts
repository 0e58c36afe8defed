// Lets through only what the Bot API would answer: a proxy's JSON is no refusal, and a result of another shape no success.

import { HttpError, type Transformer } from "grammy";
import { NoAnswer } from "./bot_api.ts";

/** Throws an HttpError at what is no answer of the Bot API (https://core.telegram.org/bots/api#making-requests). */
export const onlyAnswers: Transformer = async (call, method, payload, signal) => {
  const answer = await call(method, payload, signal);
  if (isAnswer(method, answer)) return answer;
  throw new HttpError(`Foreign answer to '${method}'`, new NoAnswer("ответ не от Telegram"));
};

function isAnswer(method: string, answer: unknown): boolean {
  if (!isObject(answer)) return false;
  if (answer["ok"] === true) return isResult(method, answer["result"]);
  return answer["ok"] === false && Number.isInteger(answer["error_code"]) &&
    typeof answer["description"] === "string";
}

/** Looks at no more of a result than its callers use. */
function isResult(method: string, result: unknown): boolean {
  switch (method) {
    case "getUpdates":
      return Array.isArray(result);
    case "getMe":
      return isObject(result) && isId(result["id"]) && typeof result["username"] === "string";
    case "copyMessages":
      return Array.isArray(result) && result.every(isMessage);
    case "copyMessage":
    case "sendMessage":
    case "sendPhoto":
      return isMessage(result);
    default:
      return result !== undefined;
  }
}

function isMessage(value: unknown): boolean {
  return isObject(value) && isId(value["message_id"]);
}

function isId(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
