// What visitors and managers get of drafts and paused profiles, from the bot in the test's own process.

import assert from "node:assert/strict";
import type { SimMessage, Visitor } from "../../lib/simulator/telegram/server.ts";
import { type BotHere, withBot } from "../helpers/bot_here.ts";
import { refusal } from "../helpers/a_telegram.ts";
import { buttonTexts, galliard, wordsOf } from "../helpers/visits.ts";
import type { Locales } from "../helpers/world.ts";

const MARK = "📝 Черновик: посетители его пока не видят";
const WELCOME = /^👋 Здравствуйте! Это MONSTER/;
const MENU = ["🚀 Маркетинг и клиенты", "🎬 Графика и видео", "⚡ Срочная задача"];

/** A person of the managers' chat, in private with the bot. */
function aManager({ world }: BotHere): Visitor {
  const manager = world.telegram.user({ first_name: "Мария", username: "maria" });
  world.admin.join(manager);
  return manager;
}

async function open(visitor: Visitor, word?: string): Promise<SimMessage> {
  visitor.start(word);
  return await visitor.chat.nextMessage();
}

/** The profile's name, the choice and the source of the next lead in the CRM. */
async function nextLead({ world }: BotHere): Promise<unknown[]> {
  const { body } = await world.crm.nextLead();
  const { profile, choice, source } = body as Record<string, unknown>;
  return [profile, choice, source];
}

async function edit({ world, log }: BotHere, change: (locales: Locales) => void): Promise<void> {
  await world.editLocales(change);
  await log.line("изменения приняты");
}

function withLocales(locales: (locales: Locales) => void, story: (here: BotHere) => Promise<void>) {
  return withBot(story, {
    locales(all) {
      const body = { profile: "{profile_name}", choice: "{choice}", source: "{source}" };
      for (const key of ["agency", "cg", "express"]) all[key].crm = { kind: "webhook", body };
      locales(all);
    },
  });
}

Deno.test("a draft greets a manager with a mark, by its key, an alias, with a source, and its lead goes the normal way", () =>
  withLocales(({ cg }) => Object.assign(cg, { state: "draft", aliases: ["old"] }), async (here) => {
    for (const word of ["cg", "CG", "old", "cg__vk"]) {
      const greeting = await open(aManager(here), word);
      assert.match(wordsOf(greeting), new RegExp(`^${MARK}\n\n🎬 MONSTER CG`), word);
      assert.equal(buttonTexts(greeting)[0], "Рекламный ролик");
    }
    const manager = aManager(here);
    const greeting = await open(manager, "cg__vk");
    manager.press(greeting, "3D-графика");
    assert.deepEqual(await nextLead(here), ["MONSTER CG", "3D-графика", "vk"]);
    await manager.chat.waitFor((each) => /^✅ Принято: 3D-графика\./.test(wordsOf(each)));
  }));

Deno.test("to anybody else a draft is an unknown word: they get the menu without it, and keep their source", () =>
  withLocales(({ cg }) => cg.state = "draft", async (here) => {
    for (const word of ["cg", "cg__vk", "nobody", undefined]) {
      const menu = await open(galliard(here.world), word);
      assert.match(wordsOf(menu), WELCOME);
      assert.deepEqual(buttonTexts(menu), [MENU[0], MENU[2]]);
    }
    const visitor = galliard(here.world);
    const menu = await open(visitor, "cg__vk");
    visitor.press(menu, MENU[0] ?? "");
    visitor.press(await visitor.chat.nextMessage(), "Создать сайт");
    assert.deepEqual(await nextLead(here), ["MONSTER AGENCY", "Создать сайт", "vk"]);
  }));

Deno.test("while Telegram does not tell who is a manager, a draft is unknown to all, and live profiles wait for nothing", () =>
  withLocales(({ cg }) => cg.state = "draft", async (here) => {
    const manager = aManager(here);
    const fault = refusal(400, "Bad Request: CHAT_ADMIN_REQUIRED");
    const lift = here.world.telegram.fault({
      method: ({ method, params }) =>
        method === "getChatMember" && params["user_id"] === manager.id,
      fault,
    });
    assert.match(wordsOf(await open(manager, "cg")), WELCOME);
    await here.log.line("Сделайте бота администратором этого чата");
    lift();
    assert.match(wordsOf(await open(manager, "cg")), new RegExp(`^${MARK}`));
    const asked = () =>
      here.world.telegram.calls.filter(({ method, params }) =>
        method === "getChatMember" && params["user_id"] !== here.world.telegram.bot.id
      ).length;
    const before = asked();
    const visitor = galliard(here.world);
    visitor.press(await open(visitor, "agency"), "Создать сайт");
    await visitor.chat.waitFor((each) => /^✅ Принято/.test(wordsOf(each)));
    assert.equal(asked(), before);
  }));

Deno.test("a draft whose caption leaves no room has the mark in a message of its own", () =>
  withLocales(({ cg }) => {
    cg.state = "draft";
    cg.step1.caption = "я".repeat(4_090);
  }, async (here) => {
    const manager = aManager(here);
    assert.equal(wordsOf(await open(manager, "cg")), MARK);
    assert.equal(wordsOf(await manager.chat.nextMessage()), "я".repeat(4_090));
  }));

Deno.test("a paused profile answers with its text, in the visitor's language, above the other live ones", () =>
  withLocales(({ cg, express }) => {
    Object.assign(cg, { state: "paused", paused_text: "{name} в отпуске." });
    cg.translations = { en: { paused_text: "{name} is on holiday." } };
    express.state = "paused";
  }, async (here) => {
    const { telegram } = here.world;
    const [ru, en] = ["ru", "en-GB"].map((language_code) =>
      telegram.user({ first_name: "Galliard", language_code })
    );
    assert.ok(ru && en);
    const words = async (visitor: Visitor, word: string) => {
      const answer = await open(visitor, word);
      assert.deepEqual(buttonTexts(answer), [MENU[0]]);
      return wordsOf(answer);
    };
    assert.equal(await words(ru, "cg__vk"), "MONSTER CG в отпуске.");
    assert.equal(await words(en, "cg"), "MONSTER CG is on holiday.");
    assert.equal(
      await words(ru, "express"),
      "⏸ «MONSTER EXPRESS» сейчас не принимает заявки. Загляните позже или выберите другое:",
    );
    assert.equal(
      await words(en, "express"),
      "⏸ MONSTER EXPRESS is not taking requests at the moment. Please come back later or choose something else:",
    );
    assert.deepEqual(buttonTexts(await open(ru)), [MENU[0]]);
    // The source is not lost on the way through the menu.
    ru.press(await open(ru, "cg__vk"), MENU[0] ?? "");
    ru.press(await ru.chat.nextMessage(), "Создать сайт");
    assert.deepEqual(await nextLead(here), ["MONSTER AGENCY", "Создать сайт", "vk"]);
  }));

Deno.test("where nothing in the menu is live, a visitor reads a paused profile's text without buttons, also for words", () =>
  withLocales(({ agency, cg, express }) => {
    agency.state = "draft";
    Object.assign(cg, { state: "paused", paused_text: "Вернёмся в январе." });
    express.state = "paused";
  }, async (here) => {
    for (const word of ["cg", undefined, "agency"]) {
      const answer = await open(galliard(here.world), word);
      assert.equal(wordsOf(answer), "Вернёмся в январе.");
      assert.equal(answer.reply_markup, undefined);
    }
    const visitor = galliard(here.world);
    visitor.say("Здравствуйте");
    assert.equal(wordsOf(await visitor.chat.nextMessage()), "Вернёмся в январе.");
    assert.equal(
      wordsOf(await open(visitor, "express")),
      "⏸ «MONSTER EXPRESS» сейчас не принимает заявки. Загляните позже.",
    );
  }));

Deno.test("buttons of an old menu answer as the links do, and a greeting's buttons make leads in every state", () =>
  withLocales(() => {}, async (here) => {
    const [visitor, other] = [galliard(here.world), here.world.telegram.user({ first_name: "B" })];
    const menu = await open(visitor);
    assert.deepEqual(buttonTexts(menu), MENU);
    const [ofCg, ofExpress] = [await open(visitor, "cg"), await open(other, "express")];
    await edit(here, ({ cg, express }) => {
      Object.assign(cg, { state: "paused", paused_text: "Пауза." });
      express.state = "draft";
    });

    visitor.press(menu, "🎬 Графика и видео");
    assert.equal(wordsOf(await visitor.chat.nextMessage()), "Пауза.");
    visitor.press(menu, "⚡ Срочная задача");
    assert.match(wordsOf(await visitor.chat.nextMessage()), WELCOME);

    visitor.press(ofCg, "3D-графика");
    other.press(ofExpress, "Нужен совет");
    const leads = [await nextLead(here), await nextLead(here)].toSorted();
    assert.deepEqual(leads.map(([profile]) => profile), ["MONSTER CG", "MONSTER EXPRESS"]);
  }));

Deno.test("a draft that the file has in the menu is warned of at each load, with its place", () =>
  withLocales(({ cg }) => cg.state = "draft", async (here) => {
    const warning =
      "⚠️ locales.json: fallback.buttons[1]: профиль «cg» в меню не показан, пока черновик";
    assert.equal(await here.log.line("пока черновик"), warning);
    await edit(here, ({ express }) => express.state = "draft");
    assert.equal(await here.log.line("«cg» в меню не показан"), warning);
    await here.log.line("fallback.buttons[2]: профиль «express»");
    await here.log.line("Профилей: 3");
  }));

Deno.test("/status names drafts and paused profiles behind their names", () =>
  withLocales(({ cg, express }) => {
    cg.state = "draft";
    express.state = "paused";
  }, async (here) => {
    here.world.admin.member({ first_name: "Мария" }).say("/status");
    const answer = wordsOf(
      await here.world.admin.chat.waitFor((each) => /^CRM по/.test(wordsOf(each))),
    );
    assert.match(answer, /^▫️ MONSTER AGENCY: CRM/m);
    assert.match(answer, /^▫️ MONSTER CG \(черновик\): CRM/m);
    assert.match(answer, /^▫️ MONSTER EXPRESS \(на паузе\): CRM/m);
  }));
