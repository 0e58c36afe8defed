// A crowd of presses: all are confirmed about as fast as Telegram's limits allow.

import assert from "node:assert/strict";
import { withWorld, type World } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { greet, wordsOf } from "../helpers/visits.ts";

const PER_SECOND = 30;

/** How often the machine's own lateness is looked at, and how much of it still tells of the bot, in ms. */
const TICK_MS = 20;
const MOST_LATE_MS = 100;

/** Watches how late the machine wakes a timer; the returned function ends that and tells the longest, in ms. */
function watchLateness(): () => number {
  let [lateMs, dueAtMs] = [0, performance.now() + TICK_MS];
  const look = () => {
    const nowMs = performance.now();
    lateMs = Math.max(lateMs, nowMs - dueAtMs);
    dueAtMs = nowMs + TICK_MS;
  };
  const ticking = setInterval(look, TICK_MS);
  return () => {
    clearInterval(ticking);
    return lateMs;
  };
}

/** So many visitors press at once; how long until the last was confirmed, and what Telegram answered meanwhile. */
async function pressAtOnce(world: World, count: number) {
  const visitors = Array.from(
    { length: count },
    (_, nth) => world.telegram.user({ first_name: `V${nth}`, username: `v${nth}` }),
  );
  const menus = await Promise.all(visitors.map((visitor) => greet(visitor)));
  const before = world.telegram.calls.length;
  const latenessMs = watchLateness();
  const beganAtMs = performance.now();
  const confirmed = visitors.map((visitor, nth) => {
    const menu = menus[nth];
    assert.ok(menu !== undefined);
    visitor.press(menu, CHOICE);
    return visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
  });
  await Promise.all(confirmed).finally(latenessMs);
  const calls = world.telegram.calls.slice(before);
  return {
    tookMs: performance.now() - beganAtMs,
    lateMs: latenessMs(),
    calls: calls.length,
    refused: calls.filter(({ outcome }) => outcome.kind === "error" && outcome.error_code === 429)
      .length,
  };
}

Deno.test("a crowd that presses at once while the CRM is down is confirmed as fast as Telegram's limits allow", async () => {
  const count = 120;
  await withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const { tookMs, lateMs, calls, refused } = await pressAtOnce(world, count);
    // A busy machine bunches messages that left apart; the pace alone is tested on a clock of its own.
    if (lateMs > MOST_LATE_MS) return;
    assert.ok(refused <= 0.02 * calls, `${refused} of ${calls} calls were answered 429`);
    // The greetings of the second before count too.
    const allowedMs = 1.15 * (count / PER_SECOND + 1) * 1_000;
    assert.ok(tookMs <= allowedMs, `${tookMs} ms, wanted at most ${allowedMs}`);
  }, { telegram: { messagesPerSecond: PER_SECOND, failsafeMs: 60_000 } });
});
