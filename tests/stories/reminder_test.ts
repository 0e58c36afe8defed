// A lead that nobody takes is reminded of by the running bot, once, also across a restart.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { withWorld, type World } from "../helpers/world.ts";
import { becomeLead, galliard, wordsOf } from "../helpers/visits.ts";

/** Lets all cards be older. */
function age({ folder }: World, minutes: number): void {
  const journal = new DatabaseSync(`${folder}/data/triborg.db`);
  journal.prepare("UPDATE leads SET card_shown_at_ms = card_shown_at_ms - ?").run(minutes * 60_000);
  journal.close();
}

Deno.test("a lead that nobody takes is reminded of once, with a link to its card", () =>
  withWorld(async (world) => {
    await world.crm.down();
    await becomeLead(galliard(world));
    const card = await world.admin.chat.nextMessage();
    await world.bot.stop();
    age(world, 30);
    await world.restart();
    const reminder = wordsOf(await world.admin.chat.nextMessage());
    const group = String(world.admin.id).slice("-100".length);
    assert.equal(
      reminder,
      `⏰ 1 лид ждёт дольше 30 мин:\n№ 1 · Galliard — https://t.me/c/${group}/${card.message_id}`,
    );
    await world.crm.up();
    await world.bot.kill();
    await world.restart();
    await world.telegram.untilPolled();
    const before = world.admin.chat.messages.length;
    await becomeLead(world.telegram.user({ first_name: "Later", username: "later" }));
    await world.admin.chat.waitFor((each) => /CRM снова принимает лиды/.test(wordsOf(each)));
    assert.ok(world.admin.chat.messages.slice(before).every((each) => !/⏰/.test(wordsOf(each))));
  }));

Deno.test("outside working hours, and with REMIND_AFTER_MINUTES=0, nobody is reminded", () =>
  withWorld(async (world) => {
    await world.crm.down();
    await becomeLead(galliard(world));
    await world.admin.chat.nextMessage();
    await world.crm.up();
    const tomorrow = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"][(new Date().getUTCDay() + 1) % 7];
    for (const env of [{ REMIND_AFTER_MINUTES: "0" }, { WORK_HOURS: `${tomorrow} 0-24` }]) {
      await world.bot.stop();
      age(world, 60);
      await world.restart({ ...env, TZ: "UTC" });
      await world.telegram.untilPolled();
      const seen = world.admin.chat.messages.length;
      world.admin.member({ first_name: "Anna" }).say("/status");
      await world.admin.chat.waitFor((each) => /CRM по профилям/.test(wordsOf(each)));
      assert.ok(world.admin.chat.messages.slice(seen).every((each) => !/⏰/.test(wordsOf(each))));
    }
  }));
