// Placeholders of SQLite become PostgreSQL's.

import assert from "node:assert/strict";
import { numbered } from "../../../lib/journal/postgres/placeholders.ts";

for (
  const [sql, expected] of [
    ["a = ? AND b = ?", "a = $1 AND b = $2"],
    ["a = ?2 AND b = ?1 AND c = ?", "a = $2 AND b = $1 AND c = $3"],
    ["a = ?1 OR b = ?1", "a = $1 OR b = $1"],
    ["a = ?12, b = ?", "a = $12, b = $13"],
    ["a = 'what?' AND b = ?", "a = 'what?' AND b = $1"],
    ["a = 'it''s ?' AND b = ?", "a = 'it''s ?' AND b = $1"],
    [`"a?" = ?`, `"a?" = $1`],
    ["a = ? -- which?\nAND b = ?", "a = $1 -- which?\nAND b = $2"],
    ["a /* ? */ = ?", "a /* ? */ = $1"],
    ["a - -? / ?", "a - -$1 / $2"],
    ["a = 'open ?", "a = 'open ?"],
    ["", ""],
  ] as const
) {
  Deno.test(`${JSON.stringify(sql)} becomes ${JSON.stringify(expected)}`, () => {
    assert.equal(numbered(sql), expected);
  });
}
