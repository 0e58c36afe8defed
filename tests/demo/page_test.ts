import assert from "node:assert/strict";
import { join } from "node:path";
import { createPhotoStore } from "../../lib/profiles/photos/store.ts";
import { PHOTOS } from "../helpers/photos.ts";
import { withDemo } from "./a_demo.ts";

Deno.test("the demo shows a lead go from the visitor to the CRM in a browser without script", async () => {
  await withDemo(async ({ page, becomeLead, bot }) => {
    const before = await page();
    assert.match(before, /Откройте ссылку профиля[^]*Пока ничего[^]*Тишина/);
    assert.match(before, /<noscript>[^]*Скрипты выключены[^]*Обновить/);
    await becomeLead();
    await bot.crm.nextLead();
    const html = await page();
    assert.match(html, /✅ Принято: Привлечь клиентов/);
    assert.match(html, /<strong>Привлечь клиентов<\/strong><br\/?>Galliard @betterrman/);
    assert.match(html, /Тишина/);
  });
});

Deno.test("while the CRM is down a manager takes the lead, closes it and opens it again", async () => {
  await withDemo(async ({ act, page, becomeLead, bot, button }) => {
    await act("/demo/crm", { mode: "down" });
    assert.match(await page(), /value="down" class="mode down" aria-pressed="true"/);
    await becomeLead();
    const { chat } = bot.admin;
    await chat.nextMessage();
    assert.match(await page(), /✅ Принято[^]*FALLBACK - CRM НЕДОСТУПНА/);
    await act("/demo/manager", { press: await button("🙋 Беру") });
    await chat.waitFor((each) => /👤 @manager/.test(each.text ?? ""));
    await act("/demo/manager", { press: await button("✅ Внёс в CRM") });
    await chat.waitFor((each) => /Внесён вручную: @manager/.test(each.text ?? ""));
    await act("/demo/manager", { press: await button("↩️ Вернуть") });
    await chat.waitFor((each) => /↩️ Возвращён: @manager/.test(each.text ?? ""));
    assert.match(await page(), /изм\. <time>\d\d:\d\d/);
    await act("/demo/crm", { mode: "answers" });
  });
});

Deno.test("what the bot answers to a press is shown: a toast, or an alert until it is closed", async () => {
  await withDemo(async ({ act, page, becomeLead, bot, button, until }) => {
    await act("/demo/crm", { mode: "error" });
    await becomeLead();
    await bot.admin.chat.nextMessage();
    await act("/demo/manager", { press: await button("🙋 Беру") });
    await until(({ manager }) => manager.notice?.kind === "answer");
    assert.match(await page(), /class="notice answer"[^]*Лид ваш/);
    await act("/demo/manager", { press: await button("ℹ️") });
    await until(({ manager }) => manager.notice?.kind === "answer" && manager.notice.isAlert);
    assert.match(await page(), /role="alertdialog"[^]*Почему здесь: 500/);
    await act("/demo/manager", { dismiss: "1" });
    assert.doesNotMatch(await page(), /alertdialog/);
  });
});

Deno.test("a manager replies to a card, corrects the reply, and the visitor reads it", async () => {
  await withDemo(async ({ act, page, becomeLead, bot, stage, until }) => {
    await act("/demo/crm", { mode: "error" });
    await becomeLead();
    const card = await bot.admin.chat.nextMessage();
    await act("/demo/manager", { reply: String(card.message_id) });
    assert.match(await page(), /Ответ на<\/strong> ⚠️ \[FALLBACK/);
    await act("/demo/manager", { text: " Здравствуйте! " });
    const visitorReads = (text: string) =>
      until(({ visitors }) => visitors.current.phone.messages.at(-1)?.text === text);
    await visitorReads("Здравствуйте!");
    await bot.telegram.nextCall("setMessageReaction");
    assert.match(await page(), /class="quoted">⚠️[^]*Здравствуйте![^]*class="reaction"[^>]*>👍/);

    const said = stage.manager.messages.findLast(({ text }) => text === "Здравствуйте!");
    await act("/demo/manager", { edit: String(said?.message_id) });
    assert.match(await page(), /Правка<\/strong>[^]*value="Здравствуйте!"/);
    await act("/demo/manager", { text: "Добрый день!" });
    await visitorReads("Добрый день!");
  });
});

Deno.test("a manager's words that reply to nothing go nowhere, and the page says why", async () => {
  await withDemo(async ({ act, page }) => {
    await act("/demo/manager", { text: "Коллеги, кто на связи?" });
    assert.match(await page(), /этого сообщения не слышал/);
  });
});

Deno.test("commands are answered in the managers' phone, and the login link in it opens", async () => {
  await withDemo(async ({ act, page, bot }) => {
    await act("/demo/manager", { command: "/status" });
    await bot.admin.chat.waitFor(({ text, from }) =>
      from.is_bot && /MONSTER AGENCY/.test(text ?? "")
    );
    await act("/demo/manager", { text: "/admin" });
    await bot.admin.chat.waitFor(({ text }) => text?.includes("/login?token=") === true);
    const [, link = ""] = /href="(http:[^"]+\/login\?token=[^"]+)" target="_blank"/
      .exec(await page()) ?? [];
    const login = await fetch(link);
    assert.match(await login.text(), /Войти на этом устройстве/);
  });
});

Deno.test("a visitor's message and photo reach the managers, with what was written under it", async () => {
  await withDemo(async ({ act, page, becomeLead, bot, until }) => {
    await becomeLead();
    await act("/demo/visitor", { text: " https://example.com/<мой> " });
    await bot.admin.chat.nextMessage();
    assert.match(await page(), /id="managers"[^]*>https:\/\/example\.com\/<\/a>&lt;мой>/);
    await act("/demo/visitor", { photo: "1", text: "наш логотип" });
    await until(({ manager }) => manager.messages.at(-1)?.photo !== undefined);
    assert.match(await page(), /id="managers"[^]*class="photo none"[^]*наш логотип/);
  });
});

Deno.test("a photo that was uploaded on the config page is drawn as the visitor gets it", async () => {
  await withDemo(async ({ act, page, bot, origin, until }) => {
    const kept = await createPhotoStore(join(bot.localesPath, "../data"), Date.now)
      .keep(PHOTOS.jpeg);
    assert.ok(kept.kind === "kept", JSON.stringify(kept));
    const content = JSON.parse(await Deno.readTextFile(bot.localesPath));
    content.agency.step1.photo_file = kept.name;
    await Deno.writeTextFile(bot.localesPath, JSON.stringify(content));
    await bot.log.line("✅ locales.json: изменения приняты", 0);
    await act("/demo/visitor", { open: "agency" });
    await until(({ visitors }) =>
      visitors.current.phone.messages.some(({ photo }) => photo !== undefined)
    );
    const [, path = ""] = /class="photo" src="(\/demo\/sent\/[^"]+)"/.exec(await page()) ?? [];
    const shown = await fetch(origin + path);
    assert.equal(shown.headers.get("content-type"), "image/jpeg");
    assert.ok((await shown.bytes()).length > 0);
    const unknown = await fetch(`${origin}/demo/sent/nothing`);
    assert.equal(unknown.status, 404);
    await unknown.body?.cancel();
  });
});

Deno.test("a profile that asks for the number shows the bot's keyboard until it is answered", async () => {
  await withDemo(async ({ act, page, bot, button, until }) => {
    await act("/demo/visitor", { open: "express" });
    await until(({ visitors }) =>
      visitors.current.phone.messages.some((each) => each.reply_markup)
    );
    await act("/demo/visitor", { press: await button("Нужен совет") });
    await until(({ visitors }) => visitors.current.phone.keyboard !== null);
    assert.match(await page(), /name="tap"[^]*Поделиться номером[^]*Пропустить/);
    await act("/demo/visitor", { tap: "Поделиться номером" });
    const { body } = await bot.crm.nextLead();
    assert.match(JSON.stringify(body), /79161234567/);
    await until(({ visitors }) => visitors.current.phone.keyboard === null);
    assert.doesNotMatch(await page(), /name="tap"/);
  });
});

Deno.test("a scenario's button plays it: a new visitor, the CRM in its mode, the card", async () => {
  await withDemo(async ({ act, bot, stage }) => {
    await act("/demo/play", { scenario: "2" });
    const card = await bot.admin.chat.nextMessage();
    assert.match(card.text ?? "", /FALLBACK/);
    assert.equal(stage.crm.mode, "error");
    assert.equal(stage.crm.received.length, 1);
  });
});

Deno.test("in the last scenario a manager replies and the client writes again", async () => {
  await withDemo(async ({ act, until }) => {
    await act("/demo/play", { scenario: "5" });
    await until(({ manager }) =>
      manager.messages.at(-1)?.reply_to_message?.text?.startsWith("Здравствуйте!") === true
    );
  });
});

Deno.test("connected to amoCRM the demo shows the deal and its notes, and the webhook again afterwards", async () => {
  await withDemo(async ({ act, page, becomeLead, bot, until }) => {
    await act("/demo/crm", { mode: "amocrm" });
    await becomeLead();
    await until(({ crm }) => crm.received.length === 2);
    const html = await page();
    assert.match(html, /<strong>Новый лид с Telegram: MONSTER AGENCY<\/strong><br\/?>Galliard/);
    assert.match(html, /Запрос: Привлечь клиентов/);
    await act("/demo/crm", { mode: "answers" });
    await becomeLead();
    await bot.crm.nextLead();
  });
});

Deno.test("another visitor comes in under an odd name, and the first one is still there", async () => {
  await withDemo(async ({ act, page, becomeLead, bot, stage, until }) => {
    const first = stage.visitors.current.person.id;
    await act("/demo/crm", { mode: "error" });
    await becomeLead();
    const card = await bot.admin.chat.nextMessage();
    await act("/demo/guests", { name: "<b>Ёж</b> 👩‍👩‍👧", username: "", language: "ru" });
    assert.match(await page(), /class="who">&lt;b>Ёж&lt;\/b> 👩‍👩‍👧</);
    await act("/demo/manager", { reply: String(card.message_id) });
    await act("/demo/manager", { text: "Вы здесь?" });
    await until(({ visitors }) => visitors.all.some(({ unread }) => unread > 0));
    assert.match(await page(), /class="unread">1</);
    await act("/demo/guests", { choose: String(first) });
    assert.match(await page(), /Вы здесь\?/);
  });
});

Deno.test("a browser with script gets every move as an event, and may leave at any time", async () => {
  await withDemo(async ({ act, becomeLead, origin }) => {
    const events = await fetch(`${origin}/demo/events`);
    assert.equal(events.headers.get("content-type"), "text/event-stream");
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.ok(reader);
    await act("/demo/crm", { mode: "error" });
    await becomeLead();
    let heard = "";
    while (!heard.includes("data: card")) heard += (await reader.read()).value;
    assert.match(heard, /data: pressed\n\n[^]*data: card\n\n/);
    assert.match(heard, /data: received\n\n[^]*data: card\n\n/);
    await reader.cancel();
    await act("/demo/visitor", { text: "?" });
  });
});

Deno.test("in English the visitor reads the translations, and the managers' texts are explained", async () => {
  await withDemo(async ({ act, page, becomeLead, bot }) => {
    await act("/demo/crm", { mode: "error" });
    await becomeLead();
    await bot.admin.chat.nextMessage();
    const html = await page({ "accept-language": "ru" });
    assert.match(html, /<html lang="en">/);
    assert.match(html, /✅ Got it: Attract clients/);
    assert.match(html, /class="gloss"[^>]*>A new lead that the CRM did not take/);
    assert.match(html, /🙋 Беру<small>I take it/);
  }, { language: "en" });
});

Deno.test("the demo's page runs only its own scripts and styles", async () => {
  await withDemo(async ({ origin, becomeLead }) => {
    await becomeLead();
    const response = await fetch(`${origin}/demo`, { headers: { "accept-language": "en" } });
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    const html = await response.text();
    assert.match(html, /no lead is ever lost/);
    assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|style="|onclick/);
    let files = 0;
    for (const [, path = ""] of html.matchAll(/(?:<link[^>]* href|src)="(\/[^"]+)"/g)) {
      const file = await fetch(new URL(path, origin));
      assert.equal(file.status, 200, path);
      await file.body?.cancel();
      files += 1;
    }
    assert.ok(files >= 5); // Two styles, icon, script and the profile's photo.
  });
});
