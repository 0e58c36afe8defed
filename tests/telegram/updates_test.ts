// Which updates are valid; a malformed one affects no other of its batch.

import assert from "node:assert/strict";
import fc from "fast-check";
import { readBatch, readUpdate } from "../../lib/telegram/updates.ts";

const user = { id: 5, is_bot: false, first_name: "Galliard" };
const chat = { id: 5, type: "private", first_name: "Galliard" };
const message = { message_id: 1, date: 1, chat, from: user, text: "Hi" };
const press = { id: "1", from: user, chat_instance: "2", data: "a", message };

/** What is wrong with an update; undefined when it is good. */
function faultOf(update: unknown): string | undefined {
  const read = readUpdate(structuredClone(update));
  return read.kind === "good" ? undefined : read.fault;
}

for (
  const id of [undefined, null, "5", -1, 0, 1.5, 2 ** 40 + 1, 2 ** 53, 2 ** 60, [5], {}, true, NaN]
) {
  Deno.test(`an update whose update_id is ${JSON.stringify(id)} (${typeof id}) is put aside without one`, () => {
    const read = readUpdate({ update_id: id, message });
    assert.deepEqual(read, { kind: "aside", id: undefined, fault: "update_id не номер" });
  });
}

for (const value of [null, undefined, 5, "x", [], [{ update_id: 5 }], true]) {
  Deno.test(`${JSON.stringify(value)} in a batch is no update`, () => {
    assert.deepEqual(readUpdate(value), { kind: "aside", id: undefined, fault: "не объект" });
  });
}

const ASIDE: readonly [string, object][] = [
  ["message не объект", { message: null }],
  ["message не объект", { message: [message] }],
  ["message.message_id не номер", { message: { ...message, message_id: 1.5 } }],
  ["message.message_id не номер", { message: { ...message, message_id: 2 ** 53 } }],
  ["message.chat не объект", { message: { ...message, chat: undefined } }],
  ["message.chat.id не номер", { message: { ...message, chat: { ...chat, id: "5" } } }],
  ["message.chat.id не номер", { message: { ...message, chat: { ...chat, id: 2 ** 53 } } }],
  ["edited_message.chat не объект", { edited_message: { message_id: 1 } }],
  ["callback_query не объект", { callback_query: "x" }],
  ["message.message_id не номер", { message: { ...message, message_id: 2 ** 32 } }],
  ["callback_query.from не объект", { callback_query: { id: "1" } }],
  ["callback_query.from.id не номер", { callback_query: { id: "1", from: { id: 2 ** 60 } } }],
  ["callback_query.data не строка", { callback_query: { ...press, data: 7 } }],
  ["callback_query.message.chat не объект", {
    callback_query: { ...press, message: { message_id: 1 } },
  }],
];
for (const [fault, update] of ASIDE) {
  Deno.test(`an update is put aside where ${fault}: ${JSON.stringify(update).slice(0, 60)}`, () => {
    assert.equal(faultOf({ update_id: 7, ...update }), fault);
  });
}

Deno.test("updates of every kind that the bot knows are good, and of one that it does not", () => {
  for (
    const update of [
      { message },
      { message: { ...message, from: undefined, date: undefined } },
      { message: { ...message, from: null, chat: { id: 5 } } },
      { message: { ...message, text: 5, caption: {} } },
      { callback_query: { ...press, from: null } },
      { edited_message: message },
      { callback_query: press },
      { callback_query: { ...press, data: undefined, message: undefined } },
      { callback_query: { ...press, message: { message_id: 1, chat, date: 0 } } },
      { message: { ...message, text: undefined, rich_message: { blocks: [] } } },
      { something_new: { id: 1 } },
      {},
    ]
  ) {
    assert.equal(faultOf({ update_id: 7, ...update }), undefined, JSON.stringify(update));
  }
});

Deno.test("what a message or a person may lack is taken out where it is of a wrong type, and the rest stays", () => {
  const strange = {
    ...message,
    entities: [{ type: "bold", offset: 0 }],
    caption_entities: "x",
    media_group_id: 5,
    message_thread_id: "1",
    reply_markup: { inline_keyboard: [[null]] },
    reply_to_message: { message_id: "x" },
    new_field: 5,
    from: { ...user, first_name: null, last_name: 5, username: {}, language_code: 1 },
  };
  const read = readUpdate({ update_id: 7, message: strange });
  assert.ok(read.kind === "good");
  assert.deepEqual(read.update.message, {
    ...message,
    new_field: 5,
    from: { id: 5, is_bot: false },
  });
});

Deno.test("a reply that is nested without end is read", () => {
  let nested: object = { ...message };
  for (let depth = 0; depth < 100_000; depth++) nested = { ...message, reply_to_message: nested };
  const read = readUpdate({ update_id: 7, message: nested });
  assert.ok(read.kind === "good");
  assert.deepEqual(read.update.message?.reply_to_message, message);
});

Deno.test("readBatch asks on behind the last usable id, whatever stands around it", () => {
  const offsetOf = (...ids: unknown[]) =>
    readBatch(ids.map((update_id) => ({ update_id }))).nextOffset;
  assert.equal(offsetOf(7, 8), 9);
  assert.equal(offsetOf(900_001, 5), 6, "Telegram counts anew");
  assert.equal(offsetOf(7, "x", 2 ** 52), 8);
  assert.equal(offsetOf("x", null), undefined);
  assert.equal(offsetOf(), undefined);
  assert.equal(readBatch([{ update_id: 7, message: null }]).nextOffset, 8);
});

Deno.test("readBatch takes the first of two updates of one id", () => {
  const { updates, aside } = readBatch([{ update_id: 7, message }, { update_id: 7 }]);
  assert.deepEqual(updates, [{ update_id: 7, message }]);
  assert.deepEqual(aside, [{ id: 7, fault: "update_id повторяется" }]);
});

Deno.test("readBatch accepts any JSON, keeps every valid update, and reports every other", () => {
  const good = fc.integer({ min: 1, max: 2 ** 31 - 1 }).map((update_id) => ({
    update_id,
    message,
  }));
  const near = fc.record({
    update_id: fc.oneof(fc.integer(), fc.jsonValue()),
    message: fc.oneof(
      fc.jsonValue(),
      fc.record({ message_id: fc.jsonValue(), chat: fc.jsonValue(), from: fc.jsonValue() }),
    ),
    callback_query: fc.oneof(fc.jsonValue(), fc.record({ from: fc.jsonValue() })),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.array(fc.oneof(good, near, fc.jsonValue())), (result) => {
    const goodIds = new Set(
      result.flatMap((each) => readUpdate(structuredClone(each)).kind === "good" ? [each] : [])
        .map((each) => Number(Object(each).update_id)),
    );
    const { updates, aside, nextOffset } = readBatch(structuredClone(result));
    assert.equal(updates.length + aside.length, result.length);
    assert.deepEqual(new Set(updates.map(({ update_id }) => update_id)), goodIds);
    assert.ok(nextOffset === undefined || (nextOffset > 1 && nextOffset <= 2 ** 40 + 1));
  }));
});
