// The spans of owed work: no two pieces have the same, and each says whose chat it is for.

import assert from "node:assert/strict";
import { spanOfAnswer, spanOfMessage, spanOfPhone } from "../../lib/delivery/send_spans.ts";
import { PHONES_LANE, type Work } from "../../lib/journal/journal.ts";

const [VISITOR, MANAGERS] = [5, -100];
const FRAME = { id: 9, lane: "lane", subject: 7, failures: 0 };
const CONFIRMATION = { chatId: VISITOR, messageId: 1, text: "ok", photo: false };

for (
  const [work, chat, lead] of [
    [{ ...FRAME, kind: "confirmation", body: CONFIRMATION }, VISITOR, 7],
    [{ ...FRAME, kind: "thanks", body: { chatId: VISITOR } }, VISITOR, undefined],
    [{ ...FRAME, kind: "card", body: { reason: "crm_failed" } }, MANAGERS, 7],
    [{ ...FRAME, kind: "card_update", body: null }, MANAGERS, 7],
    [{ ...FRAME, kind: "follow_up", body: null }, MANAGERS, undefined],
    [{ ...FRAME, kind: "note", body: { text: "words" } }, MANAGERS, undefined],
  ] satisfies [Work, number, number | undefined][]
) {
  Deno.test(`a ${work.kind} is a send into its chat, and its subject is a lead where that is one`, () => {
    const span = spanOfMessage(work, MANAGERS);
    assert.deepEqual({ lead: undefined, ...span }, {
      kind: "send",
      id: "send-9",
      work: work.kind,
      chat,
      lead,
    });
  });
}

Deno.test("work of different queues with the same number has different spans", () => {
  const answer = spanOfAnswer({ ...FRAME, kind: "mark", body: { emoji: "👍" } }, MANAGERS);
  const phone = spanOfPhone({
    ...FRAME,
    lane: PHONES_LANE,
    kind: "phone_ask",
    chatId: VISITOR,
  });
  assert.deepEqual([answer.id, phone.id], ["answer-9", "phone_ask-9"]);
  assert.deepEqual([answer.chat, phone.chat, phone.lead], [MANAGERS, VISITOR, 9]);
});
