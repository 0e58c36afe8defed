// Leads that go to a webhook with settings of its own: headers, body, which answers accept, signing. Through the running bot.

import assert from "node:assert/strict";
import { USER_AGENT } from "../../lib/version.ts";
import { Webhook } from "standardwebhooks";
import { PLACEHOLDERS } from "../../lib/profiles/placeholders.ts";
import type { CrmMode, ReceivedLead } from "../../lib/simulator/crm/server.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import {
  assertAdminChatSilent,
  becomeLead,
  buttonTexts,
  galliard,
  wordsOf,
} from "../helpers/visits.ts";
import { withWebhookWorld } from "../helpers/webhook_world.ts";
import { withWorld } from "../helpers/world.ts";

const RESEND = "🔁 Отправить в CRM";
const KEY = "k3y-w1th+slash/and=signs";
const HOOK = `whsec_${btoa("0123456789abcdef/?>0123456789")}`;

// — What is sent —

Deno.test("a profile without crm posts what it always posted, to the byte, and no other headers", () =>
  withWorld(async (world) => {
    await becomeLead(galliard(world));
    const { method, rawBody, headers, idempotencyKey } = await world.crm.nextLead();
    assert.equal(method, "POST");
    assert.equal(
      rawBody,
      '{"lead_name":"Новый лид с Telegram: MONSTER AGENCY",' +
        '"contact":{"name":"Galliard","username":"@betterrman"},' +
        '"source":"Telegram Bot","request_details":"Привлечь клиентов"}',
    );
    assert.match(idempotencyKey ?? "", /^[\da-f-]{36}$/);
    const { host, "idempotency-key": _key, "content-length": length, ...others } = headers;
    assert.equal(host, new URL(world.crm.url).host);
    assert.equal(Number(length), new TextEncoder().encode(rawBody).length);
    assert.deepEqual(others, {
      accept: "*/*",
      "accept-encoding": "gzip,br",
      "accept-language": "*",
      "content-type": "application/json",
      "user-agent": USER_AGENT,
    });
  }));

Deno.test("kind webhook without settings posts the same", () =>
  withWebhookWorld(async (world) => {
    await becomeLead(galliard(world));
    const { rawBody, headers } = await world.crm.nextLead();
    assert.match(rawBody, /^\{"lead_name":".*","contact":\{.*\},"source":"Telegram Bot",/);
    assert.equal(headers["content-type"], "application/json");
  }, {}));

Deno.test("headers get their secrets and replace the bot's own content-type and user-agent", () =>
  withWebhookWorld(
    async (world) => {
      await becomeLead(galliard(world));
      const { headers } = await world.crm.nextLead();
      assert.equal(headers["authorization"], `Bearer ${KEY}`);
      assert.equal(headers["x-two"], `${KEY}:${KEY}`);
      assert.equal(headers["content-type"], "application/vnd.api+json");
      assert.equal(headers["user-agent"], "Monster/1");
      await assertAdminChatSilent(world);
    },
    {
      headers: {
        Authorization: "Bearer {secret:crm_key}",
        "X-Two": "{secret:crm_key}:{secret:crm_key}",
        "Content-Type": "application/vnd.api+json",
        "User-Agent": "Monster/1",
      },
    },
    { env: { SECRET_CRM_KEY: KEY } },
  ));

const EVERY = Object.fromEntries(PLACEHOLDERS.map((each) => [each, `{${each}}`]));

Deno.test("a body has every placeholder at any depth, and a key with nothing behind it is left out", () =>
  withWebhookWorld(
    async (world) => {
      const visitor = world.telegram.user({ first_name: "Galliard", username: "betterrman" });
      await becomeLead(visitor);
      const { body, idempotencyKey } = await world.crm.nextLead();
      const { deep, list, mixed, number, ...flat } = body as Record<string, unknown>;
      const { received_at, ...values } = flat;
      assert.match(String(received_at), /^\d{4}-\d\d-\d\dT/);
      assert.deepEqual(values, {
        lead_id: idempotencyKey,
        lead_name: "Новый лид с Telegram: MONSTER AGENCY",
        name: "Galliard",
        first_name: "Galliard",
        username: "@betterrman",
        user_id: String(visitor.id),
        telegram_link: "https://t.me/betterrman",
        choice: "Привлечь клиентов",
        profile: "agency",
        profile_name: "MONSTER AGENCY",
        ...("language" in values ? { language: values["language"] } : {}),
      });
      assert.deepEqual(deep, { choice: ["Привлечь клиентов", { name: "Galliard" }] });
      assert.deepEqual(list, []);
      assert.equal(mixed, "тел.: , {не слово} {} {{ Galliard}");
      assert.equal(number, 7);
    },
    {
      body: {
        ...EVERY,
        deep: { choice: ["{choice}", { name: "{name}", phone: "{phone}" }] },
        list: ["{phone}"],
        mixed: "тел.: {phone}, {не слово} {} {{ {name}}",
        number: 7,
      },
    },
  ));

Deno.test("what a visitor is called never becomes JSON, a placeholder, a secret or a header", () =>
  withWebhookWorld(
    async (world) => {
      const hostile = '"},"x":{"a\\ {secret:crm_key} {choice} $& $1 \u2028\r\nX-Evil: 1 </script>';
      await becomeLead(world.telegram.user({ first_name: hostile, last_name: "{lead_id}" }));
      const { body, rawBody, headers } = await world.crm.nextLead();
      const { first, last, both } = body as Record<string, unknown>;
      assert.equal(first, hostile);
      assert.equal(last, "{lead_id}");
      assert.equal(both, `${hostile}/{lead_id}`);
      assert.deepEqual(Object.keys(body as object), ["first", "last", "both"]);
      assert.ok(!rawBody.includes(KEY));
      assert.equal(headers["x-evil"], undefined);
    },
    {
      headers: { "X-Key": "{secret:crm_key}" },
      body: { first: "{first_name}", last: "{last_name}", both: "{first_name}/{last_name}" },
    },
    { env: { SECRET_CRM_KEY: KEY } },
  ));

for (
  const [what, secret] of [
    ["of two lines", "one\r\nX-Evil: 1"],
    ["in Cyrillic", "ключ"],
    ["missing", ""],
  ] as const
) {
  Deno.test(`a secret that is ${what} sends nothing: a card, and the log names it without its value`, () =>
    withWebhookWorld(
      async (world) => {
        await becomeLead(galliard(world));
        const beginning =
          `${expectedCard()}\n\n──────────────\n❌ Не отправлено в CRM: секрет crm_key`;
        const card = wordsOf(
          await world.admin.chat.waitFor((each) => wordsOf(each).startsWith(beginning)),
        );
        assert.doesNotMatch(card, /Evil|ключ(?!е)/);
        const line = await world.bot.line(/^❌ Лид не отправлен .*секрет crm_key/);
        assert.doesNotMatch(line, /Evil|ключ(?!е)/);
        assert.equal(world.crm.receivedCount, 0);
      },
      { headers: { Authorization: "Bearer {secret:crm_key}" } },
      { env: { SECRET_CRM_KEY: secret } },
    ));
}

// — Which answers accept —

interface Answer {
  readonly what: string;
  readonly crm: Readonly<Record<string, unknown>>;
  readonly mode: CrmMode;
  /** What the card's button says; null where the lead is accepted. */
  readonly button: string | null;
}

const DONE = { redirect_hosts: ["script.googleusercontent.com"] };
const redirectTo = (location: string, status = 302): CrmMode => ({
  kind: "answer",
  status,
  body: "",
  headers: { location },
});
const ANSWERS: readonly Answer[] = [
  {
    what: "204 where it is listed",
    crm: { accepted: [204] },
    mode: { kind: "answer", status: 204, body: "" },
    button: null,
  },
  {
    what: "200 where only 204 is listed",
    crm: { accepted: [204] },
    mode: { kind: "answer", status: 200 },
    button: RESEND,
  },
  {
    what: "302 to a listed host",
    crm: DONE,
    mode: redirectTo("https://script.googleusercontent.com/macros/echo?x=1"),
    button: null,
  },
  {
    what: "302 to another host",
    crm: DONE,
    mode: redirectTo("https://script.googleusercontent.com.evil.example/"),
    button: RESEND,
  },
  {
    what: "302 within the same host",
    crm: DONE,
    mode: { kind: "redirect" },
    button: RESEND,
  },
  {
    what: "307 to a listed host",
    crm: DONE,
    mode: redirectTo("https://script.googleusercontent.com/", 307),
    button: RESEND,
  },
  {
    what: "200 with the refusing key",
    crm: { refused_by: "error" },
    mode: { kind: "answer", body: { error: "нет такого поля" } },
    button: RESEND,
  },
  {
    what: "500 with the refusing key",
    crm: { refused_by: "error" },
    mode: { kind: "answer", status: 500, body: { error: "нет такого поля" } },
    button: RESEND,
  },
  {
    what: "200 without the refusing key",
    crm: { refused_by: "error" },
    mode: { kind: "answer", body: { ok: true } },
    button: null,
  },
  {
    what: "200 whose refusing key may be in the part that never came",
    crm: { refused_by: "error" },
    mode: { kind: "reset_in_body" },
    button: "🔁 Отправить в CRM (возможен дубль)",
  },
  {
    what: "429 with Retry-After",
    crm: {},
    mode: { kind: "answer", status: 429, body: "slow", headers: { "retry-after": "1" } },
    button: RESEND,
  },
  {
    what: "503 with QUERY_LIMIT_EXCEEDED, which is Bitrix24's alone",
    crm: { refused_by: "error" },
    mode: { kind: "answer", status: 503, body: { error: "QUERY_LIMIT_EXCEEDED" } },
    button: RESEND,
  },
];

for (const { what, crm, mode, button } of ANSWERS) {
  Deno.test(`${what} is ${button === null ? "success" : "a card at once"}, after one POST`, () =>
    withWebhookWorld(async (world) => {
      const isGalliard = ({ rawBody }: ReceivedLead) => rawBody.includes("@betterrman");
      world.crm.behave((request) => isGalliard(request) ? mode : { kind: "answer", status: 204 });
      await becomeLead(galliard(world));
      if (button === null) {
        await world.bot.line(/^✅ Лид успешно отправлен/);
        // The marker of this has another answer, which a profile may not accept.
        world.crm.behave(mode);
        await assertAdminChatSilent(world);
        assert.equal(world.crm.receivedCount, 2);
      } else {
        const card = await world.admin.chat.nextMessage();
        assert.equal(wordsOf(card), expectedCard());
        assert.equal(buttonTexts(card)[1], button);
        assert.equal(world.crm.receivedCount, 1);
      }
      assert.equal(world.crm.loginVisits, 0);
    }, crm));
}

// — Signing —

Deno.test("the first attempt and a manager's are signed over their raw bodies, under one webhook-id", () =>
  withWebhookWorld(
    async (world) => {
      const receiver = new Webhook(HOOK);
      world.crm.behave({ kind: "answer", status: 500 });
      await becomeLead(world.telegram.user({ first_name: 'Ы "{}" 🦊', username: "fox" }));
      const card = await world.admin.chat.nextMessage();
      world.crm.behave({ kind: "answer" });
      const maria = world.admin.member({ first_name: "Мария", username: "maria" });
      await maria.press(card, RESEND).answered;
      const [first, again] = [await world.crm.nextLead(), await world.crm.nextLead()];
      for (const { rawBody, headers, idempotencyKey } of [first, again]) {
        assert.equal(headers["webhook-id"], idempotencyKey);
        const signed = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, String(value)]),
        );
        assert.deepEqual(receiver.verify(rawBody, signed), JSON.parse(rawBody));
        assert.throws(() => receiver.verify(`${rawBody} `, signed));
      }
      assert.equal(first.headers["webhook-id"], again.headers["webhook-id"]);
      assert.equal(first.rawBody, again.rawBody);
    },
    { signing: "{secret:hook}" },
    { env: { SECRET_HOOK: HOOK } },
  ));

Deno.test("a signing secret that is none sends nothing, and the log does not show it", () =>
  withWebhookWorld(
    async (world) => {
      await becomeLead(galliard(world));
      await world.admin.chat.waitFor((each) => /секрет hook не годится/.test(wordsOf(each)));
      await world.bot.line(/секрет hook не годится для подписи/);
      assert.doesNotMatch(world.bot.lines.join("\n"), /whsec_short/);
      assert.equal(world.crm.receivedCount, 0);
    },
    { signing: "{secret:hook}" },
    { env: { SECRET_HOOK: "whsec_short" } },
  ));
