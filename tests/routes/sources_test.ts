// A profile's sources on the page, and a lead's.

import assert from "node:assert/strict";
import { encode } from "uqr";
import { aNewLead } from "../helpers/a_lead.ts";
import { openPage, type PageOfTest } from "../helpers/a_page.ts";
import { partsOf } from "../helpers/journal_parts.ts";

async function bringLead({ journal, nowMs }: PageOfTest): Promise<number> {
  for (const messageId of [1, 2, 3]) {
    await journal.rememberMenu({ chatId: 7, messageId }, "agency", nowMs, "ru", "vk-may");
  }
  const lead = aNewLead({ source: "vk-may", chatId: 7, receivedAtMs: nowMs });
  return (await partsOf(journal).insertLead(lead))?.number ?? assert.fail("no lead");
}

Deno.test("a profile's sources are shown as bars with their numbers, and lead to its leads", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const empty = await (await browser.get("/profiles/agency/sources")).text();
  assert.match(empty, /ещё никто не приходил/);
  await partsOf(page.journal).moveLead(await bringLead(page), "in_crm");
  const html = await (await browser.get("/profiles/agency/sources")).text();
  assert.match(html, /aria-label="Открыли: 3, заявок: 1, в CRM или внесено: 1"/);
  assert.match(html, /href="\/leads\?profile=agency&amp;source=vk-may"/);
  assert.match(await (await browser.get("/")).text(), /href="\/profiles\/agency\/sources"/);
  assert.equal((await browser.get("/profiles/gone/sources")).status, 404);
});

Deno.test("the page makes a link with a source and its QR code, or says what is wrong with the mark", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const at = async (source: string) =>
    await (await browser.get(`/profiles/agency/sources?${new URLSearchParams({ source })}`)).text();
  const html = await at("vk-may");
  assert.match(html, /value="t\.me\/monstrassistentbot\?start=agency__vk-may"/);
  assert.match(html, /src="\/profiles\/agency\/qr\.svg\?source=vk-may"/);
  assert.match(await at("вк"), /только латинские буквы/);
  assert.match(await at("x".repeat(57)), /помещается 56 знаков/);
  const svg = await (await browser.get("/profiles/agency/qr.svg?source=vk-may")).text();
  const { size } = encode("https://t.me/monstrassistentbot?start=agency__vk-may", { border: 0 });
  assert.ok(svg.includes(`viewBox="0 0 ${size + 8} ${size + 8}"`));
  const refused = await browser.get("/profiles/agency/qr.png?source=%D1%8F");
  assert.equal(refused.status, 400);
});

Deno.test("a lead's source is on its page, in the list, its filter and the last column of the CSV", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const number = await bringLead(page);
  await partsOf(page.journal).insertLead(aNewLead({ id: "2", menuMessageId: 9, chatId: 8 }));
  const text = async (path: string) => await (await browser.get(path)).text();
  assert.match(await text(`/leads/${number}`), /<dt>Источник<\/dt><dd>vk-may<\/dd>/);
  const list = await text("/leads?source=vk-may");
  assert.match(list, /<option value="vk-may" selected>vk-may<\/option>/);
  assert.equal(list.match(/<li id="lead-/g)?.length, 1);
  assert.match(await text("/leads?source=gone"), /<option value="gone" selected>/);
  const [head = "", first = "", second = ""] = (await text("/leads.csv")).split("\r\n");
  assert.match(head, /;Источник;Телефон;Кто взял$/);
  assert.match(first, /;;$/);
  assert.match(second, /;vk-may;;$/);
  assert.equal((await text("/leads.csv?source=vk-may")).split("\r\n").length, 3);
});
