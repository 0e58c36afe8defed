import assert from "node:assert/strict";
import { createTypedSecrets } from "../../lib/page/typed_secrets.ts";

Deno.test("a typed key waits an hour, for its own session, form, profile and name", () => {
  let nowMs = 0;
  const typed = createTypedSecrets(() => nowMs);
  const place = { session: 1, form: "1", profile: "agency", name: "amo" };
  typed.keep(place, "key");
  assert.equal(typed.find(place), "key");
  for (const other of [{ session: 2 }, { form: "2" }, { profile: "cg" }, { name: "hook" }]) {
    assert.equal(typed.find({ ...place, ...other }), undefined);
  }
  nowMs = 60 * 60_000 - 1;
  assert.equal(typed.find(place), "key");
  nowMs += 1;
  assert.equal(typed.find(place), undefined);
});

Deno.test("of 201 typed keys the oldest is forgotten", () => {
  const typed = createTypedSecrets(() => 0);
  const place = (session: number) => ({ session, form: "1", profile: "agency", name: "amo" });
  for (let session = 0; session <= 200; session += 1) typed.keep(place(session), "key");
  assert.deepEqual([0, 1, 200].map((each) => typed.find(place(each))), [undefined, "key", "key"]);
  typed.forget(place(1));
  assert.equal(typed.find(place(1)), undefined);
});
