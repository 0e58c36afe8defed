// How long to wait after a failure.

import assert from "node:assert/strict";
import fc from "fast-check";
import { FIRST_WAIT_MS, LONGEST_WAIT_MS, waitMs } from "../lib/backoff.ts";

Deno.test("waitMs begins with 1 s and doubles with every failure", () => {
  const waits = [1, 2, 3, 4, 5].map((failures) => waitMs(failures, 1));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000]);
});

Deno.test("waitMs grows up to 5 minutes and no further", () => {
  assert.equal(waitMs(9, 1), 256_000);
  assert.equal(waitMs(10, 1), 300_000);
  assert.equal(waitMs(11, 1), 300_000);
});

Deno.test("waitMs leaves the last fifth of a wait to chance", () => {
  assert.deepEqual([waitMs(1, 0), waitMs(1, 0.5), waitMs(1, 1)], [800, 900, 1_000]);
  assert.deepEqual([waitMs(20, 0), waitMs(20, 1)], [240_000, 300_000]);
});

Deno.test("waitMs is a whole number within its bounds that never shrinks with failures", () => {
  const failures = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1 });
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(failures, random, (failures, random) => {
    const wait = waitMs(failures, random);
    assert.ok(Number.isSafeInteger(wait));
    assert.ok(wait >= FIRST_WAIT_MS * 0.8 && wait <= LONGEST_WAIT_MS, String(wait));
    assert.ok(waitMs(failures + 1, random) >= wait);
  }));
});

Deno.test("waitMs refuses a number of failures that is no count", () => {
  assert.equal(waitMs(1, 1), 1_000);
  for (const failures of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(
      () => waitMs(failures, 0.5),
      new RangeError(`Cannot compute a wait: failures is ${failures}, must be 1 or more`),
    );
  }
});
