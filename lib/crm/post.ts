// One POST to a CRM. Retries nothing; knows no Telegram and no SQL.

import ky from "ky";
import { readExcerpt } from "./answer.ts";
import { type Connections, fetchChecked, type Lookup, resolveHost } from "./connection.ts";
import { isAccepted, logOutcome, outcomeOfError } from "./outcome.ts";
import type { CrmOutcome } from "../lead.ts";
import type { Facts, Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { addressFault, hostOf } from "../profiles/webhook_address.ts";

/** One POST. */
export interface CrmRequest {
  readonly url: string;
  /** Covers connecting, headers and body. */
  readonly timeoutMs: number;
  /** The same for every attempt of a lead, so that a CRM can recognise repetitions. */
  readonly idempotencyKey: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Fields of its log lines. */
  readonly facts: Facts;
}

/** Posts leads. */
export interface Crm {
  /** Sends and logs one POST; `signal` interrupts it. Never throws. */
  sendLead(request: CrmRequest, signal: AbortSignal): Promise<CrmOutcome>;
  close(): void;
}

/** The outcome of a test POST, with the beginning of the answer. */
export interface Answered {
  readonly outcome: CrmOutcome;
  readonly answer: string;
}

/** Posts a test lead. */
export interface CrmTrial {
  /** Sends as `sendLead` does, and also returns an accepting CRM's answer. */
  trySending(request: CrmRequest, signal: AbortSignal): Promise<Answered>;
}

/** Creates the client for all POSTs, each on a connection of its own. */
export function createCrm(
  { log, mask, lookup = resolveHost, ...connections }: {
    readonly log: Log;
    readonly mask: Mask;
    readonly lookup?: Lookup;
  } & Omit<Connections, "lookup" | "client">,
): Crm & CrmTrial {
  // Deno repeats a POST when a reused connection breaks, so none is reused.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, allowHost: true });
  const post = ky.create({
    method: "post",
    retry: 0,
    redirect: "manual", // A login page behind a redirect would answer 200.
    throwHttpErrors: false, // Otherwise ky reads up to 10 MiB of the answer.
    headers: { "user-agent": "Triborg" },
    fetch: (input, init) => fetchChecked(input, init, { ...connections, lookup, client }),
    hooks: {
      beforeRequest: [
        ({ options }) => {
          const facts = options.context as Facts;
          const isTrial = facts["trial"] === true;
          const what = isTrial ? "🧪 Проверка вебхука" : "📤 Отправка лида в AmoCRM";
          log.info(`${what}: {address}`, facts);
        },
      ],
      beforeError: [({ error }) => new PostError(outcomeOfError(error))],
    },
  });

  /** `wanted` is what is read of an accepting answer; of others everything is. */
  async function attempt(
    request: CrmRequest,
    signal: AbortSignal,
    wanted: "status" | "answer",
  ): Promise<Answered> {
    const { url, timeoutMs, idempotencyKey, payload, facts } = request;
    const fault = addressFault(url);
    if (fault !== null) return withoutAnswer({ kind: "client", reason: `адрес вебхука: ${fault}` });
    // Ky's timeout ends with the headers. A timer is cheaper than an abort signal, and few bodies are read.
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
      if (isAccepted(status) && wanted === "status") {
        // A body that never ends must not hold the connection.
        response.body?.cancel().catch(() => {});
        return withoutAnswer({ kind: "accepted", status });
      }
      const answer = await readExcerpt(response, { url, mask, late: late.promise });
      if (isAccepted(status)) return { outcome: { kind: "accepted", status }, answer };
      return { outcome: { kind: "answered", status, body: answer }, answer };
    } catch (error) {
      if (signal.aborted) {
        return withoutAnswer({ kind: "interrupted", reason: "бот остановлен во время отправки" });
      }
      const outcome = error instanceof PostError ? error.outcome : outcomeOfError(error);
      return withoutAnswer(
        outcome.kind === "timeout" ? { ...outcome, afterMs: timeoutMs } : outcome,
      );
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

function withoutAnswer(outcome: CrmOutcome): Answered {
  return { outcome, answer: "" };
}

/** Replaces ky's errors, whose messages hold the whole address. */
class PostError extends Error {
  constructor(readonly outcome: CrmOutcome) {
    super(outcome.kind);
  }
}
