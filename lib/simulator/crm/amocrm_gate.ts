// Lets requests to a simulated amoCRM through to its API: known accounts, the rate, states in which all is refused.

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
import type { CrmRequest, OrderedCrm } from "./ordered_server.ts";
import { SlidingSecond } from "./sliding_second.ts";

/** A request to an account's API. */
export interface AmoRequest extends CrmRequest {
  /** The host it is for, as `monster.amocrm.ru`. */
  readonly account: string;
  /** Below `api/v4/`, without the query, as `leads/complex`. */
  readonly path: string;
  /** How many requests the account had within the second that ends with this one. */
  readonly withinSecond: number;
}

/** A state of the account in which nothing is taken. */
export type AmoRefusal = "unauthorized" | "unpaid" | "forbidden" | "rate";

export interface AmoGateOptions {
  accounts?: readonly string[];
  token?: string;
  retryAfterS?: number;
  now?: () => number;
  failsafeMs: number;
}

/** "Not more than 7 requests per second" (amoCRM's limits). */
const MOST_PER_SECOND = 7;
const TOKEN_END_S = 4_102_444_800;
const FIRST_ACCOUNT_ID = 31_000_001;
const API = "/api/v4/";

export class AmoGate implements OrderedCrm<AmoRequest> {
  readonly name = "amoCRM";
  token: string;
  refusal: AmoRefusal | null = null;
  readonly accounts: readonly string[];
  readonly data: AmoData;
  readonly #paces: ReadonlyMap<string, SlidingSecond>;
  readonly #retryAfterS: number | undefined;
  readonly #now: () => number;

  constructor(options: AmoGateOptions) {
    this.accounts = options.accounts ?? ["monster.amocrm.ru"];
    this.token = options.token ?? amoToken({ expiresAtS: TOKEN_END_S });
    this.data = new AmoData(options.failsafeMs);
    this.#paces = new Map(this.accounts.map((each) => [each, new SlidingSecond()]));
    this.#retryAfterS = options.retryAfterS;
    this.#now = options.now ?? Date.now;
  }

  peakPerSecond(account: string): number {
    return this.#paces.get(account)?.peak ?? 0;
  }

  note(request: CrmRequest): AmoRequest {
    const [, account = ""] = request.path.split("/");
    const below = request.path.slice(account.length + 1);
    return {
      ...request,
      account,
      // What is not below the API keeps its slash, and so is no call.
      path: below.startsWith(API) ? below.slice(API.length) : below,
      withinSecond: this.#paces.get(account)?.count(request.atMs) ?? 0,
    };
  }

  decide(request: AmoRequest): AmoAnswer {
    const at = this.accounts.indexOf(request.account);
    if (at < 0) return problem(404, "Account not found");
    if (request.withinSecond > MOST_PER_SECOND) return tooManyRequests(this.#retryAfterS);
    if (this.refusal) return this.#refuse(this.refusal);
    const { authorization } = request.headers;
    const call = { ...request, accountId: FIRST_ACCOUNT_ID + at, authorization };
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
