// The page in a real browser, in front of the running bot. Run by `deno task test:browser`.

import assert from "node:assert/strict";
import { startCrmServer } from "../../lib/simulator/crm/server.ts";
import { isThereABrowser, overflow, PHONE, seriousFaults, surf, type Surfing } from "./browser.ts";

const ignore = !isThereABrowser();

function story(name: string, tell: () => Promise<void>): void {
  Deno.test({ name, ignore, fn: tell });
}

story(
  "what an admin saves in the browser, the bot's very next visitor gets",
  () =>
    surf(async ({ world, page }) => {
      await using otherCrm = await startCrmServer();
      await page.getByRole("link", { name: "MONSTER AGENCY", exact: true }).click();
      await page.getByLabel("Приветствие").fill("Здравствуйте! Это новое приветствие.");
      await page.getByLabel("Адрес вебхука").fill(otherCrm.url);
      await page.getByRole("button", { name: "Сохранить" }).click();
      await page.getByText("Сохранено. Уже работает.").waitFor();

      const visitor = world.telegram.user({ first_name: "Galliard", username: "betterrman" });
      visitor.start("agency");
      const greeting = await visitor.chat.nextMessage();
      assert.equal(greeting.text ?? greeting.caption, "Здравствуйте! Это новое приветствие.");
      visitor.press(greeting, "Привлечь клиентов");
      const lead = await otherCrm.nextLead();
      assert.deepEqual(
        (lead.body as { request_details: string }).request_details,
        "Привлечь клиентов",
      );
      assert.equal(world.crm.receivedCount, 0);
    }),
);

story(
  "the preview follows what is typed, and a pressed button shows its confirmation",
  () =>
    surf(async ({ page, origin }) => {
      await page.goto(`${origin}/profiles/agency`);
      const preview = page.locator("#preview");
      await page.getByLabel("Приветствие").fill("Печатаю…");
      await preview.getByText("Печатаю…").waitFor();
      await preview.getByRole("button", { name: "Создать сайт" }).click();
      await preview.getByText("✅ Принято: Создать сайт.").waitFor();
      await page.locator('[data-counts="caption"]', { hasText: "8/4096" }).waitFor();
    }),
);

story(
  "a long button and a repeat are told as one types, and go when they are mended",
  () =>
    surf(async ({ page, origin, again }) => {
      await page.goto(`${origin}/profiles/agency`);
      const preview = page.locator("#preview");
      const second = page.getByLabel("Кнопка 2", { exact: true });
      await second.fill("привлечь  КЛИЕНТОВ");
      await preview.getByText("Кнопка 2. Такой же текст у кнопки 1").waitFor();
      await second.fill("Создать сайт, который приводит клиентов каждый день");
      await preview.getByText("помещается около 40 символов, здесь 51").waitFor();
      await second.fill("Создать сайт");
      await preview.locator(".caution").waitFor({ state: "detached" });

      const phone = await again({ viewport: PHONE, colorScheme: "dark" });
      await phone.goto(`${origin}/menu/languages/en`);
      await phone.getByLabel("После перерыва в работе бота").fill("We are back.");
      await phone.getByRole("button", { name: "Сохранить" }).click();
      await phone.getByText("Сохранено. Уже работает.").waitFor();
      assert.deepEqual(await seriousFaults(phone), []);
      assert.equal(await overflow(phone), 0);
      await phone.getByRole("button", { name: "Вернуть как было" }).click();
      await phone.waitForURL(`${origin}/menu?saved`);
    }),
);

story(
  "leaving with unsaved changes asks first, saving does not",
  () =>
    surf(async ({ page, origin }) => {
      await page.goto(`${origin}/profiles/agency`);
      await page.getByLabel("Название").fill("Другое");
      const asked = page.waitForEvent("dialog");
      const leaving = page.getByRole("link", { name: "Лиды" }).click();
      const dialog = await asked;
      assert.equal(dialog.type(), "beforeunload");
      await dialog.dismiss();
      await leaving;
      await page.getByRole("button", { name: "Сохранить" }).click();
      await page.getByRole("heading", { name: "Другое" }).waitFor();
    }),
);

story(
  "who saves over somebody else's change sees both versions first",
  () =>
    surf(async ({ page, origin, again, world }) => {
      const other = await again();
      for (const each of [page, other]) await each.goto(`${origin}/profiles/agency`);
      await other.getByLabel("Название").fill("ПЕРВАЯ");
      await other.getByRole("button", { name: "Сохранить" }).click();
      await other.getByText("Сохранено. Уже работает.").waitFor();

      await page.getByLabel("Название").fill("ВТОРАЯ");
      await page.getByRole("button", { name: "Сохранить" }).click();
      const versions = page.getByRole("alert");
      await versions.getByText("ПЕРВАЯ").waitFor();
      await versions.getByText("ВТОРАЯ").waitFor();
      assert.equal(await page.getByLabel("Название").inputValue(), "ВТОРАЯ");
      assert.equal(JSON.parse(await Deno.readTextFile(world.localesPath)).agency.name, "ПЕРВАЯ");
    }),
);

story(
  "buttons are added, moved and saved without a script",
  () =>
    surf(async ({ page, origin, world }) => {
      await page.goto(`${origin}/profiles/agency`);
      await page.getByRole("button", { name: "+ кнопка" }).click();
      await page.getByLabel("Кнопка 5", { exact: true }).fill("Срочно");
      await page.getByRole("button", { name: "Выше: кнопка 5" }).click();
      await page.getByRole("button", { name: "Убрать: кнопка 1" }).click();
      await page.getByRole("button", { name: "Сохранить" }).click();
      await page.getByText("Сохранено. Уже работает.").waitFor();
      const visitor = world.telegram.user({ first_name: "Galliard" });
      visitor.start("agency");
      const greeting = await visitor.chat.nextMessage();
      const rows = greeting.reply_markup?.inline_keyboard ?? [];
      assert.deepEqual(rows.flat().map(({ text }) => text), [
        "Создать сайт",
        "Бренд и упаковка",
        "Срочно",
        "Обсудить другую задачу",
      ]);
    }, { browser: { javaScriptEnabled: false } }),
);

story(
  "a fault gets the focus, and what was typed is still there",
  () =>
    surf(async ({ page, origin }) => {
      await page.goto(`${origin}/profiles/agency`);
      await page.getByLabel("Название").fill("Остаётся");
      await page.getByLabel("Адрес вебхука").fill("crm.example.ru");
      await page.getByRole("button", { name: "Сохранить" }).click();
      await page.getByText("Не сохранено: 1 ошибка").waitFor();
      assert.equal(await page.getByLabel("Название").inputValue(), "Остаётся");
      const focused = page.locator(":focus");
      assert.equal(await focused.getAttribute("name"), "webhook_url");
      assert.equal(await focused.getAttribute("aria-invalid"), "true");
    }),
);

story("a new button's field has the focus", () =>
  surf(async ({ page, origin }) => {
    await page.goto(`${origin}/profiles/agency`);
    await page.getByRole("button", { name: "+ кнопка" }).click();
    await page.locator('[aria-label="Кнопка 5"]:focus').waitFor();
  }));

story(
  "a webhook is tested from the form, and says what it means",
  () =>
    surf(async ({ page, origin, world }) => {
      await page.goto(`${origin}/profiles/agency`);
      await page.getByRole("button", { name: "Проверить" }).click();
      await page.getByText("CRM приняла лид: сделка создана").waitFor();
      const lead = await world.crm.nextLead();
      assert.match(JSON.stringify(lead.body), /ТЕСТ/);
      await world.crm.down();
      await page.getByRole("button", { name: "Проверить" }).click();
      await page.getByText("Адрес не отвечает: нет связи").waitFor();
    }),
);

story(
  "an earlier version comes back from the history",
  () =>
    surf(async ({ page, origin, world }) => {
      const before = await Deno.readTextFile(world.localesPath);
      await page.goto(`${origin}/profiles/agency`);
      await page.getByLabel("Приветствие").fill("Ошибка");
      await page.getByRole("button", { name: "Сохранить" }).click();
      await page.getByRole("link", { name: "История" }).click();
      await page.getByRole("link", { name: "Что изменилось" }).click();
      await page.locator("ins", { hasText: "Ошибка" }).waitFor();
      await page.getByRole("button", { name: /Вернуть эту версию/ }).click();
      await page.getByText("Сохранено. Уже работает.").waitFor();
      const after = await Deno.readTextFile(world.localesPath);
      assert.deepEqual(JSON.parse(after).agency.step1, JSON.parse(before).agency.step1);
    }),
);

story(
  "a lead sent again from the list stays where it is, and its row says by itself how it ended",
  () =>
    surf(async (surfing) => {
      const { world, origin, again } = surfing;
      await leaveLeads(surfing, 8);
      const answered = Promise.withResolvers<void>();
      world.crm.behave({ kind: "slow", until: answered.promise });
      const page = await again({ viewport: PHONE, hasTouch: true, isMobile: true });
      await page.goto(`${origin}/leads?state=in_admin_chat`);
      const row = page.locator(".leads li").last();
      const other = page.locator(".leads li").first();
      await row.getByRole("button", { name: /Отправить в CRM ещё раз/ }).scrollIntoViewIfNeeded();
      const before = await page.evaluate("scrollY");
      assert.notEqual(before, 0);
      await row.getByRole("button", { name: /Отправить в CRM ещё раз/ }).click();
      await row.getByText("Отправляем в CRM…").waitFor();
      const top = (await row.boundingBox())?.y;
      answered.resolve();
      await row.getByText("CRM приняла: сделка создана.").waitFor();
      assert.equal((await row.boundingBox())?.y, top);
      assert.equal(await page.evaluate("scrollY"), before);
      assert.equal(await page.locator("#told").textContent(), "CRM приняла: сделка создана.");
      assert.equal(page.url(), `${origin}/leads?state=in_admin_chat`);
      assert.equal(await page.locator("#open-cards span").first().textContent(), "7");
      assert.match(await page.locator(".chip", { hasText: "В чате" }).textContent() ?? "", /7$/);
      assert.equal(await other.getByRole("button").count(), 3);
      assert.deepEqual(await seriousFaults(page), []);

      await row.getByRole("link").focus();
      world.crm.behave({ kind: "answer", status: 502 });
      await other.getByRole("button", { name: /Отправить в CRM ещё раз/ }).click();
      await other.getByText("CRM ответила 502: лид ждёт вас.").waitFor();
      assert.equal(await other.locator("button:focus").count(), 1, "the focus was lost");
    }, { env: { CRM_TIMEOUT_SECONDS: "30" } }),
);

story(
  "a row that cannot learn how it ended says so and what to press, and asks nothing while it is not seen",
  () =>
    surf(async (surfing) => {
      const { world, origin, page } = surfing;
      await leaveLeads(surfing, 2);
      const answered = Promise.withResolvers<void>();
      world.crm.behave({ kind: "slow", until: answered.promise });
      await page.clock.install();
      await page.goto(`${origin}/leads`);
      const [first, second] = [page.locator("#lead-1"), page.locator("#lead-2")];
      const looks: string[] = [];
      page.on("request", (request) => {
        if (request.url().includes("row=")) looks.push(request.url());
      });
      const passSecond = async () => {
        await page.clock.runFor(1000);
        await page.evaluate("fetch('/health').catch(() => {})"); // What was asked before is answered.
      };
      const passUntil = async (text: string) => {
        for (let seconds = 0; await page.getByText(text).count() < 2; seconds++) {
          assert.ok(seconds < 300, `never: ${text}`);
          await passSecond();
        }
      };

      await first.getByRole("button", { name: /Отправить в CRM ещё раз/ }).click();
      await first.getByText("Отправляем в CRM…").waitFor();
      await passSecond();
      assert.ok(looks.length > 0);
      await page.evaluate(seen(false));
      await passSecond();
      const asked = looks.length;
      for (let second = 0; second < 20; second++) await passSecond();
      assert.equal(looks.length, asked, "a page that is not seen asked");
      await page.evaluate(seen(true));

      const session = await page.context().cookies();
      await page.context().clearCookies();
      await passUntil("Вход закончился, и чем кончилась отправка, здесь не узнать.");
      await first.getByRole("link", { name: "Войти снова" }).waitFor();
      assert.equal(await page.getByText("Войти на этом устройстве").count(), 0);
      assert.equal(await page.locator("html").count(), 1);
      assert.equal(await page.locator(".leads > li").count(), 2);

      await page.context().addCookies(session);
      await second.getByRole("button", { name: /Отправить в CRM ещё раз/ }).click();
      await second.getByText("Отправляем в CRM…").waitFor();
      await world.bot.kill();
      await passUntil("Связь с ботом пропала, и чем кончилась отправка, пока не узнать.");
      await second.getByRole("link", { name: "Обновить страницу" }).waitFor();
      const last = looks.length;
      await page.clock.runFor(300_000);
      assert.equal(looks.length, last);
      answered.resolve();
    }, { env: { CRM_TIMEOUT_SECONDS: "60" }, expected: /ERR_CONNECTION_(REFUSED|RESET)/ }),
);

story(
  "without a script a press leads back to the row, and the row says how it ended",
  () =>
    surf(async (surfing) => {
      const { page, origin } = surfing;
      await leaveLeads(surfing, 8);
      await page.setViewportSize(PHONE);
      await page.goto(`${origin}/leads?state=in_admin_chat`);
      const row = page.locator(".leads li").last();
      await row.getByRole("button", { name: /Отправить в CRM ещё раз/ }).click();
      await row.getByText("CRM ответила 500: лид ждёт вас.").waitFor();
      const { y = 0 } = await row.boundingBox() ?? {};
      assert.ok(y > 0 && y < PHONE.height, `the row is at ${y}`);
      assert.match(page.url(), /state=in_admin_chat/);
      await row.getByRole("button", { name: /^Внёс/ }).click();
      await row.getByText("Записано: лид внесён вручную").waitFor();
    }, { browser: { javaScriptEnabled: false } }),
);

story(
  "the list of leads fits its window, however long a profile's name is",
  () =>
    surf(async ({ page, origin }) => {
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(`${origin}/leads?profile=cg`);
        assert.match(
          await page.getByLabel("Профиль").textContent() ?? "",
          /Очень длинное.*длинное/,
        );
        assert.equal(await overflow(page), 0, `${width}`);
        const filter = await page.getByLabel("Профиль").boundingBox();
        const last = await page.getByLabel("По", { exact: true }).boundingBox();
        const show = await page.getByRole("button", { name: "Показать" }).boundingBox();
        assert.ok(filter !== null && last !== null && show !== null);
        assert.ok(filter.width <= Math.min(width - 32, 400), `${filter.width} of ${width}`);
        assert.ok(show.y >= last.y, "the button stands above its fields");
      }
    }, { locales: (locales) => locales.cg.name = "Очень длинное название ".repeat(11) }),
);

story(
  "the link that somebody came in by is gone from the managers' chat, and the login has its place",
  () =>
    surf(async ({ page, world, origin }) => {
      await world.admin.chat.waitFor(({ text }) =>
        text?.startsWith("🔑 Вход выполнен: @maria, ") === true
      );
      assert.ok(world.admin.chat.messages.every(({ text }) => !text?.includes("token=")));
      await page.goto(origin);
      await page.getByRole("link", { name: "Входы" }).click();
      await page.getByText("это устройство").waitFor();
      assert.deepEqual(await seriousFaults(page), []);
    }),
);

story(
  "an open QR code moves nothing on the page, and can be saved",
  () =>
    surf(async ({ again, origin }) => {
      for (const viewport of [{ width: 1280, height: 900 }, PHONE]) {
        const page = await again({ viewport });
        await page.goto(origin);
        const cards = await page.locator(".card").evaluateAll(HEIGHTS);
        await page.locator(".qr summary").first().click();
        const image = await page.locator(".qr img").first().boundingBox();
        assert.ok(image !== null && image.x >= 0 && image.x + image.width <= viewport.width);
        assert.deepEqual(await page.locator(".card").evaluateAll(HEIGHTS), cards);
        const saved = page.waitForEvent("download");
        await page.getByRole("link", { name: /^Скачать PNG: .*MONSTER AGENCY/ }).click();
        assert.equal((await saved).suggestedFilename(), "agency.png");
      }
    }),
);

story(
  "a changed link is taken back with one press, and a changed one goes on leading to its profile",
  () =>
    surf(async ({ page, origin, world }) => {
      const changeLink = async () => {
        await page.goto(`${origin}/profiles/agency/rename`);
        await page.getByLabel("Слово для ссылки").fill("marketing");
        await page.getByRole("button", { name: "Сменить" }).click();
        await page.getByText("Сохранено. Уже работает.").waitFor();
      };
      const before = await Deno.readTextFile(world.localesPath);
      await changeLink();
      await page.getByRole("button", { name: "Вернуть как было" }).click();
      await page.waitForURL(`${origin}/profiles/agency?saved`);
      assert.equal(await Deno.readTextFile(world.localesPath), before);

      await changeLink();
      const visitor = world.telegram.user({ first_name: "Galliard" });
      visitor.start("agency");
      const greeting = await visitor.chat.nextMessage();
      assert.match(greeting.text ?? greeting.caption ?? "", /MONSTER AGENCY/);

      assert.deepEqual(await seriousFaults(page), []);
      await page.getByRole("button", { name: "Убрать прежнюю ссылку agency" }).click();
      await page.getByText("Ещё не сохранено.").waitFor();
      await page.getByRole("button", { name: "Сохранить" }).click();
      await page.getByText("Сохранено. Уже работает.").waitFor();
      visitor.start("agency");
      const menu = await visitor.chat.nextMessage();
      assert.match(menu.text ?? "", /Выберите/);
    }),
);

story(
  "a new profile's word comes from its name, a deleted profile from the list, and a trial changes no form",
  () =>
    surf(async ({ page, origin }) => {
      await page.goto(`${origin}/new-profile`);
      const key = page.getByLabel("Слово для ссылки");
      await page.getByLabel("Название").pressSequentially("Цветы на дом");
      while (await key.inputValue() !== "tsvety-na-dom") await page.waitForTimeout(20);
      await key.fill("own");
      await page.getByLabel("Название").fill("Цветы на дом!");
      await page.getByRole("button", { name: "Создать" }).click();
      await page.waitForURL(`${origin}/profiles/own?created`);

      await page.getByLabel("Свой вебхук").check();
      await page.getByRole("button", { name: "Проверить" }).click();
      await page.locator(".trial").waitFor();
      await page.getByRole("link", { name: "Лиды" }).click();
      await page.waitForURL(`${origin}/leads`); // Nothing asks whether to leave.

      await page.goto(`${origin}/profiles/own/delete`);
      await page.getByLabel("впишите own").fill("own");
      await page.getByRole("button", { name: "Удалить" }).click();
      await page.waitForURL(/deleted=own/);
      await page.getByText("Удалённые (1)").click();
      assert.deepEqual(await seriousFaults(page), []);
      await page.getByRole("button", { name: "Вернуть: Цветы на дом!" }).click();
      await page.waitForURL(`${origin}/profiles/own?saved`);
    }),
);

story(
  "every page is usable by everybody, light and dark, wide and narrow",
  () =>
    surf(async (surfing) => {
      const { page, again } = surfing;
      await leaveALead(surfing);
      await visitAll(page, surfing);
      await visitAll(await again({ colorScheme: "dark" }), surfing);
      await visitAll(await again({ viewport: PHONE, hasTouch: true, isMobile: true }), surfing);
      await visitAll(
        await again({ locale: "en-GB", viewport: PHONE, colorScheme: "dark" }),
        surfing,
      );
    }),
);

const PATHS = [
  "/",
  "/profiles/agency",
  "/profiles/agency?saved",
  "/profiles/agency/languages/en",
  "/profiles/agency/history",
  "/profiles/agency/sources",
  "/profiles/agency/sources?source=vk-may",
  "/profiles/agency/pause",
  "/profiles/agency/rename",
  "/profiles/agency/delete",
  "/new-profile",
  "/menu",
  "/menu/languages/en",
  "/menu/history",
  "/leads",
  "/sessions",
  "/login",
  "/login?token=used",
  "/nowhere",
];

async function visitAll(page: Surfing["page"], { origin }: Surfing): Promise<void> {
  for (const path of PATHS) {
    await page.goto(origin + path);
    assert.deepEqual(await seriousFaults(page), [], path);
    assert.equal(await overflow(page), 0, `${path} is wider than the window`);
  }
  await page.goto(`${origin}/profiles/agency`);
  await page.getByRole("button", { name: /Сохранить|Save/ }).waitFor();
  const folder = Deno.env.get("SCREENSHOTS");
  const { width } = page.viewportSize() ?? PHONE;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/profile-${width}.png` });
}

/** A script for the browser: how tall the elements are. */
const HEIGHTS = "(elements) => elements.map((each) => each.offsetHeight)" as never;

/** So many leads whose cards are in the managers' chat. */
async function leaveLeads({ world }: Surfing, count: number): Promise<void> {
  world.crm.behave({ kind: "answer", status: 500 });
  for (let number = 1; number <= count; number += 1) {
    const visitor = world.telegram.user({ first_name: `Visitor${number}` });
    visitor.start("agency");
    visitor.press(await visitor.chat.nextMessage(), "Привлечь клиентов");
    await world.admin.chat.waitFor(({ text }) => text?.includes(`Visitor${number}`) === true);
  }
}

/** A lead that the CRM did not take, so that every page has something to show. */
async function leaveALead({ world }: Surfing): Promise<void> {
  world.crm.behave({ kind: "answer", status: 500 });
  const visitor = world.telegram.user({ first_name: "Galliard", username: "betterrman" });
  visitor.start("agency");
  visitor.press(await visitor.chat.nextMessage(), "Привлечь клиентов");
  await world.admin.chat.waitFor(({ text }) => text?.includes("НОВЫЙ ЛИД") === true);
}

/** Makes the page one that is seen, or not: a script for the browser. */
function seen(isSeen: boolean): string {
  return `
    Object.defineProperty(document, "hidden", { configurable: true, value: ${!isSeen} });
    document.dispatchEvent(new Event("visibilitychange"));`;
}
