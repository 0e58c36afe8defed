// Which call of amoCRM's API a path and a method are, and whether the token lets it in. Knows no connection.

import { addNotes, changeContact } from "./amocrm_contacts.ts";
import type { AmoData } from "./amocrm_data.ts";
import { type AmoAnswer, problem, unauthorized } from "./amocrm_faults.ts";
import type { Handler } from "./amocrm_call.ts";
import { addComplex, addUnsorted } from "./amocrm_leads.ts";
import { readAccount, readPipelines, readUsers } from "./amocrm_lists.ts";
import { tokenEndS } from "./amocrm_token.ts";

/** What the API reads of a request. */
export interface ApiRequest {
  readonly method: string;
  readonly account: string;
  readonly accountId: number;
  /** Below `api/v4/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** Undefined when it is no JSON. */
  readonly body: unknown;
}

const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  "account": { GET: readAccount },
  "users": { GET: readUsers },
  "leads/pipelines": { GET: readPipelines },
  "leads/unsorted": {},
  "leads/unsorted/forms": { POST: addUnsorted },
  "leads/complex": { POST: addComplex },
  "leads/{id}/notes": { POST: addNotes },
  "contacts/{id}": { PATCH: changeContact },
};

/** Does a call, or says why not. */
export function answerCall(
  request: ApiRequest,
  token: string,
  data: AmoData,
  nowMs: number,
): AmoAnswer {
  if (request.authorization !== `Bearer ${token}`) return unauthorized();
  const endS = tokenEndS(token);
  if (endS !== null && nowMs >= endS * 1000) return unauthorized("Token has expired");

  const { method, account, accountId, path, query, body } = request;
  const segments = path.split("/");
  const ids = segments.filter(isId).map(Number);
  const pattern = segments.map((each) => isId(each) ? "{id}" : each).join("/");
  const handlers = Object.hasOwn(ROUTES, pattern) ? ROUTES[pattern] : undefined;
  if (!handlers) return problem(404, `Cannot ${method} /api/v4/${path}`);
  const handle = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (!handle) return problem(405, `Method ${method} is not allowed`);
  if (method !== "GET" && body === undefined) return problem(400, "The body is no JSON");
  return handle({ data, account, accountId, id: ids[0] ?? 0, query, body, nowMs });
}

function isId(segment: string): boolean {
  return segment !== "" && String(Number.parseInt(segment, 10)) === segment;
}
