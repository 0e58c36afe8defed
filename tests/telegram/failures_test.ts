// What a failed call means, and its words without the token.

import assert from "node:assert/strict";
import { GrammyError } from "grammy";
import type { Fault } from "../../lib/simulator/telegram/server.ts";
import {
  type CallFailure,
  describeError,
  failureOf,
  isRefusedAs,
} from "../../lib/telegram/failures.ts";
import { errorOf, refusal, withTelegram } from "../helpers/a_telegram.ts";

const NOT_FOUND = "Bad Request: chat not found";
const UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat";

const FAILURES: readonly [what: string, fault: Fault, failure: CallFailure, words: string][] = [
  [
    "a 400",
    refusal(400, NOT_FOUND),
    { kind: "refused", migratedTo: undefined },
    `400: ${NOT_FOUND}`,
  ],
  [
    "a 404",
    refusal(404, "Not Found"),
    { kind: "unauthorized" },
    "404: Not Found",
  ],
  [
    "a group that moved",
    refusal(400, UPGRADED, { migrate_to_chat_id: -1001 }),
    { kind: "refused", migratedTo: -1001 },
    `400: ${UPGRADED}`,
  ],
  [
    "a 403",
    refusal(403, "Forbidden: bot was blocked by the user"),
    { kind: "forbidden" },
    "403: Forbidden: bot was blocked by the user",
  ],
  ["a 401", refusal(401, "Unauthorized"), { kind: "unauthorized" }, "401: Unauthorized"],
  [
    "a 409",
    refusal(409, "Conflict: terminated by other getUpdates request"),
    { kind: "conflict" },
    "409: Conflict: terminated by other getUpdates request",
  ],
  [
    "a 429",
    refusal(429, "Too Many Requests: retry after 17", { retry_after: 17 }),
    { kind: "too_many", retryAfterMs: 17_000 },
    "429: Too Many Requests: retry after 17",
  ],
  [
    "a 429 that says not for how long",
    refusal(429, "Too Many Requests"),
    { kind: "too_many", retryAfterMs: 1_000 },
    "429: Too Many Requests",
  ],
  [
    "a 500",
    refusal(500, "Internal Server Error"),
    { kind: "unreached" },
    "500: Internal Server Error",
  ],
  [
    "a gateway's page",
    { kind: "html", status: 502 },
    { kind: "unreached" },
    "нет связи с Telegram (ответ не разобрать)",
  ],
];

for (const [what, fault, failure, words] of FAILURES) {
  Deno.test(`failureOf says "${failure.kind}" to ${what}, and describeError says what it was`, () =>
    withTelegram(async ({ telegram, api, chatId }) => {
      telegram.fault({ fault });
      const error = await errorOf(api.sendMessage(chatId, "Hi"));
      assert.deepEqual(failureOf(error), failure);
      assert.equal(describeError(error), words);
    }));
}

for (
  const [asked, waitsMs] of [
    [0, 1_000],
    [-5, 1_000],
    [0.5, 1_000],
    [1.5, 1_500],
    ["abc", 1_000],
    ["17", 1_000],
    [null, 1_000],
    [{}, 1_000],
    [300, 300_000],
    [301, 300_000],
    [86_400, 300_000],
    [2_147_484, 300_000],
    [1e300, 300_000],
    [Infinity, 300_000],
    [NaN, 1_000],
  ] as const
) {
  Deno.test(`a 429 that asks for ${asked} s is one of ${waitsMs} ms`, () => {
    const failure = failureOf(anError(429, { retry_after: asked }));
    assert.deepEqual(failure, { kind: "too_many", retryAfterMs: waitsMs });
  });
}

Deno.test("failureOf accepts parameters of any kind", () => {
  for (const parameters of [null, "abc", 5, [], true]) {
    assert.deepEqual(failureOf(anError(429, parameters)), {
      kind: "too_many",
      retryAfterMs: 1_000,
    });
    assert.deepEqual(failureOf(anError(400, parameters)), {
      kind: "refused",
      migratedTo: undefined,
    });
  }
});

Deno.test("failureOf takes over the id of a supergroup alone", () => {
  for (const id of [0, 5, "x", "-1001", null, -1.5, -(2 ** 60), {}]) {
    const failure = failureOf(anError(400, { migrate_to_chat_id: id }));
    assert.deepEqual(failure, { kind: "refused", migratedTo: undefined }, String(id));
  }
});

Deno.test("describeError has both the requested and the actual wait when the first is over a minute", () => {
  assert.equal(describeError(anError(429, { retry_after: 60 })), "429: No");
  assert.equal(
    describeError(anError(429, { retry_after: 86_400 })),
    "429: No (Telegram просит ждать 86400 с, ждём 300 с)",
  );
  assert.equal(
    describeError(anError(429, { retry_after: 61 }), 30_000),
    "429: No (Telegram просит ждать 61 с, ждём 30 с)",
  );
});

/** As grammY throws it, whatever stood in `parameters`. */
function anError(error_code: number, parameters: unknown): GrammyError {
  const answer = JSON.parse(JSON.stringify({ ok: false, error_code, description: "No" }));
  return new GrammyError("No", { ...answer, parameters }, "sendMessage", {});
}

for (const kind of ["reset_before", "reset_after"] as const) {
  Deno.test(`failureOf says "unreached" to a connection with a ${kind.replace("_", " ")}`, () =>
    withTelegram(async ({ telegram, api, chatId }) => {
      telegram.fault({ method: "sendMessage", fault: { kind } });
      const error = await errorOf(api.sendMessage(chatId, "Hi"));
      assert.deepEqual(failureOf(error), { kind: "unreached" });
      assert.match(describeError(error), /^нет связи с Telegram \(.+\)$/);
      assert.ok(!describeError(error).includes("AAF0"));
    }));
}

Deno.test('failureOf says "unreached" when nothing listens, and the description holds no token', () =>
  withTelegram(async ({ telegram, api, chatId }) => {
    await telegram.down();
    const error = await errorOf(api.sendMessage(chatId, "Hi"));
    assert.deepEqual(failureOf(error), { kind: "unreached" });
    assert.ok(!describeError(error).includes("AAF0"));
  }));

Deno.test("describeError says what kept a call from Telegram", () =>
  withTelegram(async ({ telegram, api, chatId }) => {
    await telegram.down();
    const error = await errorOf(api.sendMessage(chatId, "Hi"));
    assert.match(describeError(error), /^нет связи с Telegram \(.*(os error 111|refused).*\)$/);
  }));

Deno.test("failureOf knows no defect, and describeError names it", () => {
  assert.equal(failureOf(new TypeError("x is not a function")), undefined);
  assert.equal(failureOf("broken"), undefined);
  assert.equal(
    describeError(new TypeError("x is not a function")),
    "TypeError: x is not a function",
  );
  assert.equal(describeError("broken"), "broken");
});

Deno.test("isRefusedAs tells a refusal by its words, with or without its code", () => {
  const said = (words: string) =>
    (["unchanged", "uneditable", "moved", "uncopyable"] as const)
      .filter((each) => isRefusedAs(words, each));
  assert.deepEqual(said("400: Bad Request: message is not modified: specified new…"), [
    "unchanged",
  ]);
  assert.deepEqual(said("400: Bad Request: message can't be edited"), ["uneditable"]);
  assert.deepEqual(said("400: Bad Request: group chat was upgraded to a supergroup chat"), [
    "moved",
  ]);
  assert.deepEqual(said("400: Bad Request: message to copy not found"), ["uncopyable"]);
  assert.deepEqual(said("the message can't be forwarded"), ["uncopyable"]);
  assert.deepEqual(said("400: Bad Request: not enough rights to send photos to the chat"), []);
  assert.ok(isRefusedAs("400: Bad Request: MESSAGE_ID_INVALID", "unchanged", "uncopyable"));
});
