// `/leads` and `/find` in the managers' chat: pages by buttons, searches, and who is not answered.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { Person, SimMessage } from "../../lib/simulator/telegram/server.ts";
import { inventLeads } from "../helpers/invented_leads.ts";
import { CHOICE } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard, wordsOf } from "../helpers/visits.ts";
import { TOKEN, withWorld, type World, type WorldOptions } from "../helpers/world.ts";

function manager(world: World): Person {
  return world.admin.member({ first_name: "Мария", username: "maria" });
}

/** A world whose bot begins with so many leads in its journal. */
function withLeads(
  leads: number,
  story: (world: World) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  return withWorld(async (world) => {
    await Deno.mkdir(`${world.folder}/data`);
    const journal = await openJournal(`${world.folder}/data/triborg.db`, TOKEN.split(":")[0]);
    await inventLeads(journal, Date.now(), leads);
    await journal.committed();
    await journal.close();
    await world.restart();
    await world.telegram.untilPolled();
    await story(world);
  }, { ...options, asleep: true });
}

/** The numbers of the leads that a message lists. */
function numbersIn(message: SimMessage): number[] {
  return [...wordsOf(message).matchAll(/^№ (\d+) · /gm)].map(([, number]) => Number(number));
}

function fromTo(first: number, last: number): number[] {
  return Array.from({ length: first - last + 1 }, (_, index) => first - index);
}

async function answerTo(world: World, maria: Person, words: string): Promise<SimMessage> {
  maria.say(words);
  return await world.admin.chat.nextMessage();
}

/** The list after a press, once it shows these leads. */
async function turn(world: World, maria: Person, list: SimMessage, button: string, to: number[]) {
  maria.press(list, button);
  return await world.admin.chat.waitFor((each) =>
    each.message_id === list.message_id && numbersIn(each).join() === to.join()
  );
}

Deno.test("/leads lists all leads, newest first, page by page in one message, also after a kill", () =>
  withLeads(23, async (world) => {
    const maria = manager(world);
    let list = await answerTo(world, maria, `/LEADS@${world.telegram.bot.username}`);
    assert.match(wordsOf(list), /^Лиды: 23\nОткрытые: \d+\n\n№ 23 · /);
    assert.match(wordsOf(list), /· В CRM\n@anna_studio — /);
    assert.deepEqual(numbersIn(list), fromTo(23, 14));
    assert.match(buttonTexts(list).join(), /^Раньше →,Открытые \(\d+\)$/);
    list = await turn(world, maria, list, "Раньше →", fromTo(13, 4));
    assert.equal(world.admin.chat.messages.filter(({ from }) => from?.is_bot).length, 1);
    await world.bot.kill();
    await world.restart();
    list = await turn(world, maria, list, "Раньше →", fromTo(3, 1));
    assert.deepEqual(buttonTexts(list).slice(0, 2), ["« Новые", "← Новее"]);
    list = await turn(world, maria, list, "← Новее", fromTo(13, 4));
    list = await turn(world, maria, list, "← Новее", fromTo(23, 14));
    assert.deepEqual(buttonTexts(list)[0], "Раньше →");
  }));

Deno.test("/leads opens the open cards by a button, each with a link to its card", () =>
  withWorld(async (world) => {
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
    await world.crm.nextLead();
    await world.crm.down();
    await becomeLead(galliard(world));
    const card = await world.admin.chat.nextMessage();
    const maria = manager(world);
    const list = await answerTo(world, maria, "/leads");
    assert.match(wordsOf(list), /^Лиды: 2\nОткрытые: 1\n/);
    assert.match(wordsOf(list), new RegExp(`· В чате\n@betterrman — ${CHOICE}`));
    const [link] = list.entities?.filter(({ type }) => type === "text_link") ?? [];
    assert.ok(link?.type === "text_link" && link.url.endsWith(`/${card.message_id}`));
    const open = await turn(world, maria, list, "Открытые (1)", [2]);
    assert.deepEqual(buttonTexts(open), ["Все лиды"]);
    await turn(world, maria, open, "Все лиды", [2, 1]);
  }));

Deno.test("/find finds by name, username, number and phone, says how many more, and links to the page", () =>
  withLeads(60, async (world) => {
    const maria = manager(world);
    const anna = await answerTo(world, maria, "/find @anna_studio");
    assert.match(wordsOf(anna), /^Найдено: @anna_studio\n/);
    assert.equal(numbersIn(anna).length, 10);
    assert.match(wordsOf(anna), /… и ещё 5 лидов, остальные на странице\.$/);
    const links = anna.entities?.flatMap((each) => each.type === "text_link" ? [each.url] : []);
    assert.ok(links?.includes(`https://leads.example/leads/${numbersIn(anna)[0]}`), String(links));
    assert.ok(links?.includes("https://leads.example/leads?q=%40anna_studio"), String(links));
    const cyrillic = await answerTo(world, maria, "/Find анна");
    assert.deepEqual(numbersIn(cyrillic), numbersIn(anna));
    const [first] = numbersIn(await answerTo(world, maria, "/find 7"));
    assert.equal(first, 7);
    assert.match(wordsOf(await answerTo(world, maria, "/find Гендальф")), /^Таких лидов нет/);
    assert.match(wordsOf(await answerTo(world, maria, "/find")), /^Напишите, кого искать/);
    assert.match(wordsOf(await answerTo(world, maria, "/find 8 999 123-45-67")), /\+79991234567/);
    const worst = await answerTo(world, maria, `/find ${"%_\\😀 ".repeat(600)}`);
    assert.match(wordsOf(worst), /^Таких лидов нет/);
  }, { env: { PUBLIC_URL: "https://leads.example" } }));

Deno.test("/leads and /find answer nobody outside the managers' chat", () =>
  withLeads(3, async (world) => {
    const elsewhere = world.telegram.group({ title: "Чужой чат", type: "supergroup" });
    const stranger = elsewhere.member({ first_name: "Eve", username: "eve" });
    for (const words of ["/leads", "/find anna", "/status"]) stranger.say(words);
    const alone = world.telegram.user({ first_name: "Eve", username: "eve2" });
    alone.say("/find anna");
    assert.match(wordsOf(await alone.chat.nextMessage()), /Выберите/);
    assert.deepEqual(elsewhere.chat.messages.filter(({ from }) => from?.is_bot), []);
  }));
