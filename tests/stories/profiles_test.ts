// Edits of locales.json, before the start and while the bot runs.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { withWorld } from "../helpers/world.ts";
import { becomeLead, buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

Deno.test("a file that no conversation can run on stops the start with every fault and its path", () =>
  withWorld(async (world) => {
    await world.editLocales((locales) => {
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
    const bot = await world.restart();
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
    assert.deepEqual(world.telegram.calls, []);
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
    withWorld(async (world) => {
      await Deno.writeTextFile(world.localesPath, text);
      const bot = await world.restart();
      assert.equal(await bot.ended, 2);
      await bot.line(/^❌ locales\.json: \S/);
    }, { asleep: true }));
}

Deno.test("a missing file stops the start with a sentence", () =>
  withWorld(async (world) => {
    const bot = await world.restart({ LOCALES_PATH: `${world.folder}/nowhere.json` });
    assert.equal(await bot.ended, 2);
    await bot.line(/^❌ locales\.json: \S/);
  }, { asleep: true }));

Deno.test("an edit on disk takes effect without a restart, in place and by a rename, again and again", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    for (const [round, replace] of [[1, false], [2, true], [3, true], [4, false]] as const) {
      const locales = JSON.parse(await Deno.readTextFile(world.localesPath));
      locales.agency.step1.caption = `Приветствие ${round}`;
      const path = replace ? `${world.localesPath}.new` : world.localesPath;
      const before = acceptedEdits(world.bot.lines);
      await Deno.writeTextFile(path, JSON.stringify(locales));
      if (replace) await Deno.rename(path, world.localesPath);
      await world.bot.line(() => acceptedEdits(world.bot.lines) > before);
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
    withWorld(async (world) => {
      const good = await Deno.readTextFile(world.localesPath);
      await Deno.writeTextFile(world.localesPath, text);
      await world.bot.line(/^❌ locales\.json: \S/);
      await becomeLead(galliard(world));

      await Deno.writeTextFile(
        world.localesPath,
        good.replace("Привлечь клиентов", "Новая кнопка"),
      );
      await world.bot.line("изменения приняты");
      const menu = await greet(world.telegram.user({ first_name: "Next" }));
      assert.equal(buttonTexts(menu)[0], "Новая кнопка");
    }));
}

Deno.test("a removed file leaves the last good profiles in place", () =>
  withWorld(async (world) => {
    await Deno.remove(world.localesPath);
    await world.bot.line(/^❌ locales\.json: \S/);
    await becomeLead(galliard(world));
  }));

for (
  const [name, spoil] of [
    ["broken", (path: string) => Deno.writeTextFile(path, '{\n  "agency": 1,\n}')],
    ["missing", (path: string) => Deno.remove(path)],
    ["unreadable", (path: string) => Deno.remove(path).then(() => Deno.mkdir(path))],
  ] as const
) {
  Deno.test(`a restart with a file that is ${name} goes on with the last good version, and logs it`, () =>
    withWorld(async (world) => {
      await world.editLocales(({ agency }) => agency.step1.caption = "Последняя исправная");
      await world.bot.line("изменения приняты");
      await world.bot.stop();
      const good = await Deno.readTextFile(world.localesPath);
      await spoil(world.localesPath);

      const bot = await world.restart();
      await bot.line(/^❌ locales\.json: (строка 3, столбец 1: перед «}»|файла нет)/);
      await bot.line(
        /^❌ locales\.json на диске с ошибкой: работает версия от [\d.: ]+ из журнала/,
      );
      assert.equal(wordsOf(await greet(galliard(world))), "Последняя исправная");

      if (name === "unreadable") await Deno.remove(world.localesPath);
      await Deno.writeTextFile(world.localesPath, good.replace("Последняя", "Снова"));
      await bot.line("изменения приняты");
      assert.equal(bot.lines.filter((line) => line.startsWith("❌")).length, 2);
    }));
}

Deno.test("the managers are told of a file that has been broken for five minutes, also across a restart", () =>
  withWorld(async (world) => {
    await world.bot.stop();
    const journal = await openJournal(`${world.folder}/data/triborg.db`);
    await journal.rememberFact(
      "profiles_broken",
      JSON.stringify({ sinceMs: Date.now() - 300_000 }),
    );
    await journal.close();
    await Deno.writeTextFile(world.localesPath, '{"agency": 1,}');
    await world.restart();
    const note = await world.admin.chat.waitFor((each) => wordsOf(each).includes("locales.json"));
    assert.match(
      wordsOf(note),
      /^⚠️ locales\.json на диске с ошибкой с [\d.: ]+, работает версия от [\d.: ]+\.\n\nСтрока 1, столбец 14: перед «}»/,
    );
  }));

Deno.test("a start puts back the text before a save in place that was cut off", () =>
  withWorld(async (world) => {
    const good = await Deno.readTextFile(world.localesPath);
    await Deno.mkdir(`${world.folder}/data`);
    await Deno.writeTextFile(`${world.folder}/data/.locales.json.before`, good);
    await Deno.writeTextFile(world.localesPath, good.slice(0, 1_000));
    const bot = await world.restart();
    await bot.line("⚠️ locales.json: прошлая запись оборвалась, возвращён текст до неё");
    await world.telegram.untilPolled();
    assert.equal(await Deno.readTextFile(world.localesPath), good);
  }, { asleep: true }));

Deno.test("an edited webhook address is where the very next lead goes", () =>
  withWorld(async (world) => {
    await becomeLead(galliard(world));
    await world.crm.nextLead(({ path }) => path !== "/elsewhere");
    await world.editLocales((locales) => {
      locales.agency.webhook_url = world.crm.urlOf("elsewhere");
    });
    await world.bot.line("изменения приняты");
    await becomeLead(galliard(world));
    const lead = await world.crm.nextLead();
    assert.match(lead.path, /elsewhere/);
  }));

Deno.test("a link's old word greets for its profile, and a menu with it gives that profile a lead", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    const text = await Deno.readTextFile(world.localesPath);
    const locales = text.replace('"agency": {', '"marketing": {\n    "aliases": ["agency"],')
      .replace('"select_agency"', '"select_marketing"');
    await Deno.writeTextFile(world.localesPath, locales);
    await world.bot.line("изменения приняты");
    visitor.press(menu, "agency_clients");
    const { body } = await world.crm.nextLead();
    assert.match(JSON.stringify(body), /"request_details":"Привлечь клиентов"/);

    const next = world.telegram.user({ first_name: "Next" });
    assert.equal(buttonTexts(await greet(next, "agency"))[0], "Привлечь клиентов");
    assert.equal(buttonTexts(await greet(next, "marketing"))[0], "Привлечь клиентов");
  }));

Deno.test("notes and unknown keys in the file are no fault", () =>
  withWorld(async (world) => {
    await becomeLead(galliard(world));
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
