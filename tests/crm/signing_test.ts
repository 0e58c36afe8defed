// Signatures by Standard Webhooks, verified by that standard's own package.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { Webhook } from "standardwebhooks";
import { prepareLead } from "../../lib/crm/destination.ts";
import { signatureHeaders } from "../../lib/crm/signing.ts";
import { aLead, NOON_MS } from "../helpers/a_lead.ts";
import { aProfile } from "../helpers/a_profile.ts";

/** A secret of this many bytes. */
function aSecret(bytes: number): string {
  return `whsec_${btoa(String.fromCharCode(...Array(bytes).keys()))}`;
}

const ID = "5b0f6a52-8c5e-4a53-9d0e-3f2f3a6f7c11";

Deno.test("a signature is that of the standard, for every length of a secret", () => {
  for (const length of [24, 25, 26, 32, 64]) {
    const key = aSecret(length);
    for (const body of ["{ }", '{"name":"Галя 🔥 \\ud83d {secret:x}"}']) {
      const headers = signatureHeaders({ key, id: ID, nowMs: NOON_MS + 999, body });
      assert.equal(headers?.["webhook-id"], ID);
      assert.equal(headers?.["webhook-timestamp"], String(NOON_MS / 1000));
      const signature = new Webhook(key).sign(ID, new Date(NOON_MS), body);
      assert.equal(headers?.["webhook-signature"], signature);
    }
  }
});

Deno.test("a signed lead is verified, and one byte more in its body is not", () => {
  using _time = new FakeTime(NOON_MS); // The receiver refuses what is five minutes old.
  const profile = aProfile((agency) => {
    agency.crm = { kind: "webhook", signing: "{secret:hook}", body: { name: "{name}", a: "🔥" } };
  });
  const lead = aLead();
  const [first, second] = [NOON_MS - 60_000, NOON_MS].map((nowMs) => {
    const context = { botUsername: undefined, amoCrmRoot: null, nowMs };
    const post = prepareLead(profile, lead, { ...context, secret: () => aSecret(32) });
    assert.ok(!("fault" in post));
    return post;
  });
  assert.ok(first && second);
  const receiver = new Webhook(aSecret(32));
  for (const { body, headers } of [first, second]) {
    assert.deepEqual(receiver.verify(body, headers), { name: "Galliard", a: "🔥" });
    assert.throws(() => receiver.verify(`${body} `, headers));
    assert.throws(() => new Webhook(aSecret(33)).verify(body, headers));
  }
  assert.equal(first.headers["webhook-id"], lead.id);
  assert.equal(second.headers["webhook-id"], lead.id);
  assert.notEqual(first.headers["webhook-signature"], second.headers["webhook-signature"]);
});

Deno.test("a secret that is none signs nothing", () => {
  for (
    const key of [
      "",
      "whsec_",
      "f3b1c0de",
      aSecret(23),
      aSecret(65),
      aSecret(32).replace("whsec_", "WHSEC_"),
      `${aSecret(32)}\n`,
      ` ${aSecret(32)}`,
      aSecret(32).replace("A", "-"),
      `whsec_${"A".repeat(64 * 1024)}`,
    ]
  ) {
    assert.equal(signatureHeaders({ key, id: ID, nowMs: NOON_MS, body: "{}" }), null, key);
  }
});
