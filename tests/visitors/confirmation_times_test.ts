import assert from "node:assert/strict";
import { createConfirmationTimes } from "../../lib/visitors/confirmation_times.ts";

function times() {
  const took: number[] = [];
  const clock = { ms: 1_000 };
  const { tried } = createConfirmationTimes({
    elapsedMs: () => clock.ms,
    took: (seconds) => void took.push(seconds),
  });
  return { took, clock, tried };
}

Deno.test("a confirmation that was sent took the time since its press, in seconds", () => {
  const { took, tried } = times();
  tried(1, "sent", 998.5);
  assert.deepEqual(took, [0.0015]);
});

Deno.test("a confirmation that is sent at a later try took all of the time, and is measured once", () => {
  const { took, clock, tried } = times();
  tried(1, "failed", 1_000);
  clock.ms = 2_000;
  tried(1, "failed", undefined);
  clock.ms = 6_000;
  tried(1, "sent", undefined);
  tried(1, "sent", undefined);
  assert.deepEqual(took, [5]);
});

Deno.test("a confirmation that is given up, or whose press an earlier process had, is not measured", () => {
  const { took, tried } = times();
  tried(1, "given_up", 1_000);
  tried(2, "failed", 1_000);
  tried(2, "given_up", undefined);
  tried(2, "sent", undefined);
  tried(3, "sent", undefined);
  assert.deepEqual(took, []);
});

Deno.test("of very many owed confirmations the oldest are forgotten", () => {
  const { took, tried } = times();
  for (let work = 0; work <= 10_000; work++) tried(work, "failed", 0);
  tried(0, "sent", undefined);
  assert.deepEqual(took, []);
  tried(1, "sent", undefined);
  assert.deepEqual(took, [1]);
});
