// Sends one HTTPS request to a given IP address, through a proxy within this process.

import { messageOf, UNCONNECTED } from "../log/error_words.ts";

/**
 * Fetches over https from one IP address; SNI, certificate and Host header are the host's. `fetch` takes no address
 * beside the URL, but lets a proxy connect (CONNECT, RFC 9110, 9.3.6), except to hosts in `NO_PROXY`.
 *
 * @throws {TypeError} As `fetch`; its cause has `client error (Connect)` if TLS was not established.
 */
export async function fetchFromAddress(
  request: Request,
  address: string,
  caCerts: readonly string[] = [],
): Promise<Response> {
  const far = await connect(request, address);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = Deno.createHttpClient({
    poolMaxIdlePerHost: 0,
    caCerts: [...caCerts],
    proxy: { url: `http://127.0.0.1:${listener.addr.port}` },
  });
  // fetch reports a connection that ends.
  tunnel(listener, far).catch(() => {});
  return await fetch(request, { client });
}

async function connect({ url, signal }: Request, address: string): Promise<Deno.TcpConn> {
  const port = Number(new URL(url).port) || 443;
  try {
    return await Deno.connect({ hostname: address, port, signal });
  } catch (error) {
    signal.throwIfAborted();
    const cause = new Error(`${UNCONNECTED}: ${messageOf(error)}`);
    throw new TypeError("fetch failed", { cause });
  }
}

/** Connects one client to `far`, regardless of the host it asks for, until either side closes. */
async function tunnel(listener: Deno.TcpListener, far: Deno.TcpConn): Promise<void> {
  using _far = far;
  using near = await listener.accept();
  // Nagle's algorithm would delay each part of the handshake by some 40 ms.
  far.setNoDelay();
  near.setNoDelay();
  await readHead(near);
  await near.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
  // fetch still reads the rest, and then closes its side.
  pass(far, near).then(() => near.closeWrite()).catch(() => {});
  await pass(near, far);
}

/** The client sends nothing more before the answer. */
async function readHead(from: Deno.Conn): Promise<void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  for (let head = ""; !head.endsWith("\r\n\r\n");) {
    const length = await from.read(buffer);
    if (length === null) throw new Deno.errors.UnexpectedEof();
    head += decoder.decode(buffer.subarray(0, length));
  }
}

async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  for (let length; (length = await from.read(buffer)) !== null;) {
    for (let sent = 0; sent < length;) sent += await to.write(buffer.subarray(sent, length));
  }
}
