// Many leads at once: several in one message, each with a row of buttons, and each whole on demand.

import assert from "node:assert/strict";
import type { SimMessage } from "../../lib/simulator/telegram/server.ts";
import { recordedMessage, untilRecorded } from "../helpers/recorded_message.ts";
import { withWorld, type World } from "../helpers/world.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, wordsOf } from "../helpers/visits.ts";

/**
 * A message of several leads. Without limits of the simulated Telegram the bot still keeps its pace: where each of the
 * first 20 cards was shown alone, the rest are enough for such a message a minute later.
 */
async function withStorm(world: World) {
  world.crm.behave({ kind: "answer", status: 500 });
  const people = Array.from(
    { length: 45 },
    (_, nth) => world.telegram.user({ first_name: `V${nth}`, username: `v${nth}` }),
  );
  await Promise.all(people.map(becomeLead));
  const storm = await world.admin.chat.waitFor((each) => /^🔥 \d+ лид/.test(wordsOf(each)));
  await untilRecorded(world, storm);
  const second = people.find(({ user }) => leadIn(storm, 2).includes(`@${user.username}\n`));
  assert.ok(second);
  return { storm, second };
}

function leadIn(storm: SimMessage, nth: number): string {
  return wordsOf(storm).split("\n\n").find((each) => each.startsWith(`${nth}. `)) ?? "";
}

Deno.test("in a storm a lead is taken, closed and returned by the row with its number", () =>
  withWorld(async (world) => {
    const { storm } = await withStorm(world);
    assert.match(
      wordsOf(storm),
      /^🔥 \d+ лид\p{L}*: MONSTER AGENCY, CRM недоступна с \d\d:\d\d\n/u,
    );
    assert.match(leadIn(storm, 2), /^2\. № \d+ · \d\d:\d\d\nV\d+ · @v\d+\nПривлечь клиентов$/);
    const anna = world.admin.member({ first_name: "Anna", username: "anna" });
    await anna.press(storm, "🙋 2").answered;
    await anna.press(storm, "✅ 2").answered;
    const closed = await world.admin.chat.waitFor((each) =>
      /\n👤 @anna, .*\n✅ Внесён вручную: @anna, /.test(leadIn(each, 2))
    );
    assert.equal(closed.message_id, storm.message_id);
    assert.deepEqual(buttonTexts(closed).filter((each) => / 2$/.test(each)), ["↩️ 2", "ℹ️ 2"]);
    assert.ok(buttonTexts(closed).includes("✅ 1"));
    await anna.press(closed, "↩️ 2").answered;
    await world.admin.chat.waitFor((each) => /\n↩️ Возвращён: @anna/.test(leadIn(each, 2)));
  }, { telegram: { limits: "off", failsafeMs: 90_000 } }));

Deno.test("«ℹ️» in a storm shows the whole card as a reply, also after a kill, and a reply to it reaches the visitor", () =>
  withWorld(async (world) => {
    const { storm, second } = await withStorm(world);
    const anna = world.admin.member({ first_name: "Anna", username: "anna" });
    const { text, show_alert } = await anna.press(storm, "ℹ️ 2").answered;
    assert.equal(show_alert, true);
    assert.match(text ?? "", /\nПочему здесь: 500 · /);
    await world.bot.kill();
    await world.restart();
    const { first_name: name, username } = second.user;
    const card = expectedCard({ name, contact: `@${username}` });
    const whole = await recordedMessage(world, (each) => wordsOf(each) === card);
    assert.equal(whole.reply_to_message?.message_id, storm.message_id);
    anna.reply(whole, "Здравствуйте!");
    await second.chat.waitFor((each) => each.text === "Здравствуйте!");
  }, { telegram: { limits: "off", failsafeMs: 90_000 } }));
