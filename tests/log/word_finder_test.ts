// Finding many words at once: the same as looking for each, and in time that their number does not matter for.

import assert from "node:assert/strict";
import fc from "fast-check";
import { createWordFinder, type Stretch } from "../../lib/log/word_finder.ts";

/** By the plainest way: marks what each word covers; stretches that only touch stay apart. */
function covered(text: string, words: readonly string[]): boolean[] {
  const marks = Array.from(text, () => false);
  for (const word of words) {
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
      marks.fill(true, at, at + word.length);
    }
  }
  return marks;
}

function marksOf(text: string, stretches: readonly Stretch[]): boolean[] {
  const marks = Array.from(text, () => false);
  for (const { from, to } of stretches) marks.fill(true, from, to);
  return marks;
}

const fewLetters = (maxLength: number) =>
  fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength }).map((all) => all.join(""));

Deno.test("find covers what looking for each word covers, whatever overlaps", () => {
  fc.assert(fc.property(fewLetters(60), fc.array(fewLetters(6)), (text, words) => {
    const { find } = createWordFinder(new Set(words));
    assert.deepEqual(marksOf(text, find(text)), covered(text, words));
  }));
});

Deno.test("begunAtEnd is the longest end of the text that some word begins with", () => {
  fc.assert(fc.property(fewLetters(30), fc.array(fewLetters(6)), (text, words) => {
    const begins = words.flatMap((word) => Array.from(word, (_, at) => word.slice(0, at + 1)));
    const wanted = Math.max(
      0,
      ...begins.filter((each) => text.endsWith(each)).map((each) => each.length),
    );
    assert.equal(createWordFinder(new Set(words)).begunAtEnd(text), wanted);
  }));
});

Deno.test("words that overlap give one stretch, words that touch give two", () => {
  const { find } = createWordFinder(new Set(["abc", "cde", "fg"]));
  assert.deepEqual(find("xabcdefgx"), [{ from: 1, to: 6 }, { from: 6, to: 8 }]);
});

Deno.test("no words are found anywhere", () => {
  const finder = createWordFinder(new Set());
  assert.deepEqual([finder.find("abc"), finder.begunAtEnd("abc"), finder.longest], [[], 0, 0]);
});
