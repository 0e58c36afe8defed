// What is read of a CRM's answer in words: pages become their title.

import assert from "node:assert/strict";
import { jsonOf, memberOf, withoutMarkup } from "../../lib/crm/answer_words.ts";
import { leastMs } from "../helpers/least_ms.ts";

Deno.test("withoutMarkup leaves a text, and makes a page its title in one line", () => {
  for (
    const [text, words] of [
      ["", ""],
      ["busy < 3", "busy < 3"],
      ['{"a":1}', '{"a":1}'],
      ["<html><title>403 Forbidden</title>", "403 Forbidden"],
      [" \n<!DOCTYPE html><HTML><TITLE lang='en'>\n Sign\tin </TITLE>", "Sign in"],
      [`<title>${"x".repeat(300)}</title>`, "x".repeat(300)],
      ["<title></title>", "страница HTML"],
      ["<title>cut off", "страница HTML"],
      ["<title", "страница HTML"],
      ["</title><p>a</title>", "страница HTML"],
      ["<p>no title</p>", "страница HTML"],
      ["<title><b>a</b></title>", "b a /b"],
    ] as const
  ) assert.equal(withoutMarkup(text), words, text);
});

Deno.test("withoutMarkup is linear in a page's length", () => {
  for (const piece of ["<title>", "<title", "</title", ">", "<", "< ", "<title></title>"]) {
    const page = `<${piece.repeat(64 * 1024 / piece.length)}`;
    assert.ok(leastMs(() => withoutMarkup(page), 20) < 20, piece);
  }
});

Deno.test("memberOf finds own members of objects alone", () => {
  assert.equal(memberOf(jsonOf('{"a":null}'), "a"), null);
  for (const json of ["{}", "[]", "null", '"a"', "{", ""]) {
    assert.equal(memberOf(jsonOf(json), "constructor"), undefined);
  }
});
