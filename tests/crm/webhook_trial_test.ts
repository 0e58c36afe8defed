import assert from "node:assert/strict";
import { createCrm } from "../../lib/crm/post.ts";
import { startBitrix24 } from "../../lib/simulator/crm/bitrix24.ts";
import { startCrmServer } from "../../lib/simulator/crm/server.ts";
import { createWebhookTrial } from "../../lib/crm/webhook_trial.ts";
import { isForbiddenAddress } from "../../lib/profiles/network_address.ts";
import type { Lookup } from "../../lib/crm/connection.ts";
import type { Profile } from "../../lib/profiles/profile.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { aProfile } from "../helpers/a_profile.ts";

Deno.test("a trial sends one lead that is plainly marked as a test, and tells the answer", async () => {
  await using server = await startCrmServer();
  const { log, mask, lines } = aLog();
  const crm = createCrm({ log, mask });
  try {
    const test = trialWith(crm);
    const trial = await test(aProfileAt(` ${server.url} `), 2000, noSecret);
    assert.ok(trial.kind === "sent");
    assert.deepEqual(trial.outcome, { kind: "accepted", status: 200 });
    assert.equal(trial.tookMs, 7);
    const lead = await server.nextLead();
    assert.deepEqual(lead.body, {
      lead_name: "ТЕСТ. Новый лид с Telegram: MONSTER AGENCY",
      contact: { name: "Проверка вебхука", username: "@test" },
      source: "Telegram Bot",
      request_details: "Это проверка адреса, не клиент. Сделку можно удалить",
    });
    assert.ok(lines.every((line) => !line.includes("Лид успешно отправлен")));
    assert.ok(lines.some((line) => line.includes("Проверка вебхука")));
    assert.ok(lines.every((line) => !line.includes(new URL(server.url).pathname)));
  } finally {
    crm.close();
  }
});

Deno.test("a trial shows the beginning of what an accepting CRM says, without the address", async () => {
  const secret = "/hook/s3cret-token";
  await using server = serve(() => new Response(`ok ${secret} ${"я".repeat(900)}`));
  const { log, mask } = aLog();
  const crm = createCrm({ log, mask });
  try {
    const trial = await trialWith(crm)(aProfileAt(`${server.url}${secret}`), 2000, noSecret);
    assert.ok(trial.kind === "sent" && trial.outcome.kind === "accepted");
    assert.equal(trial.answer.length, 500);
    assert.match(trial.answer, /^ok \*\*\* яяя/);
  } finally {
    crm.close();
  }
});

Deno.test("a preset is tested in its own body, marked in every text that people read", async () => {
  await using bitrix = await startBitrix24();
  const { log, mask } = aLog();
  const crm = createCrm({ log, mask });
  try {
    const profile = aProfile((agency) => {
      agency.webhook_url = bitrix.url;
      agency.crm = { kind: "bitrix24" };
    });
    const trial = await trialWith(crm)(profile, 2000, noSecret);
    assert.ok(trial.kind === "sent" && trial.outcome.kind === "accepted");
    assert.equal(bitrix.leads.length, 1);
    assert.match(JSON.stringify(bitrix.leads[0]), /ТЕСТ\. MONSTER AGENCY[^]*не клиент/);
  } finally {
    crm.close();
  }
});

Deno.test("a missing secret is told, and nothing is sent", async () => {
  const profile = aProfile((agency) => {
    agency.crm = { kind: "webhook", headers: { "X-Key": "{secret:crm_key}" } };
  });
  const never = { trySending: () => assert.fail("nothing may be sent") };
  const trial = await trialWith(never)(profile, 2000, noSecret);
  assert.ok(trial.kind === "faulty");
  assert.match(trial.fault, /секрет crm_key не задан/);
});

Deno.test("a redirect is reported and not followed", async () => {
  let requests = 0;
  await using server = serve(() => {
    requests += 1;
    return new Response(null, { status: 302, headers: { location: "/elsewhere" } });
  });
  const { log, mask } = aLog();
  const crm = createCrm({ log, mask });
  try {
    const trial = await trialWith(crm)(aProfileAt(server.url), 2000, noSecret);
    assert.ok(trial.kind === "sent" && trial.outcome.kind === "answered");
    assert.equal(trial.outcome.status, 302);
    assert.equal(requests, 1);
  } finally {
    crm.close();
  }
});

Deno.test("an impossible address and one of the machine's own services are not sent to", async () => {
  const never = { trySending: () => assert.fail("nothing may be sent") };
  const test = trialWith(never, () => Promise.resolve(["169.254.169.254"]));
  assert.deepEqual(await test(aProfileAt("ftp://crm.example.ru"), 1000, noSecret), {
    kind: "impossible",
  });
  assert.deepEqual(await test(aProfileAt("crm"), 1000, noSecret), { kind: "impossible" });
  assert.deepEqual(await test(aProfileAt("http://169.254.169.254/"), 1000, noSecret), {
    kind: "forbidden",
  });
  // Anyone can make a name resolve to it.
  assert.deepEqual(await test(aProfileAt("http://innocent.example/"), 1000, noSecret), {
    kind: "forbidden",
  });
});

Deno.test("a name that does not resolve is left to the CRM client", async () => {
  const outcome = { kind: "unreachable", reason: "" } as const;
  const test = trialWith(
    { trySending: () => Promise.resolve({ outcome, answer: "" }) },
    () => Promise.reject(new Error("ENOTFOUND")),
  );
  assert.deepEqual(await test(aProfileAt("http://nowhere.example/"), 1000, noSecret), {
    kind: "sent",
    outcome,
    answer: "",
    tookMs: 7,
  });
});

for (
  const address of [
    "http://169.254.169.254/latest/meta-data",
    "http://169.254.0.1/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://[fe80::1]/",
    "http://[FEBF::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[2002:a9fe:1::7]/",
    "http://[2002:6464:64c8::1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:FF9B::6464:64c8]/",
    "http://[64:ff9b::c000:c0]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[64:ff9b:1:a9fe:a9:fe00::]/",
    "http://[64:ff9b:1:a9:fe:a9fe::]/",
    "http://[64:ff9b:1:5:a9:fea9:fe00::]/",
    "http://[64:ff9b:1:ffff::169.254.169.254]/",
    "http://[2001:0:a9fe:a9fe::1]/",
    "http://[2001:0:101:101::5601:5601]/",
    "http://[::169.254.169.254]/",
    "http://[::a9fe:1]/",
    "http://[::ffff:0:169.254.169.254]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[fd00::5efe:169.254.169.254]/",
    "http://0251.0376.0251.0376/",
    "http://169.16689662/",
    "http://169.254.169.254./",
    "http://１６９.２５４.１６９.２５４/",
    "http://%31%36%39.254.169.254/",
    "https://[fd00:ec2:0:0::254]:8443/hook",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://METADATA.google.internal./",
    "http://metadata/",
  ]
) {
  Deno.test(`no CRM lives at ${address}`, () => assert.equal(isForbiddenAddress(address), true));
}

for (
  const address of [
    "http://127.0.0.1:8080/hook",
    "http://localhost/hook",
    "http://[::1]/hook",
    "http://10.0.0.7/hook",
    "http://192.168.1.20/hook",
    "http://172.16.0.1/hook",
    "http://[fd12::1]/hook",
    "http://[2002:c0a8:1::1]/hook",
    "http://[64:ff9b::10.0.0.7]/hook",
    "http://[::ffff:192.168.1.20]/hook",
    "http://[2001:db8::a9fe:a9fe]/hook",
    "http://169.253.169.254/",
    "https://crm.example.ru/169.254.169.254",
    "https://169.254.169.254.example.ru/",
    "not an address",
  ]
) {
  Deno.test(`a CRM may live at ${address}`, () => assert.equal(isForbiddenAddress(address), false));
}

const noSecret = () => undefined;

function aProfileAt(url: string): Profile {
  return aProfile((agency) => agency.webhook_url = url);
}

type Sender = Parameters<typeof createWebhookTrial>[0]["crm"];

function trialWith(crm: Sender, lookup: Lookup = () => Promise.resolve(["127.0.0.1"])) {
  let nowMs = 0;
  return createWebhookTrial({
    crm,
    lookup,
    sleep: () => new Promise(() => {}),
    newId: () => "5b0f6a52-8c5e-4a53-9d0e-3f2f3a6f7c11",
    now: () => NOON_MS,
    elapsedMs: () => nowMs += 7,
    stopping: new AbortController().signal,
  });
}

function serve(answer: () => Response): AsyncDisposable & { readonly url: string } {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
