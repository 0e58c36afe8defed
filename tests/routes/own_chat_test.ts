// A profile's own managers' chat on the page: its fields, what is known of it, its history, and the strip when it fails.

import assert from "node:assert/strict";
import { openPage, type PageOfTest, profileFields } from "../helpers/a_page.ts";
import { someLocales } from "../helpers/a_profile.ts";
import type { OwnChatState } from "../../lib/page/health_report.ts";

const GROUP = -1_001_234_567_890;

const withChat = () => someLocales(({ agency }) => agency.managers_chat_id = GROUP);

function aState(details: Partial<OwnChatState> = {}): OwnChatState {
  return {
    profiles: ["agency"],
    failsSinceMs: undefined,
    problem: undefined,
    isUsable: true,
    isTopicRefused: false,
    ...details,
  };
}

async function save(page: PageOfTest, chatId: string, topicId = "") {
  const browser = await page.login();
  const fields = profileFields(page, "agency");
  return await browser.post("/profiles/agency", {
    ...fields,
    managers_chat_id: chatId,
    topic_id: topicId,
  });
}

async function form(states: OwnChatState[], language = "ru"): Promise<string> {
  await using page = await openPage({ locales: withChat(), deps: { ownChats: () => states } });
  const browser = await page.login();
  const response = await browser.get("/profiles/agency", { "accept-language": language });
  return await response.text();
}

Deno.test("a chat is typed, saved as a number, said in the history, undone, and taken out again", async () => {
  await using page = await openPage();
  const browser = await page.login();
  assert.equal((await save(page, String(GROUP), "7")).status, 303);
  const { agency } = await page.file();
  assert.deepEqual([agency.managers_chat_id, agency.topic_id], [GROUP, 7]);
  const history = await (await browser.get("/profiles/agency/history")).text();
  assert.match(history, /свой чат менеджеров: id чата, свой чат менеджеров: тема/);
  // A form without the fields leaves them.
  await browser.post("/profiles/agency", { ...profileFields(page, "agency"), caption: "Другое" });
  assert.equal((await page.file()).agency.managers_chat_id, GROUP);
  assert.equal((await save(page, "")).status, 303);
  assert.equal("managers_chat_id" in (await page.file()).agency, false);
});

Deno.test("a fault stands at its field, in both languages, and what was typed stays", async () => {
  await using page = await openPage();
  const response = await save(page, "310452007");
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /value="310452007"[^]*Найдено 310452007, нужен id группы из ответа на \/id/);
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), managers_chat_id: "@group", topic_id: "x" };
  const english = await browser.post("/profiles/agency", fields, { "accept-language": "en" });
  assert.match(
    await english.text(),
    /It is no number, a group's id as \/id names it is needed/,
  );
});

Deno.test("the form says what the check found, once it has found something", async () => {
  assert.match(await form([aState()]), /Бот может писать в этот чат/);
  assert.match(await form([aState({ isUsable: false })]), /Проверяем, может ли бот туда писать/);
  const muted = aState({ isUsable: false, problem: "may_not_write" });
  assert.match(await form([muted]), /Боту нельзя писать в этот чат\. Карточки ждут/);
  assert.match(await form([muted], "en"), /The bot may not write into this chat\. Cards wait/);
  assert.match(await form([aState({ isTopicRefused: true })]), /карточки придут без темы/);
  assert.match(await form([aState({ failsSinceMs: 1 })]), /Чат не принимает сообщения с/);
  assert.doesNotMatch(await form([aState({ profiles: ["cg"] })]), /Бот может писать/);
});

Deno.test("after saving the page waits a moment for the check", async () => {
  let looks = 0;
  const states = () => [aState({ isUsable: ++looks > 3 })];
  await using page = await openPage({ locales: withChat(), deps: { ownChats: states } });
  const browser = await page.login();
  const html = await (await browser.get("/profiles/agency?saved")).text();
  assert.match(html, /Бот может писать в этот чат/);
});

Deno.test("a file's chat that cannot be one is told on the profile's page", async () => {
  const locales = someLocales(({ agency }) => agency.managers_chat_id = "группа");
  await using page = await openPage({ locales });
  const browser = await page.login();
  const html = await (await browser.get("/profiles/agency")).text();
  assert.match(
    html,
    /В файле: managers_chat_id: найден текст, нужен id группы[^]*Карточки идут в главный чат/,
  );
});

Deno.test("every page says which profile's chat takes nothing, and leads to the profile", async () => {
  const troubles = [
    { kind: "profile_chat_unusable", profiles: ["agency"], problem: "no_access" } as const,
    { kind: "profile_chat", profiles: ["agency"], sinceMs: 1 } as const,
    { kind: "profile_chat", profiles: ["agency", "gone"], sinceMs: 1 } as const,
  ];
  await using page = await openPage({ deps: { troubles: () => Promise.resolve(troubles) } });
  const browser = await page.login();
  const html = await (await browser.get("/leads")).text();
  assert.match(html, /MONSTER AGENCY: свой чат менеджеров — бота в нём нет\. Верните его в чат/);
  // That sends to an unusable chat fail says nothing more.
  assert.doesNotMatch(html, /MONSTER AGENCY: свой чат менеджеров не принимает/);
  assert.match(html, /MONSTER AGENCY, gone: свой чат менеджеров не принимает сообщения с/);
  assert.match(html, /href="\/profiles\/agency#managers_chat_id"/);
});
