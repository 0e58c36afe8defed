// Values on their way to PostgreSQL and back.

import assert from "node:assert/strict";
import type { Value } from "../../../lib/journal/engine.ts";
import { openNotes } from "../../helpers/postgres_database.ts";
import { schemaTest } from "../../helpers/postgres.ts";

schemaTest(
  "a text comes back as it was, but for what PostgreSQL cannot hold",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema);
    const get = notes.db.reader("SELECT body FROM notes WHERE id = ?");
    const texts = {
      "": "",
      'O\'Brien \\ "x" $1 ?': 'O\'Brien \\ "x" $1 ?',
      "привет 👋 \u{10ffff}": "привет 👋 \u{10ffff}",
      "a\0b": "a\ufffdb",
      "lone \ud800, \udc00 end": "lone \ufffd, \ufffd end",
      "\ud83d": "\ufffd",
      "2026-11-30": "2026-11-30",
      "\\x00": "\\x00",
    };
    for (const [index, [text, expected]] of Object.entries(texts).entries()) {
      await notes.add(index, text);
      const row = await notes.db.inTurn(() => get.get(index));
      assert.equal(row?.["body"], expected);
    }
  },
);

schemaTest(
  "numbers, booleans and nothing come back as SQLite gives them",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema);
    const read = async (sql: string, ...values: Value[]) =>
      (await notes.db.inTurn(() => notes.db.reader(`SELECT ${sql} AS value`).get(...values)))?.[
        "value"
      ];
    assert.equal(await read("CAST(? AS BIGINT)", 42), 42);
    assert.equal(await read("CAST(? AS BIGINT)", 42n), 42);
    assert.equal(await read("CAST(? AS BIGINT)", -0), 0);
    assert.equal(await read("CAST(? AS BIGINT)", 2n ** 53n + 1n), 2 ** 53);
    assert.equal(await read("CAST(? AS BIGINT)", 2 ** 60), 2 ** 60);
    assert.equal(
      await read("CAST(CAST(? AS BIGINT) AS TEXT)", 2n ** 63n - 1n),
      "9223372036854775807",
    );
    assert.equal(
      await read("CAST(CAST(? AS BIGINT) AS TEXT)", -(2n ** 63n)),
      "-9223372036854775808",
    );
    assert.equal(await read("CAST(? AS BIGINT)", Infinity), 2 ** 63);
    assert.equal(await read("CAST(? AS BIGINT) >= 9223372036854775807", Infinity), 1);
    assert.equal(await read("CAST(? AS BIGINT)", NaN), null);
    assert.equal(await read("CAST(? AS BIGINT)", null), null);
    assert.equal(await read("CAST(? AS DOUBLE PRECISION)", 0.1), 0.1);
    assert.equal(await read("CAST(? AS DOUBLE PRECISION)", 1e-9), 1e-9);
    assert.equal(
      await read("(SELECT sum(one) FROM (VALUES (1), (2)) AS t (one) WHERE one < ?)", 9),
      3,
    );
    assert.equal(await read("(SELECT avg(one) FROM (VALUES (1), (2)) AS t (one))"), 1.5);
    assert.equal(await read("CAST(? AS BIGINT) = 1", 1), 1);
    assert.equal(await read("CAST(? AS BIGINT) = 1", 2), 0);
    assert.equal(await read("CAST('2026-11-30' AS DATE)"), "2026-11-30");
  },
);

schemaTest("a whole number past 8 bytes is refused before it is sent", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  for (const id of [1e30, -1e19]) {
    await assert.rejects(notes.add(id), {
      name: "RangeError",
      message: `Cannot store ${
        BigInt(id)
      }: must be from -9223372036854775808 to 9223372036854775807`,
    });
  }
  const big = notes.db.reader("SELECT CAST(? AS BIGINT)");
  await assert.rejects(notes.db.inTurn(() => big.get(2n ** 63n)), RangeError);
});
