// Rejects answers that are not the Bot API's, such as a proxy's JSON or a result of another shape.

import { HttpError, type Transformer } from "grammy";
import { NoAnswer } from "./http.ts";
import { isId, isRecord, isWhole } from "../foreign.ts";

/** Throws an HttpError for anything but an answer of the Bot API (https://core.telegram.org/bots/api#making-requests). */
export const onlyAnswers: Transformer = async (call, method, payload, signal) => {
  const answer = await call(method, payload, signal);
  if (isAnswer(method, answer)) return answer;
  throw new HttpError(`Foreign answer to '${method}'`, new NoAnswer("ответ не от Telegram"));
};

function isAnswer(method: string, answer: unknown): boolean {
  if (!isRecord(answer)) return false;
  if (answer["ok"] === true) return isResult(method, answer["result"]);
  return answer["ok"] === false && Number.isInteger(answer["error_code"]) &&
    typeof answer["description"] === "string";
}

/** Checks what callers use of a result. */
function isResult(method: string, result: unknown): boolean {
  switch (method) {
    case "getUpdates":
      return Array.isArray(result);
    case "getMe":
      return isRecord(result) && isId(result["id"]) && typeof result["username"] === "string";
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
  return isRecord(value) && isWhole(value["message_id"], 0); // 0 for one that is sent later (Bot API: Message).
}
