// Calls a simulated amoCRM as any client would, with bodies from the vendor's documentation.

import { type AmoCrm, type AmoCrmOptions, startAmoCrm } from "../../lib/simulator/crm/amocrm.ts";

/** Starts an amoCRM to which requests come a second apart, so that none is too many. */
export function startUnhurriedAmo(options: AmoCrmOptions = {}): Promise<AmoCrm> {
  let nowMs = 0;
  return startAmoCrm({ monotonicNow: () => nowMs += 1000, ...options });
}

export interface AmoAnswerSeen {
  status: number;
  contentType: string;
  text: string;
  /** Undefined when the text is no JSON. */
  json: unknown;
  headers: Headers;
}

export interface AmoCallOptions {
  method?: string;
  body?: unknown;
  token?: string | null;
  account?: string;
  contentType?: string;
}

/** One call on a connection of its own: POST when it has a body, else GET. */
export async function callAmo(
  crm: AmoCrm,
  path: string,
  { body, token = crm.token, account, contentType = "application/json", ...rest }: AmoCallOptions =
    {},
): Promise<AmoAnswerSeen> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const headers = new Headers();
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("content-type", contentType);
  const response = await fetch(crm.urlOf(path, account), {
    method: rest.method ?? (body === undefined ? "GET" : "POST"),
    headers,
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    client,
  });
  const text = await response.text();
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    text,
    json: parsed(text),
    headers: response.headers,
  };
}

/** The code and path of each validation error, item by item. */
export function faultsOf({ json }: AmoAnswerSeen): [string, string, string][] {
  const items = fieldOf(json, "validation-errors");
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown) => {
    const errors = fieldOf(item, "errors");
    return (Array.isArray(errors) ? errors : []).map((
      each: unknown,
    ): [string, string, string] => [
      String(fieldOf(item, "request_id")),
      String(fieldOf(each, "code")),
      String(fieldOf(each, "path")),
    ]);
  });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a form of either call says about itself. */
export const A_FORM = {
  form_id: "agency",
  form_name: "MONSTER AGENCY",
  form_page: "https://t.me/monster_bot?start=agency",
  form_sent_at: 1_764_288_000,
};

/** An item of `leads/unsorted/forms` that is taken; what is given replaces or adds keys. */
export function anUnsorted(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    request_id: "lead-1",
    source_uid: "lead-1",
    source_name: "Telegram Bot",
    created_at: A_FORM.form_sent_at,
    metadata: { ...A_FORM, referer: "https://t.me/monster_bot" },
    _embedded: {
      leads: [{ name: "Новый лид", _embedded: { tags: [{ name: "Telegram Bot" }] } }],
      contacts: [{ name: "Galliard (@betterrman)" }],
    },
    ...changes,
  };
}

/** An item of `leads/complex` that is taken; what is given replaces or adds keys. */
export function aComplex(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    request_id: "lead-1",
    name: "Новый лид",
    custom_fields_values: [{ field_code: "UTM_SOURCE", values: [{ value: "vk" }] }],
    _embedded: {
      tags: [{ name: "Telegram Bot" }],
      contacts: [{ first_name: "Galliard", last_name: "@betterrman" }],
      metadata: { category: "forms", ...A_FORM },
    },
    ...changes,
  };
}
