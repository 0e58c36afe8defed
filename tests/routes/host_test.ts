// Raw requests that cannot be a Request object.

import assert from "node:assert/strict";
import { freePort } from "../helpers/free_port.ts";
import { withWorld } from "../helpers/world.ts";
import { connectRaw, get } from "../helpers/raw_http.ts";

const REQUESTS: readonly (readonly [string, number])[] = [
  ...["evil.com:99999", "a b", "[", "a%zz", "", "a/b", "user@a"].map((host) =>
    [`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, 400] as const
  ),
  ["no HTTP at all\r\n\r\n", 400],
  ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  [`TRACE ${get("/", "Connection: close").slice(4)}`, 405],
  [get("/profiles/%E0%A4%A", "Connection: close"), 400],
  [get("/health", "Connection: close"), 200],
  [get("/login", "Connection: close"), 200],
  [get("/login?token=junk", "Connection: close"), 410],
];

Deno.test("the answer to any raw request has the security headers", () => {
  const port = freePort();
  return withWorld(async (world) => {
    for (const [request, status] of REQUESTS) {
      using peer = await connectRaw(port);
      await peer.send(request);
      const answer = await peer.untilClosed();
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), `${request}: ${answer}`);
      assert.match(answer, /content-security-policy: /i, request);
      assert.match(answer, /x-content-type-options: nosniff/i, request);
    }
    assert.equal(await world.bot.stop(), 0);
  }, { env: { PORT: String(port) } });
});
