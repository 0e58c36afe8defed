// One POST to a CRM. Retries nothing; knows no Telegram and no SQL.

import ky from "ky";
import { readExcerpt } from "./answer.ts";
import { type Connections, fetchChecked, type Lookup, resolveHost } from "./connection.ts";
import { isAccepted, logOutcome, outcomeOfError } from "./outcome.ts";
import type { CrmOutcome } from "../lead.ts";
import type { Facts, Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { addressFault, hostOf } from "../profiles/webhook_address.ts";

/** What is posted, where to, and for how long. */
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

/** Posts leads. */
export interface Crm {
  /** Sends one POST and logs it. Never throws: whatever happens is an outcome. An aborted `signal` interrupts it. */
  sendLead(request: CrmRequest, signal: AbortSignal): Promise<CrmOutcome>;
  close(): void;
}

/** A POST's outcome, with the beginning of the answer. */
export interface Answered {
  readonly outcome: CrmOutcome;
  readonly answer: string;
}

/** Posts a test lead. */
export interface CrmTrial {
  /** Sends a test lead as `sendLead` would, and returns the answer of an accepting CRM, too. */
  trySending(request: CrmRequest, signal: AbortSignal): Promise<Answered>;
}

/** Creates the HTTP client that every POST shares; no two share a connection. */
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
      beforeError: [({ error }) => new PostError(outcomeOfError(error))],
    },
  });

  /** @param wanted What is read of an accepting answer; of any other both are. */
  async function attempt(
    request: CrmRequest,
    signal: AbortSignal,
    wanted: "status" | "answer",
  ): Promise<Answered> {
    const { url, timeoutMs, idempotencyKey, payload, facts } = request;
    const fault = addressFault(url);
    if (fault !== null) return withoutAnswer({ kind: "client", reason: `адрес вебхука: ${fault}` });
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
      if (isAccepted(status) && wanted === "status") {
        // The status is the answer; a body that never ends must not hold the connection.
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

/** Carries the outcome out of ky, whose own messages hold the whole address. */
class PostError extends Error {
  constructor(readonly outcome: CrmOutcome) {
    super(outcome.kind);
  }
}
