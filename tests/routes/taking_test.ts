// Who has a lead, and returning it, on the page.

import assert from "node:assert/strict";
import { RETURN_WINDOW_MS } from "../../lib/lead.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { type Browser, openPage, type PageOfTest } from "../helpers/a_page.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const ANNA = { id: 1, name: "@anna", press: "a1" };

/** A lead whose card is in the managers' chat. */
async function recordOpen({ journal }: PageOfTest, profile = "agency"): Promise<number> {
  const press = aNewLead({ profile });
  const { lead, post } = (await journal.recordChoice(press, aConfirmation(), "crm:host:a", true))!;
  await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  const card = (await journal.takeWorkOfKind("admin_chat", "card", NOON_MS))!;
  await journal.settleInAdminChat([card], { chatId: -1001234, messageId: 7 }, NOON_MS);
  return lead.number;
}

Deno.test("the owner stands on the lead's page, in its life, in the list and last in the CSV", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  await page.journal.takeLead(lead, ANNA, NOON_MS);
  await page.journal.takeLead(lead, { id: 2, name: "@oleg", press: "o1" }, NOON_MS);
  await page.journal.takeLead(lead, { id: 2, name: "@oleg", press: "o2" }, NOON_MS + 5_000);
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
  const lead = await recordOpen(page);
  const browser = await page.login("@boss");
  await browser.post(`/leads/${lead}`, { do: "by_hand" });
  assert.match(await (await browser.get(`/leads/${lead}`)).text(), /value="return"[^]*?Вернуть/);
  const returned = await browser.post(`/leads/${lead}`, { do: "return" });
  assert.equal(returned.headers.get("location"), `/leads/${lead}?done=returned`);
  assert.equal((await page.journal.findLead(lead))?.state, "in_admin_chat");
  const html = await (await browser.get(`/leads/${lead}?done=returned`)).text();
  assert.match(html, /Лид снова открыт/);
  assert.match(html, /Возвращён: <bdi>@boss<\/bdi> \(до этого внесён: <bdi>@boss<\/bdi>\)/);
  assert.doesNotMatch(html, /value="return"/);

  await page.journal.closeByHand(lead, "@anna", NOON_MS - RETURN_WINDOW_MS);
  assert.doesNotMatch(await (await browser.get(`/leads/${lead}`)).text(), /value="return"/);
  const late = await browser.post(`/leads/${lead}`, { do: "return" });
  assert.equal(late.headers.get("location"), `/leads/${lead}?done=late`);
  assert.match(
    await (await browser.get(`/leads/${lead}?done=late`)).text(),
    /10 минут, они прошли/,
  );
});

/** Presses a button of the form in which it stands. */
function press(browser: Browser, html: string, value: string): Promise<Response> {
  const form = html.split("<form").find((each) => each.includes(`value="${value}"`));
  assert.ok(form !== undefined, `no button ${value}`);
  const path = /action="([^"]+)"/.exec(form)?.[1] ?? "";
  const hidden = [...form.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)]
    .map(([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")] as const);
  const { form_token: _, ...fields } = Object.fromEntries(hidden);
  return browser.post(path, { ...fields, do: value });
}

for (const isList of [false, true]) {
  const where = isList ? "in a row of the list" : "on its page";

  Deno.test(`a lead is taken, closed and returned ${where}, without script`, async () => {
    await using page = await openPage();
    const lead = await recordOpen(page);
    const path = isList ? "/leads" : `/leads/${lead}`;
    const browser = await page.login("@boss");
    let html = await (await browser.get(path)).text();
    for (
      const [button, said, mark] of [
        ["take", "Лид ваш", /class="owner"[^]*?@boss/],
        ["by_hand", "лид внесён вручную", /value="return"/],
        ["return", "Лид снова открыт", /value="by_hand"/],
      ] as const
    ) {
      const pressed = await press(browser, html, button);
      assert.equal(pressed.status, 303);
      html = await (await browser.get(pressed.headers.get("location") ?? "")).text();
      assert.ok(html.includes(said), `${button}: ${said}`);
      assert.match(html, mark);
    }
    assert.doesNotMatch(html, /value="take"/, "it is theirs");
  });

  Deno.test(`a lead that another took meanwhile is not taken ${where}, and is taken over knowing that`, async () => {
    await using page = await openPage();
    const lead = await recordOpen(page);
    const path = isList ? "/leads" : `/leads/${lead}`;
    const browser = await page.login("@boss");
    const opened = await (await browser.get(path)).text();
    await page.journal.takeLead(lead, ANNA, NOON_MS);
    const pressed = await press(browser, opened, "take");
    const html = await (await browser.get(pressed.headers.get("location") ?? "")).text();
    assert.match(html, /Ничего не изменено: лид уже взяли/);
    assert.match(html, /class="owner"[^]*?@anna[^]*?value="take"/);
    assert.match(html, /Забрать себе/);
    await page.journal.takeLead(lead, { id: 2, name: "@oleg", press: "o1" }, NOON_MS + 1);
    await page.journal.takeLead(lead, { id: 2, name: "@oleg", press: "o2" }, NOON_MS + 5_000);
    const older = await press(browser, html, "take");
    assert.match(older.headers.get("location") ?? "", /done=owned/, "it is another's by now");
    const shown = await (await browser.get(path)).text();
    const over = await press(browser, shown, "take");
    assert.match(over.headers.get("location") ?? "", /done=taken/);
    assert.deepEqual(
      (await page.journal.turnsOf(lead)).map(({ kind, by, before }) => [kind, by, before]),
      [["taken", "@anna", null], ["taken_over", "@oleg", "@anna"], [
        "taken_over",
        "@boss",
        "@oleg",
      ]],
    );
  });
}

Deno.test("a lead that was closed or taken by oneself meanwhile says so to a press of «Беру»", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  const browser = await page.login("@boss");
  const opened = await (await browser.get("/leads")).text();
  await press(browser, opened, "take");
  const again = await press(browser, opened, "take");
  assert.match(again.headers.get("location") ?? "", /done=yours/);
  const said = await (await browser.get(again.headers.get("location") ?? "")).text();
  assert.match(said, /Этот лид уже у вас/);
  await page.journal.closeByHand(lead, "@anna", NOON_MS);
  const late = await press(browser, opened, "take");
  assert.match(late.headers.get("location") ?? "", /done=settled/);
  assert.equal((await page.journal.findLead(lead))?.state, "by_hand");
});

Deno.test("who took a lead on the page is the same manager in the chat by @username alone", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page);
  await page.journal.takeLead(lead, { name: "@anna", seenSinceMs: null }, NOON_MS);
  assert.deepEqual(await page.journal.takeLead(lead, ANNA, NOON_MS), { kind: "yours" });
  const oleg = { id: 2, name: "Олег", press: "o1" };
  await page.journal.takeLead(lead, { name: "Олег", seenSinceMs: NOON_MS }, NOON_MS + 1);
  assert.equal((await page.journal.takeLead(lead, oleg, NOON_MS + 2)).kind, "asked");
});

Deno.test("a lead of a profile without a CRM is not offered to be sent there", async () => {
  await using page = await openPage();
  const lead = await recordOpen(page, "gone");
  const browser = await page.login();
  for (const path of [`/leads/${lead}`, "/leads"]) {
    const html = await (await browser.get(path)).text();
    assert.match(html, /value="by_hand"/);
    assert.doesNotMatch(html, /value="resend"/);
  }
});
