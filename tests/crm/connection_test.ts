// A POST goes to the address that was checked, whatever its name resolves to a moment later.

import assert from "node:assert/strict";
import { PLAIN_JUDGE } from "../../lib/crm/webhook_judge.ts";
import { createCrm } from "../../lib/crm/post.ts";
import {
  fetchChecked,
  isForbiddenTarget,
  type Lookup,
  rememberLookups,
  resolveHost,
} from "../../lib/crm/connection.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import {
  CERTIFICATE,
  CERTIFICATE_HOST,
  CRM_CERTIFICATE,
  PRIVATE_KEY,
} from "../helpers/a_certificate.ts";
import { aLog } from "../helpers/a_log.ts";
import { openHttpsGate } from "../helpers/https_gate.ts";

const plainPost = { headers: {}, body: '{"lead_name":"A"}', judge: PLAIN_JUDGE };

interface Received {
  readonly url: string;
  readonly host: string;
  readonly body: string;
}

interface Sent {
  readonly outcome: CrmOutcome;
  readonly received: readonly Received[];
  readonly lines: readonly string[];
}

interface Way {
  readonly scheme?: "http" | "https";
  readonly respond?: () => Response;
  /** Whether the server's certificate is trusted beside those that the bot trusts by itself. */
  readonly isTrusted?: boolean;
  readonly timeoutMs?: number;
}

/** Sends one lead to a name by way of a lookup; tells what came of it and what a server on 127.0.0.1 received. */
async function sendTo(
  name: string,
  lookup: Lookup,
  {
    scheme = "http",
    respond = () => new Response(null, { status: 201 }),
    isTrusted = true,
    timeoutMs = 5_000,
  }: Way = {},
): Promise<Sent> {
  const received: Received[] = [];
  const answer = async (request: Request) => {
    received.push({
      url: new URL(request.url).pathname + new URL(request.url).search,
      host: new URL(request.url).host, // HTTP/2 has no Host header.
      body: await request.text(),
    });
    return respond();
  };
  const tls = scheme === "https" ? { cert: CERTIFICATE, key: PRIVATE_KEY } : {};
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, ...tls },
    answer,
  );
  const { log, mask, lines } = aLog();
  const crm = createCrm({ log, mask, lookup, ...isTrusted && { caCerts: [CERTIFICATE] } });
  try {
    const outcome = await crm.sendLead({
      url: `${scheme}://${name}:${server.addr.port}/hook?key=s3cret`,
      timeoutMs,
      idempotencyKey: "5b0f6a52-8c5e-4a53-9d0e-3f2f3a6f7c11",
      ...plainPost,
      facts: {},
    }, new AbortController().signal);
    return { outcome, received, lines };
  } finally {
    crm.close();
  }
}

for (const scheme of ["http", "https"] as const) {
  Deno.test(`a POST over ${scheme} goes to the address that its name was checked for, with the name's own Host`, async () => {
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    const { outcome, received } = await sendTo(
      CERTIFICATE_HOST,
      () => Promise.resolve(answers.shift() ?? assert.fail("the name was resolved again")),
      { scheme },
    );
    assert.deepEqual(outcome, { kind: "accepted", status: 201 });
    assert.equal(answers.length, 1);
    assert.equal(received.length, 1);
    assert.equal(received[0]?.url, "/hook?key=s3cret");
    assert.match(received[0]?.host ?? "", /^crm\.example\.invalid:\d+$/);
    assert.equal(received[0]?.body, '{"lead_name":"A"}');
  });
}

Deno.test("https trusts no certificate of another name or of an unknown signer: nothing was sent", async () => {
  const here = () => Promise.resolve(["127.0.0.1"]);
  for (
    const [fault, { outcome, received }] of [
      [/not valid for name/, await sendTo("other.example.invalid", here, { scheme: "https" })],
      [
        /UnknownIssuer/,
        await sendTo(CERTIFICATE_HOST, here, { scheme: "https", isTrusted: false }),
      ],
    ] as const
  ) {
    assert.ok(outcome.kind === "unreachable", outcome.kind);
    assert.match(outcome.reason, fault);
    assert.deepEqual(received, []);
  }
});

Deno.test("an https server that never answers the handshake is a timeout, and its connection is closed", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const ended = (async () => {
    using connection = await listener.accept();
    await new Response(connection.readable).bytes().catch(() => {});
  })();
  const { log, mask } = aLog();
  const crm = createCrm({ log, mask, lookup: () => Promise.resolve(["127.0.0.1"]) });
  const url = `https://${CERTIFICATE_HOST}:${listener.addr.port}/`;
  const request = { url, timeoutMs: 200, idempotencyKey: "1", ...plainPost, facts: {} };
  const outcome = await crm.sendLead(request, new AbortController().signal);
  crm.close();
  assert.deepEqual(outcome, { kind: "timeout", afterMs: 200 });
  await ended;
});

Deno.test("an answer over https is read as one over http is", async () => {
  const here = () => Promise.resolve(["127.0.0.1"]);
  const { outcome } = await sendTo(CERTIFICATE_HOST, here, {
    scheme: "https",
    respond: () => new Response("Неверный  ключ\n", { status: 422 }),
  });
  assert.deepEqual(outcome, { kind: "answered", status: 422, body: "Неверный ключ" });
  const redirected = await sendTo(CERTIFICATE_HOST, here, {
    scheme: "https",
    respond: () => new Response(null, { status: 302, headers: { location: "/login" } }),
  });
  assert.deepEqual(redirected.outcome, { kind: "answered", status: 302, body: "" });
  assert.equal(redirected.received.length, 1);
  const empty = await sendTo(CERTIFICATE_HOST, here, {
    scheme: "https",
    respond: () => new Response(null, { status: 204 }),
  });
  assert.deepEqual(empty.outcome, { kind: "answered", status: 204, body: "" });
});

Deno.test("an https server that cuts the connection gets one POST, which may have arrived", async () => {
  let connections = 0;
  using listener = Deno.listenTls({
    port: 0,
    hostname: "127.0.0.1",
    cert: CERTIFICATE,
    key: PRIVATE_KEY,
  });
  const serving = (async () => {
    for await (const connection of listener) {
      connections += 1;
      await connection.read(new Uint8Array(4096));
      connection.close();
    }
  })();
  const { log, mask } = aLog();
  const crm = createCrm({
    log,
    mask,
    lookup: () => Promise.resolve(["127.0.0.1"]),
    caCerts: [CERTIFICATE],
  });
  const url = `https://${CERTIFICATE_HOST}:${listener.addr.port}/`;
  const request = { url, timeoutMs: 5_000, idempotencyKey: "1", ...plainPost, facts: {} };
  const outcome = await crm.sendLead(request, new AbortController().signal);
  crm.close();
  listener.close();
  await serving.catch(() => {});
  assert.equal(outcome.kind, "interrupted");
  assert.equal(connections, 1);
});

Deno.test("an https answer that never ends is cut off at the deadline, its status kept", async () => {
  let cancelled = false;
  const { outcome } = await sendTo(CERTIFICATE_HOST, () => Promise.resolve(["127.0.0.1"]), {
    scheme: "https",
    timeoutMs: 3_000, // The headers come before, on a busy machine too.
    respond: () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("слишком")),
          cancel: () => void (cancelled = true),
        }),
        { status: 500 },
      ),
  });
  assert.deepEqual(outcome, { kind: "answered", status: 500, body: "слишком" });
  assert.ok(cancelled);
});

Deno.test("an https server that says nothing is a timeout", async () => {
  const never = Promise.withResolvers<Response>();
  const { log, mask } = aLog();
  await using server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    cert: CERTIFICATE,
    key: PRIVATE_KEY,
  }, () => never.promise);
  const crm = createCrm({
    log,
    mask,
    lookup: () => Promise.resolve(["127.0.0.1"]),
    caCerts: [CERTIFICATE],
  });
  const url = `https://${CERTIFICATE_HOST}:${server.addr.port}/`;
  const request = { url, timeoutMs: 200, idempotencyKey: "1", ...plainPost, facts: {} };
  const outcome = await crm.sendLead(request, new AbortController().signal);
  crm.close();
  never.resolve(new Response());
  assert.deepEqual(outcome, { kind: "timeout", afterMs: 200 });
});

for (
  const addresses of [
    ["169.254.169.254"],
    ["127.0.0.1", "fe80::1%eth0"],
    ["127.0.0.1", "64:ff9b::a9fe:a9fe"],
    ["2002:a9fe:a9fe::"],
    ["::ffff:100.100.100.200"],
  ]
) {
  Deno.test(`no POST leaves for a name that resolves to ${addresses.join(" and ")}`, async () => {
    const { outcome, received, lines } = await sendTo(
      "innocent.example.invalid",
      () => Promise.resolve(addresses),
    );
    assert.equal(outcome.kind, "client");
    assert.deepEqual(received, []);
    assert.ok(lines.some((line) => line.includes("служебный адрес машины")), lines.join("\n"));
    assert.ok(lines.every((line) => !line.includes("s3cret")));
  });
}

Deno.test("no POST leaves for an address that is forbidden as it stands, over http or https", async () => {
  const { log, mask } = aLog();
  const crm = createCrm({ log, mask, lookup: () => assert.fail("an address is not looked up") });
  try {
    for (
      const url of [
        "http://169.254.169.254/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "http://2852039166/",
      ]
    ) {
      const request = { url, timeoutMs: 1000, idempotencyKey: "1", ...plainPost, facts: {} };
      const outcome = await crm.sendLead(request, new AbortController().signal);
      assert.equal(outcome.kind, "client", url);
    }
  } finally {
    crm.close();
  }
});

for (const scheme of ["http", "https"] as const) {
  Deno.test(`a name with a dead address and a good one gets one POST over ${scheme}`, async () => {
    const { outcome, received } = await sendTo(
      CERTIFICATE_HOST,
      () => Promise.resolve(["127.0.0.2", "127.0.0.1"]),
      { scheme },
    );
    assert.deepEqual(outcome, { kind: "accepted", status: 201 });
    assert.equal(received.length, 1);
  });
}

Deno.test("a name that does not resolve is unreachable: nothing was sent", async () => {
  const { outcome, received } = await sendTo(
    "nowhere.example.invalid",
    () => Promise.reject(new Error("getaddrinfo ENOTFOUND nowhere.example.invalid")),
  );
  assert.equal(outcome.kind, "unreachable");
  assert.deepEqual(received, []);
});

Deno.test("a lookup that never ends is a timeout", async () => {
  const { log, mask } = aLog();
  const crm = createCrm({ log, mask, lookup: () => new Promise(() => {}) });
  try {
    const url = "http://slow.example.invalid/";
    const request = { url, timeoutMs: 50, idempotencyKey: "1", ...plainPost, facts: {} };
    const outcome = await crm.sendLead(request, new AbortController().signal);
    assert.deepEqual(outcome, { kind: "timeout", afterMs: 50 });
  } finally {
    crm.close();
  }
});

Deno.test("a webhook address is forbidden when its name resolves to a forbidden address in time", async () => {
  const never = () => new Promise<never>(() => {});
  const isForbidden = (lookup: Lookup, sleep: (ms: number) => Promise<void> = never) =>
    isForbiddenTarget("https://crm.example.invalid/hook", lookup, sleep);
  assert.equal(await isForbidden(() => Promise.resolve(["127.0.0.1", "169.254.169.254"])), true);
  assert.equal(await isForbidden(() => Promise.resolve(["127.0.0.1"])), false);
  assert.equal(await isForbidden(() => Promise.reject(new Error("ENOTFOUND"))), false);
  const slept: number[] = [];
  assert.equal(await isForbidden(never, (ms) => Promise.resolve(void slept.push(ms))), false);
  assert.deepEqual(slept, [3_000]);
});

Deno.test("what a name resolved to is used for half a minute, a failure is not", async () => {
  let nowMs = 0;
  let asked = 0;
  const lookup = rememberLookups(
    () =>
      (asked += 1) === 2 ? Promise.reject(new Error("down")) : Promise.resolve([`10.0.0.${asked}`]),
    () => nowMs,
  );
  assert.deepEqual(await lookup("a"), ["10.0.0.1"]);
  nowMs = 29_999;
  assert.deepEqual(await lookup("a"), ["10.0.0.1"]);
  nowMs = 30_000;
  await assert.rejects(lookup("a"));
  assert.deepEqual(await lookup("a"), ["10.0.0.3"]);
});

Deno.test("the system's resolver knows the hosts file", async () => {
  assert.ok(
    (await resolveHost("localhost")).some((each) => each === "127.0.0.1" || each === "::1"),
  );
});

Deno.test("a name that only the proxy resolves is left to the proxy, unless it is forbidden", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("там"),
  );
  await using gate = openHttpsGate(`http://127.0.0.1:${server.addr.port}`);
  using client = Deno.createHttpClient({
    proxy: { url: gate.proxyUrl },
    caCerts: [CRM_CERTIFICATE],
    poolMaxIdlePerHost: 0,
  });
  const lookup = () => Promise.reject(new Error("no such host"));
  const connections = { client, lookup, isProxied: true };
  const answer = await fetchChecked("https://script.google.com/", { method: "POST" }, connections);
  assert.equal(await answer.text(), "там");
  assert.deepEqual(gate.asked, ["script.google.com:443"]);
  const toLinkLocal = { ...connections, lookup: () => Promise.resolve(["169.254.169.254"]) };
  await assert.rejects(fetchChecked("https://script.google.com/", {}, toLinkLocal));
  await assert.rejects(fetchChecked("http://script.google.com/", {}, connections));
  assert.equal(gate.asked.length, 1);
});
