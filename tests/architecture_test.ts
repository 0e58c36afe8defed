// The layout: which folder may import which, who may touch what, and that importing does nothing.

import assert from "node:assert/strict";
import { posix } from "node:path";
import { runScript } from "./helpers/deno.ts";

/**
 * The folders of `lib/`, top to bottom: a file imports only from its own row and from rows below it.
 * Routes and page are one row, since the app lists the routes and the routes use its forms.
 */
const ROWS: readonly (readonly string[])[] = [
  ["release/"],
  ["demo/"],
  ["simulator/"],
  ["standins/"],
  ["app/"],
  ["bot/"],
  ["page/", "../routes/"],
  ["delivery/"],
  ["managers/"],
  ["visitors/"],
  ["crm/"],
  ["telegram/"],
  ["profiles/"],
  ["journal/"],
  ["json/"],
  ["log/"],
  [
    "backoff.ts",
    "bounded_text.ts",
    "calendar.ts",
    "edit_distance.ts",
    "histogram.ts",
    "measures.ts",
    "foreign.ts",
    "joined.ts",
    "lead.ts",
    "message_link.ts",
    "phone.ts",
    "same_secret.ts",
    "version.ts",
    "visitor_name.ts",
    "work_hours.ts",
  ],
];

/** Only these folders know these packages; no folder is for tests alone. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "jsonc-parser": ["json/"],
  "ky": ["crm/"],
  "node:sqlite": ["journal/sqlite/"],
  "pg": ["journal/postgres/"],
  "node:http": ["page/"],
  "node:dns/promises": ["crm/"],
  "fresh": ["page/", "../routes/"],
  "preact": ["../routes/"],
  "uqr": ["../routes/"],
  "grammy": ["bot/", "managers/", "visitors/", "telegram/"],
  "grammy/types": ["bot/", "managers/", "visitors/", "telegram/", "../routes/"],
  "valibot": ["profiles/"],
  "@grammyjs/parse-mode": ["managers/"],
  "@logtape/logtape": ["log/"],
  "@opentelemetry/api": ["app/"],
  "@std/dotenv": ["app/"],
  "standardwebhooks": [],
};

/** Files and folders that only compute: no file, no network and no timer. */
const PURE = [
  "backoff.ts",
  "work_hours.ts",
  "calendar.ts",
  "edit_distance.ts",
  "histogram.ts",
  "measures.ts",
  "foreign.ts",
  "joined.ts",
  "lead.ts",
  "phone.ts",
  "same_secret.ts",
  "version.ts",
  "visitor_name.ts",
  "journal/engine.ts",
  "journal/postgres/address.ts",
  "journal/postgres/faults.ts",
  "journal/postgres/opening_error.ts",
  "journal/postgres/opening_faults.ts",
  "journal/postgres/placeholders.ts",
  "journal/postgres/statements.ts",
  "journal/postgres/turns.ts",
  "journal/postgres/values.ts",
  "json/",
  "log/error_words.ts",
  "log/mask.ts",
  "log/one_line.ts",
  "profiles/profile.ts",
  "profiles/parse.ts",
  "profiles/schema.ts",
  "profiles/value_schemas.ts",
  "profiles/crm.ts",
  "profiles/crm_schema.ts",
  "profiles/crm_values.ts",
  "profiles/crm_account.ts",
  "profiles/webhook_schema.ts",
  "profiles/header_checks.ts",
  "profiles/preset_address.ts",
  "profiles/placeholders.ts",
  "profiles/secret_reference.ts",
  "profiles/checks.ts",
  "profiles/faults.ts",
  "profiles/language.ts",
  "profiles/name_in_texts.ts",
  "profiles/limits.ts",
  "profiles/link_word.ts",
  "profiles/photos/name.ts",
  "profiles/photos/image.ts",
  "profiles/photos/jpeg.ts",
  "profiles/photos/orientation.ts",
  "profiles/photos/png.ts",
  "profiles/photos/webp.ts",
  "profiles/photos/photo.ts",
  "profiles/phone_edits.ts",
  "profiles/phone_schema.ts",
  "profiles/edits.ts",
  "profiles/draft.ts",
  "profiles/crm_form.ts",
  "profiles/crm_edits.ts",
  "profiles/crm_lines.ts",
  "profiles/crm_address.ts",
  "profiles/list.ts",
  "profiles/new_profile.ts",
  "profiles/translations.ts",
  "profiles/button_texts.ts",
  "profiles/text_diff.ts",
  "telegram/updates.ts",
  "telegram/send_limits.ts",
  "crm/payload.ts",
  "crm/template.ts",
  "crm/prepared.ts",
  "crm/destination.ts",
  "crm/presets.ts",
  "crm/webhook_request.ts",
  "crm/webhook_judge.ts",
  "crm/retry_after.ts",
  "crm/answer_words.ts",
  "crm/signing.ts",
  "crm/outgoing.ts",
  "crm/test_lead.ts",
  "crm/amocrm/answer.ts",
  "crm/amocrm/api.ts",
  "crm/amocrm/errors.ts",
  "crm/amocrm/lead_request.ts",
  "crm/amocrm/lists.ts",
  "crm/amocrm/note_request.ts",
  "crm/amocrm/token.ts",
  "visitors/texts.ts",
  "managers/texts.ts",
  "managers/status_text.ts",
  "managers/block_texts.ts",
  "managers/lead_list_texts.ts",
  "managers/taking_texts.ts",
  "managers/card_messages.ts",
  "managers/storm.ts",
  "managers/cards.ts",
  "managers/follow_up_texts.ts",
  "managers/joined_follow_ups.ts",
  "page/health_report.ts",
  "release/agreement.ts",
  "app/doctor/findings.ts",
  "app/doctor/settings.ts",
  "app/config.ts",
  "app/config_values.ts",
  "app/database_config.ts",
  "app/unknown_variables.ts",
];

/** A source file; its path is relative to `lib/`. */
interface File {
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly string[];
}

async function readSources(): Promise<File[]> {
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
  const relative = posix.relative("lib", path);
  return {
    path: relative,
    code,
    imports: importsOf(code).map((each) => resolve(relative, each)),
  };
}

/** A relative import as a path relative to `lib/`; a package as it stands. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return posix.relative("lib", posix.join("lib", posix.dirname(from), specifier));
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[^]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

/** What a file imports: statically, for its types, again for others, or dynamically. */
function importsOf(code: string): string[] {
  const statements = /^\s*(?:import|export)\b(?:[^"'`;]*?\bfrom)?\s*"([^"]+)"/gm;
  const calls = /\bimport\(\s*"([^"]+)"/g;
  return [...code.matchAll(statements), ...code.matchAll(calls)].map(([, each = ""]) => each);
}

function isIn(path: string, name: string): boolean {
  return name.endsWith("/") ? path.startsWith(name) : path === name;
}

/** The row a file belongs to, -1 for `main.ts` and for packages. */
function rowOf(path: string): number {
  return ROWS.findIndex((row) => row.some((each) => isIn(path, each)));
}

/** Everything that a file imports, directly or through others. */
function closureOf(start: string, sources: readonly File[]): Set<string> {
  const found = new Set([start]);
  for (const path of found) {
    for (const each of sources.find((file) => file.path === path)?.imports ?? []) found.add(each);
  }
  return found;
}

/** The files of the running bot: no release, demo, simulator or stand-in. */
function ofTheBot({ path }: File): boolean {
  return !/^(release|demo|simulator|standins)\//.test(path);
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
  const strays = (await readSources()).map(({ path }) => path)
    .filter((path) => path !== "../main.ts" && rowOf(path) === -1);
  assert.deepEqual(strays, []);
});

Deno.test("a file imports only from its own row and from rows below it", async () => {
  const upward = (await readSources()).filter(({ path }) => path !== "../main.ts")
    .flatMap(({ path, imports }) =>
      imports.filter((each) => rowOf(each) !== -1 && rowOf(each) < rowOf(path))
        .map((each) => `${path} imports ${each}`)
    );
  assert.deepEqual(upward, []);
});

Deno.test("no file imports itself through others, not even for a type", async () => {
  const sources = await readSources();
  const cycles = sources.filter(({ path, imports }) =>
    imports.some((each) => closureOf(each, sources).has(path))
  );
  assert.deepEqual(cycles.map(({ path }) => path), []);
});

Deno.test("lead.ts imports nothing", async () => {
  const lead = (await readSources()).find(({ path }) => path === "lead.ts");
  assert.deepEqual(lead?.imports, []);
});

Deno.test("the bot imports no demo, simulator, stand-in or test, and only main.ts starts with all of it", async () => {
  const sources = await readSources();
  const guilty = sources.filter(ofTheBot)
    .filter(({ imports }) =>
      imports.some((each) => /^(release|demo|simulator|standins|\.\.\/tests)\//.test(each))
    );
  assert.deepEqual(guilty.map(({ path }) => path), []);
  assert.ok(closureOf("../main.ts", sources).has("delivery/delivery.ts"));
});

Deno.test("a route imports no other route than its components and words", async () => {
  const guilty = (await readSources()).filter(({ path }) =>
    path.startsWith("../routes/components/")
  )
    .flatMap(({ path, imports }) =>
      imports.filter((each) => /^\.\.\/routes\/[^/]+$/.test(each))
        .map((each) => `${path} imports ${each}`)
    );
  assert.deepEqual(guilty, []);
});

Deno.test("a package that does one folder's work is known to that folder alone", async () => {
  const strangers = (await readSources()).filter(ofTheBot).flatMap(({ path, imports }) =>
    imports.filter((each) => PACKAGES[each]?.some((folder) => isIn(path, folder)) === false)
      .map((each) => `${path} imports ${each}`)
  );
  assert.deepEqual(strangers, []);
});

/** Scripts that a person runs beside the bot. Only main.ts imports them; like it they read for themselves. */
const SCRIPTS = [
  "app/restore.ts",
  "app/upkeep/script_variables.ts",
  "app/backup.ts",
  "app/move.ts",
  "app/profiles_task.ts",
  "app/doctor.ts",
];

Deno.test("only main.ts reads the environment and the clock", async () => {
  const sources = await readSources();
  assert.deepEqual(
    sources.filter(({ path }) => !SCRIPTS.includes(path) && path !== "../main.ts")
      .filter(({ imports }) => imports.some((each) => SCRIPTS.includes(each))),
    [],
  );
  const reading =
    /\bDeno\.env\b|\bprocess\.(env|hrtime)\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/g;
  const uses = await usesOf(reading);
  assert.deepEqual(uses.filter((each) => !SCRIPTS.includes(each.split(": ")[0] ?? "")), []);
});

Deno.test("only main.ts and scripts call Math.random", async () => {
  const uses = await usesOf(/\bMath\.random\b/g);
  const inScripts = uses.filter((each) => SCRIPTS.includes(each.split(": ")[0] ?? ""));
  assert.deepEqual(
    uses.filter((each) => !each.startsWith("../routes/") && !inScripts.includes(each)),
    [],
  );
});

/** Where the bot's files, other than main.ts, use what they should be handed. */
async function usesOf(words: RegExp): Promise<string[]> {
  const sources = (await readSources()).filter(ofTheBot)
    .filter(({ path }) => path !== "../main.ts");
  return sources.flatMap(({ path, code }) =>
    [...code.matchAll(words)].map(([each]) => `${path}: ${each}`)
  );
}

Deno.test("SQL is the journal's, and fetch is the CRM's and the Bot API's", async () => {
  const sql = /\b(SELECT\s.+\sFROM|INSERT\s(OR\s\w+\s)?INTO|UPDATE\s\w+\sSET|DELETE\sFROM)\b/;
  const sources = (await readSources()).filter(ofTheBot);
  const withSql = sources.filter(({ code }) => sql.test(code)).map(({ path }) => path);
  assert.deepEqual(withSql.filter((path) => !path.startsWith("journal/")), []);
  assert.ok(withSql.length > 10);
  const withFetch = sources.filter(({ code }) => /\bfetch\(/.test(code)).map(({ path }) => path);
  assert.deepEqual(withFetch, ["crm/connection.ts", "crm/https_tunnel.ts", "telegram/http.ts"]);
});

Deno.test("what only computes touches no file, no network and no timer", async () => {
  const touching = /\bDeno\.|\bfetch\(|\bset(Timeout|Interval|Immediate)\(|"node:(fs|net|http)/;
  const sources = await readSources();
  const pure = sources.filter(({ path }) => PURE.some((each) => isIn(path, each)));
  assert.deepEqual(pure.filter(({ code }) => touching.test(code)).map(({ path }) => path), []);
  assert.deepEqual(PURE.filter((each) => !sources.some(({ path }) => isIn(path, each))), []);
});

Deno.test("importing a file does nothing: no environment, file, timer, socket or word", async () => {
  const urls = (await readSources()).map(({ path }) =>
    new URL(`../lib/${path}`, import.meta.url).href
  );
  const script = [...urls.map((each) => `import "${each}";`), `console.log("imported");`].join(
    "\n",
  );
  // Without a permission nothing can be reached, and a timer or socket would keep the process alive.
  assert.deepEqual(await runScript(script, { flags: [] }), {
    code: 0,
    stdout: "imported\n",
    stderr: "",
  });
});
