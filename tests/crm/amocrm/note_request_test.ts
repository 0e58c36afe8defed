// A deal's notes: the POST, and what its answer means.

import assert from "node:assert/strict";
import { notePost } from "../../../lib/crm/amocrm/note_request.ts";
import { AMO_SETTINGS } from "../../helpers/amo_settings.ts";
import { NOON_MS } from "../../helpers/a_lead.ts";
import { aToken } from "../../helpers/a_token.ts";

const NOTE = { deal: 7, text: 'Запрос: "{name}"\n🔥' };

function post(token: string | undefined) {
  return notePost(AMO_SETTINGS, NOTE, {
    secret: () => token,
    botUsername: "bot",
    amoCrmRoot: "http://127.0.0.1:1",
    nowMs: NOON_MS,
  });
}

Deno.test("a note is text, and is posted to its deal", () => {
  const note = post(aToken());
  assert.ok(!("fault" in note));
  assert.equal(note.url, "http://127.0.0.1:1/monster.amocrm.ru/api/v4/leads/7/notes");
  assert.deepEqual(note.headers, { authorization: `Bearer ${aToken()}` });
  assert.deepEqual(JSON.parse(note.body), [{ note_type: "common", params: { text: NOTE.text } }]);
});

Deno.test("a note without a token is a fault", () => {
  assert.ok("fault" in post(undefined));
});

Deno.test("a note is there when amoCRM says 200, and waits as long as a 429 asks", () => {
  const note = post(aToken());
  assert.ok(!("fault" in note));
  const answer = { location: null, retryAfter: "9", text: "", isWhole: true };
  const outcomeOf = (status: number) => note.judge.outcomeOf({ ...answer, status });
  assert.deepEqual(outcomeOf(200), { kind: "accepted", status: 200 });
  assert.deepEqual(outcomeOf(429), {
    kind: "answered",
    status: 429,
    body: "без пояснения",
    retryAfterMs: 9_000,
  });
});
