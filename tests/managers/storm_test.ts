// Several leads in one message: three lines each, a row of buttons each, within Telegram's limits whatever happens to them.

import assert from "node:assert/strict";
import { cardMessage, MOST_PACKED, packCards } from "../../lib/managers/card_messages.ts";
import type { Card, Lead } from "../../lib/lead.ts";
import { LIMITS } from "../../lib/profiles/limits.ts";
import { aLead, aVisitor, NOON_MS } from "../helpers/a_lead.ts";

function aCard(number: number, details: Partial<Card> = {}, lead: Partial<Lead> = {}): Card {
  return {
    lead: aLead({ number, state: "in_admin_chat", ...lead }),
    reason: "crm_failed",
    lastAttempt: null,
    sending: false,
    deal: null,
    closed: null,
    owner: null,
    returned: null,
    returnableUntilMs: null,
    ...details,
  };
}

const tellTime = (atMs: number) => atMs === NOON_MS ? "12:01" : "12:07";
const rowsOf = (cards: readonly Card[], hasCrm = true) =>
  cardMessage(cards, tellTime, () => hasCrm).keyboard.inline_keyboard
    .map((row) => row.map(({ text }) => text));

Deno.test("each of several leads stands in three lines under a headline, with what happened to it", () => {
  const anna = aVisitor({ username: null, userId: 6123, firstName: "Анна" });
  const cards = [
    aCard(341),
    aCard(342, { owner: { by: "@anna", atMs: NOON_MS + 1 } }, {
      visitor: anna,
      choice: "Создать сайт",
    }),
  ];
  const { message } = cardMessage(cards, tellTime);
  assert.equal(
    message.text,
    `🔥 2 лида: MONSTER AGENCY, CRM недоступна с 12:01

1. № 341 · 12:01
Galliard · @betterrman
Привлечь клиентов

2. № 342 · 12:01
Анна · id6123
Создать сайт
👤 @anna, 12:07`,
  );
  const mentioned = message.entities.find(({ type }) => type === "text_mention");
  assert.equal(message.text.slice(mentioned?.offset).slice(0, mentioned?.length), "id6123");
});

Deno.test("leads of several profiles name theirs, and the headline names two", () => {
  const profiles = ["A", "B", "C"];
  const cards = profiles.map((profileName, nth) =>
    aCard(nth + 1, { reason: "no_webhook" }, { profileName })
  );
  const { text } = cardMessage(cards, tellTime).message;
  assert.match(text, /^🔥 3 лида: A, B и ещё 1, CRM не настроена\n/);
  assert.match(text, /\n3\. № 3 · 12:01 · C\n/);
});

Deno.test("each lead has a row of its own buttons, and only those that it needs", () => {
  const doubtful = {
    nth: 1,
    begunAtMs: NOON_MS,
    endedAtMs: NOON_MS,
    outcome: "timeout",
    status: null,
    reason: null,
    askedBy: null,
  } as const;
  const closed = { by: "@anna", atMs: NOON_MS };
  const cards = [
    aCard(1),
    aCard(2, { lastAttempt: doubtful }),
    aCard(3, { sending: true }),
    aCard(4, { closed, returnableUntilMs: NOON_MS }, { state: "by_hand" }),
    aCard(5, { closed }, { state: "by_hand" }),
  ];
  assert.deepEqual(rowsOf(cards), [
    ["✅ 1", "🔁 1", "🙋 1", "ℹ️ 1"],
    ["✅ 2", "🔁⚠️ 2", "🙋 2", "ℹ️ 2"],
    ["↩️ 4", "ℹ️ 4"],
  ]);
  assert.match(cardMessage(cards, tellTime).message.text, /⚠️ Возможен дубль/);
  assert.deepEqual(rowsOf([aCard(1), aCard(2)], false)[1], ["✅ 2", "🙋 2", "ℹ️ 2"]);
});

Deno.test("a message holds at most 4096 characters and 100 buttons, also once everything has happened to each lead", () => {
  const sizes = [
    { choice: "Сайт" },
    { choice: "ж".repeat(1024), profileName: "п".repeat(256) },
    { visitor: aVisitor({ firstName: "И".repeat(256), username: null }) },
  ];
  for (const lead of sizes) {
    const cards = Array.from({ length: 40 }, (_, nth) => aCard(nth + 1, {}, lead));
    const packed = packCards(cards, tellTime);
    assert.ok(packed.cards > 5 && packed.cards <= MOST_PACKED, String(packed.cards));
    const by = "м".repeat(64);
    const busy = cards.slice(0, packed.cards).map((each): Card => ({
      ...each,
      owner: { by, atMs: NOON_MS },
      returned: { by, atMs: NOON_MS },
    }));
    const full = cardMessage(busy, tellTime);
    assert.ok(full.message.text.length <= LIMITS.text, String(full.message.text.length));
    assert.ok(full.keyboard.inline_keyboard.flat().length <= 100);
    for (const button of full.keyboard.inline_keyboard.flat()) {
      assert.ok("callback_data" in button && button.callback_data.length <= 64);
    }
  }
});

Deno.test("one lead alone is the whole card", () => {
  const { message, cards } = packCards([aCard(1)], tellTime);
  assert.equal(cards, 1);
  assert.match(message.text, /^⚠️ \[FALLBACK - CRM НЕДОСТУПНА\] ⚠️\n[^]*Связаться с клиентом/);
});
