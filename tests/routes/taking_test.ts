// Who has a lead, and returning it, on the page.

import assert from "node:assert/strict";
import { RETURN_WINDOW_MS } from "../../lib/lead.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { openPage, type PageOfTest } from "../helpers/a_page.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const ANNA = { id: 1, name: "@anna", press: "a1" };

/** A lead whose card is in the managers' chat. */
function recordOpen({ journal }: PageOfTest, profile = "agency"): number {
  const press = aNewLead({ profile });
  const { lead, post } = journal.recordChoice(press, aConfirmation(), "crm:host:a", true)!;
  partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  const card = journal.takeWorkOfKind("admin_chat", "card", NOON_MS)!;
  journal.settleInAdminChat([card], { chatId: -1001234, messageId: 7 }, NOON_MS);
  return lead.number;
}

Deno.test("the owner stands on the lead's page, in its life, in the list and last in the CSV", async () => {
  await using page = await openPage();
  const lead = recordOpen(page);
  page.journal.takeLead(lead, ANNA, NOON_MS);
  page.journal.takeLead(lead, { id: 2, name: "@oleg", press: "o1" }, NOON_MS);
  page.journal.takeLead(lead, { id: 2, name: "@oleg", press: "o2" }, NOON_MS + 5_000);
  const browser = await page.login();
  const html = await (await browser.get(`/leads/${lead}`)).text();
  assert.match(html, /class="owner" title="Лид в работе: @oleg, [^"]+"/);
  assert.match(html, /Взят в работу: <bdi>@anna<\/bdi>/);
  assert.match(html, /Перешёл к другому: <bdi>@oleg<\/bdi> \(раньше: <bdi>@anna<\/bdi>\)/);
  assert.match(await (await browser.get("/leads")).text(), /class="owner"[^]*?@oleg/);
  const csv = await (await browser.get("/leads.csv")).text();
  assert.match(csv, /;Кто взял\r\n1;.*;'@oleg\r\n$/);
  assert.match(
    await (await browser.get(`/leads/${lead}`, { "accept-language": "en" })).text(),
    /Taken over: <bdi>@oleg<\/bdi> \(before: <bdi>@anna<\/bdi>\)/,
  );
});

Deno.test("a lead that was closed may be returned on its page for ten minutes", async () => {
  await using page = await openPage();
  const lead = recordOpen(page);
  const browser = await page.login("@boss");
  await browser.post(`/leads/${lead}`, { do: "by_hand" });
  assert.match(await (await browser.get(`/leads/${lead}`)).text(), /value="return"[^]*?Вернуть/);
  const returned = await browser.post(`/leads/${lead}`, { do: "return" });
  assert.equal(returned.headers.get("location"), `/leads/${lead}?done=returned`);
  assert.equal(page.journal.findLead(lead)?.state, "in_admin_chat");
  const html = await (await browser.get(`/leads/${lead}?done=returned`)).text();
  assert.match(html, /Лид снова открыт/);
  assert.match(html, /Возвращён: <bdi>@boss<\/bdi> \(до этого внесён: <bdi>@boss<\/bdi>\)/);
  assert.doesNotMatch(html, /value="return"/);

  page.journal.closeByHand(lead, "@anna", NOON_MS - RETURN_WINDOW_MS);
  assert.doesNotMatch(await (await browser.get(`/leads/${lead}`)).text(), /value="return"/);
  const late = await browser.post(`/leads/${lead}`, { do: "return" });
  assert.equal(late.headers.get("location"), `/leads/${lead}?done=late`);
  assert.match(
    await (await browser.get(`/leads/${lead}?done=late`)).text(),
    /10 минут, они прошли/,
  );
});

Deno.test("a lead of a profile without a CRM is not offered to be sent there", async () => {
  await using page = await openPage();
  const lead = recordOpen(page, "gone");
  const browser = await page.login();
  for (const path of [`/leads/${lead}`, "/leads"]) {
    const html = await (await browser.get(path)).text();
    assert.match(html, /value="by_hand"/);
    assert.doesNotMatch(html, /value="resend"/);
  }
});
