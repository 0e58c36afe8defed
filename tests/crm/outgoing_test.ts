import assert from "node:assert/strict";
import { outgoing } from "../../lib/crm/outgoing.ts";
import { aLead, NOON_MS } from "../helpers/a_lead.ts";
import { aProfile, type Locales } from "../helpers/a_profile.ts";

const NOW = { botUsername: "bot", nowMs: NOON_MS };

function goesOut(crm: unknown, more: (agency: Locales) => void = () => {}) {
  const profile = aProfile((agency) => {
    agency.crm = crm;
    more(agency);
  });
  return outgoing(profile, aLead(), NOW);
}

for (const entry of ["unsorted", "lead"]) {
  Deno.test(`a deal shows its names, tags, filled fields and note: ${entry}`, () => {
    const crm = {
      kind: "amocrm",
      account: "monster.amocrm.ru",
      token: "{secret:amo}",
      entry,
      pipeline_id: 1,
      fields: { UTM_SOURCE: "{source}", "12": "{choice}" },
    };
    assert.deepEqual(goesOut(crm), {
      kind: "deal",
      name: "Новый лид с Telegram: MONSTER AGENCY",
      contact: "Galliard (@betterrman)",
      tags: ["Telegram Bot"],
      fields: new Map([["12", "Привлечь клиентов"]]),
      note: "Запрос: Привлечь клиентов\nTelegram: https://t.me/betterrman",
    });
  });
}

Deno.test("a webhook shows host, headers and body to the letter, secrets masked", () => {
  const shown = goesOut({
    kind: "webhook",
    headers: { "Authorization": "Bearer {secret:key}", "X-From": "bot" },
    body: { title: "{lead_name}", n: 1, none: "{source}" },
    signing: "{secret:hook}",
  });
  assert.ok(shown.kind === "post");
  assert.equal(shown.host, "crm.example.ru");
  const { "webhook-id": id, ...headers } = shown.headers;
  assert.equal(id, aLead().id);
  assert.deepEqual(headers, {
    "Authorization": "Bearer ••••",
    "X-From": "bot",
    "webhook-timestamp": String(NOON_MS / 1000),
    "webhook-signature": "v1,••••",
  });
  assert.equal(
    shown.body,
    '{\n  "title": "Новый лид с Telegram: MONSTER AGENCY",\n  "n": 1\n}',
  );
});

Deno.test("without a destination nothing goes out", () => {
  assert.deepEqual(goesOut(undefined, (agency) => agency.webhook_url = ""), { kind: "nothing" });
  assert.deepEqual(goesOut({ kind: "hubspot" }), { kind: "nothing" });
});
