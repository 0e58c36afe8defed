// What the page offers to choose from, read from amoCRM's lists.

import assert from "node:assert/strict";
import { listCall, readAccount, readPipelines, readUsers } from "../../../lib/crm/amocrm/lists.ts";
import { aToken } from "../../helpers/a_token.ts";

Deno.test("each list has its address and the account's token", () => {
  const access = { account: "monster.kommo.com", tokenSecret: "amo" };
  const context = { secret: () => aToken(), amoCrmRoot: null };
  for (
    const [what, path] of [
      ["account", "account"],
      ["pipelines", "leads/pipelines"],
      ["users", "users?limit=250"],
    ] as const
  ) {
    assert.deepEqual(listCall(what, access, context), {
      url: `https://monster.kommo.com/api/v4/${path}`,
      headers: { authorization: `Bearer ${aToken()}` },
    });
  }
  const call = listCall("users", access, { ...context, secret: () => undefined });
  assert.ok("fault" in call);
});

Deno.test("readAccount reads an account", () => {
  const account = { name: "Monster", subdomain: "monster" };
  assert.deepEqual(readAccount(JSON.stringify({ id: 1, ...account, x: 7 })), account);
  for (const text of ["", "[]", "{}", '{"id":"1"}', "<html>"]) {
    assert.equal(readAccount(text), undefined, text);
  }
});

Deno.test("readPipelines leaves «Неразобранное» out and marks the ends", () => {
  const statuses = [
    { id: 10, name: "Неразобранное", type: 1 },
    { id: 11, name: "Первичный контакт", type: 0 },
    { id: 142, name: "Успешно реализовано", type: 0 },
    { id: 143, name: "Закрыто и не реализовано", type: 0 },
    { id: "12", name: "odd" },
    null,
  ];
  const pipelines = [
    { id: 1, name: "Воронка", is_main: true, _embedded: { statuses } },
    { id: 2, name: 7 },
    {},
  ];
  assert.deepEqual(readPipelines(JSON.stringify({ _embedded: { pipelines } })), [
    {
      id: 1,
      name: "Воронка",
      isMain: true,
      statuses: [
        { id: 11, name: "Первичный контакт", end: null },
        { id: 142, name: "Успешно реализовано", end: "won" },
        { id: 143, name: "Закрыто и не реализовано", end: "lost" },
      ],
    },
    { id: 2, name: "2", isMain: false, statuses: [] },
  ]);
});

Deno.test("readUsers reads ids and names, bounded", () => {
  const users = [{ id: 3, name: "x".repeat(300), email: "a@b.c" }];
  assert.deepEqual(readUsers(JSON.stringify({ _embedded: { users } })), [
    { id: 3, name: "x".repeat(255) },
  ]);
});

Deno.test("a list that is empty has no body, and what is no object is no list", () => {
  assert.deepEqual([readUsers(""), readPipelines("")], [[], []]);
  for (const text of ["[]", "<html>", '"x"']) assert.equal(readUsers(text), undefined, text);
});
