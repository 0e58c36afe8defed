// The simulated Bitrix24: leads through an inbound webhook, refusals with `error`, and its rate.

import { isRecord } from "../../foreign.ts";
import { DEFAULT_FAILSAFE_MS } from "../waiting.ts";
import { Arrivals } from "./arrivals.ts";
import { type BitrixFields, readFields } from "./bitrix24_lead.ts";
import { LeakyBucket } from "./leaky_bucket.ts";
import {
  type CrmBehaviourOf,
  type CrmRequest,
  OrderedServer,
  type OrderedServerOptions,
} from "./ordered_server.ts";
import type { CrmAnswer } from "./orders.ts";

export type { BitrixFields, BitrixMultiple } from "./bitrix24_lead.ts";
export type { CrmOrder } from "./orders.ts";

/** A lead that was added. */
export interface BitrixLead extends BitrixFields {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** A state of the portal in which nothing is added. */
export type BitrixRefusal =
  /** 401: the webhook was removed. */
  | "credentials"
  /** 401: the webhook has no right to the CRM. */
  | "scope"
  /** 503: more than two requests a second. */
  | "query_limit"
  /** 429: the method worked too long in the last ten minutes. */
  | "operation_limit"
  /** 200 with `error` in the body. */
  | "error_in_200";

/** The monotonic time is also what the rate goes by. */
export interface Bitrix24Options extends OrderedServerOptions {
  /** The webhook's key; one of 16 letters and digits unless given. */
  key?: string;
  /** The portal's own fields, as UF_CRM_1; none unless given. */
  customFields?: readonly string[];
  /** How many requests may come at once before two a second; default 50. */
  burst?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Bitrix24 extends AsyncDisposable {
  /** The webhook's address, which methods stand behind: `…/rest/<user>/<key>/`. */
  readonly url: string;
  /** Every lead that was added, oldest first. */
  readonly leads: readonly BitrixLead[];
  /** The last requests, oldest first, each noted when it was read and before it is answered. */
  readonly requests: readonly CrmRequest[];
  readonly requestCount: number;
  /** What happens to every request from now on; null for what a good Bitrix24 does. */
  behave(behaviour: CrmBehaviourOf<CrmRequest> | null): void;
  /** Refuses every request from now on; null ends it. */
  refuse(refusal: BitrixRefusal | null): void;
  /** Takes the oldest lead that no earlier nextLead took, or waits for the next. */
  nextLead(predicate?: (lead: BitrixLead) => boolean): Promise<BitrixLead>;
  /** Takes the oldest request that no earlier nextRequest took, or waits for the next. */
  nextRequest(predicate?: (request: CrmRequest) => boolean): Promise<CrmRequest>;
  /** Stops listening and cuts every connection; new ones are refused. */
  down(): Promise<void>;
  /** Listens again on the same port. */
  up(): Promise<void>;
  /** Ends everything; waits that are open fail. */
  close(): Promise<void>;
}

const USER_ID = 1;
const DEFAULT_BURST = 50;
const PER_SECOND = 2;
const FIRST_LEAD_ID = 101;

/** Starts the simulated Bitrix24 on 127.0.0.1. */
export async function startBitrix24(options: Bitrix24Options = {}): Promise<Bitrix24> {
  const portal = new Portal(options);
  const server = await OrderedServer.open({
    name: "Bitrix24",
    note: (request) => request,
    decide: (request) => portal.decide(request),
  }, options);
  const close = async () => {
    portal.leads.close();
    await server.close();
  };
  return {
    url: `${server.origin}/rest/${USER_ID}/${portal.key}/`,
    get leads() {
      return portal.leads.items;
    },
    get requests() {
      return server.requests.items;
    },
    get requestCount() {
      return server.requests.count;
    },
    behave: (behaviour) => {
      server.behaviour = behaviour;
    },
    refuse: (refusal) => {
      portal.refusal = refusal;
    },
    nextLead: (predicate) => portal.leads.next(predicate),
    nextRequest: (predicate) => server.requests.next(predicate),
    down: () => server.down(),
    up: () => server.up(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

class Portal {
  refusal: BitrixRefusal | null = null;
  readonly key: string;
  readonly leads: Arrivals<BitrixLead>;
  readonly #customFields: ReadonlySet<string>;
  readonly #bucket: LeakyBucket;
  readonly #now: () => number;

  constructor(options: Bitrix24Options) {
    this.key = options.key ?? "k3y0fb1tr1xh00k5";
    this.#customFields = new Set(options.customFields);
    this.#bucket = new LeakyBucket(options.burst ?? DEFAULT_BURST, PER_SECOND);
    this.#now = options.now ?? Date.now;
    this.leads = new Arrivals({
      what: "a lead in Bitrix24",
      describe: ({ id, fields }) => `#${id} ${fields["TITLE"]}`,
      failsafeMs: options.failsafeMs ?? DEFAULT_FAILSAFE_MS,
    });
  }

  decide({ path, body, atMs }: CrmRequest): CrmAnswer {
    const [, rest, user, key, method = "", ...more] = path.split("/");
    if (rest !== "rest" || more.length > 0) return page(404, "Not Found");
    if (!this.#bucket.take(atMs)) return refusalAnswer("query_limit");
    if (user !== String(USER_ID) || key !== this.key) return refusalAnswer("credentials");
    if (this.refusal) return refusalAnswer(this.refusal);
    const name = method.endsWith(".json") ? method.slice(0, -".json".length) : method;
    // Method names are told apart without regard to case.
    if (name.toLowerCase() !== "crm.lead.add") {
      return failure(404, "ERROR_METHOD_NOT_FOUND", "Method not found!");
    }
    const read = readFields(isRecord(body) ? body["fields"] : undefined, this.#customFields);
    if (typeof read === "string") return failure(400, "", read);
    const lead = { id: FIRST_LEAD_ID + this.leads.count, ...read, atMs: this.#now() };
    this.leads.add(lead);
    return { kind: "answer", body: { result: lead.id, time: times(lead.atMs) } };
  }
}

function refusalAnswer(refusal: BitrixRefusal): CrmAnswer {
  switch (refusal) {
    case "credentials":
      return failure(401, "INVALID_CREDENTIALS", "Invalid request credentials");
    case "scope":
      return failure(
        401,
        "insufficient_scope",
        "The request requires higher privileges than provided by the webhook token",
      );
    case "query_limit":
      return failure(503, "QUERY_LIMIT_EXCEEDED", "Too many requests");
    case "operation_limit":
      return failure(
        429,
        "OPERATION_TIME_LIMIT",
        "Method is blocked due to operation time limit.",
      );
    case "error_in_200":
      return failure(200, "ERROR_CORE", "Required field is empty: Status.");
  }
}

function failure(status: number, error: string, error_description: string): CrmAnswer {
  return { kind: "answer", status, body: { error, error_description } };
}

function page(status: number, title: string): CrmAnswer {
  const body = `<html><head><title>${status} ${title}</title></head><body></body></html>`;
  return { kind: "answer", status, body, headers: { "content-type": "text/html" } };
}

function times(atMs: number) {
  const at = new Date(atMs).toISOString();
  const seconds = atMs / 1000;
  return {
    start: seconds,
    finish: seconds,
    duration: 0,
    processing: 0,
    date_start: at,
    date_finish: at,
    operating: 0,
  };
}
