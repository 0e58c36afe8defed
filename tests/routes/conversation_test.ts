// A lead's conversation on its page, and «Написать».

import assert from "node:assert/strict";
import { ANSWER_NOTES_LANE, ANSWERS_LANE } from "../../lib/journal/journal.ts";
import type { NewAnswerMessage } from "../../lib/journal/journal.ts";
import { aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { openPage, type PageOfTest } from "../helpers/a_page.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const GROUP = -1001234;

/** A lead that the CRM has, and a message about it in the managers' chat. */
async function recordLead({ journal }: PageOfTest): Promise<number> {
  const parts = partsOf(journal);
  const { number } = (await parts.insertLead(aNewLead()))!;
  await parts.moveLead(number, "in_crm");
  await journal.rememberAbout(number, [{ chatId: GROUP, messageId: 7 }]);
  return number;
}

async function answer(
  { journal }: PageOfTest,
  messageId: number,
  details: Partial<NewAnswerMessage>,
) {
  await journal.recordAnswer({
    kind: "answer",
    chatId: GROUP,
    messageId,
    albumId: null,
    by: "\u202e@anna",
    target: { chatId: GROUP, messageId: 7 },
    content: someContent(),
    ...details,
  }, NOON_MS + messageId * 1_000);
}

async function conversation(page: PageOfTest, lead: number, language = "ru"): Promise<string> {
  const browser = await page.login();
  const response = await browser.get(`/leads/${lead}`, { "accept-language": language });
  const html = await response.text();
  return html.slice(html.indexOf('id="conversation"'), html.indexOf('class="moments"'));
}

Deno.test("the conversation tells in order who said what, and whether it arrived", async () => {
  await using page = await openPage();
  const { journal } = page;
  const lead = await recordLead(page);
  await answer(page, 10, { content: someContent({ text: "<первый>" }) });
  await answer(page, 11, { content: someContent({ text: "второй" }) });
  const photo = { text: "подпись", media: "🖼 фото", captionable: true };
  const said = { chatId: aNewLead().chatId, messageId: 50, albumId: null, lead };
  await journal.recordFollowUp({ ...said, content: someContent(photo) }, NOON_MS + 10_500);
  await answer(page, 12, { kind: "note", content: someContent({ text: "внутри" }) });
  for (const reason of [null, "403: Forbidden: bot was blocked by the user"]) {
    const [work] = await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS + 60_000, 1);
    assert.ok(work?.kind === "send");
    const arrived = { copies: [5], missing: null };
    if (reason === null) await journal.finishAnswer(work, arrived, NOON_MS + 12_000);
    else await journal.refuseAnswer(work, reason, NOON_MS);
  }
  await answer(page, 13, { content: someContent({ text: "третий" }) });
  const html = await conversation(page, lead);
  const order = [
    "<bdi>\u202e@anna</bdi>",
    "&lt;первый>",
    "доставлено 15:00",
    "Клиент",
    "🖼 фото",
    "подпись",
    "ждёт показа менеджерам",
    "второй",
    "не доставлено: клиент заблокировал бота",
    "Заметка, клиент её не видит: <bdi>\u202e@anna</bdi>",
    "внутри",
    "третий",
    "ещё не дошло, пробуем снова",
    "Написать",
  ];
  const places = order.map((words) => html.indexOf(words));
  assert.deepEqual(places.toSorted((a, b) => a - b), places, JSON.stringify(places));
  assert.ok(!places.includes(-1), JSON.stringify(places));
  assert.match(
    await conversation(page, lead, "en"),
    /not delivered: the client has blocked the bot/,
  );
});

Deno.test("«Написать» asks the managers once, in the name of the person who pressed, and says so", async () => {
  await using page = await openPage();
  const lead = await recordLead(page);
  const browser = await page.login("Мария");
  for (let nth = 0; nth < 2; nth++) {
    const pressed = await browser.post(`/leads/${lead}`, { do: "write" });
    assert.equal(pressed.status, 303);
    assert.equal(pressed.headers.get("location"), `/leads/${lead}?invited=1#conversation`);
  }
  const works = await page.journal.takeAnswerWork(ANSWER_NOTES_LANE, NOON_MS, 9);
  assert.deepEqual(works.map((work) => work.kind === "invite" && work.body.by), ["Мария"]);
  const told = await (await browser.get(`/leads/${lead}?invited=1`)).text();
  assert.match(told, /Сообщение отправлено в чат менеджеров/);
});

Deno.test("nobody writes without a session, from another origin, to an unknown or an erased person", async () => {
  await using page = await openPage();
  const lead = await recordLead(page);
  const write = { do: "write" };
  assert.equal((await page.browser().post(`/leads/${lead}`, write)).status, 401);
  const browser = await page.login();
  const foreign = { "origin": "https://evil.example", "sec-fetch-site": "cross-site" };
  assert.equal((await browser.post(`/leads/${lead}`, write, foreign)).status, 403);
  assert.equal((await browser.post("/leads/999", write)).status, 404);
  await page.journal.erasePerson(aNewLead().chatId, "Мария", NOON_MS);
  assert.equal((await browser.post(`/leads/${lead}`, write)).status, 400);
  assert.deepEqual(await page.journal.takeAnswerWork(ANSWER_NOTES_LANE, NOON_MS, 9), []);
});

Deno.test("of an erased person's conversation only who wrote when is left", async () => {
  await using page = await openPage();
  const lead = await recordLead(page);
  await answer(page, 10, { content: someContent({ text: "тайна" }) });
  await page.journal.erasePerson(aNewLead().chatId, "Мария", NOON_MS);
  const html = await conversation(page, lead);
  assert.match(html, /текст стёрт/);
  assert.doesNotMatch(html, /тайна|Написать/);
});
