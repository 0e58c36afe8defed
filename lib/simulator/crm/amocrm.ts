// The simulated amoCRM: its API under `<root>/<account>/api/v4/`, strict about bodies, with faults as ordered.

import { DEFAULT_FAILSAFE_MS } from "../waiting.ts";
import type { AmoDeal, AmoField, AmoMerge, AmoNote, AmoPipeline, AmoUser } from "./amocrm_data.ts";
import { AmoGate, type AmoRefusal, type AmoRequest } from "./amocrm_gate.ts";
import { type CrmBehaviourOf, OrderedServer, type OrderedServerOptions } from "./ordered_server.ts";

export type { CrmOrder } from "./orders.ts";
export type { AmoRefusal, AmoRequest } from "./amocrm_gate.ts";
export type { AmoContact, AmoDeal, AmoField, AmoForm, AmoMerge } from "./amocrm_data.ts";
export type { AmoNote, AmoPipeline, AmoStatus, AmoUser } from "./amocrm_data.ts";
export { amoToken } from "./amocrm_token.ts";

/** The monotonic time is also what the rate goes by. */
export interface AmoCrmOptions extends OrderedServerOptions {
  /** The hosts that exist; `monster.amocrm.ru` alone unless given. */
  accounts?: readonly string[];
  /** The only token that is let in; one that ends in 2100 unless given. */
  token?: string;
  /** What a 429 says in Retry-After; it has none unless given. */
  retryAfterS?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface AmoCrm extends AsyncDisposable {
  /** What AMOCRM_API_ROOT is set to. */
  readonly root: string;
  /** The first of the accounts. */
  readonly account: string;
  /** The address of a call, as `leads/complex`, of the first account unless another is given. */
  urlOf(path: string, account?: string): string;
  token: string;
  pipelines: readonly AmoPipeline[];
  users: readonly AmoUser[];
  dealFields: readonly AmoField[];
  contactFields: readonly AmoField[];
  /** Every deal made, oldest first, with its contact as it is now. */
  readonly deals: readonly AmoDeal[];
  /** Every note of every deal, oldest first. */
  readonly notes: readonly AmoNote[];
  /** A deal's notes, oldest first. */
  notesOf(dealId: number): readonly AmoNote[];
  /** Leads that became no deal of their own. */
  readonly merges: readonly AmoMerge[];
  /** How many deals each request_id made. */
  readonly madeByRequestId: ReadonlyMap<string, number>;
  /** The request_ids that made more than one deal. */
  duplicates(): string[];
  /** The last requests, oldest first, each noted when it was read and before it is answered. */
  readonly requests: readonly AmoRequest[];
  /** How many requests were read in all. */
  readonly requestCount: number;
  /** The most requests that an account had within any second; the first account unless given. */
  peakPerSecond(account?: string): number;
  /** What happens to every request from now on; null for what a good amoCRM does. */
  behave(behaviour: CrmBehaviourOf<AmoRequest> | null): void;
  /** Refuses every request from now on; null ends it. */
  refuse(refusal: AmoRefusal | null): void;
  /** Merges every lead of `leads/complex` into this deal from now on; null ends it. */
  mergeInto(dealId: number | null): void;
  onDeal(listener: (deal: AmoDeal) => void): () => void;
  onNote(listener: (note: AmoNote) => void): () => void;
  /** Takes the oldest deal that no earlier nextDeal took, or waits for the next. */
  nextDeal(predicate?: (deal: AmoDeal) => boolean): Promise<AmoDeal>;
  /** Takes the oldest note that no earlier nextNote took, or waits for the next. */
  nextNote(predicate?: (note: AmoNote) => boolean): Promise<AmoNote>;
  /** Takes the oldest request that no earlier nextRequest took, or waits for the next. */
  nextRequest(predicate?: (request: AmoRequest) => boolean): Promise<AmoRequest>;
  /** Stops listening and cuts every connection; new ones are refused. */
  down(): Promise<void>;
  /** Listens again on the same port. */
  up(): Promise<void>;
  /** Ends everything; waits that are open fail. */
  close(): Promise<void>;
}

/** Starts the simulated amoCRM on 127.0.0.1. */
export async function startAmoCrm(options: AmoCrmOptions = {}): Promise<AmoCrm> {
  const gate = new AmoGate({ failsafeMs: DEFAULT_FAILSAFE_MS, ...options });
  const { data } = gate;
  const server = await OrderedServer.open(gate, options);
  const account = gate.accounts[0] ?? "";

  const close = async () => {
    data.deals.close();
    data.notes.close();
    await server.close();
  };
  return {
    root: server.origin,
    account,
    urlOf: (path, of = account) => `${server.origin}/${of}/api/v4/${path}`,
    get token() {
      return gate.token;
    },
    set token(token) {
      gate.token = token;
    },
    get pipelines() {
      return data.pipelines;
    },
    set pipelines(pipelines) {
      data.pipelines = pipelines;
    },
    get users() {
      return data.users;
    },
    set users(users) {
      data.users = users;
    },
    get dealFields() {
      return data.dealFields;
    },
    set dealFields(fields) {
      data.dealFields = fields;
    },
    get contactFields() {
      return data.contactFields;
    },
    set contactFields(fields) {
      data.contactFields = fields;
    },
    get deals() {
      return data.deals.items.map((each) => data.current(each));
    },
    get notes() {
      return data.notes.items;
    },
    notesOf: (dealId) => data.notes.items.filter((each) => each.dealId === dealId),
    merges: data.merges,
    madeByRequestId: data.madeByRequestId,
    duplicates: () => [...data.madeByRequestId].filter(([, made]) => made > 1).map(([id]) => id),
    get requests() {
      return server.requests.items;
    },
    get requestCount() {
      return server.requests.count;
    },
    peakPerSecond: (of = account) => gate.peakPerSecond(of),
    behave: (behaviour) => {
      server.behaviour = behaviour;
    },
    refuse: (refusal) => {
      gate.refusal = refusal;
    },
    mergeInto: (dealId) => {
      data.mergeIntoId = dealId;
    },
    onDeal: (listener) => data.deals.listen(listener),
    onNote: (listener) => data.notes.listen(listener),
    nextDeal: (predicate) => data.deals.next(predicate),
    nextNote: (predicate) => data.notes.next(predicate),
    nextRequest: (predicate) => server.requests.next(predicate),
    down: () => server.down(),
    up: () => server.up(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
