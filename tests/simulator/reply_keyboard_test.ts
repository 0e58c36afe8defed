// The keyboard of a bot in the simulated Telegram: shown, pressed, taken away, and refused where Telegram refuses it.

import assert from "node:assert/strict";
import { startTelegramServer, type TelegramServer } from "../../lib/simulator/telegram/server.ts";

const TOKEN = "7012345678:AAFakeTokenForTestsOnly";
const KEYBOARD = {
  keyboard: [[{ text: "Share", request_contact: true }], ["Skip"]],
  resize_keyboard: true,
  one_time_keyboard: true,
};

async function call(tg: TelegramServer, method: string, params: object): Promise<string> {
  const response = await fetch(`${tg.url}/bot${TOKEN}/${method}`, {
    method: "POST",
    body: JSON.stringify(params),
  });
  const { ok, description } = await response.json();
  return ok ? "ok" : String(description);
}

Deno.test("a keyboard stands in its chat, not under its message, until it is replaced or removed", async () => {
  await using tg = await startTelegramServer({ token: TOKEN });
  const visitor = tg.user({ first_name: "Anna" });
  const other = tg.user({ first_name: "Boris" });
  visitor.start();
  other.start();
  const send = (reply_markup?: object) =>
    call(tg, "sendMessage", { chat_id: visitor.id, text: "x", reply_markup });
  const rows = (of = visitor) => of.chat.keyboard?.rows.length ?? 0;
  assert.equal(rows(), 0);
  assert.equal(await send(KEYBOARD), "ok");
  const shown = await visitor.chat.nextMessage();
  assert.equal(shown.reply_markup, undefined);
  assert.deepEqual(visitor.chat.keyboard, {
    rows: [[{ text: "Share", asksContact: true }], [{ text: "Skip", asksContact: false }]],
    isOneTime: true,
  });
  assert.equal(rows(other), 0);
  assert.equal(await send(), "ok");
  assert.equal(rows(), 2, "a message without markup leaves it");
  assert.equal(await send({ keyboard: [["Other"]] }), "ok");
  assert.equal(rows(), 1);
  assert.equal(await send({ remove_keyboard: true }), "ok");
  assert.equal(rows(), 0);
});

Deno.test("a tap sends the button's text, or the person's own contact", async () => {
  await using tg = await startTelegramServer({ token: TOKEN });
  const visitor = tg.user({ first_name: "Anna" });
  visitor.start();
  assert.throws(() => visitor.tap("Skip"), /buttons are none/);
  await call(tg, "sendMessage", { chat_id: visitor.id, text: "?", reply_markup: KEYBOARD });
  assert.equal(visitor.tap("Skip").text, "Skip");
  assert.deepEqual(visitor.tap("Share", "79990000000").contact, {
    phone_number: "79990000000",
    first_name: "Anna",
    user_id: visitor.id,
  });
  assert.throws(() => visitor.tap("Stop"), /buttons are Share, Skip/);
});

Deno.test("what Telegram refuses of a keyboard is refused in its words", async () => {
  await using tg = await startTelegramServer({ token: TOKEN });
  const visitor = tg.user({ first_name: "Anna" });
  visitor.start();
  const group = tg.group({ title: "Managers", type: "supergroup" });
  const send = (reply_markup: object, chat_id = visitor.id) =>
    call(tg, "sendMessage", { chat_id, text: "x", reply_markup });
  assert.match(
    await send(KEYBOARD, group.id),
    /phone number can be requested in private chats only/,
  );
  assert.equal(await send({ keyboard: [["A"]] }, group.id), "ok");
  for (
    const [markup, words] of [
      [{ keyboard: "A" }, /field "keyboard" must be of type Array/],
      [{ keyboard: ["A"] }, /field must be an Array of Arrays/],
      [
        { keyboard: [[{ request_contact: true }]] },
        /can't parse keyboard button: Can't find field "text"/,
      ],
      [{ keyboard: [[{ text: " " }]] }, /keyboard button text must be non-empty/],
      [
        { keyboard: [[{ text: "A", request_contact: 1 }]] },
        /"request_contact" must be of type Boolean/,
      ],
      [{ keyboard: [[{ text: "A", web_app: {} }]] }, /reads no "web_app"/],
      [
        { keyboard: [["A"]], one_time_keyboard: "yes" },
        /"one_time_keyboard" must be of type Boolean/,
      ],
      [{ remove_keyboard: "yes" }, /"remove_keyboard" must be of type Boolean/],
    ] as const
  ) assert.match(await send(markup), words);
  assert.equal(await send({ keyboard: [["A"]] }), "ok");
  const { message_id } = await visitor.chat.nextMessage();
  const edit = { chat_id: visitor.id, message_id, text: "y", reply_markup: KEYBOARD };
  assert.match(await call(tg, "editMessageText", edit), /inline keyboard expected/);
});
