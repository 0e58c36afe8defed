// A lead's states: what leads where, and that what is settled stays settled.

import assert from "node:assert/strict";
import fc from "fast-check";
import { canMove, isSettled, LEAD_STATES, type LeadState, statesBefore } from "../lib/lead.ts";

const STATES: readonly LeadState[] = [
  "received",
  "in_crm",
  "in_admin_chat",
  "undelivered",
  "by_hand",
];

const MOVES: readonly [from: LeadState, to: LeadState][] = [
  ["received", "in_crm"],
  ["received", "in_admin_chat"],
  ["received", "undelivered"],
  ["undelivered", "in_admin_chat"],
  ["undelivered", "in_crm"], // A manager sent it again.
  ["undelivered", "by_hand"],
  ["in_admin_chat", "in_crm"], // A manager sent it again.
  ["in_admin_chat", "by_hand"],
  ["by_hand", "in_admin_chat"], // A manager returned it.
];

Deno.test("a lead makes these moves and no other, and staying is none", () => {
  const allowed = new Set(MOVES.map(([from, to]) => `${from} → ${to}`));
  for (const from of STATES) {
    for (const to of STATES) {
      const move = `${from} → ${to}`;
      assert.equal(canMove(from, to), allowed.has(move), move);
    }
  }
});

Deno.test("delivery never moves a lead that was entered by hand: only a person returns it", () => {
  for (const to of STATES) {
    const before = STATES.filter((from) => from !== "by_hand" && canMove(from, to));
    assert.deepEqual(statesBefore(to), LEAD_STATES.filter((each) => before.includes(each)));
    assert.ok(!statesBefore(to).includes("by_hand"));
  }
});

Deno.test("a lead is owed while it is received or undelivered, and settled elsewhere", () => {
  assert.deepEqual(STATES.filter(isSettled), ["in_crm", "in_admin_chat", "by_hand"]);
});

Deno.test("a lead that was settled is never owed again, wherever it is pushed", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...STATES)), (pushes) => {
    let state: LeadState = "received";
    let settled = false;
    for (const to of pushes) {
      if (!canMove(state, to)) continue;
      state = to;
      assert.ok(isSettled(state) || !settled, `owed again after ${pushes.join(", ")}`);
      settled = isSettled(state);
    }
  }));
});
