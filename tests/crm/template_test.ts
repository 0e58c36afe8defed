// How a lead's values come into a body: each placeholder once, in values, and nothing of a visitor is a template.

import assert from "node:assert/strict";
import fc from "fast-check";
import { fillBody, fillText, valuesOf } from "../../lib/crm/template.ts";
import { PLACEHOLDERS } from "../../lib/profiles/placeholders.ts";
import { aLead, aVisitor } from "../helpers/a_lead.ts";
import { leastMs } from "../helpers/least_ms.ts";

Deno.test("each placeholder has a lead's value", () => {
  const lead = aLead({
    choice: "Создать сайт",
    source: "vk-may",
    phone: "+79161234567",
    visitor: aVisitor({ lastName: "Smith", language: "en" }),
  });
  assert.deepEqual(valuesOf(lead), {
    lead_id: "5b0f6a52-8c5e-4a53-9d0e-3f2f3a6f7c11",
    lead_name: "Новый лид с Telegram: MONSTER AGENCY",
    name: "Galliard Smith",
    first_name: "Galliard",
    last_name: "Smith",
    username: "@betterrman",
    user_id: "310452007",
    telegram_link: "https://t.me/betterrman",
    choice: "Создать сайт",
    profile: "agency",
    profile_name: "MONSTER AGENCY",
    source: "vk-may",
    phone: "+79161234567",
    language: "en",
    received_at: "2026-01-15T12:00:00.000Z",
  });
});

Deno.test("a visitor without names, username and language leaves those values empty", () => {
  const visitor = aVisitor({ username: null, firstName: " ", lastName: "\u2800", language: null });
  const values = valuesOf(aLead({ visitor }));
  assert.deepEqual(
    [values.first_name, values.last_name, values.username, values.language],
    [null, null, null, null],
  );
  assert.equal(values.name, "id310452007");
  assert.equal(values.telegram_link, "tg://user?id=310452007");
});

Deno.test("a body is filled in its strings alone, and a single placeholder without a value is left out", () => {
  const values = valuesOf(aLead());
  const body = {
    TITLE: "{lead_name}!",
    PHONE: "{phone}",
    COMMENTS: "{choice}, {phone}{source}",
    list: ["{phone}", "{username}", 7, null, ["{source}"]],
    "{name}": { deep: [{ a: "{user_id}", b: "{phone}" }] },
    text: "{} {a b} {stranger} {{name}} {NAME}",
    yes: true,
  };
  const before = structuredClone(body);
  assert.deepEqual(fillBody(body, values), {
    TITLE: "Новый лид с Telegram: MONSTER AGENCY!",
    COMMENTS: "Привлечь клиентов, ",
    list: ["@betterrman", 7, null, []],
    "{name}": { deep: [{ a: "310452007" }] },
    text: "{} {a b} {stranger} {Galliard} {NAME}",
    yes: true,
  });
  assert.deepEqual(body, before);
});

Deno.test("a body's keys may be those of every object", () => {
  const body = JSON.parse('{"__proto__":{"constructor":"{choice}"},"toString":"{phone}"}');
  assert.equal(
    JSON.stringify(fillBody(body, valuesOf(aLead()))),
    '{"__proto__":{"constructor":"Привлечь клиентов"}}',
  );
});

Deno.test("whatever a visitor is called or chose stands in the body as it is", () => {
  const pieces = [
    ...PLACEHOLDERS.map((each) => `{${each}}`),
    ...'{secret:crm_key}|$&|$1|$<a>|{|}|"|\\|\n|\0|🔥|\ud83d|{{|}}|a'.split("|"),
  ];
  const odd = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((each) => each.join(""));
  fc.assert(fc.property(odd, odd, (choice, firstName) => {
    const lead = aLead({ choice, visitor: aVisitor({ firstName: `x${firstName}` }) });
    const body = { one: "{choice}", two: "<{choice}|{first_name}>", list: ["{first_name}"] };
    const filled = JSON.parse(JSON.stringify(fillBody(body, valuesOf(lead))));
    assert.deepEqual(filled, {
      one: choice,
      two: `<${choice}|x${firstName}>`,
      list: [`x${firstName}`],
    });
  }));
});

Deno.test("a template is filled in linear time", () => {
  const values = valuesOf(aLead());
  for (const piece of ["{choice}", "{", "{a", "{choice", "}{"]) {
    const template = piece.repeat(64 * 1024 / piece.length);
    assert.ok(leastMs(() => fillText(template, values), 50) < 50, piece);
  }
});
