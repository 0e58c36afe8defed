// The login link in the managers' chat.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { withWorld, type World } from "../helpers/world.ts";

async function askForLink(
  { admin }: World,
): Promise<{ readonly text: string; readonly url: string }> {
  admin.member({ first_name: "Анна", username: "anna" }).say("/admin");
  const { text = "" } = await admin.chat.waitFor((each) => each.text?.includes("token=") === true);
  return { text, url: /http\S+/.exec(text)?.[0] ?? "" };
}

const LOCAL =
  /Этот адрес открывается только на самом сервере: чтобы входить отсюда, задайте PUBLIC_URL\./;

Deno.test("a link that was used is replaced by who came in; one that is over by how to get another, also after a restart", () =>
  withWorld(async (world) => {
    const { text, url } = await askForLink(world);
    assert.match(text, LOCAL);
    const token = new URL(url).searchParams.get("token") ?? "";
    const entered = await fetch(new URL("/login", url), {
      method: "POST",
      body: new URLSearchParams({ token }),
      headers: { origin: new URL(url).origin, "sec-fetch-site": "same-origin" },
      redirect: "manual",
    });
    await entered.body?.cancel();
    assert.equal(entered.status, 303);
    const used = await world.admin.chat.waitFor(({ text }) =>
      text?.includes("Вход выполнен") === true
    );
    assert.match(used.text ?? "", /^🔑 Вход выполнен: @anna, \d\d:\d\d$/);

    await askForLink(world);
    await world.bot.kill();
    const journal = new DatabaseSync(`${world.folder}/data/triborg.db`);
    journal.exec("UPDATE login_messages SET expires_at_ms = 1");
    journal.close();
    await world.restart();
    await world.admin.chat.waitFor(({ text }) =>
      text === "🔑 Ссылка устарела. /admin пришлёт новую"
    );
    assert.ok(world.admin.chat.messages.every(({ text }) => !text?.includes("token=")));
  }));

Deno.test("with PUBLIC_URL the link is the public one, without the note on the server", () =>
  withWorld(async (world) => {
    const { text, url } = await askForLink(world);
    assert.match(url, /^https:\/\/bot\.example\.ru\/login\?token=/);
    assert.doesNotMatch(text, /только на самом сервере/);
  }, { env: { PUBLIC_URL: "https://bot.example.ru" } }));
