// What a token says of itself, and what is no token.

import assert from "node:assert/strict";
import fc from "fast-check";
import { readToken } from "../../../lib/crm/amocrm/token.ts";
import { aToken } from "../../helpers/a_token.ts";
import { leastMs } from "../../helpers/least_ms.ts";

Deno.test("readToken reads when a token ends", () => {
  assert.deepEqual(readToken(aToken({ exp: 1_732_600_000, scopes: ["crm"] })), {
    endsAtMs: 1_732_600_000_000,
  });
  assert.deepEqual(readToken(aToken({ exp: 1, name: "Агентство ?>~" })), { endsAtMs: 1_000 });
});

Deno.test("readToken does not know the end of a token that says none, or an impossible one", () => {
  for (const exp of [undefined, null, "1732600000", -1, 1.5, 8.64e12 + 1, 1e300]) {
    assert.deepEqual(readToken(aToken({ exp })), { endsAtMs: null }, String(exp));
  }
});

Deno.test("readToken says of anything else that it is no token, and does not quote it", () => {
  const [header, payload, signature] = aToken().split(".");
  const strangers = [
    "",
    " ",
    "f3b1c0de",
    "..",
    "a.b.c",
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}.${payload}.${signature}.x`,
    `${header}..${signature}`,
    ` ${aToken()}`,
    `${aToken()}\n`,
    `Bearer ${aToken()}`,
    aToken("text"),
    aToken(7),
    aToken(null),
    `${aToken()}${"x".repeat(8 * 1024)}`,
  ];
  for (const each of strangers) {
    assert.deepEqual(readToken(each), {
      fault: "не похоже на долгосрочный токен amoCRM, нужен текст вида eyJ….….…",
    }, each);
  }
});

Deno.test("readToken never throws, and is linear", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    readToken(text);
    readToken(`${text}.${text}.${text}`);
  }));
  for (const piece of [".", "a", "a.", "="]) {
    const text = piece.repeat(4 * 1024);
    assert.ok(leastMs(() => readToken(text), 10) < 10, piece);
  }
});
