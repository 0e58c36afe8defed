// One call of amoCRM's API that was let in, and the success that answers it.

import type { AmoData } from "./amocrm_data.ts";
import type { AmoAnswer } from "./amocrm_faults.ts";

/** A call that has a token, an account and, when it needs one, a JSON body. */
export interface AmoCall {
  readonly data: AmoData;
  /** The host, as `monster.amocrm.ru`. */
  readonly account: string;
  readonly accountId: number;
  /** The number in the path; 0 when it has none. */
  readonly id: number;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Does what a call asks. */
export type Handler = (call: AmoCall) => AmoAnswer;

/** 200 with a body. */
export function success(body: unknown): AmoAnswer {
  return { kind: "answer", body, headers: { "content-type": "application/hal+json" } };
}

/** 204: an empty list. */
export function empty(): AmoAnswer {
  return { kind: "answer", status: 204, body: "" };
}

/** `_links` of something, with the account's own host as everywhere in amoCRM's answers. */
export function selfLink({ account }: AmoCall, path: string) {
  return { self: { href: addressOf(account, path) } };
}

export function addressOf(account: string, path: string): string {
  return `https://${account}/api/v4/${path}`;
}
