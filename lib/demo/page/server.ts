// Listens for the demo's page on 127.0.0.1, before there is a page: the profiles' photos have its address.

/** Answers one request. */
type Handler = (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

/** A server that answers 503 until it has a page. */
export interface DemoServer extends AsyncDisposable {
  readonly port: number;
  /** Without a trailing slash. */
  readonly origin: string;
  show(page: Handler): void;
}

/**
 * Listens.
 *
 * @param port 0 takes a free one.
 * @throws {Deno.errors.AddrInUse} when another program has the port.
 */
export function openDemoServer(port: number): DemoServer {
  const ending = new AbortController();
  let page: Handler | undefined;
  const server = Deno.serve(
    { port, hostname: "127.0.0.1", signal: ending.signal, onListen() {} },
    (request, info) => page === undefined ? notYet() : page(request, info),
  );
  return {
    port: server.addr.port,
    origin: `http://127.0.0.1:${server.addr.port}`,
    show(next) {
      page = next;
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await server.finished;
    },
  };
}

function notYet(): Response {
  return new Response("The scenarios are being played. Reload in a few seconds.\n", {
    status: 503,
    headers: { "content-type": "text/plain; charset=utf-8", "retry-after": "3" },
  });
}
