// The proxy of stories leaves no connection open, whatever its clients and its target do.

import assert from "node:assert/strict";
import { openHttpsGate } from "../helpers/https_gate.ts";

/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:1";

function connectTo(proxyUrl: string): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(proxyUrl).port) });
}

Deno.test("a client that leaves before it asks for a host leaves nothing open", async () => {
  await using gate = openHttpsGate(NOWHERE);
  using client = await connectTo(gate.proxyUrl);
  await client.closeWrite();
  assert.equal(await client.read(new Uint8Array(1)), null);
});

Deno.test("a client that says nothing does not delay the end", async () => {
  await using gate = openHttpsGate(NOWHERE);
  using _client = await connectTo(gate.proxyUrl);
});

Deno.test("a target that takes no connection leaves nothing open", async () => {
  await using gate = openHttpsGate(NOWHERE);
  using client = await connectTo(gate.proxyUrl);
  await client.write(new TextEncoder().encode("CONNECT crm.example:443 HTTP/1.1\r\n\r\n"));
  const buffer = new Uint8Array(1024);
  const length = await client.read(buffer);
  assert.match(new TextDecoder().decode(buffer.subarray(0, length ?? 0)), /^HTTP\/1\.1 200 /);
  assert.deepEqual(gate.asked, ["crm.example:443"]);
});
