// A profile's photo in a real browser: dropped, pasted, chosen, and without scripts. Run by `deno task test:browser`.

import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { PHOTOS } from "../helpers/photos.ts";
import { isThereABrowser, overflow, PHONE, seriousFaults, surf } from "./browser.ts";

const ignore = !isThereABrowser();

function story(name: string, tell: () => Promise<void>): void {
  Deno.test({ name, ignore, fn: tell });
}

/** Drops a file on the photo's part of the form, or pastes it into the page. */
async function give(page: Page, how: "drop" | "paste", file: Uint8Array, type: string) {
  const bytes = JSON.stringify([...file]);
  await page.evaluate(`{
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(${bytes})], "photo", { type: "${type}" }));
    const init = { bubbles: true, cancelable: true };
    if ("${how}" === "drop") {
      const part = document.getElementById("field-photo");
      for (const type of ["dragenter", "dragover", "drop"]) {
        part.dispatchEvent(new DragEvent(type, { ...init, dataTransfer: data }));
      }
    } else {
      document.body.dispatchEvent(new ClipboardEvent("paste", { ...init, clipboardData: data }));
    }
  }`);
}

/** The address of the photo that the form shows, once it is another than before. */
async function shownPhoto(page: Page, before = ""): Promise<string> {
  const photo = page.locator(`#field-photo img:not([src="${before}"])`);
  await photo.waitFor();
  const address = await photo.getAttribute("src") ?? "";
  await page.locator(`#preview img[src="${address}"]`).waitFor();
  return address;
}

story(
  "a photo is dropped, pasted and chosen, and a visitor gets the last one that was saved",
  () =>
    surf(async ({ page, origin, world }) => {
      await page.goto(`${origin}/profiles/agency`);
      await page.getByLabel("Название").fill("Ещё не сохранено");
      await give(page, "drop", PHOTOS.png, "image/png");
      const dropped = await shownPhoto(page);
      await page.locator('[data-counts="caption"]', { hasText: "/1024" }).waitFor();
      await give(page, "paste", PHOTOS.lossy, "image/webp");
      const pasted = await shownPhoto(page, dropped);

      await give(page, "paste", new TextEncoder().encode("GIF89a"), "image/gif");
      await page.getByText("Это не JPEG, не PNG и не WebP, выберите другой файл.").waitFor();
      assert.equal(await page.locator("#field-photo img").getAttribute("src"), pasted);
      assert.deepEqual(await seriousFaults(page), []);

      const file = { name: "a.jpg", mimeType: "image/jpeg", buffer: Buffer.from(PHOTOS.jpeg) };
      await page.getByLabel("Загрузить другое фото").setInputFiles(file);
      await shownPhoto(page, pasted);
      assert.equal(await page.getByLabel("Название").inputValue(), "Ещё не сохранено");
      assert.equal((await saved(world.localesPath)).photo_file, undefined);
      await page.getByRole("button", { name: "Сохранить" }).click();
      await page.getByText("Сохранено. Уже работает.").waitFor();

      const visitor = world.telegram.user({ first_name: "Galliard" });
      visitor.start("agency");
      assert.ok((await visitor.chat.nextMessage()).photo);
      const { files } = await world.telegram.nextCall("sendPhoto");
      assert.deepEqual([...files.values()], [PHOTOS.jpeg]);
    }),
);

story("a photo over 5 MB is made smaller by the browser", () =>
  surf(async ({ page, origin }) => {
    await page.goto(`${origin}/profiles/agency`);
    const bytes: number = await page.evaluate(`(async () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [2000, 1500];
      const context = canvas.getContext("2d");
      const image = context.createImageData(2000, 1500);
      for (let at = 0; at < image.data.length; at++) image.data[at] = Math.random() * 256 | 3;
      context.putImageData(image, 0, 0);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob], "photo.png", { type: "image/png" }));
      const init = { bubbles: true, cancelable: true, dataTransfer: data };
      document.getElementById("field-photo").dispatchEvent(new DragEvent("drop", init));
      return blob.size;
    })()`);
    assert.ok(bytes > 5 * 1024 * 1024, `${bytes} bytes`);
    assert.match(await shownPhoto(page), /\.jpg$/);
  }));

for (const held of [1, 2]) {
  story(
    `of two photos chosen one after another the later one stays when upload ${held} ends last`,
    () =>
      surf(async ({ page, origin }) => {
        await page.goto(`${origin}/profiles/agency`);
        const { promise, resolve } = Promise.withResolvers<void>();
        let uploads = 0;
        await page.route("**/profiles/agency/photo", async (route) => {
          if (++uploads === held) await promise;
          await route.continue();
        });
        const answered = () => page.waitForResponse("**/profiles/agency/photo");
        const first = answered();
        await give(page, "drop", PHOTOS.png, "image/png");
        await give(page, "drop", PHOTOS.jpeg, "image/jpeg");
        await first;
        const last = answered();
        resolve();
        await last;
        await page.getByLabel("Название").fill("Другое"); // The preview comes after what the answers did.
        await page.locator("#preview", { hasText: "Другое" }).waitFor();
        assert.match(await shownPhoto(page), /\.jpg$/);
      }),
  );
}

story(
  "an upload that fails goes with the form, a dropped one too",
  () =>
    surf(async ({ page, origin, world }) => {
      await page.goto(`${origin}/profiles/agency`);
      await page.route("**/profiles/agency/photo", (route) => route.fulfill({ status: 409 }));
      await give(page, "drop", PHOTOS.png, "image/png");
      await page.getByText("Сейчас не загрузилось. Файл уйдёт вместе с формой").waitFor();
      await page.getByRole("button", { name: "Сохранить" }).click();
      await page.getByText("Сохранено. Уже работает.").waitFor();
      assert.match((await saved(world.localesPath)).photo_file, /\.png$/);
    }),
);

story(
  "without scripts the photo goes with the form, and is removed with a button",
  () =>
    surf(async ({ origin, again, world }) => {
      const page = await again({ javaScriptEnabled: false, viewport: PHONE });
      await page.goto(`${origin}/profiles/agency`);
      assert.equal(await overflow(page), 0);
      const file = (bytes: Uint8Array) => ({
        name: "a.jpg",
        mimeType: "image/jpeg",
        buffer: Buffer.from(bytes),
      });
      await page.locator("#photo").setInputFiles(file(PHOTOS.animatedPng));
      await page.getByLabel("Название").fill("Новое имя");
      await page.getByRole("button", { name: "Сохранить" }).last().click();
      await page.getByText("Это анимация, нужна неподвижная картинка.").waitFor();
      assert.equal(await page.getByLabel("Название").inputValue(), "Новое имя");

      await page.locator("#photo").setInputFiles(file(PHOTOS.fromCamera));
      await page.getByRole("button", { name: "Сохранить" }).last().click();
      await page.getByText("Сохранено. Уже работает.").waitFor();
      assert.match((await saved(world.localesPath)).photo_file, /\.jpg$/);
      const photo = page.locator("#field-photo img");
      assert.ok(await photo.isVisible());

      await page.getByRole("button", { name: "Убрать фото" }).click();
      await photo.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Сохранить" }).last().click();
      await page.getByText("Сохранено. Уже работает.").waitFor();
      assert.equal((await saved(world.localesPath)).photo_file, undefined);
    }),
);

async function saved(path: string) {
  return JSON.parse(await Deno.readTextFile(path)).agency.step1;
}
