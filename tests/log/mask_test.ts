// The mask: no part of a secret shows at a cut, and thousands of secrets cost no more than a few.

import assert from "node:assert/strict";
import { createMask, type Mask } from "../../lib/log/mask.ts";
import { leastRatio } from "../helpers/least_ms.ts";

const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";

function aMask() {
  const mask = createMask();
  mask.hideWebhook("https://crm.example.ru/hook/f3b1c0de5ec7e7");
  return mask;
}

Deno.test("the beginning of a text shows no part of a secret, wherever it is cut", () => {
  const mask = aMask();
  const text = `see /hook/f3b1c0de5ec7e7 and ${TOKEN} for more`;
  for (let most = 0; most <= text.length; most += 1) {
    const shown = mask.beginning(text, most);
    assert.doesNotMatch(shown, /\/h|f3b|98|AAF/, `at ${most}`);
    assert.ok("see *** and *** for more".startsWith(shown.replace(/\*+$/, "")), shown);
  }
});

Deno.test("the beginning of a text has the requested length before masking", () => {
  const mask = aMask();
  assert.equal(mask.beginning("a /hook/f3b1c0de5ec7e7 b", 100), "a *** b");
  assert.equal(mask.beginning("a /hook/f3b1c0de5ec7e7 bcd", 24), "a *** b");
  assert.equal(mask.beginning("abcdef", 3), "abc");
  assert.equal(mask.beginning("", 3), "");
});

Deno.test("a truncated text shows no beginning of a secret at its end", () => {
  const mask = aMask();
  assert.equal(mask.beginning("Cannot POST /hook/f3b1c0", 500, true), "Cannot POST ***");
  assert.equal(mask.beginning("Cannot POST /hook/f3b1c0", 500), "Cannot POST /hook/f3b1c0");
  assert.equal(mask.beginning("Cannot POST /h", 500, true), "Cannot POST /h");
});

Deno.test("secrets that overlap are masked as one, and a token with a secret in it whole", () => {
  const mask = createMask();
  mask.hide("xyzab");
  mask.hide("abcdef");
  mask.hide("never-be-seen");
  assert.equal(mask.apply("-xyzabcdef-"), "-***-");
  assert.equal(mask.apply(`bot ${TOKEN} ends`), "bot *** ends");
});

Deno.test("a lone surrogate in an address does not prevent masking the rest", () => {
  const mask = createMask();
  mask.hideWebhook("https://crm.example.ru/hook/f3b1c0de\uD83D/5ec7e7aa");
  assert.ok(!mask.apply("404 f3b1c0de 5ec7e7aa").includes("5ec7e7aa"));
});

Deno.test("a line costs the same with three thousand webhook addresses as with three, and adding them takes linear time", () => {
  const line = "📤 Отправка лида в AmoCRM: https://crm.example.ru/… ".repeat(4_000);
  function applying(count: number): () => unknown {
    const mask = maskOf(count);
    return () => mask.apply(line);
  }
  const applied = leastRatio(applying(3), applying(3_000), 5);
  assert.ok(applied <= 5, `${applied} times as long`);

  const learning = (count: number) => () =>
    assert.equal(
      maskOf(count).apply(`POST ${address(count - 1)}`),
      "POST https://crm.example.ru***",
    );
  const learned = leastRatio(learning(3_000), learning(12_000), 12);
  assert.ok(learned <= 12, `${learned} times as long`); // Quadratic time would be sixteen times as long.
});

/** A mask that has learned so many addresses. */
function maskOf(count: number): Mask {
  const mask = createMask();
  for (let nth = 0; nth < count; nth += 1) mask.hideWebhook(address(nth));
  mask.apply("");
  return mask;
}

function address(nth: number): string {
  return `https://crm.example.ru/hook/${(0x1f3b1c0de5 + nth * 7_919_999).toString(16)}`;
}
