// One POST to a CRM, its outcome in one word, and its log lines. Retries nothing; knows no Telegram and no SQL.

import ky, { isNetworkError, isTimeoutError } from "ky";
import {
  type Connections,
  fetchChecked,
  ForbiddenHostError,
  type Lookup,
  resolveHost,
  UnknownHostError,
} from "./connection.ts";
import type { CrmOutcome } from "../lead.ts";
import type { Facts, Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { addressFault, hostOf } from "../profiles/webhook_address.ts";

/** At most this much of an answer is read, in bytes (user requirement). */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** At most this much of an answer is kept and logged, in characters (user requirement). */
export const MAX_ANSWER_CHARACTERS = 500;

/** At most this much of the words for a broken connection is kept and logged, in characters. */
const MAX_REASON_CHARACTERS = 500;

export interface CrmRequest {
  readonly url: string;
  /** The deadline in ms; covers connecting, headers and body. */
  readonly timeoutMs: number;
  /** The same for every attempt of a lead, so that a CRM can tell a repetition. */
  readonly idempotencyKey: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What the log lines say beside the outcome: whose lead it is. */
  readonly facts: Facts;
}

export interface Crm {
  /** Sends one POST and logs it. Never throws: whatever happens is an outcome. An aborted `signal` interrupts it. */
  sendLead(request: CrmRequest, signal: AbortSignal): Promise<CrmOutcome>;
  close(): void;
}

/** What a POST came to, with the beginning of what was answered. */
export interface Answered {
  readonly outcome: CrmOutcome;
  readonly answer: string;
}

export interface CrmTrial {
  /** Sends a test lead as `sendLead` would send a lead, and also tells what a CRM said that took it. */
  trySending(request: CrmRequest, signal: AbortSignal): Promise<Answered>;
}

export function createCrm(
  { log, mask, lookup = resolveHost, ...connections }: {
    readonly log: Log;
    readonly mask: Mask;
    /** What a CRM's name resolves to. */
    readonly lookup?: Lookup;
  } & Omit<Connections, "lookup" | "client">,
): Crm & CrmTrial {
  // Deno sends a POST again when a reused connection dies under it; without a pool none is reused.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, allowHost: true });
  const post = ky.create({
    method: "post",
    retry: 0,
    redirect: "manual", // Behind a redirect a login page would count as 200.
    throwHttpErrors: false, // Ky would read up to 10 MiB of the answer first.
    headers: { "user-agent": "Triborg" },
    fetch: (input, init) => fetchChecked(input, init, { ...connections, lookup, client }),
    hooks: {
      beforeRequest: [
        ({ options }) => {
          const facts = options.context as Facts;
          const what = facts["trial"] === true
            ? "🧪 Проверка вебхука"
            : "📤 Отправка лида в AmoCRM";
          log.info(`${what}: {address}`, facts);
        },
      ],
      beforeError: [({ error }) => new PostError(toOutcome(error))],
    },
  });

  /** @param wanted What is wanted of an accepting answer; of any other both are. */
  async function attempt(
    request: CrmRequest,
    signal: AbortSignal,
    wanted: "status" | "answer",
  ): Promise<Answered> {
    const { url, timeoutMs, idempotencyKey, payload, facts } = request;
    const fault = addressFault(url);
    if (fault !== null) return silent({ kind: "client", reason: `адрес вебхука: ${fault}` });
    // Ky's timeout ends with the headers. An abort signal for the body would be made for every POST, most of
    // which have none that is read.
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, timeoutMs);
    try {
      const response = await post(url, {
        json: payload,
        timeout: timeoutMs,
        signal,
        headers: { "idempotency-key": idempotencyKey },
        context: { ...facts, address: `${URL.parse(url)?.protocol}//${hostOf(url)}/…` },
      });
      const { status } = response;
      const accepted = status === 200 || status === 201 || status === 202;
      if (accepted && wanted === "status") {
        // The status is the answer; a body that never ends must not hold the connection.
        response.body?.cancel().catch(() => {});
        return silent({ kind: "accepted", status });
      }
      const answer = excerpt(await readAnswer(response, late.promise), url, mask);
      if (accepted) return { outcome: { kind: "accepted", status }, answer };
      return { outcome: { kind: "answered", status, body: answer }, answer };
    } catch (error) {
      if (signal.aborted) {
        return silent({ kind: "interrupted", reason: "бот остановлен во время отправки" });
      }
      const outcome = error instanceof PostError ? error.outcome : toOutcome(error);
      return silent(outcome.kind === "timeout" ? { ...outcome, afterMs: timeoutMs } : outcome);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async sendLead(request, signal) {
      const { outcome } = await attempt(request, signal, "status");
      logOutcome(log, outcome, { ...request.facts, host: hostOf(request.url) });
      return outcome;
    },
    async trySending(request, signal) {
      const trial = { ...request, facts: { ...request.facts, trial: true } };
      const answered = await attempt(trial, signal, "answer");
      log.info("🧪 Проверка вебхука закончилась: {outcome}", {
        ...trial.facts,
        host: hostOf(request.url),
        outcome: answered.outcome.kind,
      });
      return answered;
    },
    close: () => client.close(),
  };
}

function silent(outcome: CrmOutcome): Answered {
  return { outcome, answer: "" };
}

/** Carries the outcome out of ky, whose own messages hold the whole address. */
class PostError extends Error {
  constructor(readonly outcome: CrmOutcome) {
    super(outcome.kind);
  }
}

function toOutcome(error: unknown): CrmOutcome {
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
    // Only this marker proves that nothing arrived: the connection never stood.
    const [before, unconnected] = reason.split("client error (Connect): ");
    if (unconnected !== undefined) return { kind: "unreachable", reason: withoutUrls(unconnected) };
    return { kind: "interrupted", reason: withoutUrls(before ?? reason) };
  }
  const reason = withoutUrls(deepestMessage(error));
  if (error instanceof Deno.errors.NotCapable) return { kind: "client", reason };
  if (error instanceof TypeError) return { kind: "client", reason };
  return { kind: "unexpected", reason };
}

function deepestMessage(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause;
  return deepest instanceof Error ? deepest.message : String(deepest);
}

/** A webhook's address is its password. */
function withoutUrls(message: string): string {
  // An address that is cut through is still taken out from its beginning on.
  const beginning = message.slice(0, MAX_REASON_CHARACTERS);
  return beginning.replace(/(?<![a-z\d+.-])[a-z\d+.-]*:\/\/[^\s)]*/gi, "…");
}

/** Reads until the end, the limit or `late`: the status is known, and what came of the body is kept. */
async function readAnswer({ body }: Response, late: Promise<void>): Promise<AnswerText> {
  if (body === null) return { text: "", isWhole: true };
  const reader = body.getReader();
  const cancel = () => reader.cancel().catch(() => {}); // Ends a read that is under way.
  let isLate = false;
  late.then(() => {
    isLate = true;
    cancel();
  });
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    while (bytes < MAX_ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) return { text, isWhole: !isLate };
      text += decoder.decode(value.subarray(0, MAX_ANSWER_BYTES - bytes), { stream: true });
      bytes += value.length;
    }
    cancel();
  } catch {
    // The connection was cut off.
  }
  return { text, isWhole: false };
}

/** An answer's text as far as it came. */
interface AnswerText {
  readonly text: string;
  /** Whether the answer ends here; a part may end within a secret. */
  readonly isWhole: boolean;
}

/** Cut before anything else: a peer decides how long its answer is. */
function excerpt({ text, isWhole }: AnswerText, url: string, mask: Mask): string {
  mask.hideWebhook(url);
  const visible = mask.beginning(text, EXCERPT_FROM_CHARACTERS, !isWhole)
    .replace(/[\p{Cc}\s]+/gu, " ").trim();
  return visible.slice(0, MAX_ANSWER_CHARACTERS).toWellFormed();
}

/** More than what is kept, as a page's blanks and secrets become shorter. */
const EXCERPT_FROM_CHARACTERS = 8 * MAX_ANSWER_CHARACTERS;

function logOutcome(log: Log, outcome: CrmOutcome, facts: Facts): void {
  switch (outcome.kind) {
    case "accepted":
      return log.info("✅ Лид успешно отправлен в AmoCRM. Статус: {status}", {
        ...facts,
        outcome: outcome.kind,
        status: outcome.status,
      });
    case "answered":
      return log.error(
        outcome.body === ""
          ? "❌ Ошибка отправки в AmoCRM. Статус: {status}"
          : "❌ Ошибка отправки в AmoCRM. Статус: {status}, Ответ: {body}",
        { ...facts, outcome: outcome.kind, status: outcome.status, body: outcome.body },
      );
    case "unreachable":
    case "interrupted":
      return log.error(
        "❌ CRM-сервер недоступен (ошибка соединения): Cannot connect to host {host}: {reason}",
        { ...facts, outcome: outcome.kind, reason: outcome.reason },
      );
    case "timeout":
      return log.error("❌ Таймаут при отправке в AmoCRM (>{seconds}s)", {
        ...facts,
        outcome: outcome.kind,
        seconds: outcome.afterMs / 1000,
      });
    case "client":
      return log.error("❌ Ошибка HTTP-клиента при отправке в AmoCRM: {reason}", {
        ...facts,
        outcome: outcome.kind,
        reason: outcome.reason,
      });
    case "unexpected":
      return log.error("❌ Неожиданная ошибка при отправке в AmoCRM: {reason}", {
        ...facts,
        outcome: outcome.kind,
        reason: outcome.reason,
      });
    default:
      return outcome satisfies never;
  }
}
