// What PostgreSQL 13 says to whoever connects and asks for its version: enough of the protocol for that.

export interface OldPostgres extends AsyncDisposable {
  readonly port: number;
}

/** Takes one connection after another; lets everybody in. */
export function startOldPostgres(): OldPostgres {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) await serve(connection).catch(() => {});
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

const COLUMNS = ["version", "encoding", "standby", "synchronous"];
const VALUES = ["130010", "UTF8", "f", "on"];

async function serve(connection: Deno.TcpConn): Promise<void> {
  using _ = connection;
  const bytes = new Uint8Array(8_192);
  const ready = message("Z", "I");
  await connection.read(bytes); // The startup message.
  await connection.write(joined([message("R", "\0\0\0\0"), ready]));
  for (let size: number | null; (size = await connection.read(bytes)) !== null;) {
    if (size > 0 && bytes[0] !== "Q".charCodeAt(0)) return;
    const text = `\0\0\0\x19\xff\xff${"\0\0\0\0"}\0\0`; // Type 25, any size, as text.
    const columns = COLUMNS.map((name) => `${name}\0\0\0\0\0\0\0${text}`).join("");
    const values = VALUES.map((value) => `\0\0\0${String.fromCharCode(value.length)}${value}`);
    await connection.write(joined([
      message("T", `\0${String.fromCharCode(COLUMNS.length)}${columns}`),
      message("D", `\0${String.fromCharCode(VALUES.length)}${values.join("")}`),
      message("C", "SELECT 1\0"),
      ready,
    ]));
  }
}

/** A message of the protocol; its characters are bytes. */
function message(type: string, body: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = type.charCodeAt(0);
  new DataView(bytes.buffer).setUint32(1, 4 + body.length);
  for (let at = 0; at < body.length; at++) bytes[5 + at] = body.charCodeAt(at);
  return bytes;
}

function joined(messages: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(messages.flatMap((each) => [...each]));
}
