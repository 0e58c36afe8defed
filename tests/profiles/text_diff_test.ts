import assert from "node:assert/strict";
import fc from "fast-check";
import { diffWords, type Piece } from "../../lib/profiles/text_diff.ts";

Deno.test("a changed word is removed and added, the rest stays", () => {
  assert.deepEqual(diffWords("Добрый день, друзья!", "Добрый вечер, друзья!"), [
    { kind: "same", text: "Добрый " },
    { kind: "removed", text: "день" },
    { kind: "added", text: "вечер" },
    { kind: "same", text: ", друзья!" },
  ]);
});

Deno.test("adjacent changed words are one change, including the blanks between them", () => {
  assert.deepEqual(diffWords("мы очень рады", "вы крайне рады"), [
    { kind: "removed", text: "мы очень" },
    { kind: "added", text: "вы крайне" },
    { kind: "same", text: " рады" },
  ]);
});

Deno.test("equal texts are one piece, and an empty one is none", () => {
  assert.deepEqual(diffWords("то же", "то же"), [{ kind: "same", text: "то же" }]);
  assert.deepEqual(diffWords("", ""), []);
  assert.deepEqual(diffWords("", "новое"), [{ kind: "added", text: "новое" }]);
  assert.deepEqual(diffWords("старое", ""), [{ kind: "removed", text: "старое" }]);
});

Deno.test("both texts can be rebuilt from the pieces", () => {
  const text = fc.array(fc.constantFrom("мы", "вы", " ", "\n", ", ", "🔥", "{choice}"), {
    maxLength: 30,
  }).map((words) => words.join(""));
  fc.assert(fc.property(text, text, (before, after) => {
    const pieces = diffWords(before, after);
    assert.equal(without(pieces, "added"), before);
    assert.equal(without(pieces, "removed"), after);
    assert.ok(pieces.every((piece) => piece.text !== ""));
  }));
});

Deno.test("texts too long for a word-by-word comparison are one removal and one addition", () => {
  const [before, after] = ["а ".repeat(3000), "б ".repeat(3000)];
  const pieces = diffWords(before, after);
  assert.equal(without(pieces, "added"), before);
  assert.equal(without(pieces, "removed"), after);
});

function without(pieces: readonly Piece[], kind: Piece["kind"]): string {
  return pieces.filter((piece) => piece.kind !== kind).map(({ text }) => text).join("");
}
