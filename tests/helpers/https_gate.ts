// Lets a story's bot reach CRMs whose hosts no setting replaces: a proxy that ends TLS and passes everything to a simulator.

import { CRM_CERTIFICATE, CRM_PRIVATE_KEY } from "./a_certificate.ts";

export interface HttpsGate extends AsyncDisposable {
  /** The proxy's own address. */
  readonly proxyUrl: string;
  /** What the bot's environment needs to use it. */
  env(folder: string): Promise<Record<string, string>>;
  /** The hosts that were asked for, as `script.google.com:443`, in order. */
  readonly asked: readonly string[];
}

/** Opens a proxy on 127.0.0.1; every host leads to `target`, a simulator that speaks HTTP. */
export function openHttpsGate(target: string): HttpsGate {
  const asked: string[] = [];
  const open = new Set<Deno.Conn>();
  const tls = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: CRM_CERTIFICATE,
    key: CRM_PRIVATE_KEY,
  });
  const proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const simulator = { hostname: "127.0.0.1", port: Number(new URL(target).port) };
  const inside = serve(tls, open, async (near) => {
    using far = await Deno.connect(simulator);
    await join(near, far);
  });
  const outside = serve(proxy, open, async (near) => {
    const [, host = ""] = (await readHead(near)).split(" ");
    asked.push(host);
    await near.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    using far = await Deno.connect({ hostname: "127.0.0.1", port: tls.addr.port });
    await join(near, far);
  });
  const proxyUrl = `http://127.0.0.1:${proxy.addr.port}`;
  return {
    asked,
    proxyUrl,
    async env(folder) {
      const path = `${folder}/ca.pem`;
      await Deno.writeTextFile(path, CRM_CERTIFICATE);
      return { HTTPS_PROXY: proxyUrl, DENO_CERT: path };
    },
    async [Symbol.asyncDispose]() {
      proxy.close();
      tls.close();
      for (const each of open) each[Symbol.dispose]();
      await Promise.all([inside, outside]);
    },
  };
}

/** Keeps what is open in `open`; resolves when the listener is closed and every connection has ended. */
async function serve(
  listener: { accept(): Promise<Deno.Conn> },
  open: Set<Deno.Conn>,
  handle: (connection: Deno.Conn) => Promise<void>,
): Promise<void> {
  const handled: Promise<void>[] = [];
  for (;;) {
    let connection: Deno.Conn;
    try {
      connection = await listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) break;
      continue; // A handshake that failed.
    }
    open.add(connection);
    // It ends here however `handle` does: a client may leave before it asked for a host.
    const ended = handle(connection).catch(() => {}).finally(() => {
      connection[Symbol.dispose]();
      open.delete(connection);
    });
    handled.push(ended);
  }
  await Promise.all(handled);
}

async function readHead(from: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(1024);
  let head = "";
  while (!head.endsWith("\r\n\r\n")) {
    const length = await from.read(buffer);
    if (length === null) throw new Deno.errors.UnexpectedEof();
    head += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return head;
}

/** Passes bytes both ways until either side closes, and closes both. */
async function join(near: Deno.Conn, far: Deno.Conn): Promise<void> {
  const both = [pass(near, far), pass(far, near)];
  await Promise.race(both);
  for (const each of [near, far]) each[Symbol.dispose]();
  await Promise.all(both);
}

async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  try {
    for (let length; (length = await from.read(buffer)) !== null;) {
      for (let sent = 0; sent < length;) sent += await to.write(buffer.subarray(sent, length));
    }
  } catch {
    // The other direction has closed both.
  }
}
