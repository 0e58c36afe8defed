// No key of a CRM is shown: every kind of key, every kind of failure, and then all that the bot said, showed and wrote.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { type Bitrix24, startBitrix24 } from "../../lib/simulator/crm/bitrix24.ts";
import { type AmoCrm, amoToken, startAmoCrm } from "../../lib/simulator/crm/amocrm.ts";
import type { CrmMode } from "../../lib/simulator/crm/modes.ts";
import { aDefect } from "../helpers/defect.ts";
import { startBotProcess } from "../helpers/bot_process.ts";
import { taskArguments } from "../helpers/deno.ts";
import { freePort } from "../helpers/free_port.ts";
import { journalRows } from "../helpers/journal_rows.ts";
import { crawl } from "../helpers/page_crawl.ts";
import { greet, wordsOf } from "../helpers/visits.ts";
import { type Locales, withWorld, type World } from "../helpers/world.ts";

const PASSWORD = "a password that nobody may see";
const METRICS = "metrics-token-that-nobody-may-see";

/** A key as people choose them, with what JSON, PHP, addresses and pages write in another way. */
const HEADER_KEY = 'h3ad3r/k3y+"qu\\oted"&<é>=';
const HOOK_KEY = `whsec_${btoa("hook?>/hook?>/hook?>/hook?>/")}`;

interface Keys {
  readonly amo: string;
  readonly header: string;
  readonly hook: string;
}

/** What no line, page, message or row may hold, by name. */
function shownForms({ amo, header, hook }: Keys): [name: string, form: string][] {
  const [, claims = "", signature = ""] = amo.split(".");
  return [
    ["the amoCRM token", amo],
    ["the token's claims", claims],
    ["the token's signature", signature],
    ["the header's key", header],
    ["the header's key in JSON", JSON.stringify(header).slice(1, -1)],
    ["the header's key in PHP's JSON", phpJson(header)],
    ["the header's key in an address", encodeURIComponent(header)],
    ["the header's key on a page", onPage(header)],
    ["the signing key", hook],
    ["the signing key without its prefix", hook.slice("whsec_".length)],
    ["the signing key in PHP's JSON", phpJson(hook)],
  ];
}

function phpJson(key: string): string {
  return JSON.stringify(key).slice(1, -1).replaceAll("/", "\\/");
}

function onPage(key: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return key.replace(/[&<>"]/g, (found) => names[found] ?? found);
}

/** An answer that quotes every key in every form. */
function echo(forms: readonly string[], status: number): CrmMode {
  return { kind: "answer", status, body: `no: ${forms.join(" | ")}` };
}

interface Scene {
  readonly world: World;
  readonly amo: AmoCrm;
  readonly bitrix: Bitrix24;
  readonly keys: Keys;
}

const PROFILES = [
  ["agency", "Привлечь клиентов"],
  ["cg", "Рекламный ролик"],
  ["express", ""],
] as const;

/** A new visitor of each profile becomes a lead. */
async function leadOfEach({ telegram }: World): Promise<void> {
  await Promise.all(PROFILES.map(async ([profile, choice]) => {
    const visitor = telegram.user({ first_name: `P ${profile}`, username: `u_${profile}` });
    const menu = await greet(visitor, profile);
    const button = choice || (menu.reply_markup?.inline_keyboard[0]?.[0]?.text ?? "");
    await visitor.press(menu, button).answered;
    visitor.say(`дополнение ${profile}`);
  }));
}

/** The same, until each POST has failed: cards come later, at the pace of the managers' chat. */
async function failureOfEach(world: World): Promise<void> {
  const failures = () =>
    world.bot.lines.filter((line) => /❌ (?:Ошибка отправки|Таймаут|CRM-сервер)/.test(line)).length;
  const before = failures();
  await leadOfEach(world);
  await world.bot.line(() => failures() >= before + PROFILES.length);
}

function behave({ world, amo, bitrix }: Scene, mode: CrmMode | null): void {
  world.crm.behave(mode ?? { kind: "answer" });
  amo.behave(mode);
  bitrix.behave(mode);
}

async function failInEveryWay(scene: Scene): Promise<void> {
  const { world, bitrix } = scene;
  const forms = shownForms(scene.keys).map(([, form]) => form);
  for (const status of [401, 500]) {
    behave(scene, echo([...forms, bitrix.url], status));
    await failureOfEach(world);
  }
  // The excerpt of an answer ends within a key.
  const long = { kind: "answer", status: 400, body: "x".repeat(480) + forms.join("") } as const;
  behave(scene, long);
  await failureOfEach(world);
  for (const kind of ["reset_after_reading", "silent", "reset_in_body"] as const) {
    behave(scene, { kind, ...kind === "reset_in_body" && { status: 500 } });
    await failureOfEach(world);
  }
  // Taken, and then every note of the deal meets an answer that quotes the token.
  behave(scene, null);
  scene.amo.behave(({ path }) =>
    path.endsWith("/notes")
      ? { kind: "answer", status: 400, body: { title: "no", detail: scene.keys.amo } }
      : undefined
  );
  await leadOfEach(world);
  await world.bot.line("Примечание к сделке");
}

/** Everything that the bot showed or wrote, by where it was. */
async function allShown({ world }: Scene, port: string): Promise<Map<string, string>> {
  const origin = `http://127.0.0.1:${port}`;
  const also = ["/leads.csv", "/health", "/nowhere", "/leads?state=in_admin_chat"];
  const pages = await crawl(origin, PASSWORD, also);
  assert.ok(pages.size > 20, [...pages.keys()].join());
  const metrics = await fetch(`${origin}/metrics`, {
    headers: { authorization: `Bearer ${METRICS}` },
  });
  const shown = new Map(pages);
  shown.set("/metrics", await metrics.text());
  await world.bot.stop();
  shown.set("the log", world.bot.lines.join("\n"));
  const calls = world.telegram.calls.map(({ method, params }) => [method, params]);
  shown.set("Telegram", JSON.stringify(calls));
  shown.set("Telegram's texts", world.admin.chat.messages.map(wordsOf).join("\n"));
  shown.set("locales.json", await Deno.readTextFile(world.localesPath));
  const tables = journalRows(world, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    .map(({ name }) => String(name)).filter((name) => name !== "secrets");
  assert.ok(tables.includes("attempts") && tables.includes("revisions"), tables.join());
  for (const table of tables) {
    const rows = journalRows(world, `SELECT * FROM "${table}"`);
    shown.set(`table ${table}`, rows.flatMap((row) => Object.values(row)).join("\n"));
  }
  return shown;
}

function assertHidden(shown: ReadonlyMap<string, string>, forms: [string, string][]): void {
  const found = [...shown].flatMap(([where, text]) =>
    forms.filter(([, form]) => text.includes(form)).map(([what, form]) =>
      `${what} is shown in ${where}: ${around(text, form)}`
    )
  );
  assert.deepEqual(found, []);
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 100), at + part.length + 20);
}

function connect(locales: Locales, { amo, bitrix }: Pick<Scene, "amo" | "bitrix">): void {
  locales.agency.crm = { kind: "amocrm", account: amo.account, token: "{secret:amo}" };
  locales.agency.webhook_url = "";
  locales.cg.crm = {
    kind: "webhook",
    headers: { Authorization: "Bearer {secret:header}" },
    signing: "{secret:hook}",
  };
  locales.express.crm = { kind: "bitrix24" };
  locales.express.webhook_url = bitrix.url;
}

for (
  const [format, place] of [["text", "the environment"], ["json", "the journal"]] as const
) {
  Deno.test(`keys of CRMs from ${place} are in no line, page, message or row, whatever fails (${format})`, async () => {
    const keys = {
      amo: amoToken({ expiresAtS: 4_102_444_800 }),
      header: HEADER_KEY,
      hook: HOOK_KEY,
    };
    await using amo = await startAmoCrm({ token: keys.amo });
    await using bitrix = await startBitrix24();
    const port = String(freePort());
    const isTyped = place === "the journal";
    await withWorld(async (world) => {
      if (isTyped) {
        await Deno.mkdir(`${world.folder}/data`);
        const journal = await openJournal(`${world.folder}/data/triborg.db`);
        for (const [name, value] of Object.entries(keys)) {
          await journal.keepSecret(name, value, "@anna", Date.now());
        }
        await journal.close();
      }
      await world.restart();
      await world.telegram.untilPolled();
      const scene = { world, amo, bitrix, keys };
      await failInEveryWay(scene);
      const shown = await allShown(scene, port);
      const beginning = (keys.amo.split(".")[1] ?? "").slice(0, 24);
      const cut: [string, string] = ["the beginning of the token's claims", beginning];
      assertHidden(shown, [...shownForms(keys), cut]);

      const bitrixKey = new URL(bitrix.url).pathname.split("/")[3] ?? "";
      // The address itself is in the file, its history and the form in which it is edited.
      const byDesign = /^(locales\.json|table revisions|table profile_files|\/profiles\/express)$/;
      const others = [...shown].filter(([where]) => !byDesign.test(where));
      assertHidden(new Map(others), [["Bitrix24's key", bitrixKey]]);
    }, {
      asleep: true,
      env: {
        LOG_FORMAT: format,
        LOG_LEVEL: "debug",
        ADMIN_PASSWORD: PASSWORD,
        METRICS_TOKEN: METRICS,
        REPEAT_WINDOW_MINUTES: "0",
        PORT: port,
        AMOCRM_API_ROOT: amo.root,
        ...(isTyped
          ? {}
          : { SECRET_AMO: keys.amo, SECRET_HEADER: keys.header, SECRET_HOOK: keys.hook }),
      },
      locales: (locales) => connect(locales, { amo, bitrix }),
      telegram: { limits: "off" },
    });
  });
}

Deno.test("a token that is no JWT, a key of two lines and a signing key that is none are not shown either", async () => {
  const bad = {
    amo: "n0t-a-jwt-but-still-secret",
    header: "tw0-lines\nsecond-line",
    hook: "whsec_n0t_base64!!",
  };
  await using amo = await startAmoCrm();
  await using bitrix = await startBitrix24();
  const port = String(freePort());
  await withWorld(async (world) => {
    await leadOfEach(world);
    await world.bot.line("секрет amo: не похоже на");
    await world.bot.line("секрет header не годится");
    const shown = await allShown({ world, amo, bitrix, keys: bad }, port);
    assertHidden(shown, [
      ["the token", bad.amo],
      ["the key's first line", "tw0-lines"],
      ["the key's second line", "second-line"],
      ["the signing key", "n0t_base64"],
    ]);
  }, {
    env: {
      ADMIN_PASSWORD: PASSWORD,
      METRICS_TOKEN: METRICS,
      PORT: port,
      AMOCRM_API_ROOT: amo.root,
      SECRET_AMO: bad.amo,
      SECRET_HEADER: bad.header,
      SECRET_HOOK: bad.hook,
    },
    locales: (locales) => connect(locales, { amo, bitrix }),
    telegram: { limits: "off" },
  });
});

for (const place of ["the environment", "the journal"] as const) {
  Deno.test(`a defect whose message holds keys from ${place} ends the bot without showing them, before any lead`, async () => {
    await using amo = await startAmoCrm();
    await using bitrix = await startBitrix24();
    const keys = { amo: amo.token, header: HEADER_KEY, hook: HOOK_KEY };
    await withWorld(async (world) => {
      const isTyped = place === "the journal";
      if (isTyped) {
        await Deno.mkdir(`${world.folder}/data`);
        const journal = await openJournal(`${world.folder}/data/triborg.db`);
        for (const [name, value] of Object.entries(keys)) {
          await journal.keepSecret(name, value, "@anna", Date.now());
        }
        await journal.close();
      }
      const words = JSON.stringify(`boom ${Object.values(keys).join(" ")}`);
      const defect = await aDefect(world.folder, `throw new Error(${words})`);
      const [run = "", ...rest] = await taskArguments("start");
      const bot = await startBotProcess({
        BOT_TOKEN: world.telegram.token,
        ADMIN_CHAT_ID: String(world.admin.id),
        TELEGRAM_API_ROOT: world.telegram.url,
        LOCALES_PATH: world.localesPath,
        DATA_DIR: `${world.folder}/data`,
        PORT: "0",
        ...(isTyped
          ? {}
          : { SECRET_AMO: keys.amo, SECRET_HEADER: keys.header, SECRET_HOOK: keys.hook }),
      }, { args: [run, "--preload", defect.path, ...rest] });
      await bot.line("на связи");
      await defect.happen();
      assert.equal(await bot.ended, 1);
      await bot.line(/^❌ Неожиданная ошибка, бот завершается: Error: boom \*\*\*/);
      assertHidden(new Map([["the log", bot.lines.join("\n")]]), shownForms(keys));
    }, { asleep: true, locales: (locales) => connect(locales, { amo, bitrix }) });
  });
}
