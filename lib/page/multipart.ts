// Reads a form with a file (RFC 7578) within limits and in bounded memory. Knows no fields and no images.

import { Buffer } from "node:buffer";
import { HttpError } from "fresh";
import { MOST_FORM_BYTES } from "./form.ts";

/** Largest body that is read to its end, in bytes: a photo that is too heavy must not cost what else was typed. */
export const MOST_BODY_BYTES = 32 * 1024 * 1024;

/** Longest headers of a part, in bytes. */
const MOST_HEADER_BYTES = 4 * 1024;

/** Most parts of a form: the largest profile has some hundred fields. */
const MOST_PARTS = 5_000;

/** A file of a form. */
export type UploadedFile =
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  /** It has so many bytes, which were not kept. */
  | { readonly kind: "too_heavy"; readonly length: number };

/** The fields of a form, and the first file that was chosen. */
export interface FormWithFile {
  readonly form: URLSearchParams;
  readonly file: UploadedFile | null;
}

/** The boundary of a form with files; undefined for another kind of body. */
export function boundaryOf(request: Request): string | undefined {
  const kind = request.headers.get("content-type") ?? "";
  const [, quoted, plain] =
    /^multipart\/form-data;\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))$/i.exec(kind) ?? [];
  return quoted ?? plain;
}

/**
 * Reads a form for which there is a boundary.
 *
 * @param mostFileBytes Largest file that is kept.
 * @throws {HttpError} 413 for a body or fields that are too large, 400 for one that breaks off or is no such form.
 */
export async function readMultipart(
  request: Request,
  boundary: string,
  mostFileBytes: number,
): Promise<FormWithFile> {
  if (Number(request.headers.get("content-length") ?? 0) > MOST_BODY_BYTES) {
    await request.body?.cancel();
    throw new HttpError(413);
  }
  const parts = createParts(mostFileBytes);
  const cut = createCutter(boundary, parts);
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length;
      if (bytes > MOST_BODY_BYTES) throw new HttpError(413);
      cut.feed(chunk);
    }
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError(400); // The sender has left.
  }
  if (!cut.isEnded()) throw new HttpError(400);
  return { form: parts.form, file: parts.file() };
}

/** Takes the parts of a body, one after another. */
interface PartTaker {
  begin(headers: string): void;
  add(bytes: Buffer): void;
  end(): void;
}

/** Cuts a body at its boundaries; keeps no more of it than the longest headers. */
function createCutter(boundary: string, taker: PartTaker) {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let state: "before" | "boundary" | "headers" | "content" | "ended" = "before";
  let rest = Buffer.from("\r\n"); // The first boundary has no line before it.

  /** What follows a boundary, or the headers; undefined while that is not there yet. */
  function step(): typeof state | undefined {
    switch (state) {
      case "before":
      case "content": {
        const at = rest.indexOf(delimiter);
        const content = rest.subarray(
          0,
          at >= 0 ? at : Math.max(rest.length - delimiter.length, 0),
        );
        if (state === "content") taker.add(content);
        rest = rest.subarray(at >= 0 ? at + delimiter.length : content.length);
        if (at < 0) return undefined;
        if (state === "content") taker.end();
        return "boundary";
      }
      case "boundary": {
        if (rest.length < 2) return undefined;
        const mark = rest.toString("latin1", 0, 2);
        rest = rest.subarray(2);
        if (mark === "--") return "ended";
        if (mark !== "\r\n") throw new HttpError(400);
        return "headers";
      }
      case "headers": {
        const at = rest.indexOf("\r\n\r\n");
        if (at > MOST_HEADER_BYTES || (at < 0 && rest.length > MOST_HEADER_BYTES + 4)) {
          throw new HttpError(400);
        }
        if (at < 0) return undefined;
        taker.begin(rest.toString("utf8", 0, at));
        rest = rest.subarray(at + 4);
        return "content";
      }
      case "ended":
        return undefined; // What follows the end has no meaning.
    }
  }

  return {
    feed(chunk: Uint8Array): void {
      if (state === "ended") return;
      rest = Buffer.concat([rest, chunk]);
      for (let next = step(); next !== undefined; next = step()) state = next;
    },
    isEnded: () => state === "ended",
  };
}

function createParts(mostFileBytes: number) {
  const form = new URLSearchParams();
  let count = 0;
  let fieldBytes = 0;
  let isFile = false;
  let isChosen = false;
  let name = "";
  let chunks: Buffer[] = [];
  let length = 0;
  let file: UploadedFile | null = null;

  return {
    form,
    file: () => file,
    begin(headers: string): void {
      count++;
      if (count > MOST_PARTS) throw new HttpError(400);
      const disposition = /^content-disposition: ?form-data;(.*)$/im.exec(headers)?.[1];
      const found = / name="([^"]*)"/.exec(` ${disposition ?? ""}`)?.[1];
      if (disposition === undefined || found === undefined) throw new HttpError(400);
      name = found;
      isFile = / filename="/.test(disposition);
      isChosen = isFile && !disposition.includes(' filename=""'); // Browsers send an unused input too.
      chunks = [];
      length = 0;
    },
    add(bytes: Buffer): void {
      length += bytes.length;
      if (!isFile) fieldBytes += bytes.length;
      if (fieldBytes > MOST_FORM_BYTES) throw new HttpError(413);
      if (isFile && (file !== null || length > mostFileBytes)) chunks = [];
      else if (bytes.length > 0) chunks.push(Buffer.from(bytes));
    },
    end(): void {
      if (!isFile) form.append(name, Buffer.concat(chunks).toString("utf8"));
      else if (file === null && (isChosen || length > 0)) {
        file = length > mostFileBytes
          ? { kind: "too_heavy", length }
          : { kind: "whole", bytes: Buffer.concat(chunks) };
      }
      chunks = [];
    },
  };
}
