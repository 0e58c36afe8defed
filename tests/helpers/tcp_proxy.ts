// A TCP proxy that can stop forwarding without a word, as a network that drops packets.

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Keeps back all that comes from now on, in both directions and on new connections. */
  freeze(): void;
  /** Cuts what is open, and forwards again. */
  thaw(): void;
}

export function startTcpProxy(to: number): TcpProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const pumps = new Set<Promise<void>>();
  let frozen = false;

  const close = (connection: Deno.TcpConn) => {
    if (open.delete(connection)) connection.close();
  };

  async function pump(from: Deno.TcpConn, into: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(16_384);
    try {
      for (let size: number | null; (size = await from.read(buffer)) !== null;) {
        if (frozen) continue;
        for (let sent = 0; sent < size;) sent += await into.write(buffer.subarray(sent, size));
      }
    } catch {
      // Closed by the other side, or by the test.
    }
    close(from);
    close(into);
  }

  const accepting = (async () => {
    for await (const incoming of listener) {
      const outgoing = await Deno.connect({ hostname: "127.0.0.1", port: to });
      open.add(incoming).add(outgoing);
      for (const pumping of [pump(incoming, outgoing), pump(outgoing, incoming)]) {
        pumps.add(pumping);
        pumping.then(() => pumps.delete(pumping));
      }
    }
  })();

  return {
    port: listener.addr.port,
    freeze: () => void (frozen = true),
    thaw() {
      for (const each of [...open]) close(each);
      frozen = false;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const each of [...open]) close(each);
      await Promise.all(pumps);
    },
  };
}
