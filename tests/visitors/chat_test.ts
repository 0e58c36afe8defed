// What a visitor is told: the menu edited into the confirmation, or a new message where it will not be edited.

import assert from "node:assert/strict";
import {
  type Fault,
  type SimMessage,
  startTelegramServer,
  type TelegramServer,
  type Visitor,
} from "../../lib/simulator/telegram/server.ts";
import { createApi } from "../../lib/telegram/client.ts";
import { createVisitorChat, type SendOutcome, type VisitorChat } from "../../lib/visitors/chat.ts";

const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";
const PHOTO_URL = "https://example.ru/agency.jpg";
const KEYBOARD = { inline_keyboard: [[{ text: "Сайт", callback_data: "agency_website" }]] };

interface Room {
  readonly telegram: TelegramServer;
  readonly visitor: Visitor;
  readonly visitorChat: VisitorChat;
  /** A menu of text, and one of a photo. */
  readonly menu: SimMessage;
  readonly photoMenu: SimMessage;
  /** Confirms on a menu. */
  confirm(menu: SimMessage, text?: string): Promise<SendOutcome>;
  /** What the bot's messages say now, oldest first, and whether they have buttons. */
  shown(): string[];
}

async function withVisitor(run: (room: Room) => Promise<void>): Promise<void> {
  await using telegram = await startTelegramServer({ token: TOKEN, limits: "off" });
  const visitor = telegram.user({ first_name: "Galliard" });
  visitor.start();
  const api = createApi({ token: TOKEN, apiRoot: telegram.url });
  await api.sendMessage(visitor.id, "Меню", { reply_markup: KEYBOARD });
  await api.sendPhoto(visitor.id, PHOTO_URL, { caption: "Фото", reply_markup: KEYBOARD });
  const [menu, photoMenu] = await Promise.all([
    visitor.chat.nextMessage(),
    visitor.chat.nextMessage(),
  ]);
  const visitorChat = createVisitorChat(api);
  await run({
    telegram,
    visitor,
    visitorChat,
    menu,
    photoMenu,
    confirm: ({ message_id, photo }, text = "✅ Принято") =>
      visitorChat.confirm({
        chatId: visitor.id,
        messageId: message_id,
        text,
        photo: photo !== undefined,
      }),
    shown: () =>
      visitor.chat.messages.filter(({ from }) => from.is_bot).map((message) =>
        `${message.text ?? message.caption}${message.reply_markup ? " [кнопки]" : ""}`
      ),
  });
}

function refusal(error_code: number, description: string, parameters = {}): Fault {
  return { kind: "error", error_code, description, parameters };
}

// — The confirmation —

Deno.test("confirm turns a menu into the confirmation, without buttons", () =>
  withVisitor(async ({ menu, confirm, shown }) => {
    assert.deepEqual(await confirm(menu), { kind: "sent" });
    assert.deepEqual(shown(), ["✅ Принято", "Фото [кнопки]"]);
  }));

Deno.test("confirm turns a photo's caption into the confirmation, without buttons", () =>
  withVisitor(async ({ photoMenu, confirm, shown, visitor }) => {
    assert.deepEqual(await confirm(photoMenu), { kind: "sent" });
    assert.deepEqual(shown(), ["Меню [кнопки]", "✅ Принято"]);
    assert.ok(visitor.chat.message(photoMenu.message_id)?.photo);
  }));

Deno.test("confirm called twice changes nothing", () =>
  withVisitor(async ({ menu, photoMenu, confirm, shown }) => {
    for (const each of [menu, menu, photoMenu, photoMenu]) {
      assert.deepEqual(await confirm(each), { kind: "sent" });
    }
    assert.deepEqual(shown(), ["✅ Принято", "✅ Принято"]);
  }));

Deno.test("confirm edits a caption up to 1024 units, and sends a longer text while the buttons go", () =>
  withVisitor(async ({ photoMenu, confirm, shown }) => {
    assert.deepEqual(await confirm(photoMenu, "x".repeat(1024)), { kind: "sent" });
    assert.deepEqual(shown(), ["Меню [кнопки]", "x".repeat(1024)]);
    assert.deepEqual(await confirm(photoMenu, "y".repeat(1025)), { kind: "sent" });
    assert.deepEqual(shown(), ["Меню [кнопки]", "x".repeat(1024), "y".repeat(1025)]);
  }));

Deno.test("confirm takes the buttons from a photo whose confirmation is a new message", () =>
  withVisitor(async ({ photoMenu, confirm, shown }) => {
    assert.deepEqual(await confirm(photoMenu, "y".repeat(1025)), { kind: "sent" });
    assert.deepEqual(shown(), ["Меню [кнопки]", "Фото", "y".repeat(1025)]);
  }));

Deno.test("confirm counts as sent when only the buttons stay behind", () =>
  withVisitor(async ({ telegram, photoMenu, confirm, shown }) => {
    telegram.fault({ method: "editMessageReplyMarkup", fault: refusal(400, "Bad Request: no") });
    assert.deepEqual(await confirm(photoMenu, "y".repeat(1025)), { kind: "sent" });
    assert.deepEqual(shown(), ["Меню [кнопки]", "Фото [кнопки]", "y".repeat(1025)]);
  }));

Deno.test("confirm sends a new message where the menu cannot be edited", () =>
  withVisitor(async ({ telegram, menu, confirm, shown }) => {
    telegram.fault({
      method: "editMessageText",
      fault: refusal(400, "Bad Request: message can't be edited"),
    });
    assert.deepEqual(await confirm(menu), { kind: "sent" });
    assert.deepEqual(shown(), ["Меню [кнопки]", "Фото [кнопки]", "✅ Принято"]);
  }));

Deno.test("confirm sends a new message where the menu is gone or is of another kind than was thought", () =>
  withVisitor(async ({ visitor, visitorChat, menu, photoMenu, shown }) => {
    const confirmation = { chatId: visitor.id, text: "✅ Принято" };
    for (
      const menuOf of [
        { messageId: 404, photo: false },
        { messageId: menu.message_id, photo: true },
        { messageId: photoMenu.message_id, photo: false },
      ]
    ) {
      assert.deepEqual(await visitorChat.confirm({ ...confirmation, ...menuOf }), { kind: "sent" });
    }
    assert.equal(shown().filter((each) => each === "✅ Принято").length, 3);
  }));

Deno.test("confirm gives up on a visitor who blocked the bot, and sends no second call", () =>
  withVisitor(async ({ telegram, visitor, menu, photoMenu, confirm }) => {
    const description = "Forbidden: bot was blocked by the user";
    telegram.fault({ chatId: visitor.id, fault: refusal(403, description) });
    for (const each of [menu, photoMenu]) {
      const before = telegram.calls.length;
      const outcome = await confirm(each);
      assert.ok(outcome.kind === "given_up");
      assert.equal(outcome.reason, `403: ${description}`);
      assert.equal(telegram.calls.length, before + 1);
    }
  }));

Deno.test("confirm gives up on a 400 that a new message meets too", () =>
  withVisitor(async ({ telegram, menu, confirm }) => {
    telegram.fault({ fault: refusal(400, "Bad Request: chat not found") });
    const outcome = await confirm(menu);
    assert.ok(outcome.kind === "given_up");
    assert.equal(outcome.reason, "400: Bad Request: chat not found");
    assert.deepEqual(telegram.calls.slice(-2).map(({ method }) => method), [
      "editMessageText",
      "sendMessage",
    ]);
  }));

Deno.test("confirm fails for now when Telegram asks to wait, and returns how long", () =>
  withVisitor(async ({ telegram, menu, confirm, shown }) => {
    const description = "Too Many Requests: retry after 17";
    telegram.fault({ times: 1, fault: refusal(429, description, { retry_after: 17 }) });
    assert.deepEqual(await confirm(menu), {
      kind: "failed",
      reason: `429: ${description}`,
      retryAfterMs: 17_000,
    });
    assert.deepEqual(shown(), ["Меню [кнопки]", "Фото [кнопки]"]);
  }));

Deno.test("confirm fails for now while Telegram is unreachable or answers 5xx, and sends no new message", () =>
  withVisitor(async ({ telegram, menu, confirm, shown }) => {
    for (
      const fault of [
        { kind: "reset_before" },
        { kind: "html", status: 502 },
        refusal(500, "Internal Server Error"),
      ] as const
    ) {
      const mend = telegram.fault({ fault });
      const outcome = await confirm(menu);
      mend();
      assert.ok(outcome.kind === "failed");
      assert.equal(outcome.retryAfterMs, null);
    }
    assert.deepEqual(shown(), ["Меню [кнопки]", "Фото [кнопки]"]);
  }));

Deno.test("confirm is sent once when the answer to the edit was lost and it is repeated", () =>
  withVisitor(async ({ telegram, menu, confirm, shown }) => {
    const mend = telegram.fault({ method: "editMessageText", fault: { kind: "reset_after" } });
    assert.equal((await confirm(menu)).kind, "failed");
    mend();
    assert.deepEqual(await confirm(menu), { kind: "sent" });
    assert.deepEqual(shown(), ["✅ Принято", "Фото [кнопки]"]);
  }));

Deno.test("confirm shows text as it is, whatever it looks like", () =>
  withVisitor(async ({ menu, confirm, shown }) => {
    await confirm(menu, "✅ <b>Принято</b> *x* _y_ [z](tg://user?id=1)");
    assert.equal(shown()[0], "✅ <b>Принято</b> *x* _y_ [z](tg://user?id=1)");
  }));

// — The thanks —

Deno.test("thank sends a message", () =>
  withVisitor(async ({ visitor, visitorChat, shown }) => {
    assert.deepEqual(await visitorChat.thank(visitor.id, "🙏 Спасибо"), { kind: "sent" });
    assert.equal(shown().at(-1), "🙏 Спасибо");
  }));

Deno.test("thank gives up on 403 and 400, and fails for now on all else", () =>
  withVisitor(async ({ telegram, visitor, visitorChat }) => {
    const kindAfter = async (fault: Fault) => {
      const mend = telegram.fault({ fault });
      const { kind } = await visitorChat.thank(visitor.id, "🙏 Спасибо");
      mend();
      return kind;
    };
    assert.equal(await kindAfter(refusal(403, "Forbidden: user is deactivated")), "given_up");
    assert.equal(await kindAfter(refusal(400, "Bad Request: chat not found")), "given_up");
    assert.equal(await kindAfter(refusal(401, "Unauthorized")), "failed");
    assert.equal(await kindAfter(refusal(409, "Conflict")), "failed");
    assert.equal(await kindAfter(refusal(429, "Too Many Requests")), "failed");
    assert.equal(await kindAfter(refusal(502, "Bad Gateway")), "failed");
    assert.equal(await kindAfter({ kind: "reset_before" }), "failed");
  }));

// — The reminder —

Deno.test("remind sends the buttons anew and tells where they are", () =>
  withVisitor(async ({ visitor, visitorChat, shown }) => {
    const outcome = await visitorChat.remind(visitor.id, "Нажмите ещё раз", KEYBOARD);
    assert.equal(shown().at(-1), "Нажмите ещё раз [кнопки]");
    assert.deepEqual(outcome, {
      kind: "sent",
      menu: { chatId: visitor.id, messageId: visitor.chat.messages.at(-1)?.message_id },
    });
  }));

Deno.test("remind gives up on a visitor who blocked the bot, and fails for now on all else", () =>
  withVisitor(async ({ telegram, visitor, visitorChat }) => {
    const kindAfter = async (fault: Fault) => {
      telegram.fault({ times: 1, fault });
      return (await visitorChat.remind(visitor.id, "Нажмите ещё раз", KEYBOARD)).kind;
    };
    assert.equal(await kindAfter(refusal(403, "Forbidden: bot was blocked")), "given_up");
    assert.equal(await kindAfter({ kind: "html", status: 502 }), "failed");
  }));
