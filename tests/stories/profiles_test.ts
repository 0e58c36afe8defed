// What admins do to locales.json, before the start and while the bot runs.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/journal.ts";
import { withHouse } from "../helpers/house.ts";
import { becomeLead, buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

Deno.test("a file that no conversation can run on stops the start with every fault and its path", () =>
  withHouse(async (house) => {
    await house.editLocales((locales) => {
      locales.agency.step1.buttons[2].callback_data = "x".repeat(65);
      locales.agency.step1.caption = "я".repeat(4097);
      locales.agency.step2.success_caption_template = "без места для выбора {chioce}";
      locales.cg.step1.buttons = [];
      locales.cg.followup.admin_followup_template = "от @{username}";
      locales.express.step1.buttons[1].callback_data = "agency_clients";
      locales.express.name = "";
      locales.express.timeout_seconds = 0;
      delete locales.fallback.welcome_text;
      locales.fallback.buttons[0].callback_data = "select_nobody";
    });
    const bot = await house.restart();
    assert.equal(await bot.ended, 2);
    for (
      const path of [
        "agency.step1.buttons[2].callback_data",
        "agency.step1.caption",
        "agency.step2.success_caption_template",
        "cg.step1.buttons",
        "cg.followup.admin_followup_template",
        "express.name",
        "express.timeout_seconds",
        "fallback.welcome_text",
      ]
    ) {
      await bot.line((line) => line.startsWith(`❌ locales.json: ${path}: `));
    }
    assert.deepEqual(house.telegram.calls, []);
  }, { asleep: true }));

for (
  const [name, text] of [
    ["empty", ""],
    ["no JSON", '{"fallback": '],
    ["no object", "[]"],
    ["without profiles", "{}"],
  ] as const
) {
  Deno.test(`a file that is ${name} stops the start with a sentence`, () =>
    withHouse(async (house) => {
      await Deno.writeTextFile(house.localesPath, text);
      const bot = await house.restart();
      assert.equal(await bot.ended, 2);
      await bot.line(/^❌ locales\.json: \S/);
    }, { asleep: true }));
}

Deno.test("a missing file stops the start with a sentence", () =>
  withHouse(async (house) => {
    const bot = await house.restart({ LOCALES_PATH: `${house.folder}/nowhere.json` });
    assert.equal(await bot.ended, 2);
    await bot.line(/^❌ locales\.json: \S/);
  }, { asleep: true }));

Deno.test("an edit on disk takes effect without a restart, in place and by a rename, again and again", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    for (const [round, replace] of [[1, false], [2, true], [3, true], [4, false]] as const) {
      const locales = JSON.parse(await Deno.readTextFile(house.localesPath));
      locales.agency.step1.caption = `Приветствие ${round}`;
      const path = replace ? `${house.localesPath}.new` : house.localesPath;
      const before = acceptedEdits(house.bot.lines);
      await Deno.writeTextFile(path, JSON.stringify(locales));
      if (replace) await Deno.rename(path, house.localesPath);
      await house.bot.line(() => acceptedEdits(house.bot.lines) > before);
      assert.equal(wordsOf(await greet(visitor)), `Приветствие ${round}`);
    }
  }));

for (
  const [name, text] of [
    ["empty", ""],
    ["broken", "{"],
    ["faulty", JSON.stringify({ fallback: {}, agency: { name: 5 } })],
  ] as const
) {
  Deno.test(`an edit that leaves the file ${name} is refused line by line, and the last good profiles stay`, () =>
    withHouse(async (house) => {
      const good = await Deno.readTextFile(house.localesPath);
      await Deno.writeTextFile(house.localesPath, text);
      await house.bot.line(/^❌ locales\.json: \S/);
      await becomeLead(galliard(house));

      await Deno.writeTextFile(
        house.localesPath,
        good.replace("Привлечь клиентов", "Новая кнопка"),
      );
      await house.bot.line("изменения приняты");
      const menu = await greet(house.telegram.user({ first_name: "Next" }));
      assert.equal(buttonTexts(menu)[0], "Новая кнопка");
    }));
}

Deno.test("a removed file leaves the last good profiles in place", () =>
  withHouse(async (house) => {
    await Deno.remove(house.localesPath);
    await house.bot.line(/^❌ locales\.json: \S/);
    await becomeLead(galliard(house));
  }));

for (
  const [name, spoil] of [
    ["broken", (path: string) => Deno.writeTextFile(path, '{\n  "agency": 1,\n}')],
    ["missing", (path: string) => Deno.remove(path)],
    ["unreadable", (path: string) => Deno.remove(path).then(() => Deno.mkdir(path))],
  ] as const
) {
  Deno.test(`a restart with a file that is ${name} goes on with the last good version, and says so`, () =>
    withHouse(async (house) => {
      await house.editLocales(({ agency }) => agency.step1.caption = "Последняя исправная");
      await house.bot.line("изменения приняты");
      await house.bot.stop();
      const good = await Deno.readTextFile(house.localesPath);
      await spoil(house.localesPath);

      const bot = await house.restart();
      await bot.line(/^❌ locales\.json: (строка 3, столбец 1: перед «}»|файла нет)/);
      await bot.line(
        /^❌ locales\.json на диске с ошибкой: работает версия от [\d.: ]+ из журнала/,
      );
      assert.equal(wordsOf(await greet(galliard(house))), "Последняя исправная");

      if (name === "unreadable") await Deno.remove(house.localesPath);
      await Deno.writeTextFile(house.localesPath, good.replace("Последняя", "Снова"));
      await bot.line("изменения приняты");
      assert.equal(bot.lines.filter((line) => line.startsWith("❌")).length, 2);
    }));
}

Deno.test("the managers are told of a file that has been broken for five minutes, also across a restart", () =>
  withHouse(async (house) => {
    await house.bot.stop();
    const journal = openJournal(`${house.folder}/data/triborg.db`);
    journal.rememberFact("profiles_broken", JSON.stringify({ sinceMs: Date.now() - 300_000 }));
    journal.close();
    await Deno.writeTextFile(house.localesPath, '{"agency": 1,}');
    await house.restart();
    const note = await house.admin.chat.waitFor((each) => wordsOf(each).includes("locales.json"));
    assert.match(
      wordsOf(note),
      /^⚠️ locales\.json на диске с ошибкой с [\d.: ]+, работает версия от [\d.: ]+\.\n\nСтрока 1, столбец 14: перед «}»/,
    );
  }));

Deno.test("a start puts back the text before a save in place that was cut off", () =>
  withHouse(async (house) => {
    const good = await Deno.readTextFile(house.localesPath);
    await Deno.mkdir(`${house.folder}/data`);
    await Deno.writeTextFile(`${house.folder}/data/.locales.json.before`, good);
    await Deno.writeTextFile(house.localesPath, good.slice(0, 1_000));
    const bot = await house.restart();
    await bot.line("⚠️ locales.json: прошлая запись оборвалась, возвращён текст до неё");
    await house.telegram.untilPolled();
    assert.equal(await Deno.readTextFile(house.localesPath), good);
  }, { asleep: true }));

Deno.test("an edited webhook address is where the very next lead goes", () =>
  withHouse(async (house) => {
    await becomeLead(galliard(house));
    await house.crm.nextLead(({ path }) => path !== "/elsewhere");
    await house.editLocales((locales) => {
      locales.agency.webhook_url = house.crm.urlOf("elsewhere");
    });
    await house.bot.line("изменения приняты");
    await becomeLead(galliard(house));
    const lead = await house.crm.nextLead();
    assert.match(lead.path, /elsewhere/);
  }));

Deno.test("a link's old word greets for its profile, and a menu that bears it gives a lead to it", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    const menu = await greet(visitor);
    const text = await Deno.readTextFile(house.localesPath);
    const locales = text.replace('"agency": {', '"marketing": {\n    "aliases": ["agency"],')
      .replace('"select_agency"', '"select_marketing"');
    await Deno.writeTextFile(house.localesPath, locales);
    await house.bot.line("изменения приняты");
    visitor.press(menu, "agency_clients");
    const { body } = await house.crm.nextLead();
    assert.match(JSON.stringify(body), /"request_details":"Привлечь клиентов"/);

    const next = house.telegram.user({ first_name: "Next" });
    assert.equal(buttonTexts(await greet(next, "agency"))[0], "Привлечь клиентов");
    assert.equal(buttonTexts(await greet(next, "marketing"))[0], "Привлечь клиентов");
  }));

Deno.test("notes and unknown keys in the file are no fault", () =>
  withHouse(async (house) => {
    await becomeLead(galliard(house));
  }, {
    locales(locales) {
      locales._comment = "не трогать";
      locales.$schema = "https://example.com/schema.json";
      locales.agency.manager = { phone: "+7" };
      locales.agency.step1.buttons[0].emoji = "🔥";
    },
  }));

function acceptedEdits(lines: readonly string[]): number {
  return lines.filter((line) => line.includes("изменения приняты")).length;
}
