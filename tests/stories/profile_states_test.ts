// A profile's life through the running bot: draft, live, paused, and the leads of each.

import assert from "node:assert/strict";
import { withWorld } from "../helpers/world.ts";
import { buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

Deno.test("a draft is tried by a manager and published, a visitor is greeted, and their press is a lead after a pause and a restart", () =>
  withWorld(async (world) => {
    await world.bot.line("fallback.buttons[1]: профиль «cg» в меню не показан, пока черновик");
    const manager = world.telegram.user({ first_name: "Мария", username: "maria" });
    world.admin.join(manager);
    const visitor = galliard(world);

    const draft = await greet(manager, "cg");
    assert.match(wordsOf(draft), /^📝 Черновик[^]*🎬 MONSTER CG/);
    manager.press(draft, "3D-графика");
    await world.crm.nextLead();
    const menu = await greet(visitor, "cg");
    assert.deepEqual(buttonTexts(menu), ["🚀 Маркетинг и клиенты", "⚡ Срочная задача"]);

    await world.editLocales(({ cg }) => delete cg.state);
    await world.bot.line("изменения приняты");
    const greeting = await greet(visitor, "cg");
    assert.match(wordsOf(greeting), /^🎬 MONSTER CG/);

    await world.editLocales(({ cg }) => cg.state = "paused");
    await world.bot.line("изменения приняты");
    await world.bot.stop();
    await world.restart();
    await world.telegram.untilPolled();
    const other = world.telegram.user({ first_name: "Next" });
    assert.match(wordsOf(await greet(other, "cg")), /^⏸ «MONSTER CG» сейчас не принимает заявки/);
    visitor.press(greeting, "Рекламный ролик");
    const { body } = await world.crm.nextLead();
    assert.equal((body as { request_details: string }).request_details, "Рекламный ролик");
    await visitor.chat.waitFor((each) => /^✅ Принято: Рекламный ролик/.test(wordsOf(each)));
  }, { locales: ({ cg }) => cg.state = "draft" }));
