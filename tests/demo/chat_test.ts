import assert from "node:assert/strict";
import { type DemoChat, serveDemoChat } from "../../lib/demo/chat.tsx";
import { type ChatStage, createChatStage } from "../../lib/demo/chat_stage.ts";
import { createDemoProfiles, type Destination } from "../../lib/demo/demo_profiles.ts";
import { withAmoWorld } from "../helpers/amo_world.ts";
import type { World } from "../helpers/world.ts";

/** A browser without script. */
interface PlainBrowser {
  page(headers?: HeadersInit): Promise<string>;
  post(path: string, fields: Record<string, string>, headers?: HeadersInit): Promise<Response>;
}

interface Demo extends PlainBrowser {
  readonly world: World;
  readonly stage: ChatStage;
  readonly chat: DemoChat;
}

/** Opens the demo's page beside a running bot. */
function withDemo(story: (demo: Demo) => Promise<void>): Promise<void> {
  return withAmoWorld(async (world, amo) => {
    const { telegram, crm, admin } = world;
    const profiles = ["agency", "cg"];
    const file = createDemoProfiles(world.localesPath, {
      webhook: crm.url,
      account: amo.account,
    });
    const connect = async (destination: Destination) => {
      await file.write(destination);
      await world.bot.line("✅ locales.json: изменения приняты");
    };
    const stage = createChatStage({ telegram, crm, amo, admin, connect, profiles, paceMs: 0 });
    await using chat = serveDemoChat(stage, telegram.bot.id);
    const { origin } = new URL(chat.url);
    await story({
      world,
      stage,
      chat,
      page: async (headers = {}) => await (await fetch(chat.url, { headers })).text(),
      post: (path, fields, headers = { origin, "sec-fetch-site": "same-origin" }) =>
        fetch(`${origin}${path}`, {
          method: "POST",
          body: new URLSearchParams(fields),
          headers,
          redirect: "manual",
        }),
    });
  }, {
    env: { REPEAT_WINDOW_MINUTES: "0" },
    locales({ agency }, crm) {
      delete agency.crm;
      agency.webhook_url = crm.url;
    },
  });
}

/** Posts, and fails unless the page answers with itself. */
async function act({ post }: Demo, path: string, fields: Record<string, string>): Promise<void> {
  const response = await post(path, fields);
  await response.body?.cancel();
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/demo"]);
}

/** The value of the button with these words. */
async function button({ page }: Demo, words: string): Promise<string> {
  const html = await page();
  const found = new RegExp(`name="press" value="([^"]+)"[^>]*>${words}<`).exec(html)?.[1];
  assert.ok(found, `No button "${words}" in ${html}`);
  return found;
}

/** Resolves when the condition holds, checked at every move. */
async function until({ stage }: Demo, isSo: (stage: ChatStage) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (isSo(stage)) resolve();
  };
  const stop = stage.onMove(look);
  look();
  await promise;
  stop();
}

/** Opens the agency's link and presses its first button. */
async function becomeLead(demo: Demo): Promise<void> {
  await act(demo, "/demo/visitor", { open: "agency" });
  await until(demo, ({ visitorMessages }) => visitorMessages.some((each) => each.reply_markup));
  await act(demo, "/demo/visitor", { press: await button(demo, "Привлечь клиентов") });
}

Deno.test("the demo shows a lead go from the visitor to the CRM in a browser without script", async () => {
  await withDemo(async (demo) => {
    assert.match(await demo.page(), /Открыть ссылку[^]*Пока ничего[^]*Тишина/);
    await becomeLead(demo);
    await demo.world.crm.nextLead();
    const html = await demo.page();
    assert.match(html, /✅ Принято: Привлечь клиентов/);
    assert.match(html, /<strong>Привлечь клиентов<\/strong><br\/?>Galliard @betterrman/);
    assert.match(html, /Тишина/);
  });
});

Deno.test("while the CRM is down the card reaches the managers, who close it in the demo", async () => {
  await withDemo(async (demo) => {
    await act(demo, "/demo/crm", { mode: "down" });
    assert.match(await demo.page(), /value="down" class="mode down" aria-pressed="true"/);
    await becomeLead(demo);
    await demo.world.admin.chat.nextMessage();
    assert.match(await demo.page(), /✅ Принято[^]*FALLBACK - CRM НЕДОСТУПНА/);
    await act(demo, "/demo/manager", { press: await button(demo, "✅ Внёс в CRM") });
    await demo.world.admin.chat.waitFor((each) => /Внесён вручную: @manager/.test(each.text ?? ""));
    await act(demo, "/demo/crm", { mode: "answers" });
  });
});

Deno.test("a visitor's message reaches the managers", async () => {
  await withDemo(async (demo) => {
    await becomeLead(demo);
    await demo.world.crm.nextLead();
    await act(demo, "/demo/visitor", { text: " https://example.com/<мой> " });
    await demo.world.admin.chat.nextMessage();
    assert.match(await demo.page(), /class="device managers"[^]*https:\/\/example\.com\/&lt;мой>/);
  });
});

Deno.test("a manager answers the newest card, and the page shows that it arrived", async () => {
  await withDemo(async (demo) => {
    await act(demo, "/demo/crm", { mode: "error" });
    await becomeLead(demo);
    await demo.world.admin.chat.nextMessage();
    await act(demo, "/demo/manager", { text: " Здравствуйте! " });
    await until(demo, ({ visitorMessages }) => visitorMessages.at(-1)?.text === "Здравствуйте!");
    await demo.world.telegram.nextCall("setMessageReaction");
    assert.match(await demo.page(), /class="quoted">⚠️[^]*Здравствуйте![^]*class="reaction">👍/);
  });
});

Deno.test("a scenario's button plays it: a new visitor, the CRM in its mode, the card", async () => {
  await withDemo(async (demo) => {
    await act(demo, "/demo/play", { scenario: "2" });
    const card = await demo.world.admin.chat.nextMessage();
    assert.match(card.text ?? "", /FALLBACK/);
    assert.equal(demo.stage.mode, "error");
    assert.equal(demo.stage.received.length, 1);
  });
});

Deno.test("connected to amoCRM the demo shows the deal and its notes, and the webhook again afterwards", async () => {
  await withDemo(async (demo) => {
    await act(demo, "/demo/crm", { mode: "amocrm" });
    await becomeLead(demo);
    await until(demo, ({ received }) => received.length === 2);
    const html = await demo.page();
    assert.match(html, /<strong>Новый лид с Telegram: MONSTER AGENCY<\/strong><br\/?>Galliard/);
    assert.match(html, /Запрос: Привлечь клиентов/);
    await act(demo, "/demo/crm", { mode: "answers" });
    await becomeLead(demo);
    await demo.world.crm.nextLead();
  });
});

Deno.test("a browser with script gets every move as an event, and may leave at any time", async () => {
  await withDemo(async (demo) => {
    const events = await fetch(`${demo.chat.url}/events`);
    assert.equal(events.headers.get("content-type"), "text/event-stream");
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.ok(reader);
    await act(demo, "/demo/crm", { mode: "error" });
    await becomeLead(demo);
    let heard = "";
    while (!heard.includes("data: card")) heard += (await reader.read()).value;
    assert.match(heard, /data: pressed\n\n[^]*data: card\n\n/);
    assert.match(heard, /data: received\n\n[^]*data: card\n\n/);
    await reader.cancel();
    await act(demo, "/demo/visitor", { text: "?" });
  });
});

Deno.test("the demo refuses forms of other origins and invalid forms, and goes on", async () => {
  await withDemo(async (demo) => {
    const status = async (path: string, fields: Record<string, string>, headers?: HeadersInit) => {
      const response = await demo.post(path, fields, headers);
      await response.body?.cancel();
      return response.status;
    };
    for (const headers of [{}, { origin: "https://evil.example" }]) {
      assert.equal(await status("/demo/crm", { mode: "down" }, headers), 403);
    }
    const senseless: [string, Record<string, string>][] = [
      ["/demo/crm", { mode: "explode" }],
      ["/demo/visitor", { open: "unknown" }],
      ["/demo/visitor", { text: "  " }],
      ["/demo/visitor", {}],
      ["/demo/visitor", { press: "1 nothing" }],
      ["/demo/manager", { press: "x" }],
      ["/demo/manager", { text: " " }],
      ["/demo/manager", { text: "nothing to reply to" }],
      ["/demo/play", { scenario: "6" }],
      ["/demo/play", { scenario: "" }],
    ];
    for (const [path, fields] of senseless) {
      assert.equal(await status(path, fields), 400, JSON.stringify([path, fields]));
    }
    assert.equal(await status("/demo/visitor", { text: "x".repeat(70_000) }), 413);
    assert.equal(demo.stage.mode, "answers");
  });
});

Deno.test("the demo's page runs only its own scripts and styles", async () => {
  await withDemo(async (demo) => {
    const response = await fetch(demo.chat.url, { headers: { "accept-language": "en" } });
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    const html = await response.text();
    assert.match(html, /no lead is ever lost/);
    assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|style="|onclick/);
    for (const [, path = ""] of html.matchAll(/(?:href|src)="(\/[^"]+)"/g)) {
      const file = await fetch(new URL(path, demo.chat.url));
      assert.equal(file.status, 200, path);
      await file.body?.cancel();
    }
  });
});
