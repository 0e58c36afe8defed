// The simulated amoCRM tells of the account, its pipelines and users, and knows who may ask.

import assert from "node:assert/strict";
import { amoToken } from "../../lib/simulator/crm/amocrm.ts";
import { callAmo, startUnhurriedAmo } from "../helpers/amo_call.ts";

Deno.test("the account has id, name and subdomain, and is JSON", async () => {
  await using crm = await startUnhurriedAmo();
  const { status, json, contentType } = await callAmo(crm, "account");
  assert.deepEqual([status, contentType], [200, "application/hal+json"]);
  assert.partialDeepStrictEqual(json, { id: 31_000_001, name: "MONSTER", subdomain: "monster" });
});

Deno.test("there are two pipelines, each with «Неразобранное», ordinary statuses, 142 and 143", async () => {
  await using crm = await startUnhurriedAmo();
  const { json } = await callAmo(crm, "leads/pipelines");
  const pipelines = crm.pipelines.map(({ id, name, isMain, statuses }) => ({
    id,
    name,
    is_main: isMain,
    _embedded: { statuses: statuses.map((each) => ({ ...each, pipeline_id: id })) },
  }));
  assert.partialDeepStrictEqual(json, { _total_items: 2, _embedded: { pipelines } });
  for (const { statuses } of crm.pipelines) {
    assert.deepEqual(statuses.map(({ type }) => type), [1, 0, 0, 0, 0, 0]);
    assert.deepEqual(statuses.slice(-2).map(({ id }) => id), [142, 143]);
  }
});

Deno.test("users come by pages, and a page has a link to the next while there is one", async () => {
  await using crm = await startUnhurriedAmo();
  const base = "https://monster.amocrm.ru/api/v4/users";
  const [anna, ilya, maria] = crm.users;
  const first = await callAmo(crm, "users?limit=2");
  assert.partialDeepStrictEqual(first.json, {
    _total_items: 3,
    _page: 1,
    _page_count: 2,
    _links: {
      self: { href: `${base}?page=1&limit=2` },
      next: { href: `${base}?page=2&limit=2` },
    },
    _embedded: { users: [{ ...anna }, { ...ilya }] },
  });
  const last = await callAmo(crm, "users?page=2&limit=2");
  assert.partialDeepStrictEqual(last.json, { _embedded: { users: [{ ...maria }] } });
  assert.ok(!last.text.includes('"next"'));
  assert.ok(!(await callAmo(crm, "users?limit=3")).text.includes('"next"'));
  assert.ok(!(await callAmo(crm, "users")).text.includes('"next"'));
});

Deno.test("a page or a limit that is no count is refused", async () => {
  await using crm = await startUnhurriedAmo();
  for (const query of ["page=0", "page=x", "limit=251", "limit=1.5"]) {
    assert.equal((await callAmo(crm, `users?${query}`)).status, 400, query);
  }
});

Deno.test("an empty list is 204 without a body", async () => {
  await using crm = await startUnhurriedAmo();
  const past = await callAmo(crm, "users?page=2");
  crm.users = [];
  crm.pipelines = [];
  for (const seen of [past, await callAmo(crm, "users"), await callAmo(crm, "leads/pipelines")]) {
    assert.deepEqual([seen.status, seen.text], [204, ""]);
  }
});

Deno.test("no token, a wrong one and one that ended are refused 401 with a hint", async () => {
  let nowMs = 1_764_288_000_000;
  await using crm = await startUnhurriedAmo({
    token: amoToken({ expiresAtS: 1_764_288_001 }),
    now: () => nowMs,
  });
  const hints = [];
  for (const token of [null, "", amoToken({ expiresAtS: 1_764_288_002 })]) {
    const { status, json, contentType } = await callAmo(crm, "account", { token });
    assert.deepEqual([status, contentType], [401, "application/problem+json; charset=utf-8"]);
    hints.push(json);
  }
  const refusal = {
    hint: "Token has been revoked",
    title: "Unauthorized",
    type: "https://httpstatus.es/401",
    status: 401,
    detail: "Invalid token",
  };
  assert.deepEqual(hints, [refusal, refusal, refusal]);
  assert.equal((await callAmo(crm, "account")).status, 200);
  nowMs += 1000;
  const ended = await callAmo(crm, "account");
  assert.deepEqual([ended.status, ended.json], [401, { ...refusal, hint: "Token has expired" }]);
  crm.token = amoToken({ expiresAtS: 1_764_288_002 });
  assert.equal((await callAmo(crm, "account")).status, 200);
});

Deno.test("a token is three parts, of which the second tells its end", () => {
  const parts = amoToken({ expiresAtS: 1_764_288_000 }).split(".");
  assert.equal(parts.length, 3);
  const payload: unknown = JSON.parse(atob(parts[1]?.replaceAll("-", "+") ?? ""));
  assert.partialDeepStrictEqual(payload, { exp: 1_764_288_000, scopes: ["crm", "notifications"] });
  assert.notEqual(amoToken({ expiresAtS: 1, id: "a" }), amoToken({ expiresAtS: 1, id: "b" }));
});

Deno.test("an account, a path and a method that are not there are refused 404, 404 and 405", async () => {
  await using crm = await startUnhurriedAmo({ accounts: ["monster.amocrm.ru", "two.kommo.com"] });
  const statusOf = async (path: string, options = {}) => {
    const { status, contentType } = await callAmo(crm, path, options);
    assert.ok(status === 200 || contentType.startsWith("application/problem+json"), path);
    return status;
  };
  assert.equal(await statusOf("account", { account: "other.amocrm.ru" }), 404);
  assert.equal(await statusOf("account", { account: "two.kommo.com" }), 200);
  for (const path of ["", "lead", "leads/complex/5", "leads/5x/notes", "constructor", "/account"]) {
    assert.equal(await statusOf(path), 404, path);
  }
  assert.equal(await statusOf("leads/unsorted", { body: [{}] }), 405);
  assert.equal(await statusOf("leads/unsorted"), 405);
  assert.equal(await statusOf("leads/complex"), 405);
  assert.equal(await statusOf("account", { body: {} }), 405);
  assert.equal(await statusOf("contacts/5", { body: {} }), 405);
});

Deno.test("a path outside the API is refused 404", async () => {
  await using crm = await startUnhurriedAmo();
  for (
    const path of [
      "",
      "/",
      "//",
      "/api/v4/account",
      "/monster.amocrm.ru/account",
      "/monster.amocrm.ru/api/v2/account",
    ]
  ) {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const headers = { authorization: `Bearer ${crm.token}` };
    const response = await fetch(`${crm.root}${path}`, { headers, client });
    await response.body?.cancel();
    assert.equal(response.status, 404, path);
  }
});
