// A network between a process and a server that a test can cut: silently, so that neither side is told.

/** A proxy on a free port of 127.0.0.1. */
export interface TcpProxy {
  readonly port: number;
  /** From now on nothing passes in either direction, and new connections hang. */
  cut(): void;
  /** New connections pass again; those from before stay cut. */
  mend(): void;
  close(): void;
}

/** Passes connections on to a port of 127.0.0.1. */
export function startTcpProxy(toPort: number): TcpProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let isCut = false;
  const open = new Set<{ close(): void }>();

  async function accept(): Promise<void> {
    for await (const from of listener) {
      open.add(from);
      if (isCut) continue;
      const to = await Deno.connect({ hostname: "127.0.0.1", port: toPort }).catch(() => undefined);
      if (to === undefined) from.close();
      else pass(from, to);
    }
  }

  function pass(from: Deno.TcpConn, to: Deno.TcpConn): void {
    open.add(to);
    const both = { isCut: false };
    cuts.add(both);
    const end = () => {
      if (both.isCut) return;
      for (const each of [from, to]) {
        open.delete(each);
        closeQuietly(each);
      }
    };
    void pump(from, to, both).finally(end);
    void pump(to, from, both).finally(end);
  }

  const cuts = new Set<{ isCut: boolean }>();
  void accept().catch(() => {});

  return {
    port: listener.addr.port,
    cut() {
      isCut = true;
      for (const each of cuts) each.isCut = true;
      cuts.clear();
    },
    mend: () => void (isCut = false),
    close() {
      listener.close();
      for (const each of open) closeQuietly(each);
    },
  };
}

async function pump(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  both: { readonly isCut: boolean },
): Promise<void> {
  const buffer = new Uint8Array(16_384);
  try {
    for (let read; (read = await from.read(buffer)) !== null;) {
      for (let at = 0; at < read && !both.isCut;) at += await to.write(buffer.subarray(at, read));
    }
  } catch {
    // One side is gone.
  }
}

function closeQuietly(each: { close(): void }): void {
  try {
    each.close();
  } catch {
    // It was closed already.
  }
}
