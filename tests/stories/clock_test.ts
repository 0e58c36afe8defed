// The whole bot on a machine whose clock is set: no wait gets longer, and no message is sent for it.

import assert from "node:assert/strict";
import { withBot } from "../helpers/bot_here.ts";
import { withWorld, type World } from "../helpers/world.ts";
import { CHOICE, expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** A lead whose card the managers' chat refuses until the returned function is called. */
async function oweCard(
  world: World,
  { line }: { readonly line: (words: string) => Promise<string> },
): Promise<() => void> {
  await world.crm.down();
  const visitor = galliard(world);
  const menu = await greet(visitor);
  const mend = world.telegram.fault({
    chatId: world.admin.id,
    method: "sendMessage",
    fault: { kind: "error", error_code: 500, description: "Internal Server Error" },
  });
  visitor.press(menu, CHOICE);
  await nextTry(world);
  await line("КРИТИЧЕСКАЯ ОШИБКА"); // Its next try is known by now.
  return mend;
}

/** The next try to show a card has failed. */
async function nextTry({ telegram, admin }: World): Promise<void> {
  await telegram.nextCall("sendMessage", ({ chatId }) => chatId === admin.id);
}

for (const skewMs of [-6 * HOUR_MS, 3 * DAY_MS]) {
  Deno.test(`a card is shown when it is due, also when the clock is set by ${skewMs / HOUR_MS} h meanwhile`, () =>
    withBot(async ({ world, machine, log }) => {
      const mend = await oweCard(world, log);
      machine.skewMs = skewMs;
      await nextTry(world);
      mend();
      assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
    }));

  Deno.test(`a card is shown when it is due, also when the bot believes a clock set by ${skewMs / HOUR_MS} h and back`, () =>
    withBot(async ({ world, machine, log }) => {
      const mend = await oweCard(world, log);
      for (const each of [skewMs, 0]) {
        machine.skewMs = each;
        await new Promise((resolve) => setTimeout(resolve, 1_100)); // Until the bot has looked.
        machine.passedMs += 11 * 60_000;
        await log.line("сроки отправок остались прежними");
      }
      mend();
      assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
    }));
}

Deno.test("a clock that is set is no absence of the bot's, and ends no polling", () =>
  withBot(async ({ world, machine, log }) => {
    await greet(galliard(world));
    for (const skewMs of [DAY_MS, 0]) {
      machine.skewMs = skewMs;
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      machine.passedMs += 61_000; // Less than Telegram keeps a press.
      await log.line("сроки отправок остались прежними");
      await becomeLead(world.telegram.user({ first_name: "Next" }));
    }
    assert.deepEqual(log.lines.filter((line) => line.includes("не было на связи")), []);
  }));

const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const mayPreload = Deno.permissions.querySync({ name: "run" }).state === "granted";

// Deno starts no process with LD_PRELOAD unless the test may start any: `deno test -A`.
Deno.test({
  name: "under libfaketime a card is shown when it is due although the clock was set back by 6 h",
  ignore: !mayPreload || !isThere(FAKETIME),
  fn: () =>
    withWorld(async (world) => {
      const clock = `${world.folder}/clock`;
      await Deno.writeTextFile(clock, "+0");
      const bot = await world.restart({
        LD_PRELOAD: FAKETIME,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: "1",
        DONT_FAKE_MONOTONIC: "1",
      });
      await bot.line("на связи");
      const mend = await oweCard(world, bot);
      await Deno.writeTextFile(clock, "-6h");
      await nextTry(world);
      mend();
      assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
    }, { asleep: true }),
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
