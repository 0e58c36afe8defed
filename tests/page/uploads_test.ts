// How many large forms are read at once.

import assert from "node:assert/strict";
import { HttpError } from "fresh";
import { createUploads } from "../../lib/page/uploads.ts";

const BODY = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n';

/** A form whose body ends when the test says so. */
function slowForm(headers: Readonly<Record<string, string>> = {}) {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const writer = writable.getWriter();
  const request = new Request("http://bot.test/", {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x", ...headers },
    body: readable,
  });
  return {
    request,
    async end() {
      await writer.write(new TextEncoder().encode(BODY));
      await writer.close();
    },
  };
}

Deno.test("four large forms are read at once, a fifth is refused, and small ones always pass", async () => {
  const uploads = createUploads();
  const large = [1, 2, 3, 4].map(() => slowForm());
  const reading = large.map(({ request }) => uploads.read(request));
  const fifth = slowForm();
  await assert.rejects(
    uploads.read(fifth.request),
    (error) => error instanceof HttpError && error.status === 503,
  );

  const small = slowForm({ "content-length": String(BODY.length) });
  const [{ form }] = await Promise.all([uploads.read(small.request), small.end()]);
  assert.equal(form.get("a"), "1");

  await Promise.all(large.map(({ end }) => end()));
  await Promise.all(reading);
  const next = slowForm();
  await Promise.all([uploads.read(next.request), next.end()]);
});

Deno.test("a large form that breaks off leaves its place to the next", async () => {
  const uploads = createUploads();
  for (let nth = 0; nth < 10; nth++) {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const request = new Request("http://bot.test/", { method: "POST", headers, body: "--x\r\n" });
    await assert.rejects(uploads.read(request), HttpError);
  }
});
