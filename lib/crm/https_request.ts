// One HTTPS request to a given address of a host: SNI, certificate and Host header are the host's. Follows nothing, repeats nothing.

import type { IncomingMessage } from "node:http";

/**
 * Sends a request with a body to one IP address. Deno's `fetch` takes no address beside the URL.
 *
 * @param caCerts Trusted instead of the system's certificates, PEM; for tests.
 * @returns The response as soon as its headers are there; cancelling its body closes the connection.
 * @throws {TypeError} As `fetch` does. Its cause begins with `client error (Connect)` where TLS was not
 *   established, so that nothing can have arrived.
 */
export async function fetchFromAddress(
  request: Request,
  address: string,
  caCerts?: readonly string[],
): Promise<Response> {
  // 12 MB and 20 ms: loaded with the first POST to an https name.
  const [{ request: send }, { Readable }] = await Promise.all([
    import("node:https"),
    import("node:stream"),
  ]);
  const body = new Uint8Array(await request.arrayBuffer());
  const { signal } = request;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  let isConnected = false;
  const outgoing = send(request.url, {
    method: request.method,
    headers: { ...Object.fromEntries(request.headers), "content-length": body.length },
    agent: false, // A reused connection may die under a POST.
    ...(caCerts === undefined ? {} : { ca: [...caCerts] }),
    lookup: (_host, options, answer) => {
      const family = address.includes(":") ? 6 : 4;
      if (options.all) answer(null, [{ address, family }]);
      else answer(null, address, family);
    },
  });
  const abort = () => {
    outgoing.destroy();
    reject(signal.reason);
  };
  signal.addEventListener("abort", abort);
  outgoing.once("close", () => signal.removeEventListener("abort", abort));
  outgoing.once("socket", (socket) => socket.once("secureConnect", () => isConnected = true));
  outgoing.once("response", (incoming) => {
    try {
      resolve(toResponse(incoming, Readable.toWeb));
    } catch (cause) {
      incoming.destroy();
      reject(new TypeError("fetch failed", { cause }));
    }
  });
  outgoing.on("error", (error) => {
    const phase = isConnected ? "client error (SendRequest)" : "client error (Connect)";
    reject(new TypeError("fetch failed", { cause: new Error(`${phase}: ${error.message}`) }));
  });
  outgoing.end(body);
  return await promise;
}

function toResponse(
  incoming: IncomingMessage,
  toBody: (incoming: IncomingMessage) => ReadableStream<Uint8Array>,
): Response {
  const status = incoming.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, [value].flat().join(", "));
  }
  const isEmpty = status === 204 || status === 205 || status === 304;
  if (isEmpty) incoming.destroy();
  return new Response(isEmpty ? null : toBody(incoming), { status, headers });
}
