// Spans: what runs in one, what it begins, and what is kept apart.

import assert from "node:assert/strict";
import { createSpans, NO_SPANS, type Span } from "../../lib/log/spans.ts";

const UPDATE = { kind: "update", id: "update-1", chat: 5 } as const;
const ATTEMPT = { kind: "attempt", id: "attempt-7-1", lead: 7 } as const;
const turn = () => new Promise((resolve) => void setImmediate(resolve));

/** Spans, and what was told of each in order: its id, its parent's, how it ended. */
function followed() {
  const told: string[] = [];
  const spans = createSpans((span: Span, parent) => {
    told.push(`${span.id} in ${parent?.id}`);
    return (end) => void told.push(`${span.id} ${end} ${span.outcome}`);
  });
  return { spans, told };
}

Deno.test("what a span begins is in it, and two that run at once do not mix", async () => {
  const spans = createSpans();
  const seen: unknown[] = [];
  const run = (id: string) =>
    spans.span({ ...UPDATE, id }, async () => {
      await turn();
      setTimeout(() => seen.push(spans.current()?.id), 0);
      await turn();
      seen.push(spans.current()?.id);
    });
  await Promise.all([run("update-1"), run("update-2")]);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(seen.toSorted(), ["update-1", "update-1", "update-2", "update-2"]);
  assert.equal(spans.current(), undefined);
});

Deno.test("work begins at once, so that its records share the caller's transaction", () => {
  for (const spans of [NO_SPANS, createSpans(), followed().spans]) {
    let begun = false;
    void spans.span(UPDATE, () => Promise.resolve(begun = true));
    assert.ok(begun);
  }
});

Deno.test("a span learns its lead, and the record that began it does not change", async () => {
  const spans = createSpans();
  await spans.span(UPDATE, async () => {
    spans.learned({ lead: 7 });
    await turn();
    assert.deepEqual(spans.current(), { ...UPDATE, lead: 7 });
  });
  assert.ok(!("lead" in UPDATE));
  spans.learned({ lead: 8 }); // Outside of any.
});

Deno.test("a span begun within another is its child; an update is never one", async () => {
  const { spans, told } = followed();
  await spans.span(UPDATE, async () => {
    await spans.span(ATTEMPT, () => Promise.resolve(spans.learned({ outcome: "accepted" })));
    await spans.span({ ...UPDATE, id: "update-2" }, turn as () => Promise<void>);
  });
  assert.deepEqual(told, [
    "update-1 in undefined",
    "attempt-7-1 in update-1",
    "attempt-7-1 done accepted",
    "update-2 in undefined",
    "update-2 done undefined",
    "update-1 done undefined",
  ]);
});

Deno.test("work that an update merely wakes is kept apart from it", async () => {
  const { spans, told } = followed();
  await spans.span(UPDATE, async () => {
    setImmediate(() =>
      spans.apart(() => {
        assert.equal(spans.current(), undefined);
        void spans.span(ATTEMPT, () => Promise.resolve());
      })
    );
    await turn();
    assert.equal(spans.current()?.id, "update-1");
  });
  assert.ok(told.includes("attempt-7-1 in undefined"));
});

Deno.test("a span that throws ends as thrown, and its caller gets the error", async () => {
  const { spans, told } = followed();
  const failing = spans.span(UPDATE, () => Promise.reject(new RangeError("boom")));
  await assert.rejects(failing, RangeError);
  assert.deepEqual(told, ["update-1 in undefined", "update-1 thrown undefined"]);
});
