// What managers read of the profiles names the place where they are kept.

import assert from "node:assert/strict";
import { idText, topicAwayText } from "../../lib/managers/chat_texts.ts";
import { brokenFileText, mendedFileText } from "../../lib/managers/texts.ts";

const about = { since: "12:00", version: "11:00", fault: "Пусто" };

Deno.test("where the profiles are in a database, notes do not send managers to the file", () => {
  for (
    const text of [
      idText(-7, 3, { kind: "none" }, "database"),
      topicAwayText("cg.topic_id", "database"),
      brokenFileText({ place: "database", ...about }),
      mendedFileText("database"),
    ]
  ) {
    assert.match(text, /в базе/);
    assert.doesNotMatch(text, /locales\.json|файл/);
  }
});

Deno.test("where the profiles are in the file, notes name it", () => {
  for (
    const text of [
      idText(-7, 3, { kind: "none" }),
      topicAwayText("cg.topic_id"),
      brokenFileText({ place: "file", ...about }),
      mendedFileText("file"),
    ]
  ) assert.match(text, /locales\.json/);
});
