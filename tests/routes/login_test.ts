import assert from "node:assert/strict";
import { type Browser, openPage, ORIGIN, type PageOfTest, PASSWORD } from "../helpers/a_page.ts";

Deno.test("opening a link only asks to confirm, so that a link preview cannot use it up", async () => {
  await using page = await openPage();
  const token = await page.auth.issueLink("@manager");
  const browser = page.browser();

  const preview = await browser.get(`/login?token=${token}`);
  assert.equal(preview.status, 200);
  assert.equal(preview.headers.get("set-cookie"), null);
  assert.match(await preview.text(), /Войти на этом устройстве/);

  const entered = await browser.post("/login", { token });
  assert.deepEqual([entered.status, entered.headers.get("location")], [303, "/"]);
  const home = await browser.get("/");
  assert.equal(home.status, 200);
  assert.match(await home.text(), /@manager/);
});

Deno.test("over http the cookie is HttpOnly, SameSite=Strict and lasts at most a week", async () => {
  await using page = await openPage();
  const token = await page.auth.issueLink("@manager");
  const response = await page.browser().post("/login", { token });
  assert.match(
    response.headers.get("set-cookie") ?? "",
    /^triborg=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
  );
});

Deno.test("over https the cookie is bound to the host and Secure", async () => {
  await using page = await openPage({ config: { publicUrl: "https://bot.example" } });
  const token = await page.auth.issueLink("@manager");
  const response = await page.browser().post("/login", { token });
  assert.match(
    response.headers.get("set-cookie") ?? "",
    /^__Host-triborg=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure$/,
  );
});

Deno.test("a used link explains what to do instead, on GET and POST", async () => {
  await using page = await openPage();
  const token = await page.auth.issueLink("@manager");
  await page.browser().post("/login", { token });

  for (
    const response of [
      await page.browser().get(`/login?token=${token}`),
      await page.browser().post("/login", { token }),
    ]
  ) {
    assert.equal(response.status, 410);
    assert.equal(response.headers.get("set-cookie"), null);
    assert.match(await response.text(), /Ссылка устарела[^]*\/admin/);
  }
});

Deno.test("the password opens a session; a wrong one is 403 with a message at its field", async () => {
  await using page = await openPage();
  const browser = page.browser();
  const refused = await browser.post("/login", { password: "Correct horse battery" });
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /Пароль не подошёл/);
  assert.equal((await browser.post("/login", { password: PASSWORD })).status, 303);
  assert.equal((await browser.get("/")).status, 200);
});

Deno.test("without ADMIN_PASSWORD no password is asked for or accepted", async () => {
  await using page = await openPage({ password: null });
  const browser = page.browser();
  assert.doesNotMatch(await (await browser.get("/login")).text(), /type="password"/);
  assert.equal((await browser.post("/login", { password: "" })).status, 403);
});

Deno.test("after five wrong passwords within a minute the answer is 429 with the time to wait", async () => {
  await using page = await openPage();
  const browser = page.browser();
  for (const password of ["a", "b", "c", "d", "e"]) {
    assert.equal((await browser.post("/login", { password })).status, 403);
  }

  const blocked = await browser.post("/login", { password: PASSWORD });
  assert.deepEqual([blocked.status, blocked.headers.get("retry-after")], [429, "60"]);
  page.nowMs += 60_000;
  assert.equal((await browser.post("/login", { password: PASSWORD })).status, 303);
});

Deno.test("invalid tokens from a stranger block neither a manager's link nor the password", async () => {
  await using page = await openPage();
  const token = await page.auth.issueLink("@manager");
  const stranger = page.browser();
  for (let tries = 0; tries < 10; tries += 1) {
    assert.equal((await stranger.post("/login", { token: `junk ${tries}` })).status, 410);
    assert.equal((await stranger.get(`/login?token=junk${tries}`)).status, 410);
  }
  assert.equal((await page.browser().get(`/login?token=${token}`)).status, 200);
  assert.equal((await page.browser().post("/login", { token })).status, 303);
  assert.equal((await page.browser().post("/login", { password: PASSWORD })).status, 303);
});

Deno.test("while strangers flood the login, only a valid link works", async () => {
  let crowded = false;
  const turns = {
    take: async <T>(work: () => T | Promise<T>) => await work(),
    isCrowded: () => crowded,
  };
  await using page = await openPage({ deps: { turns } });
  const token = await page.auth.issueLink("@manager");
  crowded = true;
  const statuses = [
    await page.browser().get("/login"),
    await page.browser().get("/login?token=junk"),
    await page.browser().post("/login", { token: "junk" }),
    await page.browser().post("/login", { password: PASSWORD }),
    await page.browser().get(`/login?token=${token}`),
    await page.browser().post("/login", { token }),
    await page.browser().post("/login", { token }),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [503, 503, 503, 503, 200, 303, 503]);
});

for (const value of ["https", "HTTPS", " https ", "https,http", "Https , http", "https, https"]) {
  Deno.test(`X-Forwarded-Proto: "${value}" is https behind a trusted proxy`, async () => {
    await using page = await openPage({ config: { trustProxy: true } });
    const response = await page.handler(
      new Request(`${ORIGIN}/login`, {
        method: "POST",
        body: new URLSearchParams({ password: PASSWORD }),
        headers: { "x-forwarded-proto": value, origin: ORIGIN.replace("http:", "https:") },
      }),
    );
    assert.equal(response.status, 303);
    assert.match(response.headers.get("set-cookie") ?? "", /^__Host-triborg=.*; Secure$/);
  });
}

for (const value of ["http", "http,https", "wss", "", ",https"]) {
  Deno.test(`X-Forwarded-Proto: "${value}" is not https`, async () => {
    await using page = await openPage({ config: { trustProxy: true } });
    const browser = page.browser();
    const headers = { "x-forwarded-proto": value };
    const response = await browser.post("/login", { password: PASSWORD }, headers);
    assert.match(response.headers.get("set-cookie") ?? "", /^triborg=/);
  });
}

const SAME_ADDRESS: readonly (readonly [string, readonly string[]])[] = [
  ["192.0.2.7", [
    "192.0.2.7:5000",
    " 192.0.2.7 ",
    '"192.0.2.7:1"',
    "::ffff:192.0.2.7",
    "::FFFF:c000:207",
  ]],
  ["2001:db8:0:7::1", [
    "2001:DB8:0:7::2",
    "[2001:0db8::7:0:0:0:3]:80",
    '"[2001:db8:0:7::4]"',
    "2001:db8:0:7::1%eth0",
  ]],
];

for (const [address, spellings] of SAME_ADDRESS) {
  Deno.test(`${address} counts as the same address in every spelling of a proxy`, async () => {
    await using page = await openPage({ config: { trustProxy: true } });
    const from = async (forwarded: string, password = "wrong") => {
      const headers = { "x-forwarded-for": `203.0.113.9, ${forwarded}` };
      return (await page.browser().post("/login", { password }, headers)).status;
    };
    for (let tries = 0; tries < 5; tries += 1) assert.equal(await from(address), 403);
    for (const spelling of spellings) assert.equal(await from(spelling, PASSWORD), 429, spelling);
    assert.equal(await from("198.51.100.1", PASSWORD), 303);
  });
}

Deno.test("a forwarded value that is not an address counts as the proxy's own address", async () => {
  await using page = await openPage({ config: { trustProxy: true } });
  const statuses: number[] = [];
  for (const forwarded of ["unknown", "_hidden", "", "1.2.3.4,", "x".repeat(10_000), "::::1"]) {
    const headers = { "x-forwarded-for": forwarded };
    const response = await page.browser().post("/login", { password: "wrong" }, headers);
    statuses.push(response.status);
  }
  assert.deepEqual(statuses, [403, 403, 403, 403, 403, 429]);
});

Deno.test("behind a trusted proxy failures are counted by the address that the proxy saw", async () => {
  await using page = await openPage({ config: { trustProxy: true } });
  const browser = page.browser();
  const from = (chain: string) =>
    browser.post("/login", { password: "wrong" }, { "x-forwarded-for": chain });
  for (let tries = 0; tries < 5; tries += 1) await from(`10.0.0.${tries}, 192.0.2.7`);
  assert.equal((await from("203.0.113.1, 192.0.2.7")).status, 429);
  assert.equal((await from("192.0.2.7:5000")).status, 429);
  assert.equal((await from("203.0.113.1, 192.0.2.8")).status, 403);
});

Deno.test("without TRUST_PROXY a forwarded address is ignored", async () => {
  await using page = await openPage();
  const browser = page.browser();
  const statuses: number[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    const headers = { "x-forwarded-for": `192.0.2.${tries}` };
    statuses.push((await browser.post("/login", { password: "wrong" }, headers)).status);
  }
  assert.deepEqual(statuses, [403, 403, 403, 403, 403, 429]);
});

Deno.test("addresses in one IPv6 /64 count as one address", async () => {
  await using page = await openPage({ config: { trustProxy: true } });
  const browser = page.browser();
  const from = (address: string) =>
    browser.post("/login", { password: "wrong" }, { "x-forwarded-for": address });
  for (let tries = 1; tries <= 5; tries += 1) await from(`2001:db8:0:7::${tries}`);
  assert.equal((await from("2001:db8::7:ffff:1:2:3")).status, 429);
  assert.equal((await from("[2001:db8:0:7::9]:5000")).status, 429);
  assert.equal((await from("2001:db8:0:8::1")).status, 403);
});

Deno.test("without a session a page redirects to the login, and the login back to the page", async () => {
  await using page = await openPage();
  const browser = page.browser();
  const sent = await browser.get("/sessions?a=1");
  assert.equal(sent.status, 303);
  assert.equal(sent.headers.get("location"), "/login?next=%2Fsessions%3Fa%3D1");

  const entered = await browser.post("/login", { password: PASSWORD, next: "/sessions?a=1" });
  assert.equal(entered.headers.get("location"), "/sessions?a=1");
});

Deno.test("the login redirects only within the page", async () => {
  await using page = await openPage();
  for (
    const next of [
      "//evil.example/",
      "https://evil.example/",
      "/\\evil.example",
      "/\t/evil.example",
      "\n//evil.example",
      "/%",
      "/login",
      "/login?token=1",
    ]
  ) {
    const response = await page.browser().post("/login", { password: PASSWORD, next });
    assert.match(response.headers.get("location") ?? "", /^\/%?$/, next);
  }
  const doubled = await page.browser().post("/login", {
    password: PASSWORD,
    next: "/.//evil.example",
  });
  assert.equal(doubled.headers.get("location"), "/evil.example");
});

Deno.test("a POST without a session is 401 and changes nothing", async () => {
  await using page = await openPage();
  const response = await page.browser().post("/sessions", { end: "others" });
  assert.equal(response.status, 401);
  assert.match(await response.text(), /ничего не изменено/);
});

Deno.test("logging out ends the session itself, not just its cookie", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const { cookie } = browser;
  const out = await browser.post("/logout", {});
  assert.deepEqual([out.status, out.headers.get("location")], [303, "/login"]);
  assert.match(out.headers.get("set-cookie") ?? "", /^triborg=; .*Max-Age=0/);
  browser.cookie = cookie;
  assert.equal((await browser.get("/")).status, 303);
});

Deno.test("logging out needs a POST", async () => {
  await using page = await openPage();
  const browser = await page.login();
  assert.equal((await browser.get("/logout")).status, 405);
  assert.equal((await browser.get("/")).status, 200);
});

Deno.test("the list of sessions ends another device's session", async () => {
  await using page = await openPage();
  const lost = await page.login("@lost");
  const browser = await page.login("@manager");
  const list = await (await browser.get("/sessions")).text();
  assert.match(list, /@lost/);
  const number = (await page.auth.sessions()).find(({ openedBy }) => openedBy === "@lost")?.number;

  assert.equal((await browser.post("/sessions", { end: String(number) })).status, 303);
  assert.equal((await lost.get("/")).status, 303);
  assert.equal((await browser.get("/")).status, 200);
});

Deno.test("the list of sessions ends all other sessions", async () => {
  await using page = await openPage();
  const others = [await page.login("@a"), await page.login("@b")];
  const browser = await page.login("@manager");
  await browser.post("/sessions", { end: "others" });
  for (const other of others) assert.equal((await other.get("/")).status, 303);
  assert.equal((await browser.get("/")).status, 200);
});

const FOREIGN: readonly (readonly [string, HeadersInit])[] = [
  ["neither Origin nor Sec-Fetch-Site", {}],
  ["a foreign Origin", { origin: "https://evil.example" }],
  ["an Origin of another port", { origin: `${ORIGIN}:81` }],
  ["an Origin of another scheme", { origin: ORIGIN.replace("http", "https") }],
  ["an opaque Origin alone", { origin: "null" }],
  ["Sec-Fetch-Site: cross-site", { "sec-fetch-site": "cross-site" }],
  ["Sec-Fetch-Site: same-site", { "sec-fetch-site": "same-site" }],
  ["its own Origin, but cross-site", { origin: ORIGIN, "sec-fetch-site": "cross-site" }],
];

for (const [what, headers] of FOREIGN) {
  Deno.test(`a POST with ${what} is 403 and does nothing`, async () => {
    await using page = await openPage();
    const browser = await page.login();
    assert.equal((await logOutFrom(page, browser, headers)).status, 403);
    assert.equal((await browser.get("/")).status, 200);
  });
}

const OWN: readonly (readonly [string, HeadersInit])[] = [
  ["its own Origin", { origin: ORIGIN }],
  ["Sec-Fetch-Site: same-origin", { "sec-fetch-site": "same-origin" }],
  ["an opaque Origin and Sec-Fetch-Site: same-origin", {
    origin: "null",
    "sec-fetch-site": "same-origin",
  }],
];

for (const [what, headers] of OWN) {
  Deno.test(`a POST with ${what} is accepted as the page's own`, async () => {
    await using page = await openPage();
    const browser = await page.login();
    assert.equal((await logOutFrom(page, browser, headers)).status, 303);
    assert.equal((await browser.get("/")).status, 303);
  });
}

Deno.test("behind a proxy PUBLIC_URL is the origin that counts", async () => {
  await using page = await openPage({ config: { publicUrl: "https://bot.example" } });
  const post = (headers: HeadersInit) =>
    page.handler(
      new Request("http://127.0.0.1:8000/login", {
        method: "POST",
        body: new URLSearchParams({ password: PASSWORD }),
        headers,
      }),
    );
  assert.equal((await post({ origin: "https://bot.example" })).status, 303);
  assert.equal((await post({ origin: "http://127.0.0.1:8000" })).status, 403);
});

Deno.test("a form without the session's token, or with another's, is 403", async () => {
  await using page = await openPage();
  const [browser, other] = [await page.login(), await page.login()];
  const othersToken = page.auth.formToken(other.cookie.split("=")[1] ?? "");
  for (const form_token of ["", "wrong", othersToken]) {
    const response = await browser.post("/logout", { form_token });
    assert.equal(response.status, 403);
  }
  assert.equal((await browser.get("/")).status, 200);
});

Deno.test("a form token in the wrong kind of body is 415", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.post("/logout", {}, { "content-type": "text/plain" });
  assert.equal(response.status, 415);
});

Deno.test("a body over 1 MiB is 413, announced or not", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const big = "x".repeat(1024 * 1024);
  assert.equal((await browser.post("/logout", { big })).status, 413);

  const chunks = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024).fill(120)),
  });
  const response = await page.handler(
    new Request(`${ORIGIN}/logout`, {
      method: "POST",
      body: chunks,
      headers: {
        "origin": ORIGIN,
        "cookie": browser.cookie,
        "content-type": "application/x-www-form-urlencoded",
      },
    }),
  );
  assert.equal(response.status, 413);
});

Deno.test("a form that breaks off is 400 and is not logged", async () => {
  await using page = await openPage();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new Error("The client left")),
  });
  const headers = { "origin": ORIGIN, "content-type": "application/x-www-form-urlencoded" };
  const request = new Request(`${ORIGIN}/login`, { method: "POST", body, headers });
  assert.equal((await page.handler(request)).status, 400);
  assert.deepEqual(page.log.lines, []);
});

Deno.test("every response has the security headers, also errors and files", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const file = /href="(\/assets\/[^"]+css)"/.exec(await (await browser.get("/")).text())?.[1];
  const responses = [
    await browser.get("/"),
    await browser.get(file ?? ""),
    await browser.get("/nowhere"),
    await browser.get("/profiles/%E0%A4%A"),
    await browser.get("/logout"),
    await browser.post("/logout", { form_token: "" }),
    await page.browser().get("/"),
    await page.browser().get("/login"),
    await page.handler(new Request(`${ORIGIN}/logout`, { method: "POST" })),
  ];
  assert.deepEqual(responses.map(({ status }) => status), [
    200,
    200,
    404,
    400,
    405,
    403,
    303,
    200,
    403,
  ]);
  for (const { headers, status } of responses) {
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/, String(status));
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  }
});

Deno.test("a defect shows the person an event id; its cause is only logged", async () => {
  await using page = await openPage({
    deps: {
      troubles() {
        throw new Error("the cause with a secret");
      },
    },
  });
  const browser = await page.login();
  const response = await browser.get("/");
  assert.equal(response.status, 500);
  const text = await response.text();
  assert.doesNotMatch(text, /secret/);
  const id = /журнале: (\w+)/.exec(text)?.[1] ?? "none";
  assert.match(await page.log.line(`событие ${id}`), /the cause with a secret/);
});

Deno.test("the page is in Russian, and in English for a browser that prefers it", async () => {
  await using page = await openPage();
  const browser = page.browser();
  const title = async (accepted?: string) => {
    const headers: HeadersInit = accepted === undefined ? {} : { "accept-language": accepted };
    const text = await (await browser.get("/login", headers)).text();
    return [/<html lang="(\w+)"/.exec(text)?.[1], /<title>(\S+)/.exec(text)?.[1]];
  };
  assert.deepEqual(await title(), ["ru", "Вход"]);
  assert.deepEqual(await title("en-GB,en;q=0.9"), ["en", "Log"]);
  assert.deepEqual(await title("en;q=0.5,ru;q=0.9"), ["ru", "Вход"]);
  assert.deepEqual(await title("de,fr;q=0.8"), ["ru", "Вход"]);
  assert.deepEqual(await title("ru;q=0,en;q=0.1"), ["en", "Log"]);
});

/** A logout that is valid except for the given headers. */
function logOutFrom(page: PageOfTest, browser: Browser, headers: HeadersInit): Promise<Response> {
  const form_token = page.auth.formToken(browser.cookie.split("=")[1] ?? "");
  return page.handler(
    new Request(`${ORIGIN}/logout`, {
      method: "POST",
      body: new URLSearchParams({ form_token }),
      headers: { ...Object.fromEntries(new Headers(headers)), cookie: browser.cookie },
    }),
  );
}
