// A request that node:http has parsed, as the web's Request. Answers nothing.

import type { IncomingMessage } from "node:http";

/** A name or an address, and a port (RFC 9110, 7.2). */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** How much of a body waits for its reader, in bytes. */
const MOST_WAITING_BYTES = 64 * 1024;

/** The Request; or the status of the refusal where there can be none. */
export function toRequest(message: IncomingMessage, signal: AbortSignal): Request | 400 | 405 {
  const url = urlOf(message);
  if (url === undefined) return 400;
  const { method = "", rawHeaders } = message;
  if (/^(connect|trace|track)$/i.test(method)) return 405; // Fetch: forbidden methods.
  const headers = headersOf(rawHeaders);
  if (headers === undefined) return 400;
  if (hasBody(message) && method !== "GET" && method !== "HEAD") {
    return new Request(url, { method, headers, signal, body: bodyOf(message) });
  }
  message.resume(); // A GET's body has no meaning (RFC 9110, 9.3.1).
  return new Request(url, { method, headers, signal });
}

/** Whether the headers announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function urlOf({ url = "", rawHeaders, httpVersion }: IncomingMessage): URL | undefined {
  const hosts = rawHeaders.filter((_, at) =>
    at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "host"
  );
  const [target = ""] = url.split("#", 1);
  // HTTP/1.0 has no Host header.
  if (hosts.length === 0 && httpVersion === "1.0") hosts.push("localhost");
  const [host = ""] = hosts;
  if (hosts.length !== 1 || !HOST.test(host)) return undefined;
  if (target.startsWith("/")) return URL.parse(`http://${host}${target}`) ?? undefined;
  // A proxy's form (RFC 9112, 3.2.2): the host in it counts.
  const [, named = "", path = ""] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [];
  return HOST.test(named) ? URL.parse(`http://${named}${path}`) ?? undefined : undefined;
}

function headersOf(raw: readonly string[]): Headers | undefined {
  const headers = new Headers();
  try {
    for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? "", raw[at + 1] ?? "");
    return headers;
  } catch {
    return undefined; // A name or a value that Fetch knows not.
  }
}

/** What is not read after a cancel flows into nothing: the answer closes the connection. */
function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  let ended = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      message.on("data", (chunk: Uint8Array) => {
        if (ended) return;
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 0) <= 0) message.pause();
      });
      message.once("end", () => {
        if (!ended) controller.close();
        ended = true;
      });
      message.once("close", () => {
        if (!ended) controller.error(new Error("The client left before the body was complete"));
        ended = true;
      });
      message.pause();
    },
    pull: () => void message.resume(),
    cancel() {
      ended = true;
      message.resume();
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES }));
}
