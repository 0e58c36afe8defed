// Cards as they look once their leads were sent again: their words stay, what may be pressed changes.

import assert from "node:assert/strict";
import { cardMessage } from "../../lib/managers/card_messages.ts";
import { outcomeWords } from "../../lib/managers/texts.ts";
import type { AttemptRecord, Card } from "../../lib/lead.ts";
import { aLead, NOON_MS } from "../helpers/a_lead.ts";

const DEAL = { id: 8841, url: "https://monster.amocrm.ru/leads/detail/8841" };

function anAttempt(details: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    nth: 2,
    begunAtMs: NOON_MS,
    endedAtMs: NOON_MS,
    outcome: "accepted",
    status: 200,
    reason: null,
    askedBy: "@anna",
    ...details,
  };
}

function aCard(details: Partial<Card> = {}): Card {
  return {
    lead: aLead({ state: "in_crm" }),
    reason: "crm_failed",
    lastAttempt: anAttempt(),
    sending: false,
    deal: null,
    closed: null,
    owner: null,
    returned: null,
    returnableUntilMs: null,
    ...details,
  };
}

const shown = (...cards: Card[]) => cardMessage(cards, () => "15:00");
const buttonsOf = (...cards: Card[]) => shown(...cards).keyboard.inline_keyboard.flat();

Deno.test("a card that was sent again opens the deal by a button, and its words are the same without one", () => {
  const card = aCard({ deal: DEAL });
  assert.deepEqual(buttonsOf(card), [{ text: "Открыть сделку 8841 ↗", url: DEAL.url }]);
  assert.deepEqual(shown(card).message, shown(aCard()).message);
  assert.deepEqual(buttonsOf(aCard()), []);
});

Deno.test("of several cards in a message each deal's button has its card's number", () => {
  const lead = aLead({ number: 2, state: "in_admin_chat" });
  const open = aCard({ lead, lastAttempt: null });
  const texts = buttonsOf(aCard({ deal: DEAL }), open).map(({ text }) => text);
  assert.deepEqual(texts, [
    "Открыть сделку 8841 ↗ · 1",
    "✅ 2",
    "🔁 2",
    "🙋 2",
    "ℹ️ 2",
  ]);
});

Deno.test("a card that was closed by hand has no button, also where the CRM took its lead meanwhile", () => {
  const closed = { by: "@maria", atMs: NOON_MS };
  assert.deepEqual(
    buttonsOf(aCard({ lead: aLead({ state: "by_hand" }), deal: DEAL, closed })),
    [],
  );
});

Deno.test("an answer of a failing server that may have taken the lead says so on the card", () => {
  const lastAttempt = anAttempt({ outcome: "interrupted", status: 502, reason: "bad gateway" });
  const card = aCard({ lead: aLead({ state: "in_admin_chat" }), lastAttempt });
  assert.match(
    shown(card).message.text,
    /\n❌ Не отправлено в CRM \(CRM ответила 502, лид мог дойти\): @anna, 15:00$/,
  );
  assert.match(buttonsOf(card)[1]?.text ?? "", /возможен дубль/);
  const cutOff = { outcome: "interrupted", status: null, reason: "" } as const;
  assert.equal(outcomeWords(cutOff), "связь оборвалась");
});

Deno.test("a card says why its lead could not be sent, also before anybody sends it again", () => {
  const lead = aLead({ state: "in_admin_chat" });
  const details = { outcome: "unsent", status: null, reason: "секрет amo не задан" } as const;
  const wordsBy = (askedBy: string | null) =>
    shown(aCard({ lead, lastAttempt: anAttempt({ ...details, askedBy }) })).message.text;
  assert.match(wordsBy(null), /\n\n─+\n❌ Не отправлено в CRM: секрет amo не задан$/);
  assert.match(wordsBy("@anna"), /\n❌ Не отправлено в CRM \(секрет amo не задан\): @anna, 15:00$/);
});
