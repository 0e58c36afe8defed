// Saves that the disk refuses: a note in the form, which keeps what was typed.

import assert from "node:assert/strict";
import { createMask } from "../../lib/log/mask.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";
import { openKeptSecrets } from "../../lib/crm/kept_secrets.ts";
import { createPageSecrets } from "../../lib/page/secrets.ts";
import { amoToken } from "../../lib/simulator/crm/amocrm.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { fieldsWithCrm } from "../helpers/crm_fields.ts";
import { openPage, PASSWORD, profileFields } from "../helpers/a_page.ts";
import { anotherProfile, someLocales } from "../helpers/a_profile.ts";

const FULL =
  /Не сохранено: на диске нет места\. [^<]*Бот работает с прежними текстами|Не сохранено: на диске нет места\. [^<]*бот работает/;

const TOKEN = amoToken({ expiresAtS: NOON_MS / 1000 + 24 * 60 * 60 });

/** Makes the disk refuse every file until the end of the block. */
function fullDisk(): Disposable {
  const { open } = Deno;
  const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
  Deno.open = (path, options) => options?.write ? Promise.reject(full) : open(path, options);
  return { [Symbol.dispose]: () => void (Deno.open = open) };
}

Deno.test("every form reports a full disk and keeps what was typed", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  await browser.post("/profiles/agency", { ...profileFields(page, "agency"), name: "Первое" });
  const [, first] = await page.journal.listRevisions("agency", 2);
  const version = async (path: string) =>
    /name="version" value="(\w+)"/.exec(await (await browser.get(path)).text())?.[1] ?? "";
  const before = await Deno.readTextFile(page.path);
  const forms: readonly (readonly [string, Record<string, string | string[]>, RegExp?])[] = [
    ["/profiles/agency", { ...profileFields(page, "agency"), caption: "Набрано" }, />Набрано</],
    [
      "/menu",
      {
        version: await version("/menu"),
        do: "save",
        welcome: "Набрано",
        button_text: ["К"],
        button_profile: ["cg"],
      },
      />Набрано</,
    ],
    [
      "/profiles/agency/languages/en",
      {
        version: await version("/profiles/agency/languages/en"),
        do: "save",
        caption: "Typed",
        confirmation: "",
      },
      />Typed</,
    ],
    ["/new-profile", { name: "Набрано", key: "typed" }, /value="Набрано"[^]*value="typed"/],
    ["/profiles/cg/rename", { key: "typed" }, /value="typed"/],
    ["/profiles/cg/delete", { key: "cg" }, /value="cg"/],
    ["/profiles/cg/move", { do: "up" }],
    ["/profiles/agency/history", { restore: String(first?.number) }],
  ];
  for (const [path, fields, typed] of forms) {
    using _disk = fullDisk();
    const response = await browser.post(path, fields);
    const html = await response.text();
    assert.equal(response.status, 507, path);
    assert.match(html, FULL, path);
    if (typed !== undefined) assert.match(html, typed, path);
  }
  assert.equal(await Deno.readTextFile(page.path), before);
  const english = { "accept-language": "en" };
  using _disk = fullDisk();
  const response = await browser.post("/profiles/cg/rename", { key: "typed" }, english);
  assert.match(await response.text(), /Not saved: the disk is full\./);
});

Deno.test("what the journal refuses outside a form's save is told as the disk's fault, not as a defect", async () => {
  const journal = await openJournal(":memory:");
  const full = () => Promise.reject(new StorageError("database or disk is full"));
  await using page = await openPage({ journal: { ...journal, openSession: full } });
  const response = await page.browser().post("/login", { password: PASSWORD });
  const html = await response.text();
  assert.equal(response.status, 507);
  assert.match(html, /На диске сервера нет места, или он неисправен/);
  assert.doesNotMatch(html, /продолжает принимать лиды/);
  const line = page.log.lines.find((each) => each.includes("не открылась"));
  assert.match(line ?? "", /: database or disk is full$/);
});

Deno.test("a first token that cannot be kept leaves the file as it was: leads go where they went", async () => {
  const journal = await openJournal(":memory:");
  const full = () => Promise.reject(new StorageError("database or disk is full"));
  const secrets = createPageSecrets({
    secrets: await openKeptSecrets({ ...journal, committed: full }),
    environment: () => undefined,
    mask: createMask(),
    now: () => NOON_MS,
  });
  await using page = await openPage({ journal, deps: { secrets } });
  const browser = await page.login();
  const before = await Deno.readTextFile(page.path);
  const typed = { crm: "amocrm", amo_account: "monster.amocrm.ru", amo_token: TOKEN };
  const fields = { ...fieldsWithCrm(page, "agency"), ...typed };
  const response = await browser.post("/profiles/agency", fields);
  assert.match(await response.text(), /Не сохранено: ошибка диска\. [^<]*/);
  assert.equal(response.status, 507);
  assert.equal(await Deno.readTextFile(page.path), before);
});

const OTHER_TOKEN = amoToken({ expiresAtS: NOON_MS / 1000 + 7200 });

/** A profile whose leads go to amoCRM with a token that is kept; then another token is typed. */
async function replaceToken(
  { secretsFail = () => false, disk }: {
    readonly secretsFail?: (writes: number) => boolean;
    readonly disk?: () => Disposable;
  },
) {
  const journal = await openJournal(":memory:");
  let writes = 0;
  const keptSecrets = await openKeptSecrets({
    ...journal,
    async keepSecret(name, value, by, nowMs) {
      if (secretsFail(++writes)) throw new StorageError("database or disk is full");
      await journal.keepSecret(name, value, by, nowMs);
    },
  });
  const secrets = createPageSecrets({
    secrets: keptSecrets,
    environment: () => undefined,
    mask: createMask(),
    now: () => NOON_MS,
  });
  await using page = await openPage({ journal, deps: { secrets } });
  const browser = await page.login();
  const typed = { crm: "amocrm", amo_account: "monster.amocrm.ru", amo_token: TOKEN };
  const first = { ...fieldsWithCrm(page, "agency"), ...typed };
  assert.equal((await browser.post("/profiles/agency", first)).status, 303);
  const [kept] = await journal.keptSecrets();
  await journal.keepSecret(kept?.name ?? "", TOKEN, "@anna", NOON_MS - 1_000);
  await keptSecrets.renew();
  const before = await Deno.readTextFile(page.path);
  const second = { ...fieldsWithCrm(page, "agency"), ...typed, caption: "Другое" };
  using _disk = disk?.();
  const response = await browser.post("/profiles/agency", { ...second, amo_token: OTHER_TOKEN });
  const html = await response.text();
  return {
    status: response.status,
    html,
    isFileSame: await Deno.readTextFile(page.path) === before,
    token: await journal.secret(kept?.name ?? ""),
    savedAtMs: (await journal.keptSecrets())[0]?.savedAtMs,
  };
}

Deno.test("a token that cannot be replaced on a full disk leaves file and token as they were, and says so", async () => {
  const left = await replaceToken({ secretsFail: (writes) => writes === 2 });
  assert.deepEqual([left.status, left.isFileSame, left.token], [507, true, TOKEN]);
  assert.match(left.html, /Не сохранено: ошибка диска/);
  assert.match(left.html, />Другое</, "what was typed is in the form");
});

Deno.test("a file that cannot be written on a full disk leaves the token that was to be replaced", async () => {
  const left = await replaceToken({ disk: fullDisk });
  assert.deepEqual(
    [left.status, left.isFileSame, left.token, left.savedAtMs],
    [507, true, TOKEN, NOON_MS - 1_000],
  );
  assert.match(left.html, FULL);
  assert.doesNotMatch(left.html, /Новый ключ CRM уже действует/);
});

Deno.test("a token that cannot be put back either is told of", async () => {
  const left = await replaceToken({ secretsFail: (writes) => writes === 3, disk: fullDisk });
  assert.deepEqual([left.status, left.isFileSame, left.token], [507, true, OTHER_TOKEN]);
  assert.match(left.html, /Новый ключ CRM уже действует\./);
});

Deno.test("a token is replaced together with the form", async () => {
  const left = await replaceToken({});
  assert.deepEqual([left.status, left.isFileSame, left.token], [303, false, OTHER_TOKEN]);
});

Deno.test("a token that cannot be removed on a full disk stays, and the form says so", async () => {
  const journal = await openJournal(":memory:");
  const secrets = createPageSecrets({
    secrets: await openKeptSecrets({
      ...journal,
      removeSecret: () => Promise.reject(new StorageError("database or disk is full")),
    }),
    environment: () => undefined,
    mask: createMask(),
    now: () => NOON_MS,
  });
  await using page = await openPage({ journal, deps: { secrets } });
  const browser = await page.login();
  const typed = { crm: "amocrm", amo_account: "monster.amocrm.ru", amo_token: TOKEN };
  await browser.post("/profiles/agency", { ...fieldsWithCrm(page, "agency"), ...typed });
  const [kept] = await journal.keptSecrets();
  const fields = { ...fieldsWithCrm(page, "agency"), do: `forget:${kept?.name}` };
  const response = await browser.post("/profiles/agency", fields);
  assert.equal(response.status, 507);
  assert.match(await response.text(), /Не сохранено: ошибка диска/);
  assert.equal(await journal.secret(kept?.name ?? ""), TOKEN);
});
