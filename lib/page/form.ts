// A posted form, read within a limit. Knows no fields.

import { HttpError } from "fresh";

/** More than the largest profile takes when every letter is sent as `%D0%90`, in bytes. */
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
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new HttpError(413); // Leaving the loop cancels the body.
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    // Its sender has left: no defect of the page, and strangers could fill the log with it.
    throw error instanceof HttpError ? error : new HttpError(400);
  }
  return text + decoder.decode();
}

/** One field as text: line breaks as `\n`, whatever the browser sent; empty when the form has none. */
export function field(form: URLSearchParams, name: string): string {
  return tidy(form.get(name) ?? "");
}

/** All fields of a name, in the order of the form. */
export function fields(form: URLSearchParams, name: string): string[] {
  return form.getAll(name).map(tidy);
}

function tidy(value: string): string {
  // U+FFFD stands for what was lost in copying; the file may not have it (`parse` of the profile store).
  return value.replace(/\r\n?/g, "\n").replaceAll("\uFFFD", "");
}
