// Forms with a file, however they are cut into chunks and whatever is in them.

import assert from "node:assert/strict";
import { HttpError } from "fresh";
import { MOST_FORM_BYTES } from "../../lib/page/form.ts";
import { boundaryOf, MOST_BODY_BYTES, readMultipart } from "../../lib/page/multipart.ts";

const BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

function bytesOf(...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return new Uint8Array(
    parts.flatMap((part) => [...typeof part === "string" ? encoder.encode(part) : part]),
  );
}

function request(chunks: Iterable<Uint8Array<ArrayBuffer>>): Request {
  const headers = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const body = ReadableStream.from(chunks);
  return new Request("http://bot.test/", { method: "POST", headers, body });
}

async function read(body: Uint8Array<ArrayBuffer>, { most = 100, chunk = Infinity } = {}) {
  const chunks = [];
  const size = Math.min(chunk, body.length);
  for (let at = 0; at < body.length; at += size) chunks.push(body.subarray(at, at + size));
  return await readMultipart(request(chunks), BOUNDARY, most);
}

const field = (name: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (name: string, content: string | Uint8Array, fileName = "a.jpg") =>
  bytesOf(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n`,
    "Content-Type: image/jpeg\r\n\r\n",
    content,
    "\r\n",
  );
const END = `--${BOUNDARY}--\r\n`;

async function assertRefused(reading: Promise<unknown>, status: number): Promise<void> {
  await assert.rejects(reading, (error) => error instanceof HttpError && error.status === status);
}

Deno.test("a form is the same however its bytes are cut into chunks", async () => {
  const content = bytesOf("\r\n--", BOUNDARY.slice(0, -1), new Uint8Array([0, 255, 13, 10, 45]));
  const body = bytesOf(
    field("name", "Имя\r\n--"),
    field("empty", ""),
    file("photo", content),
    field("name", "second"),
    END,
  );
  for (let chunk = 1; chunk <= body.length; chunk++) {
    const { form, file } = await read(body, { chunk });
    assert.deepEqual([...form], [["name", "Имя\r\n--"], ["empty", ""], ["name", "second"]]);
    assert.ok(file?.kind === "whole");
    assert.deepEqual(new Uint8Array(file.bytes), content);
  }
});

Deno.test("a form that the platform writes is read", async () => {
  const form = new FormData();
  form.append("caption", "👋 Здравствуйте!");
  form.append("photo", new File(["jpeg"], 'na"me\n.jpg', { type: "image/jpeg" }));
  const sent = new Request("http://bot.test/", { method: "POST", body: form });
  const read = await readMultipart(sent, boundaryOf(sent) ?? "", 100);
  assert.equal(read.form.get("caption"), "👋 Здравствуйте!");
  assert.ok(read.file?.kind === "whole");
  assert.equal(new TextDecoder().decode(read.file.bytes), "jpeg");
});

Deno.test("an input without a file, and a second file, change nothing", async () => {
  const none = await read(bytesOf(file("photo", "", ""), field("do", "save"), END));
  assert.equal(none.file, null);
  assert.equal(none.form.get("do"), "save");
  const two = await read(bytesOf(file("photo", "", ""), file("photo", "1"), file("x", "22"), END));
  assert.ok(two.file?.kind === "whole");
  assert.equal(new TextDecoder().decode(two.file.bytes), "1");
});

Deno.test("a chosen file that is empty is a file", async () => {
  const { file: chosen } = await read(bytesOf(file("photo", ""), field("do", "save"), END));
  assert.ok(chosen?.kind === "whole");
  assert.equal(chosen.bytes.length, 0);
});

Deno.test("a file at the limit is kept, a heavier one is only counted, and the fields after it are read", async () => {
  const exact = await read(bytesOf(file("photo", "x".repeat(100)), END), { chunk: 7 });
  assert.equal(exact.file?.kind, "whole");
  const body = bytesOf(file("photo", "x".repeat(101)), field("caption", "typed"), END);
  const { file: heavy, form } = await read(body, { chunk: 7 });
  assert.deepEqual(heavy, { kind: "too_heavy", length: 101 });
  assert.equal(form.get("caption"), "typed");
});

Deno.test("fields take 1 MB together, and the body 32 MB", async () => {
  const most = "x".repeat(MOST_FORM_BYTES);
  assert.equal((await read(bytesOf(field("a", most), END))).form.get("a")?.length, most.length);
  await assertRefused(read(bytesOf(field("a", most), field("b", "1"), END)), 413);

  const announced = request([]);
  const headers = new Headers(announced.headers);
  headers.set("content-length", String(MOST_BODY_BYTES + 1));
  await assertRefused(readMultipart(new Request(announced, { headers }), BOUNDARY, 100), 413);

  function* endless(): Generator<Uint8Array<ArrayBuffer>> {
    yield file("photo", "").subarray(0, -2);
    for (;;) yield new Uint8Array(64 * 1024);
  }
  await assertRefused(readMultipart(request(endless()), BOUNDARY, 100), 413);
});

for (
  const [what, body] of [
    ["nothing", ""],
    ["no boundary", "hello"],
    ["a form that breaks off", field("a", "1")],
    ["a part without headers", `--${BOUNDARY}\r\n\r\nvalue\r\n${END}`],
    ["a part without a name", `--${BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\n1\r\n${END}`],
    ["words after a boundary", `--${BOUNDARY}words\r\n${END}`],
    [
      "headers without end",
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\nX: ${"x".repeat(9_000)}`,
    ],
    ["too many parts", field("a", "1").repeat(5_001) + END],
  ] as const
) {
  Deno.test(`${what} is refused as a malformed form`, () =>
    assertRefused(read(bytesOf(body), { chunk: 4_096 }), 400));
}

Deno.test("what follows the end of a form has no meaning", async () => {
  const { form } = await read(bytesOf(field("a", "1"), END, field("a", "2"), END), { chunk: 50 });
  assert.deepEqual([...form], [["a", "1"]]);
});

Deno.test("boundaryOf reads both spellings, and nothing that is no form with files", () => {
  const of = (type: string) =>
    boundaryOf(new Request("http://bot.test/", { headers: { "content-type": type } }));
  assert.equal(of("multipart/form-data; boundary=abc"), "abc");
  assert.equal(of('Multipart/Form-Data; boundary="a b"'), "a b");
  for (
    const type of [
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "multipart/form-data; boundary=",
      `multipart/form-data; boundary=${"a".repeat(71)}`,
      "multipart/mixed; boundary=abc",
    ]
  ) assert.equal(of(type), undefined, type);
});
