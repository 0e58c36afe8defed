// The simulated Google Apps Script: a web app that appends a row to a sheet and answers by a redirect to its output.

import { isRecord } from "../../foreign.ts";
import { DEFAULT_FAILSAFE_MS } from "../waiting.ts";
import { Arrivals } from "./arrivals.ts";
import {
  type CrmBehaviourOf,
  type CrmRequest,
  OrderedServer,
  type OrderedServerOptions,
} from "./ordered_server.ts";
import type { CrmAnswer } from "./orders.ts";

export type { CrmOrder } from "./orders.ts";

/** A row of the sheet: what the posted JSON had, by its keys. */
export type SheetRow = Readonly<Record<string, unknown>>;

/** A state of the web app in which no row is appended. */
export type ScriptRefusal =
  /** 200 with Google's login page: the web app is not open to everyone. */
  | "login_page"
  /** 302 to Google's accounts, for the same reason. */
  | "login_redirect"
  /** 200 with an error page: the script threw. */
  | "script_error";

export interface AppsScriptOptions extends OrderedServerOptions {
  /** Where the output is, as https://script.googleusercontent.com; the server's own origin unless given. */
  outputOrigin?: string;
}

export interface AppsScript extends AsyncDisposable {
  /** The web app's address: `…/macros/s/<id>/exec`. */
  readonly url: string;
  /** Every row that was appended, oldest first. */
  readonly rows: readonly SheetRow[];
  /** How often the output behind the redirect was fetched. */
  readonly outputVisits: number;
  /** The last requests, oldest first, each noted when it was read and before it is answered. */
  readonly requests: readonly CrmRequest[];
  readonly requestCount: number;
  /** What happens to every request from now on; null for what a good web app does. */
  behave(behaviour: CrmBehaviourOf<CrmRequest> | null): void;
  /** Refuses every POST from now on; null ends it. */
  refuse(refusal: ScriptRefusal | null): void;
  /** Takes the oldest row that no earlier nextRow took, or waits for the next. */
  nextRow(predicate?: (row: SheetRow) => boolean): Promise<SheetRow>;
  /** Stops listening and cuts every connection; new ones are refused. */
  down(): Promise<void>;
  /** Listens again on the same port. */
  up(): Promise<void>;
  /** Ends everything; waits that are open fail. */
  close(): Promise<void>;
}

const EXEC_PATH = "/macros/s/AKfycbx0SimulatedDeployment0000000000000000/exec";
const OUTPUT_PATH = "/macros/echo";

/** Starts the simulated Apps Script on 127.0.0.1. */
export async function startAppsScript(options: AppsScriptOptions = {}): Promise<AppsScript> {
  const rows = new Arrivals<SheetRow>({
    what: "a row of the sheet",
    describe: (row) => JSON.stringify(row),
    failsafeMs: options.failsafeMs ?? DEFAULT_FAILSAFE_MS,
  });
  let refusal: ScriptRefusal | null = null;
  let outputVisits = 0;

  const append = (rawBody: string): CrmAnswer => {
    if (refusal) return refusalAnswer(refusal);
    const row = parsed(rawBody);
    if (!isRecord(row)) {
      return errorPage("SyntaxError: Unexpected token in JSON at position 0 (line 2, file Code)");
    }
    rows.add(row);
    const origin = options.outputOrigin ?? server.origin;
    const location = `${origin}${OUTPUT_PATH}?user_content_key=row${rows.count}&lib=sheet`;
    return page(302, "Moved Temporarily", { location });
  };
  const server = await OrderedServer.open({
    name: "Apps Script",
    note: (request) => request,
    decide: ({ method, path, rawBody }: CrmRequest): CrmAnswer => {
      if (path === OUTPUT_PATH && method === "GET") {
        outputVisits += 1;
        return { kind: "answer", body: { status: "ok" } };
      }
      if (path !== EXEC_PATH) return page(404, "Page not found");
      return method === "POST" ? append(rawBody) : page(200, "Script function not found: doGet");
    },
  }, options);

  const close = async () => {
    rows.close();
    await server.close();
  };
  return {
    url: `${server.origin}${EXEC_PATH}`,
    get rows() {
      return rows.items;
    },
    get outputVisits() {
      return outputVisits;
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
    refuse: (wanted) => {
      refusal = wanted;
    },
    nextRow: (predicate) => rows.next(predicate),
    down: () => server.down(),
    up: () => server.up(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** 200 with the page that a script that threw shows. */
export function errorPage(message: string): CrmAnswer {
  return page(200, message);
}

function refusalAnswer(refusal: ScriptRefusal): CrmAnswer {
  switch (refusal) {
    case "login_page":
      return page(200, "Sign in - Google Accounts");
    case "login_redirect":
      return page(302, "Moved Temporarily", {
        location: "https://accounts.google.com/ServiceLogin?passive=1209600",
      });
    case "script_error":
      return errorPage("TypeError: Cannot read properties of null (reading 'appendRow')");
  }
}

function page(status: number, title: string, headers: Record<string, string> = {}): CrmAnswer {
  return {
    kind: "answer",
    status,
    body: `<!DOCTYPE html><html><head><title>${title}</title></head><body>${title}</body></html>`,
    headers: { "content-type": "text/html; charset=utf-8", ...headers },
  };
}

function parsed(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    return undefined;
  }
}
