// A profile's photo from the page to the visitor, through the running bot.

import assert from "node:assert/strict";
import { startTelegramServer, type TelegramServer } from "../../lib/simulator/telegram/server.ts";
import { createPhotoStore } from "../../lib/profiles/photos/store.ts";
import { freePort } from "../helpers/free_port.ts";
import { logIn } from "../helpers/page_crawl.ts";
import { PHOTOS } from "../helpers/photos.ts";
import { withBot } from "../helpers/bot_here.ts";
import { CONFIRMATION } from "../helpers/shipped_texts.ts";
import { becomeLead, galliard, greet } from "../helpers/visits.ts";
import { type Locales, withWorld } from "../helpers/world.ts";

const PASSWORD = "a long enough password";
const OTHER_TOKEN = "123456789:AAF0another-bot-token-for-the-story0";

/** What a browser without scripts would send of the agency's form, with changes. */
async function agencyForm(
  origin: string,
  cookie: string,
  changes: Readonly<Record<string, string | Blob>>,
): Promise<FormData> {
  const page = await (await fetch(`${origin}/profiles/agency`, { headers: { cookie } })).text();
  const form = new FormData();
  const hidden = /<input type="hidden" name="([^"]+)" value="([^"]*)"/g;
  for (const [, name = "", value = ""] of page.matchAll(hidden)) form.append(name, value);
  const saved = JSON.parse(
    await Deno.readTextFile(new URL("../../locales/locales.json", import.meta.url)),
  );
  const { name, step1, step2, followup } = saved.agency as Locales;
  form.set("name", name);
  form.set("caption", step1.caption);
  form.set("confirmation", step2.success_caption_template);
  form.set("follow_up", followup.admin_followup_template);
  for (const { text } of step1.buttons) form.append("button_text", text);
  for (const _ of step1.buttons) form.append("button_choice", "");
  for (const [key, value] of Object.entries(changes)) form.set(key, value);
  return form;
}

function post(origin: string, cookie: string, path: string, body: FormData): Promise<Response> {
  const headers = { cookie, origin, "sec-fetch-site": "same-origin" };
  return fetch(origin + path, { method: "POST", body, headers, redirect: "manual" });
}

/** Greets somebody new: how the photo reached Telegram, as bytes or by which id, and the id that it has there. */
async function greeted(telegram: TelegramServer, first_name: string) {
  const menu = await greet(telegram.user({ first_name }));
  const { files, params } = await telegram.nextCall("sendPhoto");
  assert.match(menu.caption ?? "", /^🔥 MONSTER AGENCY/);
  return { sent: [...files.values()][0] ?? params["photo"], id: menu.photo?.at(-1)?.file_id };
}

Deno.test("a photo that is uploaded before a kill and saved after it goes as bytes once a bot, and by its id afterwards", async () => {
  const port = String(freePort());
  const origin = `http://127.0.0.1:${port}`;
  await withWorld(async (world) => {
    const cookie = await logIn(origin, PASSWORD);
    const photo = new Blob([PHOTOS.jpeg], { type: "text/html" });
    const form = await agencyForm(origin, cookie, { photo });
    const answer = await post(origin, cookie, "/profiles/agency/photo", form);
    const [, name = ""] = /name="photo_file" value="([^"]+)"/.exec(await answer.text()) ?? [];
    assert.match(name, /^[0-9a-f]{64}\.jpg$/);
    await world.bot.kill();

    await world.restart();
    await world.telegram.untilPolled();
    const saved = await post(
      origin,
      cookie,
      "/profiles/agency",
      await agencyForm(origin, cookie, { photo_file: name, do: "save" }),
    );
    assert.equal(saved.status, 303, await saved.text());
    const shown = await fetch(`${origin}/media/${name}`, { headers: { cookie } });
    assert.deepEqual(await shown.bytes(), PHOTOS.jpeg);

    const { sent, id } = await greeted(world.telegram, "Первый");
    assert.deepEqual(sent, PHOTOS.jpeg);
    assert.equal((await greeted(world.telegram, "Второй")).sent, id);

    await world.bot.stop();
    await world.restart();
    assert.equal((await greeted(world.telegram, "Третий")).sent, id);

    await world.bot.stop();
    await using other = await startTelegramServer({ token: OTHER_TOKEN });
    await world.restart({ BOT_TOKEN: OTHER_TOKEN, TELEGRAM_API_ROOT: other.url });
    const stranger = await greeted(other, "Чужой");
    assert.deepEqual(stranger.sent, PHOTOS.jpeg);
    assert.equal((await greeted(other, "Ещё один")).sent, stranger.id);

    await world.bot.stop();
    await world.restart();
    assert.equal((await greeted(world.telegram, "Четвёртый")).sent, id);
    await world.bot.stop();
  }, { env: { ADMIN_PASSWORD: PASSWORD, PORT: port } });
});

for (
  const [beside, address] of [["the photo's address", "https://example.com/a.jpg"], ["text", ""]]
) {
  Deno.test(`an uploaded photo that is gone is warned of by its path, and the greeting goes with ${beside}`, () =>
    withBot(async ({ world, log }) => {
      await log.line(
        "⚠️ locales.json: agency.step1.photo_file: такого фото нет в папке media. Приветствие уйдёт без него",
      );
      const visitor = galliard(world);
      const { menu } = await becomeLead(visitor);
      assert.equal(menu.photo !== undefined, address !== "");
      const { text, caption } = visitor.chat.message(menu.message_id) ?? {};
      assert.equal(text ?? caption, CONFIRMATION);
      await log.line("⚠️ Фото профиля agency не отправить: загруженного фото больше нет");
    }, {
      locales({ agency }) {
        agency.step1.photo_file = `${"0".repeat(64)}.jpg`;
        agency.step1.photo_url = address;
      },
    }));
}

Deno.test("a press under an uploaded photo is confirmed in its caption", () =>
  withBot(async ({ world, log }) => {
    const kept = await createPhotoStore(`${world.folder}/data`, Date.now).keep(PHOTOS.jpeg);
    assert.ok(kept.kind === "kept");
    await world.editLocales(({ agency }) => agency.step1.photo_file = kept.name);
    await log.line("изменения приняты");
    const visitor = galliard(world);
    const { menu } = await becomeLead(visitor);
    const edited = visitor.chat.message(menu.message_id);
    assert.equal(edited?.caption, CONFIRMATION);
    assert.ok(edited?.photo);
  }));
