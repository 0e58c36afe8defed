// How the doctor's findings are printed, and how long it waits for them.

import assert from "node:assert/strict";
import {
  findingLine,
  findingsOf,
  shortened,
  summaryLine,
} from "../../../lib/app/doctor/findings.ts";
import { withDeadline, within } from "../../../lib/app/within.ts";
import { createMask } from "../../../lib/log/mask.ts";

const { good, warning, fault, unknown } = findingsOf("Токен");

Deno.test("a finding is one line with a mark, without secrets and not longer than a person reads", () => {
  const mask = createMask();
  mask.hide("secret-of-all");
  assert.equal(
    findingLine(fault("нет\nсвязи, secret-of-all"), mask),
    "✗ Токен           нет связи, ***",
  );
  const long = findingLine(good("a".repeat(390) + "secret-of-all".repeat(100)), mask);
  assert.ok(long.length < 450);
  assert.doesNotMatch(long, /secr/);
});

Deno.test("the last line counts what is to be done", () => {
  assert.equal(summaryLine([good(""), good("")]), "Ошибок нет");
  assert.equal(
    summaryLine([good(""), warning(""), unknown(""), fault(""), fault("")]),
    "Ошибок ✗: 2, предупреждений ▲: 1, не проверено –: 1",
  );
});

Deno.test("of many findings twenty are told, and a fault among the rest is no less a fault", () => {
  const twenty = Array.from({ length: 20 }, () => warning("x"));
  assert.deepEqual(shortened(twenty), twenty);
  const more = shortened([...twenty, fault("y"), fault("z")]);
  assert.equal(more.length, 21);
  assert.deepEqual(more[20], fault("и ещё таких: 2"));
});

Deno.test("a look that never ends is told in its place", async () => {
  const never = Promise.withResolvers<string>();
  assert.equal(await within(never.promise, 1, () => "late"), "late");
  assert.equal(await within(Promise.resolve("done"), 60_000, () => "late"), "done");
  await withDeadline(1, async (signal) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
});
