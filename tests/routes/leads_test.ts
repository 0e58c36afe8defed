import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { cardMessage } from "../../lib/managers/card_messages.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { CrmOutcome, NewLead } from "../../lib/lead.ts";
import { cell } from "../../routes/leads_csv.ts";
import {
  A_HELD_LINE,
  aConfirmation,
  aNewLead,
  aVisitor,
  NOON_MS,
  someContent,
} from "../helpers/a_lead.ts";
import { openPage, ORIGIN, type PageOfTest } from "../helpers/a_page.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

let menus = 0;

/** Records a lead with its own menu; returns its number. */
async function record({ journal }: PageOfTest, details: Partial<NewLead> = {}): Promise<number> {
  menus += 1;
  const lead = await partsOf(journal).insertLead(aNewLead({ menuMessageId: menus, ...details }));
  assert.ok(lead);
  return lead.number;
}

/** A lead whose card is in the managers' chat. */
async function recordOpen(page: PageOfTest, details: Partial<NewLead> = {}): Promise<number> {
  const { journal } = page;
  menus += 1;
  const recorded = await journal.recordChoice(
    aNewLead({ menuMessageId: menus, ...details }),
    aConfirmation(),
    "crm",
    false,
  );
  assert.ok(recorded);
  await journal.recordDone([{
    kind: "confirmed",
    work: recorded.confirmation,
    atMs: NOON_MS + 100,
  }]);
  const post = await journal.findWork("post", recorded.lead.number);
  assert.ok(post);
  const attempt = await journal.beginAttempt(recorded.lead.number, null, NOON_MS + 200);
  await partsOf(journal).closeAttempt(
    attempt,
    { kind: "answered", status: 500, body: "Bad <day>" },
    NOON_MS + 700,
  );
  await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS + 700);
  const message = { chatId: -1001234, messageId: 7 };
  await journal.settleInAdminChat(
    [{ ...post, kind: "card", body: { reason: "crm_failed" } }],
    message,
    NOON_MS + 900,
  );
  return recorded.lead.number;
}

/** Sends an open lead again, as a manager wants it. */
async function sendAgain(
  { journal }: PageOfTest,
  lead: number,
  outcome: CrmOutcome,
): Promise<void> {
  assert.equal(await journal.oweResend(lead, "@anna", "crm", NOON_MS + 2_000), "asked");
  const post = await journal.findWork("post", lead);
  assert.ok(post);
  const attempt = await journal.beginAttempt(lead, "@anna", NOON_MS + 2_000);
  await journal.endAttempt(post, attempt, outcome, NOON_MS + 2_300);
}

const DEAL = { id: 8841, url: "https://monster.amocrm.ru/leads/detail/8841" };

/** The numbers of the leads in a list, in order. */
function listed(html: string): number[] {
  return [...html.matchAll(/class="person" href="\/leads\/(\d+)"/g)].map(([, number]) =>
    Number(number)
  );
}

/** A lead's row of the list. */
function rowOf(html: string, lead: number): string {
  return new RegExp(`<li id="lead-${lead}"[^]*?</li>`).exec(html)?.[0] ?? "";
}

function count(html: string, chip: string): string | undefined {
  return new RegExp(`[> ]${chip} <span class="count">([^<]*)<`).exec(html)?.[1];
}

Deno.test("the list shows leads newest first, with person, choice, place and time", async () => {
  await using page = await openPage();
  const first = await record(page);
  const second = await record(page, {
    choice: "Брендинг <b>",
    visitor: aVisitor({ username: null, userId: 6123, firstName: "Безник" }),
  });
  await partsOf(page.journal).moveLead(first, "in_crm");
  const html = await (await (await page.login()).get("/leads")).text();
  assert.deepEqual(listed(html), [second, first]);
  for (const words of ["Безник", "id 6123", "Брендинг &lt;b>", "@betterrman", "В CRM", "15:00"]) {
    assert.ok(html.includes(words), words);
  }
});

Deno.test("an empty list explains how leads arrive", async () => {
  await using page = await openPage();
  const html = await (await (await page.login()).get("/leads")).text();
  assert.match(html, /Лидов пока нет\. Откройте ссылку профиля/);
});

Deno.test("chips count the leads of the selected profile by state", async () => {
  await using page = await openPage();
  for (let lead = 0; lead < 3; lead += 1) {
    await partsOf(page.journal).moveLead(await record(page), "in_crm");
  }
  await partsOf(page.journal).moveLead(await record(page), "undelivered");
  await partsOf(page.journal).moveLead(await record(page, { profile: "cg" }), "in_admin_chat");
  await record(page, { profile: "cg" });
  const browser = await page.login();

  const all = await (await browser.get("/leads")).text();
  assert.deepEqual(
    ["Все", "Доставляется", "В чате", "В CRM", "Внесён вручную"].map((chip) => count(all, chip)),
    ["6", "2", "1", "3", "0"],
  );
  const cg = await (await browser.get("/leads?profile=cg")).text();
  assert.deepEqual([count(cg, "Все"), count(cg, "В чате"), count(cg, "В CRM")], ["2", "1", "0"]);
});

Deno.test("counts follow moved leads and a renamed profile", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  await page.journal.closeByHand(lead, "@manager", NOON_MS);
  await page.journal.renameProfile("agency", "studio");
  assert.deepEqual(await page.journal.leadTotals(), [
    { profile: "studio", state: "by_hand", leads: 1 },
  ]);
});

Deno.test("the list is filtered by state, profile and day", async () => {
  await using page = await openPage();
  const old = await record(page, { receivedAtMs: NOON_MS - 2 * DAY_MS });
  const other = await record(page, { profile: "cg" });
  const open = await record(page);
  await partsOf(page.journal).moveLead(open, "in_admin_chat");
  const browser = await page.login();
  const list = async (query: string) => listed(await (await browser.get(`/leads?${query}`)).text());
  assert.deepEqual(await list("state=in_admin_chat"), [open]);
  assert.deepEqual(await list("profile=cg"), [other]);
  assert.deepEqual(await list("from=2026-01-14"), [open, other]);
  assert.deepEqual(await list("from=2026-01-13&to=2026-01-13"), [old]);
  assert.deepEqual(await list("to=2026-01-12"), []);
  assert.deepEqual(await list("state=in_admin_chat&profile=cg"), []);
});

Deno.test("days begin at midnight in the managers' time zone", async () => {
  await using page = await openPage();
  const midnight = Date.UTC(2026, 0, 14, 21); // Midnight in Moscow.
  const before = await record(page, { receivedAtMs: midnight - 1 });
  const after = await record(page, { receivedAtMs: midnight });
  const browser = await page.login();
  const list = async (query: string) => listed(await (await browser.get(`/leads?${query}`)).text());
  assert.deepEqual(await list("to=2026-01-14"), [before]);
  assert.deepEqual(await list("from=2026-01-15"), [after]);
});

const ANNA = { username: "anna_Studio", firstName: "Анна", lastName: "Ким", userId: 700_123 };

for (
  const [what, q, found] of [
    ["a name in another case", "аННА", true],
    ["a username with its @", "@anna_st", true],
    ["a part of the request", "логотип", true],
    ["a Telegram id", "700123", true],
    ["a lead's number", "№1", true],
    ["two words of two fields", "ким ЛОГОТИП", true],
    ["two words of which one is nowhere", "анна сайт", false],
    ["a wildcard of SQL, taken as it is", "анна%", false],
    ["an underscore, taken as it is", "annaxstudio", false],
    ["a quote", "'; --", false],
  ] as const
) {
  Deno.test(`the search ${found ? "finds" : "does not find"} ${what}`, async () => {
    await using page = await openPage();
    await record(page, { visitor: aVisitor(ANNA), choice: "Логотип и стиль" });
    const browser = await page.login();
    const html = await (await browser.get(`/leads?q=${encodeURIComponent(q)}`)).text();
    assert.equal(listed(html).length, found ? 1 : 0);
  });
}

Deno.test("a search that stops after many leads says so and can be continued", async () => {
  await using page = await openPage();
  const wanted = await record(page, { visitor: aVisitor(ANNA) });
  for (let lead = 0; lead < 3_000; lead += 1) await record(page);
  const browser = await page.login();
  const html = await (await browser.get("/leads?q=анна")).text();
  assert.deepEqual(listed(html), []);
  const further = /href="([^"]+)"[^>]*>Искать дальше/.exec(html)?.[1]?.replaceAll("&amp;", "&");
  assert.ok(further);
  assert.deepEqual(listed(await (await browser.get(further)).text()), [wanted]);
});

Deno.test("paging reaches the oldest lead and back, with no lead repeated or skipped", async () => {
  await using page = await openPage();
  const all: number[] = [];
  while (all.length < 120) all.unshift(await record(page));
  const browser = await page.login();
  const walk = async (path: string, link: string) => {
    const seen: number[][] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const html: string = await (await browser.get(next)).text();
      seen.push(listed(html));
      next = new RegExp(`href="([^"]+)" rel="${link}"`).exec(html)?.[1]?.replaceAll("&amp;", "&");
    }
    return seen;
  };
  const down = await walk("/leads", "next");
  assert.deepEqual(down.map(({ length }) => length), [50, 50, 20]);
  assert.deepEqual(down.flat(), all);
  const up = await walk("/leads?after=0", "prev");
  assert.deepEqual(up.toReversed().flat(), all);
});

const BAD = [
  "state=lost",
  "state=in_crm'",
  "from=yesterday",
  "from=2026-02-30",
  "to=2026-1-1",
  "before=-1",
  "before=1e3",
  "after=x",
];

for (const query of BAD) {
  Deno.test(`a list with ${query} is 400, and so is its CSV`, async () => {
    await using page = await openPage();
    const browser = await page.login();
    assert.equal((await browser.get(`/leads?${query}`)).status, 400);
    const isCursor = /^(before|after)/.test(query);
    assert.equal((await browser.get(`/leads.csv?${query}`)).status, isCursor ? 200 : 400);
  });
}

Deno.test("a long or unusual search works", async () => {
  await using page = await openPage();
  await record(page);
  const browser = await page.login();
  for (const q of ["я".repeat(10_000), "\ud800", "a b c d e f g", "%", "\\"]) {
    assert.equal((await browser.get(`/leads?${new URLSearchParams({ q })}`)).status, 200);
  }
});

Deno.test("the CSV has the filtered leads, in UTF-8 with a byte order mark", async () => {
  await using page = await openPage();
  const open = await recordOpen(page, { choice: 'Сайт; "под ключ"' });
  await page.journal.closeByHand(open, "@manager", NOON_MS + 60_000);
  await record(page, { profile: "cg" });
  const browser = await page.login();
  const response = await browser.get("/leads.csv?profile=agency");
  assert.match(response.headers.get("content-disposition") ?? "", /attachment.*leads\.csv/);
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.deepEqual([...bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.deepEqual(new TextDecoder().decode(bytes).trimEnd().split("\r\n"), [
    "№;Получен;Профиль;Запрос;Имя;Username;id;Где;Внёс;Когда;Сделка;Адрес сделки;Источник;Телефон;Кто взял",
    `${open};2026-01-15 15:00:00;MONSTER AGENCY;"Сайт; ""под ключ""";Galliard;betterrman;` +
    "310452007;Внесён вручную;'@manager;2026-01-15 15:01:00;;;;;",
  ]);
});

Deno.test("the CSV for an English browser is separated by commas", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.get("/leads.csv", { "accept-language": "en" });
  assert.match(await response.text(), /No\.,Received,Profile/);
});

Deno.test("the CSV is longer than one portion", async () => {
  await using page = await openPage();
  for (let lead = 0; lead < 1_201; lead += 1) await record(page);
  const browser = await page.login();
  const lines = (await (await browser.get("/leads.csv")).text()).trimEnd().split("\r\n");
  assert.equal(lines.length, 1_202);
});

Deno.test("a cell that a spreadsheet would run is defused, others stay as they are", () => {
  for (const start of ["=", "+", "-", "@", "\t", "\r"]) {
    assert.match(cell(`${start}cmd|' /C calc'!A0`), /^"?'[=+\-@\t\r]/);
  }
  const hidden = [
    "＝1+1",
    "＋7",
    "－1",
    "＠SUM(1)",
    "﹢1",
    "  =1",
    "\u200b=1",
    "\ufeff＝1",
    "\u00a0\u2066@x",
  ];
  for (const text of hidden) assert.equal(cell(text), `'${text}`);
  const harmless = ["a=b", "", "1-2", " Анна", "—", "🔥=", "\u200b"];
  assert.deepEqual(harmless.map(cell), harmless);
});

Deno.test("a visitor's or manager's name cannot reorder the text around it", async () => {
  await using page = await openPage();
  const name = "\u202eанна\u2069 שלום";
  const lead = await recordOpen(page, {
    visitor: aVisitor({ firstName: name }),
    choice: "\u202echoice",
    profileName: "\u202eprofile",
  });
  const followUp = await page.journal.recordFollowUp({
    lead,
    chatId: 310_452_007,
    messageId: 4000,
    albumId: null,
    content: someContent({ text: "\u202ewords" }),
  }, NOON_MS);
  assert.equal(followUp.kind, "begun");
  await page.journal.closeByHand(lead, "\u202emanager", NOON_MS);
  const browser = await page.login("\u202eboss");
  const isolatedBy = /<(bdi|\w+ [^>]*dir="auto"[^>]*)>$|[\u2068«]$|="$/;
  for (const path of ["/leads", `/leads/${lead}`, `/leads/${lead}/erase`, "/sessions", "/"]) {
    const page = await (await browser.get(path)).text();
    const pieces = page.replaceAll(/ title="[^"]*"/g, "").split("\u202e");
    if (path !== "/") assert.ok(pieces.length > 1, path);
    for (const before of pieces.slice(0, -1)) {
      assert.match(before.slice(-120), isolatedBy, `${path}: …${before.slice(-120)}`);
    }
  }
});

Deno.test("a lead's page shows its timeline: press, confirmation, attempt, card, manager", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  await page.journal.closeByHand(lead, "@manager", NOON_MS + 20_000);
  const html = await (await (await page.login()).get(`/leads/${lead}`)).text();
  const life = html.slice(html.indexOf('class="moments"'));
  const order = [
    "15:00:00,0",
    "Посетитель выбрал «<bdi>Привлечь клиентов</bdi>»",
    "15:00:00,1",
    "получил подтверждение",
    "15:00:00,7",
    "отказала, ответ 500 · 0,5 с",
    "Bad &lt;day>",
    "15:00:00,9",
    "Карточка в чате менеджеров",
    "https://t.me/c/1234/7",
    "15:00:20,0",
    "Внесён вручную: <bdi>@manager</bdi>",
  ];
  const places = order.map((words) => life.indexOf(words));
  assert.deepEqual(places.toSorted((a, b) => a - b), places, JSON.stringify(places));
  assert.ok(!places.includes(-1), JSON.stringify(places));
});

Deno.test("a lead's timeline shows how often its visitor pressed again", async () => {
  await using page = await openPage();
  const number = await record(page);
  const browser = await page.login();
  for (const [nth, words] of ["ещё раз: это тот же лид", "всего повторов: 2"].entries()) {
    const press = aNewLead({ menuMessageId: 1000 + nth, receivedAtMs: NOON_MS + nth * 1000 });
    await page.journal.recordRepeat(press, number, aConfirmation());
    const html = await (await browser.get(`/leads/${number}`)).text();
    assert.ok(html.includes("Посетитель нажал ещё раз") && html.includes(words), html);
  }
});

Deno.test("a held lead is marked, and can be sent from the list and from its page", async () => {
  await using page = await openPage();
  const held = await page.journal.recordHeld(
    aNewLead({ menuMessageId: 2000 }),
    aConfirmation(),
    A_HELD_LINE,
  );
  assert.ok(held);
  const browser = await page.login();
  const list = await (await browser.get("/leads?state=held")).text();
  assert.deepEqual(listed(list), [held.lead.number]);
  assert.equal(count(list, "Ждёт решения"), "1");
  assert.equal(count(list, "В чате"), "0");
  assert.deepEqual(listed(await (await browser.get("/leads?state=in_admin_chat")).text()), []);
  assert.match(list, /value="resend"/);
  const html = await (await browser.get(`/leads/${held.lead.number}`)).text();
  assert.match(html, /В CRM не отправлен: слишком много лидов от этого посетителя за час/);
  assert.match(html, /value="resend"/);
  assert.doesNotMatch(html, /Карточка в чате менеджеров/);
});

Deno.test("a press sends an open lead again, in the name of the person who pressed", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login("@boss");
  const sent = await browser.post(`/leads/${lead}`, { do: "resend", back: "/leads?state=in_crm" });
  assert.equal(sent.status, 303);
  assert.equal(
    sent.headers.get("location"),
    `/leads?state=in_crm&done=asked&lead=${lead}#lead-${lead}`,
  );
  assert.equal((await page.journal.findWork("post", lead))?.body.askedBy, "@boss");
  const again = await browser.post(`/leads/${lead}`, { do: "resend" });
  assert.equal(again.headers.get("location"), `/leads/${lead}?done=running`);
  const html = await (await browser.get(`/leads/${lead}?done=running`)).text();
  assert.match(html, /Уже отправляем/);
  assert.match(html, /value="resend" class="outline" disabled/);
});

Deno.test("a press in the list returns to the same place, and the row shows the result", async () => {
  await using page = await openPage();
  const numbers: number[] = [];
  while (numbers.length < 60) numbers.push(await recordOpen(page));
  const browser = await page.login();
  const lead = numbers[3] ?? 0;
  const second = await (await browser.get("/leads?state=in_admin_chat&before=11")).text();
  const form = second.slice(second.indexOf(`action="/leads/${lead}"`));
  const back = /name="back" value="([^"]*)"/.exec(form)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const pressed = await browser.post(`/leads/${lead}`, { do: "by_hand", back });
  const [path = "", anchor] = pressed.headers.get("location")?.split("#") ?? [];
  assert.equal(anchor, `lead-${lead}`);

  const html = await (await browser.get(path)).text();
  assert.deepEqual(listed(html), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], "the row left the list at once");
  const row = rowOf(html, lead);
  assert.match(row, /Записано: лид внесён вручную/);
  assert.match(row, /Внесён вручную/);
  assert.equal(count(html, "В чате"), "59");
});

for (
  const [outcome, says] of [
    [{ kind: "accepted", status: 200 }, "CRM приняла: сделка создана."],
    [{ kind: "answered", status: 500, body: "no" }, "CRM ответила 500: лид ждёт вас."],
    [{ kind: "timeout", afterMs: 10_000 }, "CRM не ответила вовремя."],
  ] as const
) {
  Deno.test(`a press waits for the CRM and shows the outcome: ${outcome.kind}`, async () => {
    let lead = 0;
    let looks = 0;
    await using page: PageOfTest = await openPage({
      deps: {
        async sleep() {
          looks += 1;
          if (looks === 3) await answer(page, lead, outcome);
          return Promise.resolve();
        },
      },
    });
    lead = await recordOpen(page);
    const browser = await page.login();
    const pressed = await browser.post(`/leads/${lead}`, { do: "resend", back: "/leads" });
    assert.equal(looks, 3);
    const html = await (await browser.get(pressed.headers.get("location") ?? "")).text();
    const row = rowOf(html, lead);
    assert.ok(row.includes(says), row);
    assert.doesNotMatch(row, /data-fresh/);
  });
}

/** Records the CRM's answer to a lead that was sent again, as the delivery does. */
async function answer({ journal }: PageOfTest, lead: number, outcome: CrmOutcome): Promise<void> {
  const post = await journal.findWork("post", lead);
  assert.ok(post);
  const attempt = await journal.beginAttempt(lead, post.body.askedBy, NOON_MS);
  if (outcome.kind === "accepted") return await journal.endAttempt(post, attempt, outcome, NOON_MS);
  await partsOf(journal).closeAttempt(attempt, outcome, NOON_MS);
  await journal.skipPost(post, NOON_MS);
}

Deno.test("if the CRM is slower than the page may wait, the row goes on polling", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login();
  const pressed = await browser.post(`/leads/${lead}`, { do: "resend", back: "/leads?q=a" });
  const html = await (await browser.get(pressed.headers.get("location") ?? "")).text();
  const row = rowOf(html, lead);
  assert.match(row, /Отправляем в CRM…/);
  assert.match(
    row,
    /<noscript> <a href="\/leads\?q=a&amp;done=asked&amp;lead=1#lead-1">Посмотреть/,
  );
  const fresh = /data-fresh="([^"]*)"/.exec(row)?.[1]?.replaceAll("&amp;", "&") ?? "";
  assert.match(await (await browser.get(fresh)).text(), /Отправляем в CRM…/);
  await answer(page, lead, { kind: "accepted", status: 201 });
  const now = await (await browser.get(fresh)).text();
  assert.deepEqual(listed(now), [lead]);
  assert.match(rowOf(now, lead), /CRM приняла: сделка создана/);
  assert.doesNotMatch(now, /data-fresh/);
  assert.match(now, /<nav class="chips"[^]*href="\/leads\?q=a"/);
  assert.match(now, /<span id="open-cards" class="badge"><\/span>/);
});

Deno.test("an id beyond 2^53 breaks neither the list, nor the lead's page, nor the CSV", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-page-" });
  try {
    const path = `${folder}/triborg.db`;
    const old = await openJournal(path);
    await partsOf(old).insertLead(aNewLead());
    await old.close();
    const sqlite = new DatabaseSync(path);
    sqlite.exec(
      `UPDATE leads SET username = NULL, user_id = 9007199254740993, chat_id = -9223372036854775808,
         menu_message_id = 9223372036854775807, card_message_id = 9007199254740995,
         card_chat_id = -9007199254740993, state = 'in_admin_chat'`,
    );
    sqlite.close();
    await using page = await openPage({ journal: await openJournal(path) });
    const browser = await page.login();
    for (const address of ["/", "/leads", "/leads?q=9007199254740993", "/leads.csv", "/leads/1"]) {
      const response = await browser.get(address);
      const text = await response.text();
      assert.equal(response.status, 200, address);
      if (address !== "/") assert.match(text, /9007199254740993/, address);
    }
    const pressed = await browser.post("/leads/1", { do: "by_hand" });
    assert.equal(pressed.status, 303);
    assert.equal((await page.journal.findLead(1))?.state, "by_hand");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an open lead is closed by hand, once", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login("@boss");
  const close = () => browser.post(`/leads/${lead}`, { do: "by_hand" });
  assert.equal((await close()).headers.get("location"), `/leads/${lead}?done=closed`);
  assert.equal((await close()).headers.get("location"), `/leads/${lead}?done=settled`);
  assert.equal((await page.journal.findLead(lead))?.state, "by_hand");
  assert.equal((await page.journal.findLife(lead))?.lead.closed?.by, "@boss");
});

Deno.test("the page warns before sending again after a doubtful attempt", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const attempt = await partsOf(page.journal).addAttempt(lead, "@a", NOON_MS);
  await partsOf(page.journal).closeAttempt(
    attempt,
    { kind: "timeout", afterMs: 10_000 },
    NOON_MS + 10_000,
  );
  const html = await (await (await page.login()).get(`/leads/${lead}`)).text();
  assert.match(html, /возможен дубль/);
});

Deno.test("a lead's deal is linked on its page, in its timeline and in the list, and is in the CSV", async () => {
  await using page = await openPage();
  const plain = await recordOpen(page);
  await sendAgain(page, plain, { kind: "accepted", status: 200 });
  const lead = await recordOpen(page);
  await sendAgain(page, lead, { kind: "accepted", status: 200, deal: DEAL });
  const browser = await page.login();
  const text = async (path: string, language = "ru") =>
    await (await browser.get(path, { "accept-language": language })).text();
  const link = (words: string) =>
    `<a class="deal" href="${DEAL.url}" target="_blank" rel="noopener" title="[^"]+">` +
    `${words} 8841 <span aria-hidden="true">↗</span></a>`;
  const own = await text(`/leads/${lead}`);
  assert.match(own, new RegExp(`●</span> В CRM · ${link("сделка")}`));
  assert.match(own, new RegExp(`<bdi>@anna</bdi>\\): создана ${link("сделка")} · 0,3 с`));
  assert.match(await text(`/leads/${lead}`, "en"), new RegExp(`created ${link("deal")}`));
  const list = await text("/leads");
  assert.match(rowOf(list, lead), new RegExp(link("сделка")));
  assert.doesNotMatch(rowOf(list, plain), /сделка/);
  assert.match(await text(`/leads/${plain}`), /сделка создана · 0,3 с/);
  const csv = await text("/leads.csv");
  assert.match(csv, new RegExp(`^${lead};.*;8841;${DEAL.url};;;\\r$`, "m"));
  assert.match(csv, new RegExp(`^${plain};.*;;;;\\r$`, "m"));
  assert.match(await text("/leads.csv", "en"), /,Deal,Deal address,Source,Phone,Taken by\r\n/);
});

Deno.test("a lead's page tells of notes to its deal that wait, and of those that the CRM did not take", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  await sendAgain(page, lead, { kind: "accepted", status: 200, deal: DEAL });
  const say = async (messageId: number) => {
    const message = { lead, chatId: 310_452_007, messageId, albumId: null, content: someContent() };
    await page.journal.recordFollowUp(message, NOON_MS);
  };
  await say(50);
  const browser = await page.login();
  const text = async () => await (await browser.get(`/leads/${lead}`)).text();
  assert.match(await text(), /Ждут отправки в CRM примечания к сделке: 2</);
  const [request] = await page.journal.takeNotes("note:monster.amocrm.ru", NOON_MS + 3_000, 1);
  await page.journal.giveUpNote(request!);
  const [saying] = await page.journal.takeNotes("note:monster.amocrm.ru", NOON_MS + 3_000, 1);
  await page.journal.finishNote(saying!);
  const html = await text();
  assert.doesNotMatch(html, /Ждут отправки/);
  assert.match(html, /CRM не приняла примечания к сделке: 1\. Внесите их сами/);
});

Deno.test("an answer of a failing server that may have taken the lead says so, with its status", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  await sendAgain(page, lead, { kind: "interrupted", reason: "bad gateway", status: 502 });
  const browser = await page.login();
  const html = await (await browser.get(`/leads/${lead}?done=asked`)).text();
  assert.match(html, /ответила 502, лид мог дойти · 0,3 с/);
  assert.match(html, /CRM ответила 502\. Лид мог дойти: сначала проверьте CRM/);
  assert.match(html, /Прошлая попытка могла дойти/);
  const profiles = await (await browser.get("/")).text();
  assert.match(profiles, /CRM ответила 502 · [^<]+\. Лид мог дойти, он в чате менеджеров/);
  const english = await (await browser.get(`/leads/${lead}`, { "accept-language": "en" })).text();
  assert.match(english, /answered 502, the lead may have arrived/);
});

Deno.test("a lead that the CRM asked to send later waits to be sent, on its page", async () => {
  await using page = await openPage();
  menus += 1;
  const lead = aNewLead({ menuMessageId: menus });
  const recorded = await page.journal.recordChoice(lead, aConfirmation(), "crm", true);
  assert.ok(recorded?.post.kind === "post" && recorded.attempt !== undefined);
  const browser = await page.login();
  const text = async () => await (await browser.get(`/leads/${recorded.lead.number}`)).text();
  assert.doesNotMatch(await text(), /Ждёт отправки в CRM/);
  const outcome = { kind: "answered", status: 429, body: "" } as const;
  await page.journal.postponePost(
    recorded.post,
    recorded.attempt,
    outcome,
    NOON_MS + 5_000,
    NOON_MS,
  );
  const html = await text();
  assert.match(html, /отказала, ответ 429[^]*Ждёт отправки в CRM/);
  assert.match(html, /data-fresh/);
});

Deno.test("after a press only pages of leads are opened", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login();
  for (const back of ["https://evil.example", "//evil.example", "/logout", "/leads/../x", ""]) {
    const response = await browser.post(`/leads/${lead}`, { do: "by_hand", back });
    assert.match(response.headers.get("location") ?? "", new RegExp(`^/leads/${lead}\\?done=`));
  }
});

Deno.test("an unknown lead is 404, an unknown press 400, an invalid address 400", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login();
  for (const number of ["0", "999999", "x", "1.5", "-1", "9".repeat(30)]) {
    assert.equal((await browser.get(`/leads/${number}`)).status, 404, number);
    assert.equal((await browser.get(`/leads/${number}/erase`)).status, 404, number);
    assert.equal((await browser.post(`/leads/${number}`, { do: "resend" })).status, 404, number);
  }
  assert.equal((await browser.post(`/leads/${lead}`, { do: "explode" })).status, 400);
  assert.equal((await browser.get("/leads/%E0%A4%A")).status, 400);
});

Deno.test("without a session no lead is shown or changed", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const stranger = page.browser();
  for (const path of ["/leads", "/leads.csv", `/leads/${lead}`, `/leads/${lead}/erase`]) {
    const response = await stranger.get(path);
    assert.deepEqual([response.status, await response.text()], [303, ""], path);
  }
  for (const path of [`/leads/${lead}`, `/leads/${lead}/erase`]) {
    const response = await stranger.post(path, { do: "by_hand", word: "стереть" });
    assert.equal(response.status, 401, path);
  }
  assert.equal((await page.journal.findLead(lead))?.state, "in_admin_chat");
});

Deno.test("a form from another origin or without its token changes no lead", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login();
  const foreign = { "origin": "https://evil.example", "sec-fetch-site": "cross-site" };
  for (const path of [`/leads/${lead}`, `/leads/${lead}/erase`]) {
    const fields = { do: "by_hand", word: "стереть" };
    assert.equal((await browser.post(path, fields, foreign)).status, 403);
    assert.equal((await browser.post(path, { ...fields, form_token: "" })).status, 403);
  }
  const kept = await page.journal.findLead(lead);
  assert.deepEqual([kept?.state, kept?.visitor.firstName], ["in_admin_chat", "Galliard"]);
});

Deno.test("erasing asks for a typed word and says what happens to open leads", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  await record(page, { chatId: 5 });
  const browser = await page.login();
  const asked = await (await browser.get(`/leads/${lead}/erase`)).text();
  assert.match(asked, /во всех его лидах \(1 лид\)/);
  assert.match(asked, /Ещё не внесены: 1 лид\. Они закроются/);
  const refused = await browser.post(`/leads/${lead}/erase`, { word: "да" });
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /Впишите «стереть» — буква в букву/);
  assert.equal((await page.journal.findLead(lead))?.visitor.firstName, "Galliard");
});

Deno.test("erasing says, before and after, until when backups still contain the person", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login();
  const until = /копиях журнала эти данные останутся до 22 янв\. 03:00/; // Seven nights after 15 January.
  assert.match(await (await browser.get(`/leads/${lead}/erase`)).text(), until);
  const erased = await browser.post(`/leads/${lead}/erase`, { word: "стереть" });
  const path = erased.headers.get("location") ?? "";
  assert.match(await (await browser.get(path)).text(), until);
  const english = await browser.get(path, { "accept-language": "en" });
  assert.match(await english.text(), /backups will hold this data until 22 Jan 03:00/);
  assert.doesNotMatch(await (await browser.get(`/leads/${lead}`)).text(), until);
});

Deno.test("erasing removes all personal data from all the person's leads, and keeps the counts", async () => {
  await using page = await openPage();
  const { journal } = page;
  const visitor = aVisitor({ firstName: "Имярек", lastName: "Тайный", username: "very_secret" });
  const leads = [await recordOpen(page, { visitor }), await recordOpen(page, { visitor })];
  const [first = 0] = leads;
  const other = await recordOpen(page, { chatId: 5, visitor: aVisitor({ userId: 5 }) });
  await journal.recordFollowUp({
    lead: first,
    chatId: 310_452_007,
    messageId: 60,
    albumId: null,
    content: someContent({ text: "+7 900 000-00-00" }),
  }, NOON_MS);
  const browser = await page.login("@boss");
  const erased = await browser.post(`/leads/${first}/erase`, { word: " Стереть " });
  assert.deepEqual([erased.status, erased.headers.get("location")], [
    303,
    `/leads/${first}?done=erased`,
  ]);

  const pages = ["/leads", "/leads.csv", ...leads.map((number) => `/leads/${number}`)];
  for (const path of pages) {
    const text = await (await browser.get(path)).text();
    assert.doesNotMatch(text, /Имярек|Тайный|very_secret|900 000|Bad/, path);
  }
  assert.match(await (await browser.get("/leads.csv")).text(), /betterrman/);
  assert.equal((await journal.findLead(other))?.visitor.userId, 5);
  assert.deepEqual(
    (await journal.leadTotals()).map(({ leads }) => leads).reduce((a, b) => a + b),
    3,
  );
  assert.equal(await journal.findWork("follow_up", 1), undefined);
});

Deno.test("an erased open lead is closed, and its card is due to change", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login("@boss");
  await browser.post(`/leads/${lead}/erase`, { word: "стереть" });
  assert.equal((await page.journal.findLead(lead))?.state, "by_hand");
  assert.ok(await page.journal.findWork("card_update", lead));
  assert.equal((await page.journal.findLife(lead))?.lead.closed?.by, "@boss (данные стёрты)");
  const card = cardMessage(
    await page.journal.cardsOn({ chatId: -1001234, messageId: 7 }),
    () => "12:20",
  );
  assert.match(card.message.text, /Внесён вручную: @boss \(данные стёрты\), 12:20/);
  assert.doesNotMatch(card.message.text, /Galliard|betterrman|310452007/);
  assert.deepEqual(card.keyboard.inline_keyboard, []);
  const html = await (await browser.get(`/leads/${lead}`)).text();
  assert.doesNotMatch(html, /value="resend"|\/erase/);
  assert.equal((await browser.post(`/leads/${lead}/erase`, { word: "стереть" })).status, 409);
});

Deno.test("a person is not erased while one of their leads is being sent", async () => {
  await using page = await openPage();
  const done = await recordOpen(page);
  await record(page);
  const browser = await page.login();
  const response = await browser.post(`/leads/${done}/erase`, { word: "стереть" });
  assert.equal(response.status, 409);
  assert.match(await response.text(), /в пути к CRM[^]*ничего не стёрто/);
  const kept = await page.journal.findLead(done);
  assert.deepEqual([kept?.visitor.firstName, kept?.state], ["Galliard", "in_admin_chat"]);
});

Deno.test("a lead that neither the CRM nor the chat has is on its way, in the list and in the counts", async () => {
  await using page = await openPage();
  const numbers = await Promise.all([1, 2].map(async (menuMessageId) => {
    const recorded = await page.journal.recordChoice(
      aNewLead({ menuMessageId }),
      aConfirmation(),
      "crm",
      false,
    );
    assert.ok(recorded);
    return recorded.lead.number;
  }));
  await partsOf(page.journal).moveLead(numbers[1] ?? 0, "undelivered");
  await recordOpen(page);
  const browser = await page.login();
  for (const state of ["on_its_way", "undelivered"]) {
    const html = await (await browser.get(`/leads?state=${state}`)).text();
    assert.deepEqual(listed(html), numbers.toReversed());
    assert.equal(count(html, "Доставляется"), "2");
    assert.match(rowOf(html, numbers[0] ?? 0), /Доставляется/);
    assert.match(rowOf(html, numbers[1] ?? 0), /Доставляется/);
  }
});

Deno.test("a lead's place has the same word in the list, on its page, in the CSV and in the chart", async () => {
  await using page = await openPage();
  const words = new Map<string, number>();
  words.set("В чате", await recordOpen(page, { choice: "in the chat" }));
  const byHand = await recordOpen(page);
  await page.journal.closeByHand(byHand, "@anna", NOON_MS);
  words.set("Внесён вручную", byHand);
  const held = await page.journal.recordHeld(
    aNewLead({ menuMessageId: 3000 }),
    aConfirmation(),
    A_HELD_LINE,
  );
  words.set("Ждёт решения", held?.lead.number ?? 0);
  const taken = await record(page);
  await partsOf(page.journal).moveLead(taken, "in_crm");
  words.set("В CRM", taken);
  words.set("Доставляется", await record(page));
  const browser = await page.login();
  const text = async (path: string) => await (await browser.get(path)).text();
  const [list, table, profiles] = [await text("/leads"), await text("/leads.csv"), await text("/")];
  for (const [word, lead] of words) {
    const mark = new RegExp(`<span class="mark-\\w+" aria-hidden="true">(.)</span> ${word}<`);
    const [, sign] = mark.exec(rowOf(list, lead)) ?? [];
    assert.ok(sign, word);
    assert.equal(mark.exec(await text(`/leads/${lead}`))?.[1], sign, word);
    assert.equal(count(list, word), "1");
    assert.match(table, new RegExp(`^${lead};.*;${word};`, "m"));
    assert.match(profiles, new RegExp(`${sign}</span> ${word} 1<`));
    assert.match(profiles, new RegExp(`<title>15 янв\\.: [^<]*${word} 1`));
  }
  assert.equal(new Set(list.match(/<span class="mark-\w+" aria-hidden="true">.</g)).size, 5);
});

Deno.test("a visitor without a username has a link by id", async () => {
  await using page = await openPage();
  const named = await record(page);
  const nameless = await record(page, { visitor: aVisitor({ username: null, userId: 6123 }) });
  const browser = await page.login();
  assert.match(
    await (await browser.get(`/leads/${named}`)).text(),
    /href="https:\/\/t\.me\/betterrman"/,
  );
  assert.match(
    await (await browser.get(`/leads/${nameless}`)).text(),
    /href="tg:\/\/user\?id=6123"/,
  );
  await partsOf(page.journal).moveLead(nameless, "in_crm");
  await page.journal.eraseSettledBefore(NOON_MS + 1, nameless, 1);
  assert.doesNotMatch(await (await browser.get(`/leads/${nameless}`)).text(), /tg:\/\/user/);
});

Deno.test("the strip links to the leads that are still owed", async () => {
  await using page = await openPage({
    deps: {
      troubles: () => Promise.resolve([{ kind: "undelivered", leads: 2, sinceMs: NOON_MS }]),
    },
  });
  const recorded = await page.journal.recordChoice(aNewLead(), aConfirmation(), "crm", false);
  const waiting = recorded?.lead.number ?? 0;
  await partsOf(page.journal).moveLead(waiting, "undelivered");
  const browser = await page.login();
  const html = await (await browser.get("/leads")).text();
  const link = /class="strip"[^]*?href="([^"]+)"/.exec(html)?.[1];
  assert.deepEqual(listed(await (await browser.get(link ?? "")).text()), [waiting]);
});

Deno.test("the page of leads is in English for an English browser", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login();
  const english = { "accept-language": "en" };
  assert.match(await (await browser.get("/leads", english)).text(), /In the chat/);
  assert.match(await (await browser.get(`/leads/${lead}`, english)).text(), /declined, answer 500/);
  assert.equal(
    (await browser.post(`/leads/${lead}/erase`, { word: "erase" }, english)).status,
    303,
  );
});

Deno.test("a later page of the list answers GET and HEAD only", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const head = await page.handler(
    new Request(`${ORIGIN}/leads`, { method: "HEAD", headers: { cookie: browser.cookie } }),
  );
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  assert.equal((await browser.post("/leads", {})).status, 405);
});
