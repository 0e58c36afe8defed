// One POST to a CRM. Retries nothing; knows no Telegram and no SQL.

import ky from "ky";
import { excerpt, readAnswer } from "./answer.ts";
import { type Connections, fetchChecked, type Lookup, resolveHost } from "./connection.ts";
import type { PreparedPost } from "./destination.ts";
import { logOutcome, outcomeOfError } from "./outcome.ts";
import type { CrmOutcome } from "../lead.ts";
import type { Facts, Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { withoutPhone } from "../phone.ts";
import { addressFault, hostOf } from "../profiles/webhook_address.ts";
import { USER_AGENT } from "../version.ts";

/** One POST, with a body of JSON. */
export interface CrmRequest extends PreparedPost {
  /** Covers connecting, headers and body. */
  readonly timeoutMs: number;
  /** The same for every attempt of a lead, so that a CRM can recognise repetitions. */
  readonly idempotencyKey: string;
  /** Fields of its log lines. */
  readonly facts: Facts;
  /** A phone in its body, which its answer may quote and no log or record may. */
  readonly phone?: string | null;
}

/** Posts leads. */
export interface Crm {
  /** Sends and logs one POST; `signal` interrupts it. Never throws. */
  sendLead(request: CrmRequest, signal: AbortSignal): Promise<CrmOutcome>;
  close(): void;
}

/** Posts what belongs to a lead that the CRM has, such as a note. */
export interface CrmCalls {
  /** Sends one POST and logs no outcome; `signal` interrupts it. Never throws. */
  send(request: CrmRequest, signal: AbortSignal): Promise<CrmOutcome>;
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

/** What is logged before a POST leaves. */
interface Announcement {
  readonly announced: string | undefined;
  readonly facts: Facts;
}

/** Creates the client for all POSTs, each on a connection of its own. */
export function createCrm(
  { log, mask, lookup = resolveHost, ...connections }: {
    readonly log: Log;
    readonly mask: Mask;
    readonly lookup?: Lookup;
  } & Omit<Connections, "lookup" | "client">,
): Crm & CrmCalls & CrmTrial {
  // Deno repeats a POST when a reused connection breaks, so none is reused.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, allowHost: true });
  const post = ky.create({
    method: "post",
    retry: 0,
    redirect: "manual", // A login page behind a redirect would answer 200.
    throwHttpErrors: false, // Otherwise ky reads up to 10 MiB of the answer.
    headers: { "user-agent": USER_AGENT },
    fetch: (input, init) => fetchChecked(input, init, { ...connections, lookup, client }),
    hooks: {
      beforeRequest: [
        ({ options }) => {
          const { announced, facts } = options.context as unknown as Announcement;
          if (announced !== undefined) log.info(`${announced}: {address}`, facts);
        },
      ],
      beforeError: [({ error }) => new PostError(outcomeOfError(error))],
    },
  });

  /** An accepting answer is read where its verdict or `wanted` calls for it; any other always is. */
  async function attempt(
    request: CrmRequest,
    signal: AbortSignal,
    { wanted, announced }: { readonly wanted: "verdict" | "answer"; readonly announced?: string },
  ): Promise<Answered> {
    const {
      url,
      method = "POST",
      isUrlPublic,
      timeoutMs,
      idempotencyKey,
      headers,
      body,
      judge,
      facts,
    } = request;
    const fault = addressFault(url);
    if (fault !== null) return withoutAnswer({ kind: "client", reason: `адрес вебхука: ${fault}` });
    // Ky's timeout ends with the headers. A timer is cheaper than an abort signal, and few bodies are read.
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, timeoutMs);
    try {
      const response = await post(url, {
        method,
        body,
        timeout: timeoutMs,
        signal,
        headers: headersOf(headers, idempotencyKey),
        context: {
          announced,
          facts: { ...facts, address: `${URL.parse(url)?.protocol}//${hostOf(url)}/…` },
        },
      });
      const head = {
        status: response.status,
        location: response.headers.get("location"),
        retryAfter: response.headers.get("retry-after"),
      };
      if (wanted === "verdict" && !judge.wantsBody(head.status)) {
        // A body that never ends must not hold the connection.
        response.body?.cancel().catch(() => {});
        return withoutAnswer(judge.outcomeOf({ ...head, text: "", isWhole: false }));
      }
      const read = await readAnswer(response, late.promise);
      const outcome = judge.outcomeOf({ ...head, ...read });
      if (!isUrlPublic) mask.hideWebhook(url);
      const shown = (text: string) =>
        excerpt({ ...read, text: withoutPhone(text, request.phone ?? null) }, mask);
      return { outcome: withWords(outcome, shown), answer: shown(read.text) };
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
      const announced = "📤 Отправка лида в AmoCRM";
      const { outcome } = await attempt(request, signal, { wanted: "verdict", announced });
      logOutcome(log, outcome, { ...request.facts, host: hostOf(request.url) });
      return outcome;
    },
    send: async (request, signal) =>
      (await attempt(request, signal, { wanted: "verdict" })).outcome,
    async trySending(request, signal) {
      const trial = { ...request, facts: { ...request.facts, trial: true } };
      const announced = "🧪 Проверка вебхука";
      const answered = await attempt(trial, signal, { wanted: "answer", announced });
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

/** A profile may spell a name in another case: set replaces, where a record's two spellings would be joined. */
function headersOf(own: PreparedPost["headers"], idempotencyKey: string): Headers {
  const headers = new Headers({ "content-type": "application/json" });
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  headers.set("idempotency-key", idempotencyKey);
  return headers;
}

/** The outcome with the words of the CRM as `shown` gives them. */
function withWords(outcome: CrmOutcome, shown: (text: string) => string): CrmOutcome {
  if ("body" in outcome) return { ...outcome, body: shown(outcome.body) };
  return "reason" in outcome ? { ...outcome, reason: shown(outcome.reason) } : outcome;
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
