import assert from "node:assert/strict";
import { awaitReaction, streamMoves } from "../../lib/demo/page/events.ts";
import type { Move } from "../../lib/demo/stage/stage.ts";
import { FakeTime } from "@std/testing/time";

/** Moves that a test makes. */
function someMoves() {
  const listeners = new Set<(move: Move) => void>();
  return {
    listeners,
    tell: (move: Move) => listeners.forEach((listener) => listener(move)),
    onMove(listener: (move: Move) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

Deno.test("a browser that reads no events is let go, and costs no memory", async () => {
  const moves = someMoves();
  const response = streamMoves(moves);
  for (let each = 0; each < 1_000; each += 1) moves.tell("other");
  assert.equal(moves.listeners.size, 0);
  const text = await response.text();
  assert.ok(text.split("data: other").length < 300);
});

Deno.test("a browser that goes is forgotten", async () => {
  const moves = someMoves();
  await streamMoves(moves).body?.cancel();
  assert.equal(moves.listeners.size, 0);
  moves.tell("card");
});

Deno.test("a reaction is made when the bot is silent again, or after a while", async () => {
  using time = new FakeTime();
  const moves = someMoves();
  for (const [told, waitMs] of [[["other", "other"], 150], [["other"], 1_500]] as const) {
    let isMade = false;
    void awaitReaction(moves).made.then(() => isMade = true);
    for (const move of told) moves.tell(move);
    await time.tickAsync(waitMs - 1);
    assert.equal(isMade, false);
    await time.tickAsync(1);
    assert.equal(isMade, true);
    assert.equal(moves.listeners.size, 0);
  }
});
