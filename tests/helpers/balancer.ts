// A balancer in front of several processes, as an operator's Caddy: each request goes to the next process that takes it.

/** How long a process may take for its answer, in ms; then the client hears 504. */
const PATIENCE_MS = 3_000;

export interface Balancer extends AsyncDisposable {
  readonly port: number;
}

/** @param ports Asked for each request: where the processes listen. */
export function startBalancer(ports: () => readonly number[]): Balancer {
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  let turn = 0;

  /** Undefined where nobody listens, or where the process takes nothing now. */
  async function ask(port: number, request: Request, body: Uint8Array<ArrayBuffer>) {
    const { pathname, search } = new URL(request.url);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    try {
      const response = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        body,
        client,
        redirect: "manual",
        signal,
      });
      const answer = await response.bytes();
      if (response.status === 503) return undefined;
      return new Response(answer.length > 0 ? answer : null, response);
    } catch {
      return signal.aborted ? new Response(null, { status: 504 }) : undefined;
    }
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.bytes();
      const all = ports();
      turn++;
      for (let nth = 0; nth < all.length; nth++) {
        const answer = await ask(all[(turn + nth) % all.length] ?? 0, request, body);
        if (answer !== undefined) return answer;
      }
      return new Response(null, { status: 503 });
    },
  );
  return {
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      client.close();
    },
  };
}
