// Reads the requests to a simulated CRM, remembers them, and does each or fails as ordered. Knows no CRM.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { HttpFront, readBody } from "../http_front.ts";
import { DEFAULT_FAILSAFE_MS } from "../waiting.ts";
import { Arrivals } from "./arrivals.ts";
import { type CrmAnswer, type CrmOrder, obey } from "./orders.ts";

/** A request, read to its end. */
export interface CrmRequest {
  /** 1 for the first request of all. */
  readonly number: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Undefined when it is no JSON, or not called so. */
  readonly body: unknown;
  readonly rawBody: string;
  /** Monotonic milliseconds, when it was read. */
  readonly atMs: number;
}

/** One order for all, or a decision for each request; undefined for what a good CRM does. */
export type CrmBehaviourOf<R> = CrmOrder | ((request: R) => CrmOrder | undefined);

export interface OrderedServerOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Monotonic milliseconds. */
  monotonicNow?: () => number;
  /** How many of the last requests are kept at least (at most twice as many); default 50,000. */
  maxRequests?: number;
  /** After how long a wait of a test fails, in real milliseconds; default 60,000. */
  failsafeMs?: number;
}

/** The CRM behind the server. */
export interface OrderedCrm<R extends CrmRequest> {
  /** As in "a request to amoCRM". */
  name: string;
  /** What the CRM notes of a request; called once for each, in the order they came. */
  note: (request: CrmRequest) => R;
  /** Does a request and returns its answer. */
  decide: (request: R) => CrmAnswer;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Serves one CRM on 127.0.0.1. */
export class OrderedServer<R extends CrmRequest> {
  behaviour: CrmBehaviourOf<R> | null = null;
  readonly requests: Arrivals<R>;
  readonly #crm: OrderedCrm<R>;
  readonly #monotonicNow: () => number;
  #front: HttpFront | null = null;

  private constructor(crm: OrderedCrm<R>, options: OrderedServerOptions) {
    this.#crm = crm;
    this.#monotonicNow = options.monotonicNow ?? (() => performance.now());
    this.requests = new Arrivals({
      what: `a request to ${crm.name}`,
      describe: ({ number, method, path }) => `#${number} ${method} ${path}`,
      maxKept: options.maxRequests ?? 50_000,
      failsafeMs: options.failsafeMs ?? DEFAULT_FAILSAFE_MS,
    });
  }

  static async open<R extends CrmRequest>(
    crm: OrderedCrm<R>,
    options: OrderedServerOptions,
  ): Promise<OrderedServer<R>> {
    const server = new OrderedServer(crm, options);
    server.#front = await HttpFront.open((request, response) => {
      void server.#answer(request, response);
    }, options.port);
    return server;
  }

  get origin(): string {
    return this.#front?.origin ?? "";
  }

  /** Stops listening and cuts every connection; new ones are refused. */
  async down(): Promise<void> {
    await this.#front?.down();
  }

  /** Listens again on the same port. */
  async up(): Promise<void> {
    await this.#front?.up();
  }

  /** Ends everything; waits for requests that are open fail. */
  async close(): Promise<void> {
    this.requests.close();
    await this.down();
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = URL.parse(`http://localhost${message.url ?? "/"}`);
    const bytes = await readBody(message, MAX_BODY_BYTES).catch(() => null);
    if (!address || !bytes) {
      message.socket.destroy();
      return;
    }
    const { method = "", headers } = message;
    const rawBody = new TextDecoder().decode(bytes);
    const request = this.#crm.note({
      number: this.requests.count + 1,
      method,
      path: address.pathname,
      query: address.searchParams,
      headers,
      body: headers["content-type"]?.includes("json") ? parsed(rawBody) : undefined,
      rawBody,
      atMs: this.#monotonicNow(),
    });
    this.requests.keep(request);
    const { behaviour } = this;
    const order = typeof behaviour === "function" ? behaviour(request) : behaviour ?? undefined;
    this.requests.announce(request);
    await obey(order, () => this.#crm.decide(request), response);
  }
}

function parsed(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    return undefined;
  }
}
