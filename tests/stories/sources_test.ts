// Links that say where their visitors come from: through the running bot, also across kills.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { SimMessage, Visitor } from "../../lib/simulator/telegram/server.ts";
import { withWorld, type World } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

const MENU = "🚀 Маркетинг и клиенты";

/** Presses a greeting's button, and waits for the lead at the CRM. */
async function press(world: World, visitor: Visitor, menu: SimMessage, button = CHOICE) {
  visitor.press(menu, button);
  return await world.crm.nextLead();
}

/** The sources of all leads, oldest first. */
function sourcesIn({ folder }: World): unknown[] {
  const db = new DatabaseSync(`${folder}/data/triborg.db`, { timeout: 5000 });
  try {
    return db.prepare("SELECT source FROM leads ORDER BY number").all().map(({ source }) => source);
  } finally {
    db.close();
  }
}

Deno.test("a lead of a link with a source has it, and neither the CRM's body nor the greeting differs", () =>
  withWorld(async (world) => {
    const [one, other] = [
      galliard(world),
      world.telegram.user({ first_name: "Anna", username: "a_1" }),
    ];
    const plain = await greet(one);
    const marked = await greet(other, "agency__vk-may");
    assert.equal(wordsOf(marked), wordsOf(plain));
    assert.deepEqual(buttonTexts(marked), buttonTexts(plain));
    const without = (body: unknown) => ({ ...(body as object), contact: null });
    const [first, second] = [
      await press(world, one, plain),
      await press(world, other, marked),
    ];
    assert.deepEqual(without(second.body), without(first.body));
    assert.ok(!second.rawBody.includes("vk-may"));
    assert.deepEqual(sourcesIn(world), [null, "vk-may"]);
  }));

Deno.test("a card of a lead with a source has the words of any other card", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const visitor = galliard(world);
    await press(world, visitor, await greet(visitor, "agency__vk-may"));
    const card = wordsOf(await world.admin.chat.nextMessage());
    assert.match(card, /НОВЫЙ ЛИД/);
    assert.ok(!card.includes("vk-may"));
  }));

Deno.test("the source of an unknown profile's link stays through the menu, a kill and the choice of a profile", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor, "gone__flyer");
    await world.bot.stop(); // The menu is on disk.
    await world.restart();
    visitor.press(menu, MENU);
    const greeting = await visitor.chat.nextMessage();
    await world.bot.stop();
    await world.restart();
    await press(world, visitor, greeting);
    assert.deepEqual(sourcesIn(world), ["flyer"]);
  }));

Deno.test("a source stays with a visitor who writes before choosing, and ends with their lead", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await greet(visitor, "gone__flyer");
    visitor.say("Здравствуйте");
    const second = await visitor.chat.nextMessage();
    visitor.press(second, MENU);
    const greeting = await visitor.chat.nextMessage();
    await press(world, visitor, greeting);
    visitor.start();
    const later = await visitor.chat.nextMessage((each) => buttonTexts(each).includes(MENU));
    visitor.press(later, MENU);
    await press(world, visitor, await visitor.chat.nextMessage(), "Создать сайт");
    assert.deepEqual(sourcesIn(world), ["flyer", null]);
    const other = world.telegram.user({ first_name: "Anna" });
    await greet(other, "gone__radio");
    await press(world, other, await greet(other));
    assert.deepEqual(sourcesIn(world), ["flyer", null, "radio"]);
  }));

Deno.test("each greeting keeps the source of its own link, whichever is pressed later", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const first = await greet(visitor, "agency__vk");
    const second = await greet(visitor, "cg__tv");
    const third = await greet(visitor, "express");
    await press(world, visitor, first);
    await press(world, visitor, third, "Нужен совет");
    await press(world, visitor, second, "Другая идея");
    assert.deepEqual(sourcesIn(world), ["vk", null, "tv"]);
  }));

Deno.test("an earlier word and another case of a key take a source too", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await press(world, visitor, await greet(visitor, "old__one"));
    await press(world, visitor, await greet(visitor, "AGENCY__two"), "Создать сайт");
    assert.deepEqual(sourcesIn(world), ["one", "two"]);
  }, {
    locales: (locales) => void (locales.agency.aliases = ["old"]),
  }));

Deno.test("openings, leads and taken leads are counted right after kills in between", () =>
  withWorld(async (world) => {
    const visitors = Array.from(
      { length: 12 },
      (_, nth) => world.telegram.user({ first_name: `V${nth}`, username: `visitor${nth}` }),
    );
    for (const [nth, visitor] of visitors.entries()) {
      const menu = await greet(visitor, nth % 3 === 0 ? "agency__tv" : "agency__vk");
      visitor.press(menu, CHOICE);
      if (nth % 4 !== 3) continue;
      await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
      await world.bot.kill();
      await world.restart();
    }
    await Promise.all(
      visitors.map(({ chat }) => chat.waitFor((each) => wordsOf(each) === CONFIRMATION)),
    );
    await world.bot.stop();
    const db = new DatabaseSync(`${world.folder}/data/triborg.db`);
    const counted = db.prepare(
      "SELECT source, state, leads FROM source_counts WHERE leads > 0 ORDER BY source, state",
    ).all();
    const real = db.prepare(
      "SELECT source, state, count(*) AS leads FROM leads GROUP BY source, state ORDER BY source, state",
    ).all();
    db.close();
    assert.deepEqual(counted, real);
    assert.equal(real.reduce((sum, { leads }) => sum + Number(leads), 0), 12);
  }, { telegram: { limits: "off" } }));
