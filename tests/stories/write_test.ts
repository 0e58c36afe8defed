// «Написать» on a lead's page, and how long a conversation goes on.

import assert from "node:assert/strict";
import { type BotHere, withBot } from "../helpers/bot_here.ts";
import { becomeLead, galliard, wordsOf } from "../helpers/visits.ts";

const HOUR_MS = 60 * 60 * 1000;

/** A logged-in browser of the running bot's page. */
async function openPage({ bot }: BotHere) {
  const link = new URL((await bot.newLoginLink("Мария")) ?? "");
  const { origin } = link;
  const headers = { origin, "sec-fetch-site": "same-origin" };
  const token = link.searchParams.get("token") ?? "";
  const body = new URLSearchParams({ token });
  const entered = await fetch(`${origin}/login`, {
    method: "POST",
    body,
    headers,
    redirect: "manual",
  });
  await entered.body?.cancel();
  const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
  const get = async (path: string) =>
    await (await fetch(`${origin}${path}`, { headers: { cookie } })).text();
  return {
    get,
    async post(path: string, fields: Record<string, string>) {
      const [, name = "", value = ""] =
        /<input type="hidden" name="(\w+)" value="([^"]+)"/.exec(await get(path)) ?? [];
      const response = await fetch(`${origin}${path}`, {
        method: "POST",
        body: new URLSearchParams({ [name]: value, ...fields }),
        headers: { ...headers, cookie },
        redirect: "manual",
      });
      await response.body?.cancel();
      return response;
    },
  };
}

Deno.test("«Написать» on the page of a lead in the CRM brings a message to reply to, and the page tells the conversation", () =>
  withBot(async (here) => {
    const { world } = here;
    const visitor = galliard(world);
    await becomeLead(visitor);
    await world.crm.nextLead();
    const page = await openPage(here);
    const answered = await page.post("/leads/1", { do: "write" });
    assert.equal(answered.status, 303);
    assert.equal(answered.headers.get("location"), "/leads/1?invited=1#conversation");

    const invitation = await world.admin.chat.nextMessage();
    assert.match(wordsOf(invitation), /^💬 Написать: Galliard, @betterrman\nЛид № 1 · MONSTER/);
    assert.match(wordsOf(invitation), /\(Мария\)$/);
    const manager = world.admin.member({ first_name: "Anna", username: "anna" });
    manager.reply(invitation, "Здравствуйте! Видели ваш <сайт>");
    await visitor.chat.waitFor((each) => wordsOf(each).startsWith("Здравствуйте!"));
    manager.reply(invitation, "/note клиент из Казани");
    await world.telegram.nextCall("setMessageReaction");
    await world.telegram.nextCall("setMessageReaction");
    visitor.say("А сколько стоит?");
    const question = await world.admin.chat.nextMessage();
    await world.admin.chat.waitUntil((all) => all.at(-1)?.message_id === question.message_id);

    const html = await page.get("/leads/1?invited=1");
    const said = html.slice(html.indexOf('id="conversation"'), html.indexOf('class="moments"'));
    const order = [
      "<bdi>@anna</bdi>",
      "Здравствуйте! Видели ваш &lt;сайт>",
      "доставлено",
      "Заметка, клиент её не видит: <bdi>@anna</bdi>",
      "клиент из Казани",
      "Клиент",
      "А сколько стоит?",
      "Сообщение отправлено в чат менеджеров",
      "Написать",
    ];
    const places = order.map((words) => said.indexOf(words));
    assert.deepEqual(places.toSorted((a, b) => a - b), places, JSON.stringify(places));
    assert.ok(!places.includes(-1), JSON.stringify(places));
  }));

Deno.test("a conversation goes on for 24 hours from the last word of either side", () =>
  withBot(async ({ world, machine }) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const visitor = galliard(world);
    await becomeLead(visitor);
    const card = await world.admin.chat.nextMessage();
    machine.passedMs += 23 * HOUR_MS;
    visitor.say("Я ещё тут");
    const followUp = await world.admin.chat.nextMessage();
    assert.match(wordsOf(followUp), /Я ещё тут/);

    machine.passedMs += 23 * HOUR_MS;
    const manager = world.admin.member({ first_name: "Anna", username: "anna" });
    manager.reply(card, "Простите, что долго");
    await visitor.chat.waitFor((each) => each.text === "Простите, что долго");
    await world.telegram.nextCall("setMessageReaction");
    machine.passedMs += 23 * HOUR_MS;
    visitor.say("Ничего");
    assert.match(wordsOf(await world.admin.chat.nextMessage()), /Ничего/);

    machine.passedMs += 25 * HOUR_MS;
    visitor.say("А теперь?");
    await visitor.chat.waitFor(({ reply_markup, message_id }) =>
      reply_markup !== undefined && message_id > followUp.message_id
    );
    assert.ok(!world.admin.chat.messages.some((each) => /А теперь/.test(wordsOf(each))));
  }));
