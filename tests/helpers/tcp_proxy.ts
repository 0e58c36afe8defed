// A TCP proxy that can stop forwarding without a word, as a network that drops packets.

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Drops what comes from now on, also a good-bye: all of it, or the answers alone. */
  freeze(what?: "all" | "answers"): void;
  /** Reads no answers any more, as a process that is stopped. */
  stall(): void;
  /** Cuts what is open, and forwards again. */
  thaw(): void;
}

export function startTcpProxy(to: number): TcpProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const pumps = new Set<Promise<void>>();
  let frozen: "all" | "answers" | undefined;
  let stalled = false;
  let thawed = Promise.withResolvers<void>();

  const close = (connection: Deno.TcpConn) => {
    if (open.delete(connection)) connection.close();
  };

  async function pump(
    from: Deno.TcpConn,
    into: Deno.TcpConn,
    isAnswers: boolean,
  ): Promise<void> {
    const isFrozen = () => frozen === "all" || frozen === "answers" && isAnswers;
    const buffer = new Uint8Array(16_384);
    try {
      for (let size: number | null; (size = await from.read(buffer)) !== null;) {
        if (stalled && isAnswers) await thawed.promise;
        if (isFrozen()) continue;
        for (let sent = 0; sent < size;) sent += await into.write(buffer.subarray(sent, size));
      }
    } catch {
      // Closed by the other side, or by the test.
    }
    if (isFrozen()) await thawed.promise;
    close(from);
    close(into);
  }

  const accepting = (async () => {
    for await (const incoming of listener) {
      const outgoing = await Deno.connect({ hostname: "127.0.0.1", port: to });
      open.add(incoming).add(outgoing);
      for (const pumping of [pump(incoming, outgoing, false), pump(outgoing, incoming, true)]) {
        pumps.add(pumping);
        pumping.then(() => pumps.delete(pumping));
      }
    }
  })();

  return {
    port: listener.addr.port,
    freeze: (what = "all") => void (frozen = what),
    stall: () => void (stalled = true),
    thaw() {
      thawed.resolve();
      thawed = Promise.withResolvers();
      for (const each of [...open]) close(each);
      frozen = undefined;
      stalled = false;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      thawed.resolve();
      await accepting;
      for (const each of [...open]) close(each);
      await Promise.all(pumps);
    },
  };
}
