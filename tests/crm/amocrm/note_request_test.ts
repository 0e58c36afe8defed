// A deal's notes: the POST, and what its answer means.

import assert from "node:assert/strict";
import { noteCall, noteOutcomeOf } from "../../../lib/crm/amocrm/note_request.ts";
import { NOON_MS } from "../../helpers/a_lead.ts";
import { aToken } from "../../helpers/a_token.ts";

Deno.test("a note is text, and is posted to its deal", () => {
  const access = { account: "monster.amocrm.ru", tokenSecret: "amo" };
  const note = { deal: 7, text: 'Запрос: "{name}"\n🔥' };
  const context = { secret: () => aToken(), amoCrmRoot: "http://127.0.0.1:1" };
  assert.deepEqual(noteCall(access, note, context), {
    url: "http://127.0.0.1:1/monster.amocrm.ru/api/v4/leads/7/notes",
    headers: { authorization: `Bearer ${aToken()}` },
    body: JSON.stringify([{ note_type: "common", params: { text: note.text } }]),
  });
  assert.ok("fault" in noteCall(access, note, { ...context, secret: () => undefined }));
});

for (
  const [status, kind] of [
    [200, "sent"],
    [201, "sent"],
    [400, "refused"],
    [401, "retry"],
    [402, "retry"],
    [403, "retry"],
    [404, "retry"],
    [405, "refused"],
    [302, "retry"],
    [500, "retry"],
    [504, "retry"],
  ] as const
) {
  Deno.test(`a note that is answered by ${status} is ${kind}`, () => {
    const answer = {
      status,
      location: null,
      retryAfter: null,
      text: "<title>x</title>",
      isWhole: true,
    };
    const outcome = noteOutcomeOf(answer, NOON_MS);
    assert.equal(outcome.kind, kind);
    if ("reason" in outcome) assert.equal(outcome.reason, `amoCRM ответила ${status}: x`);
  });
}

Deno.test("a note that is answered by 429 waits as long as asked", () => {
  const answer = { status: 429, location: null, retryAfter: "9", text: "", isWhole: false };
  assert.deepEqual(noteOutcomeOf(answer, NOON_MS), { kind: "rate_limited", retryAfterMs: 9_000 });
});
