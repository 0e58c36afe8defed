// A port for a process that must know it before it listens, or listen there again after a restart.

/** Below the ports that systems give to outgoing connections: none of a test beside this one takes it meanwhile. */
const [FIRST, COUNT] = [20_000, 12_000];

/** A port at which nothing listens. */
export function freePort(): number {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    try {
      using _ = Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
