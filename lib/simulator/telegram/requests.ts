// Turns an HTTP request to the Bot API into a method and its parameters, from any of the four
// encodings that Telegram takes. Processes nothing.
// Source: https://core.telegram.org/bots/api#making-requests

import { isObject, Params, type UploadedFile } from "./params.ts";
import { badRequest } from "./refusal.ts";

/** A path of the form /bot<token>/<method>, or undefined for any other. */
export function parsePath(
  url: string,
): { token: string; method: string; query: string } | undefined {
  const [, token, method, query = ""] = /^\/bot([^/?]+)\/([^/?]+)\/?(?:\?(.*))?$/.exec(url) ?? [];
  return token === undefined || method === undefined ? undefined : { token, method, query };
}

/** Reads query and body; values of the body win. Throws the 400 for a body that is no JSON. */
export async function readParams(
  query: string,
  contentType: string,
  body: Uint8Array,
): Promise<Params> {
  const fromQuery = query === "" ? {} : Object.fromEntries(new URLSearchParams(query));
  if (body.length === 0) return new Params(fromQuery);
  if (contentType.startsWith("multipart/form-data")) {
    return await readMultipart(fromQuery, contentType, body);
  }
  const text = new TextDecoder().decode(body);
  if (contentType.startsWith("application/json")) {
    return new Params({ ...fromQuery, ...parseJson(text) });
  }
  return new Params({ ...fromQuery, ...Object.fromEntries(new URLSearchParams(text)) });
}

function parseJson(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest("can't parse request body as JSON");
  }
  if (!isObject(value)) throw badRequest("the request body must be a JSON object");
  return value;
}

async function readMultipart(
  fromQuery: Record<string, string>,
  contentType: string,
  body: Uint8Array,
): Promise<Params> {
  const headers = { "content-type": contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => {
    throw badRequest("can't parse multipart request body");
  });
  const values: Record<string, string> = { ...fromQuery };
  const files = new Map<string, UploadedFile>();
  for (const [name, value] of form) {
    if (typeof value === "string") values[name] = value;
    else {
      const bytes = new Uint8Array(await value.arrayBuffer());
      files.set(name, { name: value.name, type: value.type, bytes });
    }
  }
  return new Params(values, files);
}
