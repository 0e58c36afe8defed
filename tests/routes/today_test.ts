// «Сегодня» on top of the first page, and the badge in the frame of every page.

import assert from "node:assert/strict";
import type { CrmOutcome } from "../../lib/lead.ts";
import { dayStartMs } from "../../lib/calendar.ts";
import { A_HELD_LINE, aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { openPage, type PageOfTest } from "../helpers/a_page.ts";
import { partsOf } from "../helpers/journal_parts.ts";
import { textOf } from "../helpers/page_text.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let menus = 0;

/** A lead that was received then; in the CRM unless a test says otherwise. */
async function record(
  { journal }: PageOfTest,
  receivedAtMs: number,
  state: "in_crm" | "in_admin_chat" = "in_crm",
): Promise<number> {
  const menuMessageId = menus += 1;
  const lead = await partsOf(journal).insertLead(aNewLead({ menuMessageId, receivedAtMs }));
  assert.ok(lead);
  await partsOf(journal).moveLead(lead.number, state);
  return lead.number;
}

/** A POST of a new lead that ended so. */
async function attempt(page: PageOfTest, outcome: CrmOutcome, endedAtMs: number): Promise<void> {
  const { journal } = page;
  const accepted = outcome.kind === "accepted";
  const lead = await record(page, endedAtMs, accepted ? "in_crm" : "in_admin_chat");
  await partsOf(journal).closeAttempt(
    await partsOf(journal).addAttempt(lead, null, endedAtMs),
    outcome,
    endedAtMs,
  );
}

/** «Сегодня» as it is read; empty where there is none. */
async function today(page: PageOfTest, language = "ru"): Promise<string> {
  const browser = await page.login();
  const html = await (await browser.get("/", { "accept-language": language })).text();
  return textOf(/<section class="today"[^]*?<\/section>/.exec(html)?.[0] ?? "");
}

/** What the badge says to a screen reader; empty where there is none. */
async function badge(page: PageOfTest, path = "/menu", language = "ru"): Promise<string> {
  const browser = await page.login();
  const html = await (await browser.get(path, { "accept-language": language })).text();
  return /id="open-cards"[^>]*>(.*?)<\/a>/.exec(html)?.[1] ?? "";
}

Deno.test("an empty bot greets, and says nothing of today", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const html = await (await browser.get("/")).text();
  assert.match(html, /Лидов пока нет\. Откройте ссылку профиля/);
  assert.doesNotMatch(html, /class="today"/);
});

Deno.test("an empty bot that has a trouble says it", async () => {
  await using page = await openPage({
    deps: { troubles: () => Promise.resolve([{ kind: "polling", sinceMs: NOON_MS }]) },
  });
  assert.equal(
    await today(page),
    "▲ Telegram не отвечает с 15:00. Новые нажатия придут, когда связь вернётся",
  );
});

Deno.test("today is compared with the same weekday up to the same minute, whatever came later that day", async () => {
  await using page = await openPage(); // A Thursday, 15:00 in Moscow.
  await record(page, NOON_MS - MINUTE_MS);
  for (const ms of [-5 * 60 * MINUTE_MS, -1, 0, MINUTE_MS, 8 * 60 * MINUTE_MS]) {
    await record(page, NOON_MS - 7 * DAY_MS + ms);
  }
  assert.equal(
    await today(page),
    "Сегодня 1 лид в прошлый четверг к 15:00 — 2 Ждут менеджера 0 Открытых карточек нет ● Неполадок нет",
  );
  page.nowMs += 2 * MINUTE_MS;
  assert.match(await today(page), /в прошлый четверг к 15:02 — 4 /);
});

Deno.test("a bot that had no leads a week ago is compared with nothing", async () => {
  await using page = await openPage();
  await record(page, NOON_MS - 6 * DAY_MS);
  assert.match(await today(page), /^Сегодня 0 лидов Ждут менеджера/);
  await record(page, NOON_MS - 8 * DAY_MS);
  page.nowMs += 20_000; // Days that are over are counted every 10 s.
  assert.match(await today(page), /^Сегодня 0 лидов в прошлый четверг к 15:00 — ни одного/);
});

Deno.test("the day begins at the managers' midnight", async () => {
  await using page = await openPage({ config: { timeZone: "Asia/Vladivostok" } });
  const midnightMs = dayStartMs(NOON_MS, "Asia/Vladivostok");
  await record(page, midnightMs - 1);
  await record(page, midnightMs);
  assert.match(await today(page), /^Сегодня 1 лид/);
});

for (
  const [days, russian, english] of [
    [0, "в прошлый четверг", "last Thursday"],
    [1, "в прошлую пятницу", "last Friday"],
    [2, "в прошлую субботу", "last Saturday"],
    [3, "в прошлое воскресенье", "last Sunday"],
    [4, "в прошлый понедельник", "last Monday"],
    [5, "в прошлый вторник", "last Tuesday"],
    [6, "в прошлую среду", "last Wednesday"],
  ] as const
) {
  Deno.test(`a day of the week is called «${russian}» and “${english}”`, async () => {
    await using page = await openPage();
    page.nowMs = NOON_MS + days * DAY_MS;
    await record(page, page.nowMs - 7 * DAY_MS - MINUTE_MS);
    assert.match(await today(page), new RegExp(`${russian} к 15:00 — 1`));
    assert.match(await today(page, "en"), new RegExp(`${english} by 15:00: 1`));
  });
}

for (
  const [leads, words] of [[1, "1 лид "], [2, "2 лида "], [5, "5 лидов "], [21, "21 лид "]] as const
) {
  Deno.test(`${leads} of today are «${words.trim()}»`, async () => {
    await using page = await openPage();
    for (let nth = 0; nth < leads; nth++) await record(page, NOON_MS - MINUTE_MS);
    assert.ok((await today(page)).startsWith(`Сегодня ${words}`), await today(page));
  });
}

Deno.test("leads of blocked visitors are none of today's, and no open cards", async () => {
  await using page = await openPage();
  const { journal } = page;
  await record(page, NOON_MS - MINUTE_MS, "in_admin_chat");
  const lead = aNewLead({ id: "b", menuMessageId: menus += 1, receivedAtMs: NOON_MS - 1 });
  await journal.recordBlocked(lead, aConfirmation());
  assert.match(await today(page), /^Сегодня 1 лид Ждут менеджера 1 Показать ●/);
});

Deno.test("a lead that waits for a decision is told beside the open cards, and is none of them", async () => {
  await using page = await openPage();
  const lead = aNewLead({ menuMessageId: menus += 1 });
  await page.journal.recordHeld(lead, aConfirmation(), A_HELD_LINE);
  assert.match(await today(page), /Ждут менеджера 0 Ждут решения: 1 ●/);
  assert.equal(await badge(page), "</span>");
});

Deno.test("how soon managers take leads is the median of today's, and is not told where none was taken", async () => {
  await using page = await openPage();
  const taken = await Promise.all(
    [10_000, 4 * MINUTE_MS, 3 * 60 * MINUTE_MS].map(async (ms, at) => {
      const lead = await record(page, NOON_MS - DAY_MS, "in_admin_chat");
      const card = { chatId: -1, messageId: at + 1 };
      await partsOf(page.journal).rememberCard(lead, "crm_failed", card, NOON_MS - ms);
      return { id: at, lead };
    }),
  );
  assert.doesNotMatch(await today(page), /До «Беру»/);
  for (const { id, lead } of taken) {
    await page.journal.takeLead(lead, { id, name: "@anna", press: `${id}` }, NOON_MS);
  }
  page.nowMs += 10_000;
  assert.match(await today(page), /До «Беру» 4 мин в половине случаев быстрее/);
});

Deno.test("the badge counts open cards on every page, and above 999 says that there are more", async () => {
  await using page = await openPage();
  for (const path of ["/", "/leads", "/menu", "/sessions", "/profiles/agency"]) {
    assert.equal(await badge(page, path), "</span>", path);
  }
  const lead = await record(page, NOON_MS, "in_admin_chat");
  for (const path of ["/", "/leads", "/menu", "/sessions", "/profiles/agency", `/leads/${lead}`]) {
    assert.match(await badge(page, path), />1<.*>1 карточка ждёт менеджера</, path);
  }
  assert.match(await badge(page, "/menu", "en"), />1<.*>1 card waits for a manager</);
  for (let nth = 1; nth < 1_200; nth++) await record(page, NOON_MS, "in_admin_chat");
  assert.match(await badge(page), />999\+<.*>1200 карточек ждут менеджера</);
});

Deno.test("a CRM that fails is told with since when and last, and where to test it", async () => {
  await using page = await openPage();
  await attempt(page, { kind: "accepted", status: 200 }, NOON_MS - 60 * MINUTE_MS);
  assert.match(await today(page), /● Неполадок нет$/);
  await attempt(page, { kind: "timeout", afterMs: 10_000 }, NOON_MS - 30 * MINUTE_MS);
  assert.match(
    await today(page),
    /▲ MONSTER AGENCY: CRM не отвечает вовремя с 14:30\. Лиды идут в чат менеджеров\. Проверьте CRM в профиле\. Открыть профиль$/,
  );
  await attempt(page, { kind: "answered", status: 500, body: "" }, NOON_MS);
  assert.match(
    await today(page),
    /MONSTER AGENCY: CRM отказывает \(ответ 500\) с 14:30, последний раз — 15:00\. Лиды/,
  );
  assert.match(
    await today(page, "en"),
    /MONSTER AGENCY: the CRM declines \(answer 500\), since 14:30, last 15:00\./,
  );
  await attempt(page, { kind: "accepted", status: 200 }, NOON_MS + 1);
  assert.match(await today(page), /● Неполадок нет$/);
});

Deno.test("a CRM that failed every lead that is looked at may have failed before", async () => {
  await using page = await openPage();
  for (let nth = 0; nth < 200; nth++) {
    await attempt(page, { kind: "unreachable", reason: "нет связи" }, NOON_MS - MINUTE_MS);
  }
  assert.match(await today(page), /CRM недоступна с 14:59\. /);
  await attempt(page, { kind: "unreachable", reason: "нет связи" }, NOON_MS);
  assert.match(await today(page), /CRM недоступна с 14:59 или раньше, последний раз — 15:00\. /);
});

Deno.test("a trouble of yesterday has its date", async () => {
  await using page = await openPage();
  await attempt(page, { kind: "unreachable", reason: "нет связи" }, NOON_MS - DAY_MS);
  assert.match(await today(page), /CRM недоступна с 14 янв\. 15:00\. Лиды/);
});

Deno.test("what stands in the strip of other pages is said once on the first one", async () => {
  await using page = await openPage({
    deps: {
      troubles: () =>
        Promise.resolve([
          { kind: "database", sinceMs: NOON_MS },
          { kind: "undelivered", leads: 3, sinceMs: NOON_MS },
          { kind: "admin_chat_unusable", problem: "no_access", sinceMs: NOON_MS },
          { kind: "admin_chat", sinceMs: NOON_MS },
        ]),
      crmTroubles: () =>
        Promise.resolve([{ profile: "agency", trouble: "token_refused", sinceMs: NOON_MS }]),
      crmTokens: () => [
        { secret: "a", account: "a", profiles: ["agency"], endsAtMs: NOON_MS },
      ],
    },
  });
  await attempt(page, { kind: "answered", status: 401, body: "" }, NOON_MS);
  const browser = await page.login();
  const told = [
    /Журнал не записать с 15:00/,
    /Доставляется: 3 лида, с 15:00/,
    /ADMIN_CHAT_ID, с 15:00: бота нет в чате менеджеров/,
    /AmoCRM не принимает токен, с 15:00/,
  ];
  for (const [path, container] of [["/", "troubles"], ["/menu", "strip"]] as const) {
    const html = await (await browser.get(path)).text();
    const lines = html.match(/<span class="mark"/g) ?? [];
    assert.equal(lines.length, told.length, path);
    for (const line of told) assert.equal(html.split(line).length, 2, `${path}: ${line}`);
    assert.equal(html.split(`class="${container}"`).length, 2, path);
    assert.ok(!html.includes(container === "strip" ? 'class="troubles"' : 'class="strip"'), path);
  }
});
