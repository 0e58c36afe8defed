// What the page offers to choose from: read from amoCRM's lists, or why there is nothing.

import assert from "node:assert/strict";
import { listCall, readAccount, readPipelines, readUsers } from "../../../lib/crm/amocrm/lists.ts";
import type { CrmAnswer } from "../../../lib/crm/prepared.ts";
import { aToken } from "../../helpers/a_token.ts";

function anAnswer(body: unknown, details: Partial<CrmAnswer> = {}): CrmAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status: 200, location: null, retryAfter: null, text, isWhole: true, ...details };
}

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
  assert.deepEqual(readAccount(anAnswer({ id: 1, name: "Monster", subdomain: "monster", x: 7 })), {
    ok: true,
    value: { id: 1, name: "Monster", subdomain: "monster" },
  });
  for (const body of ["", "[]", {}, { id: "1" }]) assert.ok(!readAccount(anAnswer(body)).ok);
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
  assert.deepEqual(readPipelines(anAnswer({ _embedded: { pipelines } })), {
    ok: true,
    value: [
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
    ],
  });
});

Deno.test("readUsers reads ids and names, bounded", () => {
  const users = [{ id: 3, name: "x".repeat(300), email: "a@b.c" }];
  assert.deepEqual(readUsers(anAnswer({ _embedded: { users } })), {
    ok: true,
    value: [{ id: 3, name: "x".repeat(255) }],
  });
});

Deno.test("a list that is empty has a 204 and no body", () => {
  assert.deepEqual(readUsers(anAnswer("", { status: 204 })), { ok: true, value: [] });
  assert.deepEqual(readPipelines(anAnswer("", { status: 204 })), { ok: true, value: [] });
  assert.ok(!readAccount(anAnswer("", { status: 204 })).ok);
});

Deno.test("a list that cannot be had says why", () => {
  const refused = { title: "Unauthorized", detail: "No", status: 401 };
  assert.deepEqual(readUsers(anAnswer(refused, { status: 401 })), {
    ok: false,
    reason: "amoCRM ответила 401: Unauthorized: No",
    trouble: "token_refused",
  });
  assert.deepEqual(readUsers(anAnswer("<title>Busy</title>", { status: 503 })), {
    ok: false,
    reason: "amoCRM ответила 503: Busy",
  });
  assert.deepEqual(readUsers(anAnswer("<html>")), {
    ok: false,
    reason: "ответ amoCRM не прочесть",
  });
  assert.deepEqual(readUsers(anAnswer("{}", { isWhole: false })), {
    ok: false,
    reason: "ответ amoCRM слишком длинный",
  });
});
