// A visitor's message as managers are shown it: any message, also of kinds and shapes that no Bot API has had yet.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Message } from "grammy/types";
import { contentOf, isContent } from "../../lib/bot/content.ts";
import { COMMON, MEDIA, SERVICE } from "../../lib/bot/message_fields.ts";

/** A message as Telegram would hand it over, with any fields. */
function aMessage(fields: Readonly<Record<string, unknown>>): Message {
  const bare: unknown = {
    message_id: 7,
    from: { id: 1, is_bot: false, first_name: "A" },
    chat: { id: 1, type: "private", first_name: "A" },
    date: 1,
  };
  return Object.assign(bare as Message, fields);
}

const OTHER = { media: "📦 вложение", captionable: false };

for (const field of SERVICE) {
  Deno.test(`a message with ${field} is a service message, and content when it was forwarded`, () => {
    assert.equal(isContent(aMessage({ [field]: {} })), false);
    assert.equal(isContent(aMessage({ [field]: {}, forward_origin: { type: "user" } })), true);
  });
}

Deno.test("whatever is not known to be a service message is content", () => {
  const kinds = [...MEDIA, "rich_message", "checklist", "paid_media", "game", "hologram_2031"];
  for (const kind of kinds) assert.equal(isContent(aMessage({ [kind]: {} })), true, kind);
  for (const fields of [{}, { text: "" }, { text: "да" }, { hologram_2031: null }]) {
    assert.equal(isContent(aMessage(fields)), true, JSON.stringify(fields));
  }
});

Deno.test("content of an unknown kind is an attachment with the words that were typed into it", () => {
  const { file, ...content } = contentOf(aMessage({
    rich_message: {
      blocks: [
        { type: "heading", text: "Бриф", level: 1 },
        { type: "paragraph", text: ["сайт ", { type: "bold", text: "наш" }, "."] },
        { type: "list", items: [{ blocks: [{ type: "paragraph", text: "раз" }] }] },
      ],
    },
  }));
  assert.deepEqual(content, { text: "Бриф\nсайт наш.\nраз", entities: [], ...OTHER });
  assert.ok(file);
  assert.deepEqual(contentOf(aMessage({ text: "" })).media, OTHER.media);
});

Deno.test("content of an unknown kind that changed is told from the same one", () => {
  const mark = (id: number) => contentOf(aMessage({ hologram_2031: { id } })).file;
  assert.equal(mark(1), mark(1));
  assert.notEqual(mark(1), mark(2));
});

Deno.test("words longer than a message are cut, whatever they were typed into", () => {
  const { text } = contentOf(aMessage({ rich_message: { text: "🙂".repeat(20_000) } }));
  assert.equal(text.length <= 4096, true);
});

Deno.test("a file is known by its id, a photo by that of its largest size, and a place by none", () => {
  const photo = [{ file_unique_id: "small" }, { file_unique_id: "large" }];
  assert.equal(contentOf(aMessage({ photo, caption: "офис" })).file, "large");
  assert.equal(contentOf(aMessage({ document: { file_unique_id: "d" } })).file, "d");
  assert.equal("file" in contentOf(aMessage({ location: { latitude: 1, longitude: 2 } })), false);
});

Deno.test("entities that are malformed are left out", () => {
  const bold = { type: "bold", offset: 0, length: 2 };
  const malformed = [
    null,
    "bold",
    { type: "bold" },
    { type: "bold", offset: 0, length: 3 },
    { type: "bold", offset: -1, length: 1 },
    { type: "italic", offset: 0.5, length: 1 },
    { type: "text_link", offset: 0, length: 1 },
    { type: "text_mention", offset: 0, length: 1, user: {} },
    { type: "mention", offset: 0, length: 2 },
  ];
  const message = aMessage({ text: "да", entities: [...malformed, bold] });
  assert.deepEqual(contentOf(message).entities, [bold]);
  assert.deepEqual(contentOf(aMessage({ text: "да", entities: "bold" })).entities, []);
});

Deno.test("any message at all is read without throwing", () => {
  const names = fc.oneof(
    fc.constantFrom(...MEDIA, ...SERVICE, ...COMMON, "text", "entities", "rich_message"),
    fc.string(),
  );
  const fields = fc.dictionary(names, fc.jsonValue());
  fc.assert(fc.property(fields, (each) => {
    const message = aMessage(each);
    isContent(message);
    const { text, media, entities } = contentOf(message);
    assert.equal(typeof text, "string");
    assert.ok(media !== null || text !== "");
    assert.ok(Array.isArray(entities));
  }));
});
