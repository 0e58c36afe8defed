// A connection to a CRM's host without a request: bounded, checked as a POST's, and closed.

import assert from "node:assert/strict";
import { reachHost } from "../../lib/crm/reach.ts";

/** A server that takes one connection and says nothing; `ended` resolves with what it was sent. */
function aSilentServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = Promise.withResolvers<Deno.Conn>();
  const ended = (async () => {
    const connection = await listener.accept();
    taken.resolve(connection);
    listener.close();
    const buffer = new Uint8Array(1024);
    let sent = "";
    for (let length; (length = await connection.read(buffer).catch(() => null)) !== null;) {
      sent += new TextDecoder().decode(buffer.subarray(0, length));
    }
    try {
      connection.close();
    } catch {
      // The test has closed it.
    }
    return sent;
  })();
  return { port: listener.addr.port, taken: taken.promise, ended };
}

const lookup = () => Promise.resolve(["127.0.0.1"]);
const { signal } = new AbortController();

Deno.test("reachHost connects, sends nothing and closes", async () => {
  const { port, ended } = aSilentServer();
  const url = new URL(`http://crm.example/secret/path`);
  url.port = String(port);
  assert.deepEqual(await reachHost(url, { lookup, signal }), { kind: "reached" });
  assert.equal(await ended, "");
});

Deno.test("reachHost ends with its signal where a handshake is not answered", async () => {
  const { port, taken, ended } = aSilentServer();
  const late = new AbortController();
  const reach = reachHost(new URL(`https://127.0.0.1:${port}/`), { lookup, signal: late.signal });
  const connection = await taken;
  late.abort();
  assert.deepEqual(await reach, { kind: "timeout" });
  connection.close();
  assert.doesNotMatch(await ended, /HTTP/);
});

Deno.test("reachHost ends with its signal where a name is not resolved", async () => {
  const late = new AbortController();
  const never = Promise.withResolvers<string[]>();
  const reach = reachHost(new URL("http://crm.example/"), {
    lookup: () => never.promise,
    signal: late.signal,
  });
  late.abort();
  assert.deepEqual(await reach, { kind: "timeout" });
});

Deno.test("reachHost tries the next address only where the first did not connect", async () => {
  const { port, ended } = aSilentServer();
  const url = new URL("http://crm.example/");
  url.port = String(port);
  const two = () => Promise.resolve(["127.0.0.2", "127.0.0.1"]);
  assert.deepEqual(await reachHost(url, { lookup: two, signal }), { kind: "reached" });
  await ended;
});
