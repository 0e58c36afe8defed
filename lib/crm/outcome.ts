// Classifies how a POST to a CRM ended, and logs it. Sends nothing.

import { isNetworkError, isTimeoutError } from "ky";
import { ForbiddenHostError, UnknownHostError } from "./connection.ts";
import type { CrmOutcome } from "../lead.ts";
import { messageOf, rootCauseOf, UNCONNECTED } from "../log/error_words.ts";
import type { Facts, Log } from "../log/log.ts";

const MAX_REASON_CHARACTERS = 500;

/** Classifies a POST without an answer; `afterMs` of a timeout is left to the caller. */
export function outcomeOfError(error: unknown): CrmOutcome {
  if (error instanceof ForbiddenHostError) {
    return {
      kind: "client",
      reason: "адрес вебхука ведёт на служебный адрес машины, CRM на нём не бывает",
    };
  }
  if (error instanceof UnknownHostError) {
    return { kind: "unreachable", reason: `dns error: ${withoutUrls(deepestMessage(error))}` };
  }
  if (isTimeoutError(error)) return { kind: "timeout", afterMs: 0 };
  if (isNetworkError(error)) {
    const reason = deepestMessage(error);
    const [before, unconnected] = reason.split(`${UNCONNECTED}: `);
    if (unconnected !== undefined) return { kind: "unreachable", reason: withoutUrls(unconnected) };
    return { kind: "interrupted", reason: withoutUrls(before ?? reason) };
  }
  const reason = withoutUrls(deepestMessage(error));
  const isClient = error instanceof Deno.errors.NotCapable || error instanceof TypeError;
  return { kind: isClient ? "client" : "unexpected", reason };
}

function deepestMessage(error: unknown): string {
  return messageOf(rootCauseOf(error));
}

/** A webhook's address is its password. Cutting first is safe: half an address is removed too. */
function withoutUrls(message: string): string {
  const beginning = message.slice(0, MAX_REASON_CHARACTERS);
  return beginning.replace(/(?<![a-z\d+.-])[a-z\d+.-]*:\/\/[^\s)]*/gi, "…");
}

/** Logs the outcome; a lead that was not accepted is an error. */
export function logOutcome(log: Log, outcome: CrmOutcome, lead: Facts): void {
  const facts = { ...lead, outcome: outcome.kind };
  switch (outcome.kind) {
    case "accepted":
      return log.info("✅ Лид успешно отправлен в AmoCRM. Статус: {status}", {
        ...facts,
        status: outcome.status,
        ...outcome.deal && { deal: outcome.deal.id, dealUrl: outcome.deal.url },
      });
    case "answered":
      return logAnswer(log, outcome.status, outcome.body, facts);
    case "interrupted":
      if (outcome.status !== undefined) {
        return logAnswer(log, outcome.status, outcome.reason, facts);
      }
      return logUnconnected(log, outcome.reason, facts);
    case "unreachable":
      return logUnconnected(log, outcome.reason, facts);
    case "timeout":
      return log.error("❌ Таймаут при отправке в AmoCRM (>{seconds}s)", {
        ...facts,
        seconds: outcome.afterMs / 1000,
      });
    case "client":
      return log.error("❌ Ошибка HTTP-клиента при отправке в AmoCRM: {reason}", {
        ...facts,
        reason: outcome.reason,
      });
    case "unsent":
      return log.error("❌ Лид не отправлен в AmoCRM: {reason}", {
        ...facts,
        reason: outcome.reason,
      });
    case "unexpected":
      return log.error("❌ Неожиданная ошибка при отправке в AmoCRM: {reason}", {
        ...facts,
        reason: outcome.reason,
      });
    default:
      return outcome satisfies never;
  }
}

function logAnswer(log: Log, status: number, body: string, facts: Facts): void {
  log.error(
    body === ""
      ? "❌ Ошибка отправки в AmoCRM. Статус: {status}"
      : "❌ Ошибка отправки в AmoCRM. Статус: {status}, Ответ: {body}",
    { ...facts, status, body },
  );
}

function logUnconnected(log: Log, reason: string, facts: Facts): void {
  log.error(
    "❌ CRM-сервер недоступен (ошибка соединения): Cannot connect to host {host}: {reason}",
    { ...facts, reason },
  );
}
