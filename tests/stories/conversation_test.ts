// What visitors see before the CRM: greetings, menus, presses of every kind.

import assert from "node:assert/strict";
import { withWorld } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

const AGENCY_BUTTONS = [
  "Привлечь клиентов",
  "Создать сайт",
  "Бренд и упаковка",
  "Обсудить другую задачу",
];

const withPhoto = {
  locales: (locales: { agency: { step1: { photo_url: string } } }) =>
    locales.agency.step1.photo_url = "https://example.com/agency.jpg",
};

Deno.test("a profile's link greets with its photo, caption and buttons", () =>
  withWorld(async (world) => {
    const menu = await greet(galliard(world));
    assert.ok(menu.photo);
    assert.match(menu.caption ?? "", /^🔥 MONSTER AGENCY/);
    assert.deepEqual(buttonTexts(menu), AGENCY_BUTTONS);
  }, withPhoto));

Deno.test("a press edits the photo's caption into the confirmation and takes the buttons away", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const { menu } = await becomeLead(visitor);
    const edited = visitor.chat.message(menu.message_id);
    assert.equal(edited?.caption, CONFIRMATION);
    assert.ok(edited?.photo);
    assert.equal(edited?.reply_markup, undefined);
  }, withPhoto));

Deno.test("a greeting whose photo cannot be fetched comes as text, and its press works", () =>
  withWorld(async (world) => {
    world.telegram.breakPhoto(() => true);
    const visitor = galliard(world);
    const { menu } = await becomeLead(visitor);
    assert.equal(menu.photo, undefined);
    assert.deepEqual(buttonTexts(menu), AGENCY_BUTTONS);
    assert.equal(visitor.chat.message(menu.message_id)?.text, CONFIRMATION);
  }, withPhoto));

for (const [length, kind] of [[1024, "caption"], [1025, "text"], [4096, "text"]] as const) {
  Deno.test(`a caption of ${length} characters goes as ${kind}`, () =>
    withWorld(async (world) => {
      const menu = await greet(galliard(world));
      assert.equal(menu[kind]?.length, length);
    }, {
      locales(locales) {
        withPhoto.locales(locales);
        locales.agency.step1.caption = "я".repeat(length);
      },
    }));
}

Deno.test("a confirmation over 1024 characters comes as a new message under the photo", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    await visitor.press(menu, CHOICE).answered;
    const confirmed = await visitor.chat.nextMessage();
    assert.equal(confirmed.text, `${CHOICE} ${"я".repeat(1100)}`);
    await visitor.chat.waitUntil((messages) => messages.every((each) => !each.reply_markup));
  }, {
    locales(locales) {
      withPhoto.locales(locales);
      locales.agency.step2.success_caption_template = `{choice} ${"я".repeat(1100)}`;
    },
  }));

for (
  const payload of [undefined, "nobody", "fallback", "__proto__", "constructor", "toString"]
) {
  Deno.test(`/start ${payload ?? "without a payload"} shows the menu, exactly as the file has it`, () =>
    withWorld(async (world) => {
      const visitor = galliard(world);
      visitor.start(payload);
      const menu = await visitor.chat.nextMessage();
      const { fallback } = JSON.parse(await Deno.readTextFile(world.localesPath));
      assert.equal(menu.text, fallback.welcome_text);
      assert.deepEqual(
        menu.reply_markup?.inline_keyboard.flat(),
        fallback.buttons,
      );
    }));
}

Deno.test("any message of a new visitor shows the menu, and a menu button greets", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    for (
      const send of [
        () => visitor.say("Здравствуйте"),
        () => visitor.say("/help"),
        () => visitor.sendSticker(),
        () => visitor.sendPhoto("смотрите"),
        () => visitor.sendLocation(),
      ]
    ) {
      send();
      assert.match(wordsOf(await visitor.chat.nextMessage()), /Выберите/);
    }
    visitor.start();
    const menu = await visitor.chat.nextMessage();
    const press = visitor.press(menu, "select_cg");
    assert.match(wordsOf(await visitor.chat.nextMessage()), /MONSTER CG/);
    await press.answered;
  }));

Deno.test("a menu button of a profile that is gone shows the menu again", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    visitor.start();
    const menu = await visitor.chat.nextMessage();
    await world.editLocales((locales) => {
      delete locales.cg;
      locales.fallback.buttons.splice(1, 1);
    });
    await world.bot.line("изменения приняты");
    const press = visitor.press(menu, "select_cg");
    assert.equal(buttonTexts(await visitor.chat.nextMessage()).length, 2);
    await press.answered;
  }));

Deno.test("in a group the bot answers nothing", () =>
  withWorld(async (world) => {
    const group = world.telegram.group({ title: "Чужая группа", bot_is_admin: true });
    const member = group.member({ first_name: "Кто-то" });
    member.say("/start agency");
    member.say(`/start@${world.telegram.bot.username} agency`);
    member.say("привет");
    await greet(galliard(world)); // Comes after them in the same queue.
    assert.deepEqual(group.chat.messages.filter(({ from }) => from.is_bot), []);
  }));

Deno.test("pressing twice, or two buttons of one menu, gives one lead: the first", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    const presses = [
      visitor.press(menu, CHOICE, { twiceUnderTwoUpdateIds: true }),
      visitor.press(menu, CHOICE),
      visitor.press(menu, "Создать сайт"),
    ];
    await Promise.all(presses.map((press) => press.answered));
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    await becomeLead(world.telegram.user({ first_name: "Later", username: "later" }));
    await world.crm.nextLead(({ rawBody }) => rawBody.includes("@later"));
    assert.deepEqual(
      world.crm.received.map((
        { body },
      ) => (body as { request_details: string; contact: { username: string } })).filter((
        { contact },
      ) => contact.username === "@betterrman").map((body) => body.request_details),
      [CHOICE],
    );
  }));

Deno.test("without a window for repeats every greeting gives a lead of its own", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    await becomeLead(visitor);
    const keys = [await world.crm.nextLead(), await world.crm.nextLead()]
      .map(({ idempotencyKey }) => idempotencyKey);
    assert.notEqual(keys[0], keys[1]);
  }, { env: { REPEAT_WINDOW_MINUTES: "0" } }));

Deno.test("a press on a button that no longer exists becomes a lead with its label", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    await world.editLocales((locales) => {
      locales.agency.step1.buttons.shift();
      locales.agency.step2.choices = {};
    });
    await world.bot.line("изменения приняты");
    await visitor.press(menu, CHOICE).answered;
    const lead = await world.crm.nextLead();
    assert.equal((lead.body as { request_details: string }).request_details, CHOICE);
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
  }));

Deno.test("a press on an old menu that Telegram no longer shows still becomes a lead", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    await visitor.press(menu, CHOICE, { inaccessible: true }).answered;
    await world.crm.nextLead();
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
  }, withPhoto));

Deno.test("a press that cannot be resolved any more gets a fresh menu", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    await world.editLocales((locales) => {
      delete locales.agency;
      locales.fallback.buttons.shift();
    });
    await world.bot.line("изменения приняты");
    const press = visitor.press(menu, CHOICE, { inaccessible: true });
    assert.match(wordsOf(await visitor.chat.nextMessage()), /Выберите/);
    await press.answered;
  }));

Deno.test("a menu that cannot be edited gets its confirmation as a new message", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    world.telegram.fault({
      method: /^editMessage/,
      fault: {
        kind: "error",
        error_code: 400,
        description: "Bad Request: message can't be edited",
      },
    });
    visitor.press(menu, CHOICE);
    assert.equal((await visitor.chat.nextMessage()).text, CONFIRMATION);
  }));

Deno.test("a press whose answer Telegram refuses still becomes a lead", () =>
  withWorld(async (world) => {
    world.telegram.fault({
      method: "answerCallbackQuery",
      fault: {
        kind: "error",
        error_code: 400,
        description:
          "Bad Request: query is too old and response timeout expired or query ID is invalid",
      },
    });
    const visitor = galliard(world);
    const menu = await greet(visitor);
    visitor.press(menu, CHOICE);
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    await world.crm.nextLead();
  }));

Deno.test("a confirmation is tried until Telegram takes it", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    const faults = [
      { kind: "error", error_code: 500, description: "Internal Server Error" },
      { kind: "reset_before" },
      { kind: "html", status: 502 },
    ] as const;
    for (const fault of faults) {
      world.telegram.fault({ method: "editMessageText", times: 1, fault });
    }
    visitor.press(menu, CHOICE);
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
  }));

Deno.test("a visitor who blocked the bot is still a lead, and delays no other", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    world.telegram.fault({
      chatId: visitor.id,
      fault: {
        kind: "error",
        error_code: 403,
        description: "Forbidden: bot was blocked by the user",
      },
    });
    visitor.press(menu, CHOICE);
    await world.crm.nextLead();
    await becomeLead(world.telegram.user({ first_name: "Next", username: "next" }));
    await world.bot.line("Посетителю не ответить");
  }));

Deno.test("a greeting that meets a short fault is sent all the same", () =>
  withWorld(async (world) => {
    world.telegram.fault({
      method: "sendMessage",
      times: 1,
      fault: {
        kind: "error",
        error_code: 429,
        description: "Too Many Requests: retry after 1",
        parameters: { retry_after: 1 },
      },
    });
    assert.deepEqual(buttonTexts(await greet(galliard(world))), AGENCY_BUTTONS);
  }));

Deno.test("a conversation survives a restart: the old menu still gives a lead", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    await world.bot.kill();
    await world.restart();
    await visitor.press(menu, CHOICE).answered;
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    await world.crm.nextLead();
  }));

for (const typed of ["/Start agency", "/START agency", "/start  Agency ", "/sTART@{bot} AGENCY"]) {
  Deno.test(`«${typed}», as a phone's keyboard writes it, is a profile's link`, () =>
    withWorld(async (world) => {
      const visitor = galliard(world);
      const { username = "" } = world.telegram.bot;
      visitor.say(typed.replace("{bot}", username.toUpperCase()));
      assert.deepEqual(buttonTexts(await visitor.chat.nextMessage()), AGENCY_BUTTONS);
    }));
}

Deno.test("of two profiles whose keys differ in their case alone the one is greeted that was written", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    for (
      const [key, name] of [["twin", "Первый"], ["TWIN", "Второй"], ["Twin", "Первый"]] as const
    ) {
      visitor.say(`/start ${key}`);
      assert.equal(wordsOf(await visitor.chat.nextMessage()), name);
    }
  }, {
    locales(locales) {
      for (const [key, caption] of [["twin", "Первый"], ["TWIN", "Второй"]]) {
        const buttons = [{ text: "Да", callback_data: `${key}_yes` }];
        locales[key ?? ""] = { ...locales.agency, step1: { caption, buttons } };
      }
    },
  }));

Deno.test("a command for another bot is no start, and one within a text is none", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    for (const said of ["/start@other_bot agency", "см. /start agency", "/started agency"]) {
      visitor.say(said);
      assert.notDeepEqual(buttonTexts(await visitor.chat.nextMessage()), AGENCY_BUTTONS);
    }
  }));
