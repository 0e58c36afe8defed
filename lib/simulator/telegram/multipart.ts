// A Bot API call that is sent as a form with files (RFC 7578). As strict as it can be: what is not exactly a form is refused.
// Source: https://core.telegram.org/bots/api#making-requests

import { Buffer } from "node:buffer";
import { badRequest } from "./refusal.ts";

/** The fields of a form, all texts, and its files by their field's name. */
export interface FormParts {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The boundary in a Content-Type; undefined for another kind of body. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  return /^multipart\/form-data; ?boundary=([\w'()+,./:=?-]{1,70})$/.exec(contentType ?? "")?.[1];
}

/** Reads a whole body; throws Telegram's refusal for what is no such form. */
export function readForm(body: Uint8Array, boundary: string): FormParts {
  const bytes = Buffer.from(body);
  const first = `--${boundary}\r\n`;
  const end = `\r\n--${boundary}--`;
  const last = endsWith(bytes, "\r\n") ? `${end}\r\n` : end;
  if (!startsWith(bytes, first) || !endsWith(bytes, last)) throw malformed();
  const between = Buffer.from(`\r\n--${boundary}\r\n`);
  const content = bytes.subarray(first.length, bytes.length - last.length);
  const fields: Record<string, string> = {};
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at <= content.length;) {
    const found = content.indexOf(between, at);
    const end = found < 0 ? content.length : found;
    readPart(content.subarray(at, end), fields, files);
    at = found < 0 ? content.length + 1 : found + between.length;
  }
  return { fields, files };
}

function readPart(
  part: Buffer,
  fields: Record<string, string>,
  files: Map<string, Uint8Array>,
): void {
  const headEnd = part.indexOf("\r\n\r\n");
  if (headEnd < 0) throw malformed();
  const head = part.toString("utf8", 0, headEnd);
  const value = part.subarray(headEnd + 4);
  const disposition = /^content-disposition: ?form-data; ?name="([^"]+)"(; ?filename=.+)?$/im.exec(
    head,
  );
  const [, name, fileName] = disposition ?? [];
  if (name === undefined || name in fields || files.has(name)) throw malformed();
  if (fileName === undefined) fields[name] = value.toString("utf8");
  else files.set(name, new Uint8Array(value));
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.toString("latin1", 0, text.length) === text;
}

function endsWith(bytes: Buffer, text: string): boolean {
  return bytes.toString("latin1", Math.max(bytes.length - text.length, 0)) === text;
}

function malformed(): Error {
  return badRequest("can't parse request body as a form");
}
