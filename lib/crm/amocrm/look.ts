// Looks into an amoCRM account without creating anything: its name, pipelines and users.

import ky, { isNetworkError } from "ky";
import { type Connections, fetchChecked, UnknownHostError } from "../connection.ts";
import type { Log } from "../../log/log.ts";
import type { Mask } from "../../log/mask.ts";
import { accountFault } from "../../profiles/crm_account.ts";
import {
  type AmoPipeline,
  type AmoUser,
  readAccountName,
  readPipelines,
  readUsers,
} from "./lists.ts";

/** What an account has to choose from. */
export interface AmoCrmLists {
  readonly pipelines: readonly AmoPipeline[];
  readonly users: readonly AmoUser[];
}

/** Why an account could not be looked into. */
export type LookFault =
  | "no_account"
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

/** How long one call may take, in ms. */
const TIMEOUT_MS = 10_000;

/** Most bytes of an answer that are read. */
const MAX_BYTES = 1024 * 1024;

/** amoCRM gives at most 250 users a page; no agency has more pages than these. */
const USERS_PER_PAGE = 250;
const MOST_PAGES = 4;

/** How calls reach amoCRM. */
export interface ReachAmoCrm {
  /** Sends calls to `<root>/<account>/api/v4/…`; null sends them to the account itself. */
  readonly root: string | null;
  /** Keeps the pace that amoCRM asks of an account. */
  readonly turn: <T>(account: string, call: () => Promise<T>) => Promise<T>;
}

/** Creates the look. */
export function createAmoCrmLook({ root, turn, log, mask, ...connections }:
  & {
    readonly log: Log;
    readonly mask: Mask;
  }
  & ReachAmoCrm
  & Omit<Connections, "client">): LookIntoAmoCrm {
  return async ({ account, token }, signal) => {
    if (accountFault(account) !== null) return { kind: "fault", fault: "no_account" };
    mask.hide(token);
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, allowHost: true });
    const get = ky.create({
      prefix: root === null ? `https://${account}/api/v4/` : `${root}/${account}/api/v4/`,
      retry: 0,
      redirect: "manual",
      throwHttpErrors: false,
      timeout: false,
      headers: { "user-agent": "Triborg", authorization: `Bearer ${token}` },
      fetch: (input, init) => fetchChecked(input, init, { ...connections, client }),
    });
    const read = (path: string) =>
      turn(
        account,
        () =>
          withinTime(signal, async (inTime) => await readJson(await get(path, { signal: inTime }))),
      );
    const look = await lookWith(read).catch((error): AmoCrmLook => ({
      kind: "fault",
      fault: faultOf(error),
    }));
    log.info("🔎 Проверка AmoCRM закончилась: {outcome}", {
      account,
      outcome: look.kind === "ok" ? "ok" : look.fault,
    });
    return look;
  };
}

/** Ky's own timeout ends with the headers; this one covers the body too. */
async function withinTime<T>(
  signal: AbortSignal,
  call: (inTime: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new LookError("timeout")), TIMEOUT_MS);
  try {
    return await call(AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

async function lookWith(read: (path: string) => Promise<unknown>): Promise<AmoCrmLook> {
  const account = readAccountName(await read("account"));
  if (account === undefined) throw new LookError("odd");
  const pipelines = readPipelines(await read("leads/pipelines"));
  return { kind: "ok", account, pipelines, users: await readAllUsers(read) };
}

async function readAllUsers(read: (path: string) => Promise<unknown>): Promise<AmoUser[]> {
  const users: AmoUser[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const found = await read(`users?limit=${USERS_PER_PAGE}&page=${page}`).then(readUsers, ignored);
    users.push(...found);
    if (found.length < USERS_PER_PAGE) break;
  }
  return users;
}

/** Only administrators may list users; everything else works without. */
function ignored(error: unknown): AmoUser[] {
  if (error instanceof LookError && error.fault === "forbidden") return [];
  throw error;
}

/** A parsed answer; null for an empty list, which amoCRM answers with 204. @throws {LookError} */
async function readJson(response: Response): Promise<unknown> {
  const { status } = response;
  if (status !== 200) await response.body?.cancel();
  if (status === 204) return null;
  if (status !== 200) throw new LookError(faultOfStatus(status));
  const text = await readBounded(response);
  try {
    return JSON.parse(text);
  } catch {
    throw new LookError("odd");
  }
}

async function readBounded({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new LookError("odd");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
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
  if (error instanceof Error && error.cause instanceof LookError) return error.cause.fault;
  if (error instanceof UnknownHostError || isNetworkError(error)) return "unreachable";
  return "odd";
}

class LookError extends Error {
  constructor(readonly fault: LookFault) {
    super(fault);
  }
}
