// Which lead a message of the managers' chat was shown of, by its words.

import assert from "node:assert/strict";
import { createShownWords } from "../../lib/managers/shown_words.ts";
import { aLead, aVisitor } from "../helpers/a_lead.ts";

const words = (text: string) => ({ text, entities: [] });
const anna = aLead({ number: 1, chatId: 1, visitor: aVisitor({ username: "anna" }) });

Deno.test("words that name their visitor are known, and of two leads of one visitor the later counts", () => {
  const shown = createShownWords();
  shown.remember(anna, words("От @anna: привет\n"));
  assert.equal(shown.leadOf("От @anna: привет"), 1);
  shown.remember({ ...anna, number: 2 }, words("От @anna: привет"));
  assert.equal(shown.leadOf("От @anna: привет"), 2);
  assert.equal(shown.leadOf("От @anna: пока"), undefined);
});

Deno.test("words without their visitor are unknown, and so are those of two visitors, for good", () => {
  const shown = createShownWords();
  shown.remember(anna, words("✏️ Исправлено: привет"));
  shown.remember(anna, null);
  assert.equal(shown.leadOf("✏️ Исправлено: привет"), undefined);
  const other = aLead({ number: 3, chatId: 3, visitor: aVisitor({ userId: 3, username: "anna" }) });
  for (const lead of [anna, other, anna]) shown.remember(lead, words("От @anna: да"));
  assert.equal(shown.leadOf("От @anna: да"), undefined);
});

Deno.test("the last 200 are known", () => {
  const shown = createShownWords();
  for (let nth = 0; nth <= 200; nth++) shown.remember(anna, words(`@anna ${nth}`));
  assert.equal(shown.leadOf("@anna 0"), undefined);
  assert.equal(shown.leadOf("@anna 1"), 1);
});
