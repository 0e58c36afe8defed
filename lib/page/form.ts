// Reads a posted form within a size limit. Knows no fields.

import { HttpError } from "fresh";
import { boundedText } from "../bounded_text.ts";

/** In bytes: more than the largest profile with every letter sent as `%D0%90`. */
export const MOST_FORM_BYTES = 1024 * 1024;

/**
 * Reads a form as browsers send it.
 *
 * @throws {HttpError} 415 for another kind of body, 413 for one that is too large, 400 for one that breaks off.
 */
export async function readForm(
  request: Request,
  mostBytes: number = MOST_FORM_BYTES,
): Promise<URLSearchParams> {
  const kind = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (kind !== "application/x-www-form-urlencoded") {
    await request.body?.cancel();
    throw new HttpError(415);
  }
  return new URLSearchParams(await readText(request, mostBytes));
}

async function readText(request: Request, mostBytes: number): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > mostBytes) {
    await request.body?.cancel();
    throw new HttpError(413);
  }
  let text: string | undefined;
  try {
    text = await boundedText(request.body, mostBytes);
  } catch {
    // The sender has left: no defect, and logging it would let strangers fill the log.
    throw new HttpError(400);
  }
  if (text === undefined) throw new HttpError(413);
  return text;
}

/** A field's text with `\n` line breaks; empty if the form does not have it. */
export function field(form: URLSearchParams, name: string): string {
  return tidy(form.get(name) ?? "");
}

/** All fields with a name, in the order of the form. */
export function fields(form: URLSearchParams, name: string): string[] {
  return form.getAll(name).map(tidy);
}

function tidy(value: string): string {
  // U+FFFD marks characters lost in copying; the profile store refuses it.
  return value.replace(/\r\n?/g, "\n").replaceAll("\uFFFD", "");
}
