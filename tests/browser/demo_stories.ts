// The demo in a real browser: two phones, the CRM, and the config page of the same bot. Run by `deno task test:browser`.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Demo, withDemo } from "../demo/a_demo.ts";
import {
  isThereABrowser,
  type OpenPage,
  overflow,
  PHONE,
  seriousFaults,
  withBrowser,
} from "./browser.ts";

const ignore = !isThereABrowser();

interface Showing extends Demo {
  /** The demo's page, on a wide screen. */
  readonly shown: Page;
  readonly open: OpenPage;
}

type Options = Parameters<typeof withDemo>[1] & {
  readonly browser?: Parameters<OpenPage>[0];
};

function story(name: string, tell: (showing: Showing) => Promise<void>, options: Options = {}) {
  Deno.test({
    name,
    ignore,
    fn: () =>
      withDemo((demo) =>
        withBrowser(async (open) => {
          const shown = await open(options.browser);
          await shown.goto(`${demo.origin}/demo`);
          await tell({ ...demo, shown, open });
        }), options),
  });
}

function phone(page: Page, whose: "visitor" | "managers") {
  return page.locator(`#${whose}`);
}

/** Opens a profile's link and presses its first button. */
async function chooseFirst(page: Page, profile = "agency"): Promise<void> {
  await page.locator(`#open-${profile}`).click();
  await phone(page, "visitor").locator(".key").first().click();
}

/** Looks as a person would, for whoever asks for the pictures. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder !== undefined) await page.screenshot({ path: `${folder}/demo_${name}.png` });
}

story(
  "one click opens the config page, and what is saved there is seen in the visitor's phone",
  async ({ shown }) => {
    const opened = shown.context().waitForEvent("page");
    await shown.getByRole("link", { name: "Страница настроек" }).first().click();
    const config = await opened;
    await config.getByRole("heading", { name: "Профили" }).waitFor();
    await config.getByText("@manager").first().waitFor();
    await config.locator('a[href="/profiles/agency"]').first().click();
    await config.getByLabel("Приветствие").fill("🌊 Новое приветствие из страницы настроек");
    await config.getByRole("button", { name: "Сохранить" }).click();
    await config.getByText("Сохранено. Уже работает.").waitFor();

    await config.goto(new URL("/profiles/cg/delete", config.url()).href);
    await config.getByRole("textbox").fill("cg");
    await config.getByRole("button", { name: /Удалить/ }).click();

    await shown.locator("#open-cg").waitFor({ state: "detached" });
    await shown.bringToFront();
    await shown.locator("#open-agency").click();
    await phone(shown, "visitor").getByText("🌊 Новое приветствие из страницы настроек").waitFor();
    await phone(shown, "visitor").locator("img.photo").waitFor();
    await picture(shown, "edited");
  },
);

story(
  "/admin in the managers' phone answers with a link that opens the page",
  async ({ shown }) => {
    const managers = phone(shown, "managers");
    await managers.getByRole("button", { name: "/admin" }).click();
    const opened = shown.context().waitForEvent("page");
    await managers.locator('a[href*="/login?token="]').click();
    const login = await opened;
    await login.getByRole("button", { name: "Войти на этом устройстве" }).click();
    await login.getByRole("heading", { name: "Профили" }).waitFor();
    await shown.bringToFront();
    await managers.getByText("Вход выполнен: @manager").waitFor();
  },
);

story(
  "a manager takes a lead, replies by keyboard alone, and the visitor reads it and answers",
  async ({ shown }) => {
    await shown.getByRole("button", { name: "ошибка 500", exact: true }).click();
    await chooseFirst(shown);
    const managers = phone(shown, "managers");
    const visitor = phone(shown, "visitor");
    await managers.getByRole("button", { name: "🙋 Беру" }).click();
    await managers.getByRole("status").getByText("Лид ваш").waitFor();
    await managers.getByText("👤 @manager").waitFor();
    await picture(shown, "taken");

    await managers.getByRole("button", { name: "Ответить" }).focus();
    await shown.keyboard.press("Enter");
    await managers.getByText("Ответ на").waitFor();
    await shown.waitForFunction("document.activeElement.id === 'manager-text'");
    await shown.keyboard.type("Здравствуйте! Пришлите ваш сайт");
    await shown.keyboard.press("Enter");
    await visitor.getByText("Здравствуйте! Пришлите ваш сайт").waitFor();
    await managers.getByRole("img", { name: "реакция 👍" }).waitFor();

    await visitor.getByRole("textbox", { name: "Сообщение боту" }).fill("https://example.com");
    await shown.keyboard.press("Enter");
    await managers.getByText("📎 Дополнение").waitFor();
    await managers.getByRole("button", { name: "ℹ️" }).click();
    const alert = managers.getByRole("alertdialog");
    await alert.getByText("Почему здесь: 500").waitFor();
    await picture(shown, "alert");
    await shown.keyboard.press("Escape");
    await alert.waitFor({ state: "detached" });
    assert.deepEqual(await seriousFaults(shown), []);
  },
);

story(
  "on a phone one place is shown at a time, and a tab tells of news",
  async ({ origin, open }) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await open({ viewport: PHONE, hasTouch: true, colorScheme });
      await page.goto(`${origin}/demo`);
      await page.getByRole("link", { name: "CRM", exact: true }).click();
      await page.getByRole("button", { name: "ошибка 500", exact: true }).click();
      assert.equal(await phone(page, "visitor").isVisible(), false);
      await picture(page, `crm_${colorScheme}`);
      await page.getByRole("link", { name: "Посетитель", exact: true }).click();
      await chooseFirst(page);
      for (const place of ["crm", "managers"]) {
        await page.locator(`.tabs a[href="#${place}"] .dot:not([hidden])`).waitFor();
      }
      await picture(page, `visitor_${colorScheme}`);
      assert.deepEqual(await seriousFaults(page), []);
      await page.getByRole("link", { name: "Менеджеры" }).click();
      await phone(page, "managers").getByText("FALLBACK").first().waitFor();
      assert.equal(await page.locator('.tabs a[href="#managers"] .dot:not([hidden])').count(), 0);
      await picture(page, `managers_${colorScheme}`);
      assert.equal(await overflow(page), 0);
      assert.deepEqual(await seriousFaults(page), []);
      await page.reload();
      assert.equal(await phone(page, "managers").isVisible(), true);
      await page.close();
    }
  },
);

story(
  "two tabs show the same, and a reload in the middle loses nothing",
  async ({ shown, origin }) => {
    const second = await shown.context().newPage();
    await second.goto(`${origin}/demo`);
    await shown.bringToFront();
    await shown.getByRole("button", { name: "ошибка 500", exact: true }).click();
    await chooseFirst(shown);
    await shown.reload();
    await phone(shown, "managers").getByText("FALLBACK").first().waitFor();
    await second.bringToFront();
    await phone(second, "managers").getByText("FALLBACK").first().waitFor();
    await second.close();
    await phone(shown, "managers").getByRole("button", { name: "✅ Внёс в CRM" }).click();
    await phone(shown, "managers").getByText("Внесён вручную: @manager").waitFor();
  },
);

story(
  "the bot's keyboard, an odd name and a very long word fit a phone",
  async ({ origin, open }) => {
    const page = await open({ viewport: PHONE, hasTouch: true });
    await page.goto(`${origin}/demo`);
    const visitor = phone(page, "visitor");
    await visitor.locator("summary").click();
    await visitor.getByLabel("Имя", { exact: true }).fill("Ы".repeat(64));
    await picture(page, "guests");
    await visitor.getByRole("button", { name: "Войти" }).click();
    await visitor.getByText("Ы".repeat(64)).waitFor();
    await chooseFirst(page, "express");
    await visitor.getByRole("button", { name: "Поделиться номером" }).waitFor();
    await picture(page, "keyboard");
    await visitor.getByRole("button", { name: "Пропустить" }).click();
    await visitor.getByRole("button", { name: "Поделиться номером" }).waitFor({
      state: "detached",
    });
    await visitor.getByRole("textbox", { name: "Сообщение боту" }).fill("Щ".repeat(4096));
    await page.keyboard.press("Enter");
    await visitor.getByText("Щ".repeat(4096)).waitFor();
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await seriousFaults(page), []);
  },
);

story("a link to a card in /leads leads to the card in this phone", async ({ shown }) => {
  await shown.getByRole("button", { name: "ошибка 500", exact: true }).click();
  await chooseFirst(shown);
  const managers = phone(shown, "managers");
  await managers.getByText("FALLBACK").first().waitFor();
  await managers.getByRole("button", { name: "/leads" }).click();
  await managers.getByRole("link", { name: "@betterrman" }).click();
  await managers.locator(".message:target", { hasText: "FALLBACK" }).waitFor();
  assert.equal(await overflow(shown), 0);
  assert.equal(await shown.evaluate("document.documentElement.scrollHeight - innerHeight"), 0);
});

story("in English the page explains what managers read", async ({ shown }) => {
  await shown.getByRole("button", { name: "error 500", exact: true }).click();
  await chooseFirst(shown);
  await phone(shown, "visitor").getByText("✅ Got it: Attract clients.").waitFor();
  await phone(shown, "managers").getByText("A new lead that the CRM did not take").waitFor();
  await picture(shown, "english");
  assert.deepEqual(await seriousFaults(shown), []);
}, { language: "en", browser: { colorScheme: "dark", locale: "en-US" } });

story("without a script everything works", async ({ shown }) => {
  await shown.getByRole("link", { name: "CRM", exact: true }).click();
  await shown.getByRole("button", { name: "ошибка 500", exact: true }).click();
  await shown.getByRole("link", { name: "Посетитель", exact: true }).click();
  await chooseFirst(shown);
  await phone(shown, "visitor").getByText("✅ Принято").waitFor();
  await picture(shown, "no_script");
  await shown.getByRole("link", { name: "Менеджеры" }).click();
  await phone(shown, "managers").getByRole("button", { name: "🙋 Беру" }).click();
  await phone(shown, "managers").getByText("Лид ваш").waitFor();
  assert.equal(await phone(shown, "managers").isVisible(), true);
}, { browser: { javaScriptEnabled: false, viewport: PHONE } });
