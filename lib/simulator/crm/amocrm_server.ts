// Reads the requests to a simulated amoCRM, remembers them, limits their rate, and answers or fails as ordered.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http_front.ts";
import { answerCall } from "./amocrm_api.ts";
import { AmoData } from "./amocrm_data.ts";
import {
  type AmoAnswer,
  forbidden,
  problem,
  tooManyRequests,
  unauthorized,
  unpaid,
} from "./amocrm_faults.ts";
import { amoToken } from "./amocrm_token.ts";
import { Arrivals } from "./arrivals.ts";
import { type CrmMode, respond } from "./modes.ts";
import { SlidingSecond } from "./sliding_second.ts";

/** A request, read to its end. */
export interface AmoRequest {
  /** 1 for the first request of all. */
  readonly number: number;
  readonly method: string;
  /** The host it is for, as `monster.amocrm.ru`. */
  readonly account: string;
  /** Below `api/v4/`, without the query, as `leads/complex`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Undefined when it is no JSON. */
  readonly body: unknown;
  readonly rawBody: string;
  /** Monotonic milliseconds, when its headers came. */
  readonly atMs: number;
}

/**
 * A mode alone is all that happens; with `after` the request is done first, and a request that is
 * refused gets its refusal. A slow mode without `then` goes on as if nothing had been ordered.
 */
export type AmoOrder = CrmMode | { readonly after: CrmMode };

/** One order for all, or a decision for each request; undefined for what a good amoCRM does. */
export type AmoBehaviour = AmoOrder | ((request: AmoRequest) => AmoOrder | undefined);

/** A state of the account in which nothing is taken. */
export type AmoRefusal = "unauthorized" | "unpaid" | "forbidden" | "rate";

export interface AmoServerOptions {
  accounts?: readonly string[];
  token?: string;
  retryAfterS?: number;
  now?: () => number;
  monotonicNow?: () => number;
  maxRequests?: number;
  failsafeMs: number;
}

/** "Not more than 7 requests per second" (amoCRM's limits). */
const MOST_PER_SECOND = 7;
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const TOKEN_END_S = 4_102_444_800;
const API = "/api/v4/";

export class AmoServer {
  token: string;
  behaviour: AmoBehaviour | null = null;
  refusal: AmoRefusal | null = null;
  readonly accounts: readonly string[];
  readonly data: AmoData;
  readonly requests: Arrivals<AmoRequest>;
  readonly #paces: ReadonlyMap<string, SlidingSecond>;
  readonly #retryAfterS: number | undefined;
  readonly #now: () => number;
  readonly #monotonicNow: () => number;

  constructor(options: AmoServerOptions) {
    this.accounts = options.accounts ?? ["monster.amocrm.ru"];
    this.token = options.token ?? amoToken({ expiresAtS: TOKEN_END_S });
    this.data = new AmoData(options.failsafeMs);
    this.requests = new Arrivals({
      what: "a request to amoCRM",
      describe: ({ number, method, path }) => `#${number} ${method} ${path}`,
      maxKept: options.maxRequests ?? 50_000,
      failsafeMs: options.failsafeMs,
    });
    this.#paces = new Map(this.accounts.map((each) => [each, new SlidingSecond()]));
    this.#retryAfterS = options.retryAfterS;
    this.#now = options.now ?? Date.now;
    this.#monotonicNow = options.monotonicNow ?? (() => performance.now());
  }

  peakPerSecond(account: string): number {
    return this.#paces.get(account)?.peak ?? 0;
  }

  async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = this.#monotonicNow();
    const address = URL.parse(`http://localhost${message.url ?? "/"}`);
    if (!address) {
      message.socket.destroy();
      return;
    }
    const [, account = ""] = address.pathname.split("/");
    const pace = this.#paces.get(account);
    const isTooMany = (pace?.count(atMs) ?? 0) > MOST_PER_SECOND;
    const bytes = await readBody(message, MAX_BODY_BYTES).catch(() => null);
    if (!bytes) {
      message.socket.destroy();
      return;
    }
    const request = readRequest(message, address, bytes, { number: this.requests.count + 1, atMs });
    this.requests.keep(request);
    const { behaviour } = this;
    const order = typeof behaviour === "function" ? behaviour(request) : behaviour ?? undefined;
    this.requests.announce(request);
    await this.#obey(order, () => this.#decide(request, isTooMany), response);
  }

  close(): void {
    this.requests.close();
    this.data.deals.close();
    this.data.notes.close();
  }

  async #obey(
    order: AmoOrder | undefined,
    decide: () => AmoAnswer,
    response: ServerResponse,
  ): Promise<void> {
    if (!order) return await respond(decide(), response);
    if ("after" in order) {
      const answer = decide();
      const isDone = (answer.status ?? 200) < 300;
      return await respond(isDone ? goingOn(order.after, answer) : answer, response);
    }
    if (order.kind === "slow" && !order.then) {
      await order.until;
      return await respond(decide(), response);
    }
    await respond(order, response);
  }

  #decide(request: AmoRequest, isTooMany: boolean): AmoAnswer {
    const accountIndex = this.accounts.indexOf(request.account);
    if (accountIndex < 0) return problem(404, "Account not found");
    if (isTooMany) return tooManyRequests(this.#retryAfterS);
    if (this.refusal) return this.#refuse(this.refusal);
    const { authorization } = request.headers;
    const accountId = 31_000_001 + accountIndex;
    const call = { ...request, accountId, authorization };
    return answerCall(call, this.token, this.data, this.#now());
  }

  #refuse(refusal: AmoRefusal): AmoAnswer {
    switch (refusal) {
      case "unauthorized":
        return unauthorized();
      case "unpaid":
        return unpaid();
      case "forbidden":
        return forbidden();
      case "rate":
        return tooManyRequests(this.#retryAfterS);
    }
  }
}

function goingOn(mode: CrmMode, answer: AmoAnswer): CrmMode {
  return mode.kind === "slow" && !mode.then ? { ...mode, then: answer } : mode;
}

function readRequest(
  { method = "", headers }: IncomingMessage,
  { pathname, searchParams }: URL,
  bytes: Uint8Array,
  { number, atMs }: { number: number; atMs: number },
): AmoRequest {
  const [, account = ""] = pathname.split("/");
  const below = pathname.slice(account.length + 1);
  const rawBody = new TextDecoder().decode(bytes);
  return {
    number,
    method,
    account,
    // What is not below the API keeps its slash, and so is no call.
    path: below.startsWith(API) ? below.slice(API.length) : below,
    query: searchParams,
    headers,
    body: headers["content-type"]?.includes("json") ? parsed(rawBody) : undefined,
    rawBody,
    atMs,
  };
}

function parsed(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    return undefined;
  }
}
