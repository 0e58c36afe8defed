// Blocked visitors on the page: the filter, the mark and the buttons of a lead, the table, the metrics.

import assert from "node:assert/strict";
import { aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { openPage, type PageOfTest } from "../helpers/a_page.ts";

const { chatId } = aNewLead();

/** A lead of a blocked visitor. */
async function recordBlocked({ journal }: PageOfTest): Promise<number> {
  await journal.blockVisitor(chatId, "@anna <b>", NOON_MS);
  return (await journal.recordBlocked(aNewLead(), aConfirmation()))!.lead.number;
}

Deno.test("a lead of a blocked visitor stands under «Заблокированные», says why, and can be sent from there", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const none = await (await browser.get("/leads")).text();
  assert.doesNotMatch(none, /Заблокированные/);
  const number = await recordBlocked(page);
  const list = await (await browser.get("/leads?state=blocked")).text();
  assert.match(list, /Заблокированные/);
  assert.match(list, new RegExp(`href="/leads/${number}"`));
  assert.doesNotMatch(await (await browser.get("/leads?state=held")).text(), /class="person"/);
  const lead = await (await browser.get(`/leads/${number}`)).text();
  assert.match(lead, /Не отправлен: посетитель заблокирован/);
  assert.match(lead, /Посетитель заблокирован: .*@anna &lt;b>/);
  assert.match(lead, /mark-blocked/);
  const form = { do: "resend", back: `/leads/${number}` };
  assert.equal((await browser.post(`/leads/${number}`, form)).status, 303);
  assert.notEqual(await page.journal.findWork("post", number), undefined);
});

Deno.test("a lead's page blocks its visitor and lets them back", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const { lead } = (await page.journal.recordChoice(aNewLead(), aConfirmation(), "crm", false))!;
  const path = `/leads/${lead.number}`;
  assert.match(await (await browser.get(path)).text(), /Заблокировать посетителя/);
  const blocked = await browser.post(path, { do: "block" });
  assert.deepEqual([blocked.status, blocked.headers.get("location")], [303, path]);
  assert.notEqual(await page.journal.blockOf(chatId), null);
  assert.match(await (await browser.get(path)).text(), /Разблокировать посетителя/);
  await browser.post(path, { do: "unblock" });
  assert.equal(await page.journal.blockOf(chatId), null);
  assert.equal((await browser.get("/leads?state=blocked")).status, 200);
});

Deno.test("what a blocked visitor wrote stands in the conversation as not passed on", async () => {
  await using page = await openPage();
  const number = await recordBlocked(page);
  const message = { lead: number, chatId, messageId: 9, albumId: null, content: someContent() };
  await page.journal.recordFollowUp(message, NOON_MS);
  const browser = await page.login();
  const lead = await (await browser.get(`/leads/${number}`)).text();
  assert.match(lead, /Не передано менеджерам: посетитель заблокирован/);
});

Deno.test("the table and the metrics name the place of a blocked lead, and count each lead once", async () => {
  await using page = await openPage({ config: { metricsToken: "token-of-metrics" } });
  await recordBlocked(page);
  const held = { ...aNewLead(), chatId: 5, menuMessageId: 6 };
  await page.journal.recordHeld(held, aConfirmation(), { alone: "", counted: "" });
  const browser = await page.login();
  const table = await (await browser.get("/leads.csv?state=blocked")).text();
  assert.equal(table.match(/Заблокирован/g)?.length, 1);
  const metrics = await (await page.browser().get("/metrics", {
    authorization: "Bearer token-of-metrics",
  })).text();
  assert.match(metrics, /^triborg_leads\{profile="agency",state="blocked"\} 1$/m);
  assert.match(metrics, /^triborg_leads\{profile="agency",state="in_admin_chat"\} 1$/m);
});
