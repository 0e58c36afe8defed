// The house as DESIGN.md draws it: who may import whom, who may touch what, and that importing does nothing.

import assert from "node:assert/strict";
import { posix } from "node:path";
import { DENO } from "./helpers/deno.ts";

/**
 * The rooms of `lib/`, top to bottom: a file imports only from its own room and from rows above its
 * own. A new file finds its row here. A name with a slash is a folder.
 */
const ROWS: readonly (readonly string[])[] = [
  ["exit.ts"],
  ["error_words.ts"],
  ["foreign.ts"],
  ["lead.ts"],
  ["backoff.ts"],
  ["pace.ts"],
  ["calendar.ts"],
  ["text_diff.ts"],
  ["key_suggestion.ts"],
  ["config.ts"],
  ["env_file.ts"],
  ["log.ts", "log/"],
  ["clock.ts"],
  ["private_files.ts"],
  ["lock.ts"],
  ["webhook_address.ts"],
  ["network_address.ts"],
  ["json_scan.ts"],
  ["json_text.ts"],
  ["json_rewrite.ts"],
  ["json_edit.ts"],
  ["profile.ts"],
  ["button_texts.ts"],
  ["file_overwrite.ts"],
  ["profile_file.ts"],
  ["profile_store.ts"],
  ["texts.ts"],
  ["manager_texts.ts"],
  ["cards.ts"],
  ["follow_up_texts.ts"],
  ["joined_follow_ups.ts"],
  ["storage_fault.ts"],
  ["db.ts", "db/"],
  ["journal.ts", "journal/"],
  ["crm_connection.ts"],
  ["profile_fallback.ts"],
  ["crm.ts"],
  ["webhook_trial.ts"],
  ["raw_values.ts"],
  ["profile_edits.ts"],
  ["menu_edits.ts"],
  ["profile_translations.ts"],
  ["menu_translations.ts"],
  ["profile_list.ts"],
  ["profile_undo.ts"],
  ["profile_saving.ts"],
  ["bot_api.ts"],
  ["early_poll.ts"],
  ["bot_answers.ts"],
  ["call_failure.ts"],
  ["send_retries.ts"],
  ["send_limits.ts"],
  ["send_pace.ts"],
  ["updates.ts"],
  ["telegram.ts"],
  ["admin_chat.ts", "admin_chat/"],
  ["chat_check.ts"],
  ["visitor_chat.ts"],
  ["presence.ts"],
  ["health.ts"],
  ["profile_alarm.ts"],
  ["journal_watch.ts"],
  ["outbox.ts"],
  ["login_messages.ts"],
  ["inbox.ts"],
  ["follow_up_turns.ts"],
  ["follow_up_work.ts"],
  ["admin_work.ts", "joined_work.ts"],
  ["send_all.ts"],
  ["visitor_work.ts"],
  ["crm_work.ts"],
  ["delivery.ts"],
  ["managers.ts"],
  ["bot.ts", "bot/"],
  ["auth.ts", "auth/"],
  ["upkeep.ts", "upkeep/"],
  ["web/"],
  ["../routes/"],
  ["web.ts"],
  ["page.ts", "page/"],
  ["rooms.ts"],
  ["house.ts"],
  ["standins/"],
  ["demo/"],
];

/** Only these rooms know these packages. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "jsonc-parser": ["json_scan.ts", "json_rewrite.ts"],
  "jsonc-parser/lib/esm/impl/scanner.js": ["json_scan.ts"],
  "ky": ["crm.ts"],
  "node:sqlite": ["db.ts"],
  "node:http": ["page.ts"],
  "grammy": [
    "bot_answers.ts",
    "call_failure.ts",
    "send_retries.ts",
    "send_pace.ts",
    "telegram.ts",
    "admin_chat.ts",
    "chat_check.ts",
    "visitor_chat.ts",
    "inbox.ts",
    "bot.ts",
  ],
  "valibot": ["profile.ts"],
  "@grammyjs/parse-mode": ["cards.ts", "follow_up_texts.ts"],
  "@logtape/logtape": ["log.ts"],
  "@std/dotenv": ["env_file.ts"],
};

/** Rooms that decide: they reach neither files nor network, not even to ask for their types. */
const PURE = [
  "error_words.ts",
  "foreign.ts",
  "lead.ts",
  "backoff.ts",
  "config.ts",
  "json_scan.ts",
  "json_text.ts",
  "json_rewrite.ts",
  "json_edit.ts",
  "profile.ts",
  "button_texts.ts",
  "texts.ts",
  "cards.ts",
  "follow_up_texts.ts",
  "joined_follow_ups.ts",
  "journal.ts",
  "updates.ts",
  "send_limits.ts",
];

/** A file of the house; its path is seen from `lib/`. */
interface File {
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly string[];
  /** Those of them that run before it does: not imported on the way, nor for their types. */
  readonly waitedFor: readonly string[];
}

async function readHouse(): Promise<File[]> {
  const files = [
    ...await readFolder("lib"),
    ...await readFolder("routes"),
    await readFile("main.ts"),
  ];
  return files.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

async function readFolder(folder: string): Promise<File[]> {
  const files: File[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await readFolder(path));
    else if (/\.tsx?$/.test(name)) files.push(await readFile(path));
  }
  return files;
}

async function readFile(path: string): Promise<File> {
  const code = withoutComments(await Deno.readTextFile(path));
  const seen = posix.relative("lib", path);
  const imports = importsOf(code).map((each) => resolve(seen, each));
  const running = code.replace(/^\s*(?:import|export) type\b[^;]*;/gm, "")
    .replace(/\bimport\(\s*"[^"]+"\s*\)/g, "");
  return {
    path: seen,
    code,
    imports,
    waitedFor: importsOf(running).map((each) => resolve(seen, each)),
  };
}

/** A relative import as a path seen from `lib/`; anything else as it stands. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return posix.relative("lib", posix.join("lib", posix.dirname(from), specifier));
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[^]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

/** What a file imports: statically, for its types, again for others, or on the way. */
function importsOf(code: string): string[] {
  const statements = /^\s*(?:import|export)\b(?:[^"'`;]*?\bfrom)?\s*"([^"]+)"/gm;
  const calls = /\bimport\(\s*"([^"]+)"/g;
  return [...code.matchAll(statements), ...code.matchAll(calls)].map(([, each = ""]) => each);
}

/** The room a file belongs to, by the first name of its row; undefined for `main.ts` and packages. */
function roomOf(path: string): string | undefined {
  return ROWS.find((row) => row.some((each) => isIn(path, each)))?.[0];
}

function isIn(path: string, name: string): boolean {
  return name.endsWith("/") ? path.startsWith(name) : path === name;
}

function rowOf(path: string): number {
  return ROWS.findIndex(([room]) => room === roomOf(path));
}

/** Everything that a file brings along. */
function closureOf(start: string, house: readonly File[]): Set<string> {
  const found = new Set([start]);
  for (const path of found) {
    for (const each of house.find((file) => file.path === path)?.imports ?? []) found.add(each);
  }
  return found;
}

/** Files of the house that a person does not start for a demonstration or a test. */
function ofTheBot({ path }: File): boolean {
  return !path.startsWith("demo/") && !path.startsWith("standins/");
}

Deno.test("importsOf reads every kind of import", () => {
  const code = withoutComments(`
    import { a, type B } from "./a.ts";
    import type { C } from "../c.ts"; // import "./not.ts"
    import "./d.ts";
    import * as e from "e";
    import css from "f" with { type: "text" };
    export * from "./g.ts";
    export type { H } from "./h.ts";
    export const text = 1; /* import "./nor_this.ts" */
    const later = await import("./i.ts");
  `);
  assert.deepEqual(
    importsOf(code),
    ["./a.ts", "../c.ts", "./d.ts", "e", "f", "./g.ts", "./h.ts", "./i.ts"],
  );
});

Deno.test("every file of lib/ and routes/ has a row", async () => {
  const strays = (await readHouse()).map(({ path }) => path)
    .filter((path) => path !== "../main.ts" && roomOf(path) === undefined);
  assert.deepEqual(strays, []);
});

Deno.test("a file imports only from its own room and from rows above its own", async () => {
  const upward = (await readHouse()).filter(({ path }) => path !== "../main.ts")
    .flatMap(({ path, imports }) =>
      imports.filter((each) => rowOf(each) > rowOf(path) || each === "../main.ts")
        .filter(() => !path.startsWith("demo/"))
        .map((each) => `${path} imports ${each}`)
    );
  assert.deepEqual(upward, []);
});

Deno.test("lead.ts imports nothing", async () => {
  const lead = (await readHouse()).find(({ path }) => path === "lead.ts");
  assert.deepEqual(lead?.imports, []);
});

Deno.test("delivery.ts imports no ky, grammY or SQLite, not even their types", async () => {
  const delivery = (await readHouse()).find(({ path }) => path === "delivery.ts");
  assert.ok(delivery);
  assert.deepEqual(delivery.imports.filter((each) => /^(ky|grammy|node:sqlite)/.test(each)), []);
});

Deno.test("the demonstration and the tests are brought along by nothing that main.ts imports", async () => {
  const closure = [...closureOf("../main.ts", await readHouse())];
  assert.ok(closure.includes("delivery.ts"));
  assert.deepEqual(closure.filter((path) => /^(demo|standins|\.\.\/tests)\//.test(path)), []);
});

Deno.test("Telegram is asked before anything is loaded that can come later, and the page comes last", async () => {
  const house = await readHouse();
  const waited = (start: string) =>
    closureOf(start, house.map((file) => ({ ...file, imports: file.waitedFor })));
  const start = [...waited("../main.ts")];
  assert.ok(start.includes("journal.ts"));
  // Of Node's modules SQLite alone can be had without loading all that Node's others stand on.
  const slow = /^(rooms\.ts|grammy|ky|@logtape\/logtape|jsonc-parser|node:(?!sqlite$).*)$/;
  assert.deepEqual(start.filter((path) => slow.test(path)), []);
  const rooms = [...waited("rooms.ts")];
  assert.ok(rooms.includes("delivery.ts") && rooms.includes("grammy"));
  assert.ok(!rooms.includes("web.ts"));
});

Deno.test("nothing but the demonstration imports from demo/, and nothing imports tests", async () => {
  const guilty = (await readHouse()).filter(ofTheBot)
    .filter(({ imports }) => imports.some((each) => /^(demo|standins|\.\.\/tests)\//.test(each)));
  assert.deepEqual(guilty.map(({ path }) => path), []);
});

Deno.test("a package that does one room's work is known to that room alone", async () => {
  const strangers = (await readHouse()).filter(ofTheBot).flatMap(({ path, imports }) =>
    imports.filter((each) => PACKAGES[each]?.includes(roomOf(path) ?? path) === false)
      .map((each) => `${path} imports ${each}`)
  );
  assert.deepEqual(strangers, []);
});

/** Scripts that a person runs beside the bot. Nothing imports them; like main.ts they read for themselves. */
const SCRIPTS = ["upkeep/restore.ts", "upkeep/script_variables.ts", "upkeep/backup.ts"];

Deno.test("main.ts alone reads the environment and the clock", async () => {
  const house = await readHouse();
  assert.deepEqual(
    house.filter(({ path }) => !SCRIPTS.includes(path))
      .filter(({ imports }) => imports.some((each) => SCRIPTS.includes(each))),
    [],
  );
  const reading =
    /\bDeno\.env\b|\bprocess\.(env|hrtime)\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/g;
  const uses = await usesOf(reading);
  assert.deepEqual(uses.filter((each) => !SCRIPTS.includes(each.split(": ")[0] ?? "")), []);
});

Deno.test("a room is handed its chance by main.ts", async () => {
  const uses = await usesOf(/\bMath\.random\b/g);
  assert.deepEqual(uses.filter((each) => !each.startsWith("../routes/")), []);
});

/** Where the bot's files, other than main.ts, use what they should be handed. */
async function usesOf(words: RegExp): Promise<string[]> {
  const house = (await readHouse()).filter(ofTheBot).filter(({ path }) => path !== "../main.ts");
  return house.flatMap(({ path, code }) =>
    [...code.matchAll(words)].map(([each]) => `${path}: ${each}`)
  );
}

Deno.test("SQL is the journal's, and fetch is the CRM's and the Bot API's", async () => {
  const sql = /\b(SELECT\s.+\sFROM|INSERT\s(OR\s\w+\s)?INTO|UPDATE\s\w+\sSET|DELETE\sFROM)\b/;
  const house = (await readHouse()).filter(ofTheBot);
  const withSql = house.filter(({ code }) => sql.test(code)).map(({ path }) => roomOf(path));
  assert.deepEqual([...new Set(withSql)].filter((room) => room !== "db.ts"), ["journal.ts"]);
  const withFetch = house.filter(({ code }) => /\bfetch\(/.test(code)).map(({ path }) => path);
  assert.deepEqual(withFetch, ["bot_api.ts", "crm_connection.ts"]);
});

Deno.test("rooms that decide touch no file, no network and no timer", async () => {
  const touching = /\bDeno\.|\bfetch\(|\bset(Timeout|Interval|Immediate)\(|"node:(fs|net|http)/;
  const guilty = (await readHouse()).filter(({ path }) => PURE.includes(roomOf(path) ?? ""))
    .filter(({ code }) => touching.test(code));
  assert.deepEqual(guilty.map(({ path }) => path), []);
});

Deno.test("importing a file of the house does nothing: no environment, file, timer, socket or word", async () => {
  const house = (await readHouse()).map(({ path }) =>
    new URL(`../lib/${path}`, import.meta.url).href
  );
  const script = [...house.map((each) => `import "${each}";`), `console.log("imported");`].join(
    "\n",
  );
  const child = new Deno.Command(DENO, {
    args: ["run", "--no-prompt", "--quiet", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  // Without a permission nothing can be reached, and a timer or socket would keep the process alive.
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.deepEqual([text(stderr), text(stdout), code], ["", "imported\n", 0]);
});
