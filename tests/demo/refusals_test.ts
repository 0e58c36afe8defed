import assert from "node:assert/strict";
import { refusalOf } from "../../lib/demo/page/gate.ts";
import { connectRaw } from "../helpers/raw_http.ts";
import { withDemo } from "./a_demo.ts";

const PORT = 8010;

function ask(host: string, init: RequestInit = {}): Request {
  return new Request("http://127.0.0.1:8010/demo", {
    ...init,
    headers: { host, ...init.headers },
  });
}

Deno.test("the demo's page is there under this machine's names with its port, and under no other", () => {
  for (const host of ["127.0.0.1:8010", "localhost:8010", "LOCALHOST:8010", "[::1]:8010"]) {
    assert.equal(refusalOf(ask(host), PORT), undefined, host);
  }
  const foreign = [
    "evil.example",
    "evil.example:8010",
    "127.0.0.1",
    "127.0.0.1:8011",
    "127.0.0.1.evil.example:8010",
    "localhost.:8010",
    "0.0.0.0:8010",
    "",
  ];
  for (const host of foreign) assert.equal(refusalOf(ask(host), PORT), "foreign_host", host);
  assert.equal(refusalOf(ask("localhost"), 80), undefined);
});

Deno.test("a form is taken from the page itself, and from no other site or port", () => {
  const post = (headers: Record<string, string>) =>
    refusalOf(ask("127.0.0.1:8010", { method: "POST", headers }), PORT);
  const own = "http://127.0.0.1:8010";
  assert.equal(post({ origin: own, "sec-fetch-site": "same-origin" }), undefined);
  assert.equal(post({ origin: own }), undefined);
  assert.equal(post({}), "foreign_form");
  assert.equal(post({ origin: "https://evil.example" }), "foreign_form");
  assert.equal(post({ origin: "http://127.0.0.1:9000" }), "foreign_form");
  assert.equal(post({ origin: "null", "sec-fetch-site": "cross-site" }), "foreign_form");
  assert.equal(post({ origin: own, "sec-fetch-site": "same-site" }), "foreign_form");
});

Deno.test("a foreign Host is answered 421 with the right address, on every path", async () => {
  await withDemo(async ({ port, stage }) => {
    for (const path of ["/demo", "/demo/events", "/demo/config", "/nowhere"]) {
      using peer = await connectRaw(port);
      const lines = [`GET ${path} HTTP/1.1`, `Host: evil.example:${port}`, "Connection: close"];
      await peer.send([...lines, "", ""].join("\r\n"));
      const answer = await peer.untilClosed();
      assert.match(answer, /^HTTP\/1\.1 421 /, path);
      assert.ok(answer.includes(`Откройте http://127.0.0.1:${port}/demo`), answer);
    }
    assert.equal(stage.crm.mode, "answers");
  });
});

Deno.test("the demo refuses forms of other origins and invalid forms, and goes on", async () => {
  await withDemo(async ({ post, stage, page }) => {
    const status = async (path: string, fields: Record<string, string>, headers?: HeadersInit) => {
      const response = await post(path, fields, headers);
      await response.body?.cancel();
      return response.status;
    };
    for (const headers of [{}, { origin: "https://evil.example" }]) {
      assert.equal(await status("/demo/crm", { mode: "down" }, headers), 403);
    }
    const senseless: [string, Record<string, string>][] = [
      ["/demo/crm", { mode: "explode" }],
      ["/demo/visitor", { open: "no link holds this" }],
      ["/demo/visitor", { text: "  " }],
      ["/demo/visitor", {}],
      ["/demo/visitor", { press: "1 nothing" }],
      ["/demo/visitor", { press: "1" }],
      ["/demo/visitor", { tap: "Поделиться номером" }],
      ["/demo/visitor", { edit: "1" }],
      ["/demo/visitor", { text: "x".repeat(4097) }],
      ["/demo/visitor", { photo: "1", text: "x".repeat(1025) }],
      ["/demo/manager", { press: "x" }],
      ["/demo/manager", { reply: "999" }],
      ["/demo/manager", { text: " " }],
      ["/demo/guests", { choose: "1" }],
      ["/demo/guests", { name: "", username: "", language: "ru" }],
      ["/demo/guests", { name: "x".repeat(65), username: "", language: "ru" }],
      ["/demo/guests", { name: "Анна", username: "a b", language: "ru" }],
      ["/demo/guests", { name: "Анна", username: "", language: "xx" }],
      ["/demo/play", { scenario: "6" }],
      ["/demo/play", { scenario: "" }],
    ];
    for (const [path, fields] of senseless) {
      assert.equal(await status(path, fields), 400, JSON.stringify([path, fields]));
    }
    assert.equal(await status("/demo/visitor", { text: "x".repeat(70_000) }), 413);
    assert.equal(await status("/demo/nothing", {}), 404);
    assert.equal(await status("/demo/visitor", { text: "ж".repeat(4096) }), 303);
    assert.equal(stage.crm.mode, "answers");
    assert.match(await page(), /ж{4096}/);
  });
});

Deno.test("what cannot be done is told in a sentence, with the way back", async () => {
  await withDemo(async ({ post }) => {
    const response = await post("/demo/visitor", { press: "1 nothing" });
    assert.match(await response.text(), /кнопки уже нет[^]*<a href="\/demo">К демо<\/a>/);
  });
});
