// Photos that the bot sends to the simulated Telegram as bytes, and ids that are one bot's own.

import assert from "node:assert/strict";
import { startTelegramServer, type TelegramServer } from "../../lib/simulator/telegram/server.ts";
import { PHOTOS } from "../helpers/photos.ts";

const TOKENS = [
  "111111111:AAF0one-bot-token-of-the-simulator000",
  "222222222:AAF0another",
] as const;
const WRONG = "Bad Request: wrong file identifier/HTTP URL specified";
const MALFORMED = "Bad Request: can't parse request body as a form";

function started(telegram: TelegramServer): number {
  const visitor = telegram.user({ first_name: "Galliard" });
  visitor.start();
  return visitor.id;
}

async function call(
  { url, token }: TelegramServer,
  body: FormData | Uint8Array<ArrayBuffer> | object,
  headers: Readonly<Record<string, string>> = {},
) {
  const isRaw = body instanceof FormData || body instanceof Uint8Array;
  const response = await fetch(`${url}/bot${token}/sendPhoto`, {
    method: "POST",
    body: isRaw ? body : JSON.stringify(body),
    headers: isRaw ? headers : { "content-type": "application/json" },
  });
  return await response.json();
}

function formWith(fields: Readonly<Record<string, string | Blob>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

Deno.test("a photo comes in a form, named by its field or attached, with caption and buttons", async () => {
  await using telegram = await startTelegramServer({ token: TOKENS[0] });
  const chat_id = String(started(telegram));
  const reply_markup = JSON.stringify({ inline_keyboard: [[{ text: "A", callback_data: "a" }]] });
  for (const [photo, field] of [["", "photo"], ["attach://f", "f"]] as const) {
    const file = new Blob([PHOTOS.jpeg]);
    const fields = { chat_id, photo, caption: "Фото", reply_markup, [field]: file };
    const { ok, result } = await call(telegram, formWith(fields));
    assert.equal(ok, true);
    assert.equal(result.caption, "Фото");
    assert.equal(result.reply_markup.inline_keyboard[0][0].text, "A");
    assert.deepEqual(telegram.calls.at(-1)?.files.get(field), PHOTOS.jpeg);
  }
});

Deno.test("an id works for the bot that got it, and for no other", async () => {
  await using telegram = await startTelegramServer({ token: TOKENS[0] });
  await using other = await startTelegramServer({ token: TOKENS[1] });
  const [chat_id, chat_of_other] = [started(telegram), started(other)];
  const photo = new Blob([PHOTOS.lossy]);
  const { result } = await call(telegram, formWith({ chat_id: String(chat_id), photo }));
  const id = result.photo.at(-1).file_id;
  assert.equal((await call(telegram, { chat_id, photo: id })).ok, true);
  assert.equal((await call(other, { chat_id: chat_of_other, photo: id })).description, WRONG);
});

Deno.test("what is no picture, too large, empty or attached nowhere is refused", async () => {
  await using telegram = await startTelegramServer({ token: TOKENS[0] });
  const chat_id = String(started(telegram));
  const heavy = new Uint8Array(10 * 1024 * 1024 + 1);
  heavy.set(PHOTOS.jpeg);
  for (
    const [photo, description] of [
      [new Blob(["GIF89a"]), "Bad Request: IMAGE_PROCESS_FAILED"],
      [new Blob([heavy]), "Bad Request: file is too big"],
      [new Blob([]), "Bad Request: file must be non-empty"],
      ["attach://nowhere", WRONG],
    ] as const
  ) {
    const fields = { chat_id, photo, other: new Blob(["x"]) };
    assert.equal((await call(telegram, formWith(fields))).description, description);
  }
});

Deno.test("a form that is not exactly one is refused", async () => {
  await using telegram = await startTelegramServer({ token: TOKENS[0] });
  const part = 'Content-Disposition: form-data; name="chat_id"\r\n\r\n1';
  for (
    const body of [
      "",
      `--x\r\n${part}`,
      `words\r\n--x\r\n${part}\r\n--x--\r\n`,
      `--x\r\n${part}\r\n--x\r\n${part}\r\n--x--\r\n`,
      "--x\r\nContent-Type: text/plain\r\n\r\n1\r\n--x--\r\n",
    ]
  ) {
    const bytes = new TextEncoder().encode(body);
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    assert.equal((await call(telegram, bytes, headers)).description, MALFORMED, body);
  }
});
