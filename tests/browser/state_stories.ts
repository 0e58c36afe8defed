// A profile's way from a copy to the menu, in a real browser and in Telegram. Run by `deno task test:browser`.

import assert from "node:assert/strict";
import { isThereABrowser, overflow, PHONE, seriousFaults, surf, type Surfing } from "./browser.ts";

type Page = Surfing["page"];

async function assertUsable(page: Page): Promise<void> {
  assert.deepEqual(await seriousFaults(page), []);
  assert.equal(await overflow(page), 0);
}

async function folderShot(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder !== undefined) {
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }
}

Deno.test({
  name:
    "a copy is a draft that a manager tries in Telegram, publishes into the menu, pauses and resumes",
  ignore: !isThereABrowser(),
  fn: () =>
    surf(async ({ page, origin, world, again }) => {
      const maria = world.telegram.user({ first_name: "Мария", username: "maria_m" });
      world.admin.join(maria);
      const visitor = world.telegram.user({ first_name: "Galliard" });
      const buttonsOfMenu = async () => {
        visitor.start();
        const { reply_markup } = await visitor.chat.nextMessage();
        return reply_markup?.inline_keyboard.flat().map(({ text }) => text) ?? [];
      };

      await page.goto(`${origin}/profiles/agency`);
      await page.getByRole("link", { name: "Дублировать" }).click();
      await page.getByLabel("Название").fill("Новый год");
      await page.getByLabel("Слово для ссылки").fill("newyear");
      await page.getByRole("button", { name: "Создать" }).click();
      await page.getByText("Черновик создан.").waitFor();
      await page.getByText("Черновик · видите только вы").waitFor();
      await assertUsable(page);
      assert.equal((await buttonsOfMenu()).length, 3);

      const link = await page.getByRole("button", { name: /^Посмотреть в Telegram/ }).getAttribute(
        "href",
      );
      maria.start(new URL(link ?? "").searchParams.get("start") ?? "");
      const draft = await maria.chat.nextMessage();
      assert.match(draft.text ?? draft.caption ?? "", /^📝 Черновик/);

      const phone = await again({ viewport: PHONE, colorScheme: "dark", javaScriptEnabled: false });
      await phone.goto(`${origin}/`);
      await folderShot(phone, "draft-card");
      await phone.getByRole("button", { name: /^Опубликовать/ }).click();
      assert.ok(await phone.getByLabel("Добавить в меню кнопку").isChecked());
      await folderShot(phone, "publish");
      await phone.getByRole("button", { name: "Опубликовать" }).click();
      await phone.getByText("Опубликовано. Посетители уже видят профиль.").waitFor();
      assert.equal((await buttonsOfMenu()).at(-1), "Новый год");

      await page.goto(`${origin}/profiles/newyear`);
      await page.getByRole("link", { name: "На паузу" }).click();
      await page.getByText("«Новый год» сейчас не принимает заявки").waitFor();
      await assertUsable(page);
      await folderShot(page, "pause");
      await page.getByRole("button", { name: "На паузу" }).click();
      await page.getByText("На паузе. Новые посетители прочтут об этом.").waitFor();
      await assertUsable(page);
      assert.equal((await buttonsOfMenu()).length, 3);
      visitor.start("newyear");
      assert.match((await visitor.chat.nextMessage()).text ?? "", /^⏸ «Новый год»/);

      await page.goto(`${origin}/`);
      await assertUsable(page);
      await folderShot(page, "cards");
      await page.getByRole("button", { name: /^Возобновить/ }).click();
      await page.getByText("Снова работает.").waitFor();
      await page.getByRole("button", { name: "Вернуть как было" }).click();
      await page.getByText("На паузе: посетитель прочтёт").waitFor();
    }),
});
