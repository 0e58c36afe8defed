// One HTTPS request to a given address of a host: a tunnel within this process takes the place of fetch's proxy.

/**
 * Fetches over https as `fetch` does, by a connection to one IP address: SNI, certificate and Host header are the host's.
 * `fetch` takes no address beside the URL, but leaves connecting to a proxy (CONNECT, RFC 9110, 9.3.6). It asks no proxy
 * for a host that `NO_PROXY` names: there it resolves the name again.
 *
 * @param caCerts Trusted beside the system's certificates, PEM; for tests.
 * @throws {TypeError} As `fetch` does. Its cause has `client error (Connect)` where TLS was not established, so that
 *   nothing can have arrived.
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
  // It ends with a connection, which fetch reports.
  tunnel(listener, far).catch(() => {});
  return await fetch(request, { client });
}

async function connect({ url, signal }: Request, address: string): Promise<Deno.TcpConn> {
  const port = Number(new URL(url).port) || 443;
  try {
    return await Deno.connect({ hostname: address, port, signal });
  } catch (error) {
    signal.throwIfAborted();
    const words = error instanceof Error ? error.message : String(error);
    throw new TypeError("fetch failed", { cause: new Error(`client error (Connect): ${words}`) });
  }
}

/** Passes one connection on, whatever host it asks for, until either side closes it. */
async function tunnel(listener: Deno.TcpListener, far: Deno.TcpConn): Promise<void> {
  using _far = far;
  using near = await listener.accept();
  // Both would hold back the parts of a handshake, for some 40 ms each.
  far.setNoDelay();
  near.setNoDelay();
  await readHead(near);
  await near.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
  // What came last is still read by fetch, which then closes its side.
  pass(far, near).then(() => near.closeWrite()).catch(() => {});
  await pass(near, far);
}

/** The client says no more before the answer. */
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
