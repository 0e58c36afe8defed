// Finding many words at once: the same result as searching for each, in time independent of their number.

import assert from "node:assert/strict";
import fc from "fast-check";
import { createWordFinder, type Stretch } from "../../lib/log/word_finder.ts";

/** The naive way: marks what each word covers; ranges that only touch stay separate. */
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

Deno.test("find covers the same as a search for each word, also with overlaps", () => {
  fc.assert(fc.property(fewLetters(60), fc.array(fewLetters(6)), (text, words) => {
    const { find } = createWordFinder(new Set(words));
    assert.deepEqual(marksOf(text, find(text)), covered(text, words));
  }));
});

Deno.test("begunAtEnd is the length of the longest suffix of the text that begins a word", () => {
  fc.assert(fc.property(fewLetters(30), fc.array(fewLetters(6)), (text, words) => {
    const begins = words.flatMap((word) => Array.from(word, (_, at) => word.slice(0, at + 1)));
    const wanted = Math.max(
      0,
      ...begins.filter((each) => text.endsWith(each)).map((each) => each.length),
    );
    assert.equal(createWordFinder(new Set(words)).begunAtEnd(text), wanted);
  }));
});

Deno.test("overlapping words give one range, touching words two", () => {
  const { find } = createWordFinder(new Set(["abc", "cde", "fg"]));
  assert.deepEqual(find("xabcdefgx"), [{ from: 1, to: 6 }, { from: 6, to: 8 }]);
});

Deno.test("without words nothing is found", () => {
  const finder = createWordFinder(new Set());
  assert.deepEqual([finder.find("abc"), finder.begunAtEnd("abc"), finder.longest], [[], 0, 0]);
});
