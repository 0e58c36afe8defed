import assert from "node:assert/strict";
import { createLineBook } from "../../lib/demo/line_book.ts";

Deno.test("a line is found behind its mark, whether it is there already or comes later", async () => {
  const book = createLineBook(1_000);
  book.write("a 1");
  const mark = book.mark();
  const later = book.line("a", mark);
  book.write("b 1");
  book.write("a 2");
  assert.equal(await later, "a 2");
  assert.equal(await book.line("a", 0), "a 1");
});

Deno.test("a line that does not come in time is undefined", async () => {
  assert.equal(await createLineBook(1).line("a", 0), undefined);
});

Deno.test("the book keeps the last lines, and its marks stay right", async () => {
  const book = createLineBook(1);
  for (let each = 0; each < 5_000; each += 1) book.write(`old ${each}`);
  const mark = book.mark();
  for (let each = 0; each < 3_000; each += 1) book.write(`new ${each}`);
  assert.ok(book.lines.length < 4_000);
  assert.equal(book.lines.at(-1), "new 2999");
  assert.equal(await book.line("new 2999", mark), "new 2999");
  assert.equal(await book.line("old", mark), undefined);
});
