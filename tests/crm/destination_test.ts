// Where a profile's leads go, as what, and what each answer means.

import assert from "node:assert/strict";
import { crmPayload } from "../../lib/crm/payload.ts";
import {
  type CrmAnswer,
  type DestinationContext,
  type PreparedPost,
  prepareLead,
  routeOf,
} from "../../lib/crm/destination.ts";
import type { Lead } from "../../lib/lead.ts";
import { aLead, aVisitor, NOON_MS } from "../helpers/a_lead.ts";
import { aProfile } from "../helpers/a_profile.ts";
import { aToken } from "../helpers/a_token.ts";

const TOKEN = aToken();
const SECRETS: Readonly<Record<string, string>> = {
  amo: TOKEN,
  crm_key: "k3y-f3b1",
  broken: "a\nb",
  nested: "{secret:crm_key}$&",
  hook: `whsec_${btoa("0123456789abcdef01234567")}`,
};

function context(details: Partial<DestinationContext> = {}): DestinationContext {
  return {
    secret: (name) => SECRETS[name],
    botUsername: "monstrassistentbot",
    amoCrmRoot: null,
    nowMs: NOON_MS,
    ...details,
  };
}

function profileWith(crm: unknown, webhookUrl?: string) {
  return aProfile((agency) => {
    agency.crm = crm;
    if (webhookUrl !== undefined) agency.webhook_url = webhookUrl;
  });
}

function prepared(crm: unknown, webhookUrl?: string, lead: Lead = aLead()): PreparedPost {
  const post = prepareLead(profileWith(crm, webhookUrl), lead, context());
  assert.ok(!("fault" in post), JSON.stringify(post));
  return post;
}

function faultOf(crm: unknown, webhookUrl?: string): string {
  const post = prepareLead(profileWith(crm, webhookUrl), aLead(), context());
  assert.ok("fault" in post, JSON.stringify(post));
  return post.fault;
}

function anAnswer(details: Partial<CrmAnswer> = {}): CrmAnswer {
  return { status: 200, location: null, retryAfter: null, text: "", isWhole: true, ...details };
}

const BITRIX = "https://monster.bitrix24.ru/rest/1/abc123";
const GOOGLE = "https://script.google.com/macros/s/AKfy/exec";

Deno.test("a profile without crm posts what it always posted, and reads no body of an accepting answer", () => {
  const lead = aLead();
  const { judge, ...post } = prepared(undefined);
  assert.deepEqual(post, {
    url: "https://crm.example.ru/webhook/agency",
    headers: {},
    body: JSON.stringify(crmPayload(lead)),
  });
  for (const status of [200, 201, 202]) {
    assert.ok(!judge.wantsBody(status));
    assert.deepEqual(judge.outcomeOf(anAnswer({ status })), { kind: "accepted", status });
  }
  for (const status of [203, 204, 302, 400, 429, 500, 503]) {
    assert.ok(judge.wantsBody(status));
    assert.deepEqual(
      judge.outcomeOf(anAnswer({ status, text: "<html>no", retryAfter: "5" })),
      { kind: "answered", status, body: "<html>no" },
    );
  }
});

Deno.test("a lead has no POST without an address, with a faulty crm, or with a preset's address of another form", () => {
  assert.equal(faultOf(undefined, ""), "вебхук не настроен");
  assert.equal(faultOf({ kind: "webhook" }, ""), "вебхук не настроен");
  assert.equal(
    faultOf({ kind: "amocrm", account: "monster.amocrm.ru", token: "{secret:amo}", tags: 7 }),
    "ошибка в профиле: crm.tags: найдено 7, нужен список",
  );
  assert.match(faultOf({ kind: "bitrix24" }, "https://a.ru/"), /^адрес вебхука: не похоже на /);
});

Deno.test("routeOf names the host whose turn a POST waits for, and the rate of its calls", () => {
  const amo = { kind: "amocrm", account: "Monster.amocrm.ru", token: "{secret:amo}" };
  assert.deepEqual(routeOf(profileWith(amo, "")), { host: "monster.amocrm.ru", callsPerSecond: 5 });
  assert.deepEqual(routeOf(profileWith(undefined)), {
    host: "crm.example.ru",
    callsPerSecond: null,
  });
  assert.deepEqual(routeOf(profileWith({ kind: "webhook" })), {
    host: "crm.example.ru",
    callsPerSecond: null,
  });
  assert.deepEqual(routeOf(profileWith({ kind: "bitrix24" }, BITRIX)), {
    host: "monster.bitrix24.ru",
    callsPerSecond: 2,
  });
  assert.deepEqual(routeOf(profileWith({ kind: "google_sheets" }, GOOGLE)), {
    host: "script.google.com",
    callsPerSecond: null,
  });
  assert.equal(routeOf(profileWith(undefined, "")), null);
  assert.deepEqual(routeOf(profileWith({ kind: "other" })), { host: "", callsPerSecond: null });
});

Deno.test("a webhook's headers get their secrets, and its body the lead's values", () => {
  const crm = {
    kind: "webhook",
    headers: { Authorization: "Bearer {secret:crm_key}", "X-Two": "{secret:nested}/{secret:amo}" },
    body: { title: "{lead_name}", phone: "{phone}" },
  };
  const { headers, body } = prepared(crm);
  assert.deepEqual(headers, {
    Authorization: "Bearer k3y-f3b1",
    "X-Two": `{secret:crm_key}$&/${TOKEN}`, // A secret is never searched for references.
  });
  assert.equal(body, '{"title":"Новый лид с Telegram: MONSTER AGENCY"}');
  assert.equal(prepared({ kind: "webhook" }).body, JSON.stringify(crmPayload(aLead())));
});

Deno.test("a secret that is missing, empty or of two lines is the POST's fault, without the secret", () => {
  const headers = (value: string) => ({ kind: "webhook", headers: { Authorization: value } });
  assert.equal(
    faultOf(headers("{secret:crm_key} {secret:other}")),
    "секрет other не задан: введите его на странице профиля или задайте переменную SECRET_OTHER",
  );
  const fault = faultOf(headers("{secret:broken}"));
  assert.equal(
    fault,
    "секрет broken не годится для заголовка Authorization: нужна одна строка латиницей",
  );
  assert.match(faultOf({ kind: "webhook", signing: "{secret:other}" }), /^секрет other не задан: /);
  assert.equal(
    faultOf({ kind: "webhook", signing: "{secret:crm_key}" }),
    "секрет crm_key не годится для подписи: нужен whsec_ и 24–64 байта в Base64",
  );
});

Deno.test("a webhook accepts by its own statuses", () => {
  const { judge } = prepared({ kind: "webhook", accepted: [204] });
  assert.ok(!judge.wantsBody(204));
  assert.deepEqual(judge.outcomeOf(anAnswer({ status: 204 })), { kind: "accepted", status: 204 });
  assert.deepEqual(judge.outcomeOf(anAnswer({ text: "ok" })), {
    kind: "answered",
    status: 200,
    body: "ok",
  });
});

Deno.test("a redirect accepts only to a listed host, and only when it says that the POST is done", () => {
  const { judge } = prepared({ kind: "webhook", redirect_hosts: ["done.example.ru"] });
  const kindOf = (status: number, location: string | null) =>
    judge.outcomeOf(anAnswer({ status, location })).kind;
  assert.deepEqual(
    judge.outcomeOf(anAnswer({ status: 302, location: "https://DONE.example.ru/x" })),
    {
      kind: "accepted",
      status: 302,
    },
  );
  assert.equal(kindOf(303, "https://done.example.ru/"), "accepted");
  for (const status of [301, 304, 307, 308]) {
    assert.equal(kindOf(status, "https://done.example.ru/"), "answered", String(status));
  }
  for (
    const location of [
      null,
      "",
      "/login",
      "//done.example.ru/",
      "https://done.example.ru.evil.ru/",
      "https://done.example.ru@evil.ru/",
      "https://evil.ru/?done.example.ru",
    ]
  ) {
    assert.equal(kindOf(302, location), "answered", String(location));
  }
});

Deno.test("an answer with the refusing key declines whatever its status, and only its top level counts", () => {
  const { judge } = prepared({
    kind: "webhook",
    refused_by: "error",
    redirect_hosts: ["done.example.ru"],
  });
  const outcomeOf = (text: string, status = 200) =>
    judge.outcomeOf(anAnswer({ status, text, location: "https://done.example.ru/" }));
  assert.ok(judge.wantsBody(200));
  for (const text of ['{"error":"no"}', '{"error":null}', '{"error":""}']) {
    assert.deepEqual(outcomeOf(text), { kind: "answered", status: 200, body: text });
    assert.equal(outcomeOf(text, 302).kind, "answered");
  }
  for (
    const text of [
      "",
      "{}",
      "error",
      '"error"',
      '["error"]',
      '{"a":{"error":1}}',
      '{"errors":1}',
      "null",
      '{"error":"cut o',
    ]
  ) {
    assert.deepEqual(outcomeOf(text), { kind: "accepted", status: 200 }, text);
  }
  assert.equal(outcomeOf("{}", 400).kind, "answered");
  assert.deepEqual(judge.outcomeOf(anAnswer({ text: '{"error":"cut o', isWhole: false })), {
    kind: "interrupted",
    status: 200,
    reason: "ответ оборвался",
  });
});

Deno.test("Bitrix24 gets crm.lead.add at the profile's webhook, however it was copied", () => {
  const lead = aLead();
  for (const address of [BITRIX, `${BITRIX}/`, `${BITRIX}/crm.deal.list.json`]) {
    const { url, headers, body } = prepared({ kind: "bitrix24" }, address);
    assert.equal(url, "https://monster.bitrix24.ru/rest/1/abc123/crm.lead.add.json");
    assert.deepEqual(headers, {});
    assert.deepEqual(JSON.parse(body), {
      fields: {
        TITLE: "Новый лид с Telegram: MONSTER AGENCY",
        NAME: "Galliard",
        COMMENTS: `${lead.choice}\n@betterrman https://t.me/betterrman`,
        SOURCE_ID: "WEB",
        SOURCE_DESCRIPTION: "Telegram Bot",
      },
    });
  }
});

Deno.test("Bitrix24 accepts with a lead's id, refuses by an error, and asks to wait by its rate limit", () => {
  const { judge } = prepared({ kind: "bitrix24" }, BITRIX);
  assert.ok(judge.wantsBody(200));
  assert.deepEqual(judge.outcomeOf(anAnswer({ text: '{"result":123,"time":{}}' })), {
    kind: "accepted",
    status: 200,
    deal: {
      id: 123,
      url: "https://monster.bitrix24.ru/crm/lead/details/123/",
      takesNotes: false,
    },
  });
  for (const text of ["", '{"result":true}', '{"result":"123"}', '{"result":-1}']) {
    assert.deepEqual(judge.outcomeOf(anAnswer({ text })), { kind: "accepted", status: 200 }, text);
  }
  assert.deepEqual(judge.outcomeOf(anAnswer({ text: " <html><title>Оплатите</title>" })), {
    kind: "answered",
    status: 200,
    body: "Оплатите",
  });
  const refused = '{"error":"INSUFFICIENT_SCOPE","error_description":"…"}';
  for (const status of [200, 400, 401]) {
    assert.deepEqual(judge.outcomeOf(anAnswer({ status, text: refused })), {
      kind: "answered",
      status,
      body: refused,
    });
  }
  const limit = '{"error":"QUERY_LIMIT_EXCEEDED"}';
  assert.deepEqual(judge.outcomeOf(anAnswer({ status: 503, text: limit, retryAfter: "3" })), {
    kind: "answered",
    status: 503,
    body: limit,
    retryAfterMs: 3_000,
  });
  assert.deepEqual(judge.outcomeOf(anAnswer({ status: 429, text: "<title>Slow</title>" })), {
    kind: "answered",
    status: 429,
    body: "Slow",
    retryAfterMs: 1_000,
  });
  assert.deepEqual(judge.outcomeOf(anAnswer({ status: 503, text: "busy" })), {
    kind: "answered",
    status: 503,
    body: "busy",
  });
});

Deno.test("Google's script gets a row, and only its redirect to what it printed accepts", () => {
  const lead = aLead({ visitor: aVisitor({ username: null }) });
  const { url, body, judge } = prepared({ kind: "google_sheets" }, GOOGLE, lead);
  assert.equal(url, GOOGLE);
  assert.deepEqual(JSON.parse(body), {
    received_at: "2026-01-15T12:00:00.000Z",
    name: "Galliard",
    choice: "Привлечь клиентов",
    profile_name: "MONSTER AGENCY",
    telegram_link: "tg://user?id=310452007",
    lead_id: lead.id,
  });
  const location = "https://script.googleusercontent.com/macros/echo?user_content_key=x";
  assert.deepEqual(judge.outcomeOf(anAnswer({ status: 302, location })), {
    kind: "accepted",
    status: 302,
  });
  const login = "https://accounts.google.com/ServiceLogin";
  assert.equal(judge.outcomeOf(anAnswer({ status: 302, location: login })).kind, "answered");
  assert.ok(judge.wantsBody(200));
  const page = "<!doctype html><html><head><title>\n Sign in — Google\n</title></head><p>…";
  assert.deepEqual(judge.outcomeOf(anAnswer({ text: page })), {
    kind: "answered",
    status: 200,
    body: "Sign in — Google",
  });
});

Deno.test("a phone is in the plain body's contact, and Bitrix24's field of its own; without one neither has it", () => {
  const lead = aLead({ phone: "+79161234567" });
  const plain = JSON.parse(prepared(undefined, "https://crm.example.ru/hook", lead).body);
  assert.deepEqual(plain.contact, {
    name: "Galliard",
    username: "@betterrman",
    phone: "+79161234567",
  });
  const fieldsOf = (of: Lead) => JSON.parse(prepared({ kind: "bitrix24" }, BITRIX, of).body).fields;
  assert.deepEqual(fieldsOf(lead).PHONE, [{ VALUE: "+79161234567", VALUE_TYPE: "WORK" }]);
  assert.equal(fieldsOf(aLead()).PHONE, undefined);
});
