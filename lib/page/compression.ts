// Compresses responses.

import { gzipSync } from "node:zlib";

/** In bytes; below this gzip's overhead exceeds its gain. */
const LEAST_BYTES = 860;

/** Whether the browser accepts gzip (RFC 9110, 12.5.3). */
export function takesGzip(request: Request): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(
    request.headers.get("accept-encoding") ?? "",
  );
}

/** Compresses a page where that saves bytes. Streams and files stay as they are. */
export async function compressPage(request: Request, response: Response): Promise<Response> {
  const kind = response.headers.get("content-type") ?? "";
  if (!kind.startsWith("text/html") || response.body === null) return response;
  const headers = new Headers(response.headers);
  headers.append("vary", "accept-encoding");
  const page = new Uint8Array(await response.arrayBuffer());
  const small = takesGzip(request) && page.length >= LEAST_BYTES;
  if (small) headers.set("content-encoding", "gzip");
  return new Response(small ? new Uint8Array(gzipSync(page)) : page, {
    status: response.status,
    headers,
  });
}
