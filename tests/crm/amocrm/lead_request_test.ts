// What amoCRM gets for a lead, in both entries.

import assert from "node:assert/strict";
import { type DestinationContext, prepareLead } from "../../../lib/crm/destination.ts";
import type { Lead } from "../../../lib/lead.ts";
import { aLead, aVisitor, NOON_MS } from "../../helpers/a_lead.ts";
import { aProfile } from "../../helpers/a_profile.ts";
import { aToken } from "../../helpers/a_token.ts";

const TOKEN = aToken();
const ID = "5b0f6a52-8c5e-4a53-9d0e-3f2f3a6f7c11";
const SENT_AT = NOON_MS / 1000;

function prepare(
  crm: object = {},
  lead: Lead = aLead(),
  context: Partial<DestinationContext> = {},
) {
  const profile = aProfile((agency) => {
    delete agency.webhook_url;
    agency.crm = { kind: "amocrm", account: "monster.amocrm.ru", token: "{secret:amo}", ...crm };
  });
  return prepareLead(profile, lead, {
    secret: (name) => name === "amo" ? TOKEN : undefined,
    botUsername: "monstrassistentbot",
    amoCrmRoot: null,
    nowMs: NOON_MS,
    ...context,
  });
}

function post(...parameters: Parameters<typeof prepare>) {
  const prepared = prepare(...parameters);
  assert.ok(!("fault" in prepared), JSON.stringify(prepared));
  const [entry, ...others] = JSON.parse(prepared.body);
  assert.deepEqual(others, []);
  return { ...prepared, entry };
}

Deno.test("a lead for «Неразобранное» is one form with its deal and contact", () => {
  const { url, headers, entry } = post();
  assert.equal(url, "https://monster.amocrm.ru/api/v4/leads/unsorted/forms");
  assert.deepEqual(headers, { authorization: `Bearer ${TOKEN}` });
  assert.deepEqual(entry, {
    request_id: ID,
    source_uid: ID,
    source_name: "Telegram Bot",
    created_at: SENT_AT,
    metadata: {
      form_id: "agency",
      form_name: "MONSTER AGENCY",
      form_page: "https://t.me/monstrassistentbot?start=agency",
      form_sent_at: SENT_AT,
      referer: "https://t.me/monstrassistentbot",
    },
    _embedded: {
      leads: [{
        name: "Новый лид с Telegram: MONSTER AGENCY",
        _embedded: { tags: [{ name: "Telegram Bot" }] },
      }],
      contacts: [{ name: "Galliard (@betterrman)" }],
    },
  });
});

Deno.test("a lead for a status is a deal with its contact, and carries the form's metadata inside", () => {
  const { url, entry } = post({
    entry: "lead",
    pipeline_id: 1,
    status_id: 2,
    responsible_user_id: 3,
    tags: ["A", "B"],
  });
  assert.equal(url, "https://monster.amocrm.ru/api/v4/leads/complex");
  assert.deepEqual(entry, {
    request_id: ID,
    name: "Новый лид с Telegram: MONSTER AGENCY",
    pipeline_id: 1,
    status_id: 2,
    responsible_user_id: 3,
    _embedded: {
      tags: [{ name: "A" }, { name: "B" }],
      contacts: [{ first_name: "Galliard (@betterrman)" }],
      metadata: {
        category: "forms",
        form_id: "agency",
        form_name: "MONSTER AGENCY",
        form_page: "https://t.me/monstrassistentbot?start=agency",
        form_sent_at: SENT_AT,
      },
    },
  });
});

Deno.test("a pipeline is named in «Неразобранное» too, a status and a user are not", () => {
  const { entry } = post({ pipeline_id: 1, status_id: 2, responsible_user_id: 3, tags: [] });
  assert.equal(entry.pipeline_id, 1);
  assert.ok(!JSON.stringify(entry).includes("status_id"));
  assert.ok(!JSON.stringify(entry).includes("responsible_user_id"));
  assert.deepEqual(entry._embedded.leads, [{ name: "Новый лид с Telegram: MONSTER AGENCY" }]);
});

Deno.test("fields go by code or by number, to the contact where they are its own, and are left out when empty", () => {
  const fields = {
    UTM_SOURCE: "{source}",
    UTM_MEDIUM: " {phone} ",
    UTM_CONTENT: "tg-{profile}",
    "123456": "{choice}",
    EMAIL: "{user_id}@telegram.example",
    phone: "{phone}",
  };
  const choice = { field_id: 123456, values: [{ value: "Привлечь клиентов" }] };
  const content = { field_code: "UTM_CONTENT", values: [{ value: "tg-agency" }] };
  const email = {
    field_code: "EMAIL",
    values: [{ value: "310452007@telegram.example", enum_code: "WORK" }],
  };
  const unsorted = post({ fields }).entry._embedded;
  assert.deepEqual(unsorted.leads[0].custom_fields_values, [choice, content]);
  assert.deepEqual(unsorted.contacts[0].custom_fields_values, [email]);
  const complex = post({ fields, entry: "lead", pipeline_id: 1 }).entry;
  assert.deepEqual(complex.custom_fields_values, [choice, content]);
  assert.deepEqual(complex._embedded.contacts[0].custom_fields_values, [email]);
});

Deno.test("a lead's source is its UTM_SOURCE, unless the profile says what stands there", () => {
  const lead = aLead({ source: "vk-may" });
  const field = (value: string) => [{ field_code: "UTM_SOURCE", values: [{ value }] }];
  const fieldsOf = (crm: object, of: Lead = lead) =>
    post(crm, of).entry._embedded.leads[0].custom_fields_values;
  assert.deepEqual(fieldsOf({}), field("vk-may"));
  assert.equal(fieldsOf({}, aLead()), undefined);
  assert.deepEqual(fieldsOf({ fields: { UTM_SOURCE: "tg:{source}" } }), field("tg:vk-may"));
  const [lower] = fieldsOf({ fields: { utm_source: "telegram" } });
  assert.deepEqual(lower, { field_code: "utm_source", values: [{ value: "telegram" }] });
  const complex = post({ entry: "lead", pipeline_id: 1 }, lead).entry;
  assert.deepEqual(complex.custom_fields_values, field("vk-may"));
});

Deno.test("a lead's phone is its contact's PHONE, unless the profile says what stands there", () => {
  const lead = aLead({ phone: "+79161234567" });
  const phone = {
    field_code: "PHONE",
    values: [{ value: "+79161234567", enum_code: "WORK" }],
  };
  const contactOf = (crm: object, of = lead) => post(crm, of).entry._embedded.contacts[0];
  assert.deepEqual(contactOf({}).custom_fields_values, [phone]);
  assert.equal(contactOf({}, aLead()).custom_fields_values, undefined);
  const own = contactOf({ fields: { phone: "tel {phone}" } }).custom_fields_values;
  assert.equal(own.length, 1);
  assert.equal(own[0].values[0].value, "tel +79161234567");
});

Deno.test("a contact is named by what the visitor has", () => {
  const nameOf = (visitor: Parameters<typeof aVisitor>[0]) =>
    post({}, aLead({ visitor: aVisitor(visitor) })).entry._embedded.contacts[0].name;
  assert.equal(nameOf({ lastName: "Smith" }), "Galliard Smith (@betterrman)");
  assert.equal(nameOf({ username: null }), "Galliard");
  assert.equal(nameOf({ firstName: "" }), "@betterrman");
  assert.equal(nameOf({ firstName: "", username: null }), "id310452007");
  assert.equal(nameOf({ firstName: '"}{secret:amo}\n' }), '"}{secret:amo}\n (@betterrman)');
});

Deno.test("names are cut to the 255 characters that amoCRM takes, an emoji not in half", () => {
  const name = "Новый лид с Telegram: ";
  const before = "x".repeat(254 - name.length);
  const { entry } = post({}, aLead({ profileName: `${before}🔥🔥` }));
  assert.equal(entry._embedded.leads[0].name, name + before);
  const full = "x".repeat(255);
  assert.equal(post({}, aLead({ profileName: full })).entry.metadata.form_name, full);
});

Deno.test("calls go to the root of the configuration, with the account as its first part", () => {
  for (const amoCrmRoot of ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"]) {
    assert.equal(
      post({ account: "Monster.Kommo.com" }, aLead(), { amoCrmRoot }).url,
      "http://127.0.0.1:8080/monster.kommo.com/api/v4/leads/unsorted/forms",
    );
  }
});

Deno.test("a bot that does not know its username yet names Telegram's site", () => {
  const { metadata } = post({}, aLead(), { botUsername: undefined }).entry;
  assert.equal(metadata.form_page, "https://t.me/");
  assert.equal(metadata.referer, "https://t.me/");
});

Deno.test("a token that is missing, or no token, is the POST's fault, and is not quoted", () => {
  const faultOf = (token: string | undefined) => {
    const prepared = prepare({}, aLead(), { secret: () => token });
    assert.ok("fault" in prepared);
    return prepared.fault;
  };
  const missing = "секрет amo не задан: введите его на странице профиля " +
    "или задайте переменную SECRET_AMO";
  assert.equal(faultOf(undefined), missing);
  assert.equal(faultOf(""), missing);
  assert.equal(
    faultOf("f3b1c0de"),
    "секрет amo: не похоже на долгосрочный токен amoCRM, нужен текст вида eyJ….….…",
  );
  for (const token of [`${TOKEN}\n`, ` ${TOKEN}`, `${TOKEN}\r\nX: y`, `Bearer ${TOKEN}`]) {
    assert.match(faultOf(token), /^секрет amo: не похоже на долгосрочный токен amoCRM/);
  }
});
