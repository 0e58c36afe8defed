// What reaches the page without a browser: requests that no Request object can be.

import assert from "node:assert/strict";
import { openPage } from "./helpers/a_page.ts";

Deno.test("a Host header that is none gets the headers of every other answer", async () => {
  await using page = await openPage();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    page.handler,
  );
  for (const host of ["evil.com:99999", "a b", "[", "a%zz"]) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const answer = await readAll(connection);
    assert.match(answer, /^HTTP\/1\.1 400 /, `${host}: ${answer.slice(0, 200)}`);
    if (answer.includes("content-length: 0")) continue; // Refused before it came to the page.
    assert.match(answer, /content-security-policy: /i, host);
  }
});

async function readAll(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const buffer = new Uint8Array(4096);
  for (;;) {
    const read = await connection.read(buffer);
    if (read === null) return text;
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
  }
}
