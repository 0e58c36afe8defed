// The simulated CRM: takes leads at a webhook address, behaves as ordered, and remembers what it
// read. Knows nothing of any real CRM's fields.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { type CrmMode, LOGIN_PATH, respond, sendLoginPage } from "./modes.ts";
import { HttpFront, readBody } from "../http_front.ts";
import { DEFAULT_FAILSAFE_MS } from "../waiting.ts";
import { Arrivals } from "./arrivals.ts";

export type { CrmMode } from "./modes.ts";

/** A request to a webhook address, read to its end. */
export interface ReceivedLead {
  /** 1 for the first request of all. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as JSON or as form fields, by its content type; undefined when it is neither. */
  readonly body: unknown;
  readonly rawBody: string;
  readonly idempotencyKey: string | undefined;
  readonly atMs: number;
}

/** One behaviour for all, or a decision for each request. */
export type CrmBehaviour = CrmMode | ((request: ReceivedLead, number: number) => CrmMode);

/** How many there are now, and the most there have been at once. */
export interface Gauge {
  readonly current: number;
  readonly peak: number;
}

export interface CrmServerOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** How many of the last requests are kept at least (at most twice as many); default 50,000. */
  maxReceived?: number;
  /** After how long a wait of a test fails, in real milliseconds; default 60,000. */
  failsafeMs?: number;
}

export interface CrmServer extends AsyncDisposable {
  /** A webhook address, with a secret in its path as real ones have. */
  readonly url: string;
  /** The webhook address of another account on the same server. */
  urlOf(account: string): string;
  /** The last requests, oldest first, each noted when it was read and before it is answered. */
  readonly received: readonly ReceivedLead[];
  /** How many requests were read in all. */
  readonly receivedCount: number;
  /** How often each Idempotency-Key came; more than 1 is a duplicate. */
  readonly byKey: ReadonlyMap<string, number>;
  /** How often a redirected client asked for the page behind the redirect. */
  readonly loginVisits: number;
  readonly connections: Gauge;
  /** Requests that are being read or answered. */
  readonly openRequests: Gauge;
  /** What happens to every request from now on; at first, a plain 200. */
  behave(behaviour: CrmBehaviour): void;
  onReceive(listener: (lead: ReceivedLead) => void): () => void;
  /** Takes the oldest request that no earlier nextLead took, or waits for the next. */
  nextLead(predicate?: (lead: ReceivedLead) => boolean): Promise<ReceivedLead>;
  /** Stops listening and cuts every connection; new ones are refused. */
  down(): Promise<void>;
  /** Listens again on the same port. */
  up(): Promise<void>;
  /** Ends everything; waits that are open fail. */
  close(): Promise<void>;
}

const SECRET = "f3b1c0de5ecre7";
const WEBHOOK_PREFIX = "/webhook/";
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Starts the simulated CRM on 127.0.0.1. */
export async function startCrmServer(options: CrmServerOptions = {}): Promise<CrmServer> {
  const crm = new Crm(options);
  const front = await HttpFront.open((request, response) => {
    void crm.answer(request, response);
  }, options.port);
  const urlOf = (account: string) => `${front.origin}${WEBHOOK_PREFIX}${account}`;

  const close = async () => {
    crm.leads.close();
    await front.down();
  };
  return {
    url: urlOf(SECRET),
    urlOf,
    get received() {
      return crm.leads.items;
    },
    get receivedCount() {
      return crm.leads.count;
    },
    byKey: crm.byKey,
    get loginVisits() {
      return crm.loginVisits;
    },
    get connections() {
      return { current: front.openConnections, peak: front.peakConnections };
    },
    get openRequests() {
      return { current: crm.openRequests, peak: crm.peakRequests };
    },
    behave: (behaviour) => {
      crm.behaviour = behaviour;
    },
    onReceive: (listener) => crm.leads.listen(listener),
    nextLead: (predicate) => crm.leads.next(predicate),
    down: () => front.down(),
    up: () => front.up(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

class Crm {
  behaviour: CrmBehaviour = { kind: "answer" };
  loginVisits = 0;
  openRequests = 0;
  peakRequests = 0;
  readonly byKey = new Map<string, number>();
  readonly leads: Arrivals<ReceivedLead>;
  readonly #now: () => number;

  constructor(options: CrmServerOptions) {
    this.#now = options.now ?? Date.now;
    this.leads = new Arrivals({
      what: "a lead at the CRM",
      describe: ({ number, rawBody }) => `#${number} ${rawBody}`,
      maxKept: options.maxReceived ?? 50_000,
      failsafeMs: options.failsafeMs ?? DEFAULT_FAILSAFE_MS,
    });
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.openRequests += 1;
    this.peakRequests = Math.max(this.peakRequests, this.openRequests);
    response.on("close", () => this.openRequests -= 1);
    const bytes = await readBody(request, MAX_BODY_BYTES).catch(() => null);
    if (!bytes) {
      request.socket.destroy();
      return;
    }
    const path = request.url ?? "";
    if (path === LOGIN_PATH) {
      this.loginVisits += 1;
      return sendLoginPage(response);
    }
    if (!path.startsWith(WEBHOOK_PREFIX)) {
      return await respond({ kind: "answer", status: 404, body: "Not found" }, response);
    }
    const lead = this.#receive(request, path, new TextDecoder().decode(bytes));
    const { behaviour } = this;
    const mode = typeof behaviour === "function" ? behaviour(lead, lead.number) : behaviour;
    this.leads.announce(lead);
    await respond(mode, response);
  }

  #receive(request: IncomingMessage, path: string, rawBody: string): ReceivedLead {
    const key = request.headers["idempotency-key"];
    const idempotencyKey = Array.isArray(key) ? key[0] : key;
    const lead: ReceivedLead = {
      number: this.leads.count + 1,
      method: request.method ?? "",
      path,
      headers: request.headers,
      body: parseBody(request.headers["content-type"] ?? "", rawBody),
      rawBody,
      idempotencyKey,
      atMs: this.#now(),
    };
    this.leads.keep(lead);
    if (idempotencyKey !== undefined) {
      this.byKey.set(idempotencyKey, (this.byKey.get(idempotencyKey) ?? 0) + 1);
    }
    return lead;
  }
}

function parseBody(contentType: string, rawBody: string): unknown {
  if (contentType.includes("application/x-www-form-urlencoded")) {
    return Object.fromEntries(new URLSearchParams(rawBody));
  }
  if (!contentType.includes("json")) return undefined;
  try {
    return JSON.parse(rawBody);
  } catch {
    return undefined;
  }
}
