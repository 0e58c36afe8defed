// Looks into an amoCRM account without creating anything: its name, pipelines and users.

import ky, { isNetworkError } from "ky";
import { type Connections, fetchChecked, UnknownHostError } from "../connection.ts";
import { hideSecret } from "../secrets.ts";
import { boundedText } from "../../bounded_text.ts";
import type { Log } from "../../log/log.ts";
import type { Mask } from "../../log/mask.ts";
import { accountFault } from "../../profiles/crm_account.ts";
import { USER_AGENT } from "../../version.ts";
import {
  listCall,
  MAX_LIST_BYTES,
  type Pipeline,
  readAccount,
  readPipelines,
  readUsers,
  type User,
} from "./lists.ts";

/** What an account has to choose from. */
export interface AmoCrmLists {
  readonly pipelines: readonly Pipeline[];
  /** Empty where the token may not list them. */
  readonly users: readonly User[];
}

/** Why an account could not be looked into. */
export type LookFault =
  | "no_account"
  | "no_token"
  | "unauthorized"
  | "unpaid"
  | "forbidden"
  | "missing"
  | "rate"
  | "broken"
  | "odd"
  | "timeout"
  | "unreachable";

/** What was found. */
export type AmoCrmLook =
  | ({ readonly kind: "ok"; readonly account: string } & AmoCrmLists)
  | { readonly kind: "fault"; readonly fault: LookFault };

/** Which account, and the token for it. */
export interface LookAt {
  readonly account: string;
  readonly token: string;
}

/** Looks into an account; never throws. */
export type LookIntoAmoCrm = (at: LookAt, signal: AbortSignal) => Promise<AmoCrmLook>;

/** How calls reach amoCRM. */
export interface ReachAmoCrm {
  /** Sends calls to `<root>/<account>/api/v4/…`; null sends them to the account itself. */
  readonly root: string | null;
  /** Keeps the pace that amoCRM asks of an account; undefined, with nothing called, when the process stops. */
  readonly turn: <T>(account: string, call: () => Promise<T>) => Promise<T | undefined>;
}

/** How long one call may take, in ms. */
const TIMEOUT_MS = 10_000;

type What = Parameters<typeof listCall>[0];

/** How long a look waits for each turn, in ms: leads go first, and the account may have asked for a wait. */
const TURN_WITHIN_MS = 15_000;

/** Creates the look. */
export function createAmoCrmLook({ root, turn, log, mask, ...connections }:
  & {
    readonly log: Log;
    readonly mask: Mask;
  }
  & ReachAmoCrm
  & Omit<Connections, "client">): LookIntoAmoCrm {
  /** Calls when it is the account's turn. @throws {LookError} When that does not come in time; then nothing is sent. */
  async function inTurn<T extends string>(account: string, call: () => Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      late.reject(new LookError("rate"));
    }, TURN_WITHIN_MS);
    const done = turn(account, () => {
      clearTimeout(timer);
      return isLate ? late.promise : call();
    });
    const result = await Promise.race([done, late.promise]).finally(() => clearTimeout(timer));
    if (result === undefined) throw new LookError("unreachable"); // The bot stops.
    return result;
  }

  async function look({ account, token }: LookAt, signal: AbortSignal): Promise<AmoCrmLook> {
    if (accountFault(account) !== null) throw new LookError("no_account");
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, allowHost: true });
    const get = ky.create({
      retry: 0,
      redirect: "manual",
      throwHttpErrors: false,
      timeout: false, // It would end with the headers.
      headers: { "user-agent": USER_AGENT },
      fetch: (input, init) => fetchChecked(input, init, { ...connections, client }),
    });
    const ask = async (what: What) => {
      const context = { secret: () => token, amoCrmRoot: root };
      const call = listCall(what, { account, tokenSecret: "token" }, context);
      if ("fault" in call) throw new LookError("no_token");
      const { url, headers } = call;
      return await inTurn(
        account,
        () =>
          withinTime(
            signal,
            async (inTime) => await textOf(await get(url, { headers, signal: inTime })),
          ),
      );
    };
    const { name, subdomain } = known(readAccount(await ask("account")));
    const pipelines = known(readPipelines(await ask("pipelines")));
    const users = await ask("users").then((text) => known(readUsers(text)), noUsers);
    return { kind: "ok", account: name || subdomain, pipelines, users };
  }

  return async (at, signal) => {
    hideSecret(at.token, mask);
    const found = await look(at, signal)
      .catch((error): AmoCrmLook => ({ kind: "fault", fault: faultOf(error) }));
    const outcome = found.kind === "ok" ? "ok" : found.fault;
    log.info("🔎 Проверка AmoCRM закончилась: {outcome}", { account: at.account, outcome });
    return found;
  };
}

async function withinTime<T>(
  signal: AbortSignal,
  call: (inTime: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new LookError("timeout")), TIMEOUT_MS);
  try {
    return await call(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Reads an answer with a list; empty for 204. @throws {LookError} */
async function textOf({ status, body }: Response): Promise<string> {
  if (status !== 200) await body?.cancel();
  if (status === 204) return "";
  if (status !== 200) throw new LookError(faultOfStatus(status));
  return known(await boundedText(body, MAX_LIST_BYTES));
}

function known<T>(read: T | undefined): T {
  if (read === undefined) throw new LookError("odd");
  return read;
}

/** Only administrators may list users; everything else works without. */
function noUsers(error: unknown): readonly User[] {
  if (error instanceof LookError && error.fault === "forbidden") return [];
  throw error;
}

function faultOfStatus(status: number): LookFault {
  switch (status) {
    case 401:
      return "unauthorized";
    case 402:
      return "unpaid";
    case 403:
      return "forbidden";
    case 404:
    case 405:
      return "missing";
    case 429:
      return "rate";
    default:
      return status >= 500 ? "broken" : "odd";
  }
}

function faultOf(error: unknown): LookFault {
  if (error instanceof LookError) return error.fault;
  return error instanceof UnknownHostError || isNetworkError(error) ? "unreachable" : "odd";
}

class LookError extends Error {
  constructor(readonly fault: LookFault) {
    super(fault);
  }
}
