// The start on profiles in a database: the first takes them over from the file, later ones say that it has no effect.

import assert from "node:assert/strict";
import { openProfiles } from "../../lib/app/open_profiles.ts";
import { createPhotoStore } from "../../lib/profiles/photos/store.ts";
import type { ProfileStore } from "../../lib/profiles/store.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { anotherProfile, type Locales, someLocales } from "../helpers/a_profile.ts";
import { PHOTOS } from "../helpers/photos.ts";
import { schemaTest } from "../helpers/postgres.ts";
import { openShared, type SharedJournal } from "../helpers/shared_journal.ts";

interface Start extends LogOfTest {
  /** Undefined where it failed. */
  readonly store: ProfileStore | undefined;
}

interface Place extends SharedJournal {
  readonly folder: string;
  readonly path: string;
  write(content: Locales | string): Promise<string>;
  /** Starts on the schema with the file as it is. */
  start(): Promise<Start>;
}

function shared(name: string, test: (place: Place) => Promise<void>): void {
  schemaTest(name, async (schema, server) => {
    await using opened = await openShared(server, schema);
    const folder = await Deno.makeTempDir({ prefix: "triborg-" });
    const path = `${folder}/locales.json`;
    try {
      await test({
        ...opened,
        folder,
        path,
        async write(content) {
          const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
          await Deno.writeTextFile(path, text);
          return text;
        },
        async start() {
          const lines = aLog();
          const store = await openProfiles(
            { localesPath: path, dataDir: `${folder}/data`, timeZone: "UTC" },
            {
              journal: opened.journal,
              secret: (name) => name === "amo" ? "sesame-open" : undefined,
              log: lines.log,
              mask: lines.mask,
              now: () => NOON_MS,
              cardsChanged: () => {},
            },
          );
          return { ...lines, store };
        },
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

shared(
  "the first start takes the file over byte for byte, and then it is not read any more",
  async ({ write, start, path, shared }) => {
    const text = await write(someLocales());
    const first = await start();
    assert.equal(first.store?.place, "database");
    assert.equal(first.store?.text(), text);
    assert.deepEqual(first.lines, [
      `🗃 Профили взяты в базу данных из ${path}. Файл больше не действует: правки — на странице или deno task profiles import`,
    ]);
    await write(someLocales((all) => all.agency.name = "MONSTER"));
    await new Promise((resolve) => setTimeout(resolve, 300)); // A file that is watched would be read after 100 ms.
    assert.equal(first.store?.text(), text);
    const second = await start();
    assert.equal(second.store?.text(), text);
    assert.deepEqual(second.lines, [
      "🗃 Профили — из базы данных, версия 1",
      `⚠️ ${path} отличается от профилей в базе и не действует. Взять его: deno task profiles import`,
    ]);
    await Deno.remove(path);
    const third = await start();
    assert.equal(third.store?.text(), text);
    assert.deepEqual(third.lines, ["🗃 Профили — из базы данных, версия 1"]);
    assert.equal((await shared.sharedProfiles())?.revision, 1);
  },
);

shared("two first starts at once take it over once", async ({ write, start, shared }) => {
  await write(someLocales());
  const [one, other] = await Promise.all([start(), start()]);
  assert.equal(one.store?.text(), other.store?.text());
  assert.equal((await shared.sharedProfiles())?.revision, 1);
});

shared(
  "a first start on a broken file fails with its faults, and takes nothing over",
  async ({ write, start, path, shared }) => {
    await write(someLocales((all) => delete all.agency.name));
    const { store, lines } = await start();
    assert.equal(store, undefined);
    assert.deepEqual(lines, [
      "❌ locales.json: agency.name: нет, нужно значение",
      `❌ В базе ещё нет профилей, взять их из ${path} не удалось`,
    ]);
    assert.equal(await shared.sharedProfiles(), undefined);
  },
);

shared(
  "secrets that the profiles name are masked before they are used",
  async ({ write, start }) => {
    await write(someLocales((all) => {
      all.agency.crm = { kind: "webhook", headers: { authorization: "Bearer {secret:amo}" } };
      all.cg = anotherProfile("cg");
    }));
    const { log, lines } = await start();
    log.info("{a} {b}", { a: "sesame-open", b: "https://crm.example.ru/webhook/agency" });
    assert.doesNotMatch(lines.at(-1) ?? "", /sesame-open|webhook\/agency/);
  },
);

shared(
  "a start with faulty profiles in the database works with the last good ones of the history",
  async ({ write, start, shared, journal }) => {
    const text = await write(someLocales());
    await start();
    const kept = await shared.sharedProfiles();
    assert.ok(kept);
    const hasCrm = new Map<string, boolean>();
    const content = { before: "", members: new Map(), after: "" };
    const broken = { text: "{}", content, by: null, renamed: null, hasCrm };
    await shared.saveSharedProfiles(broken, kept.revision, NOON_MS);
    await journal.recordFile({ text, savedBy: null, renamed: null }, NOON_MS + 1);
    const { store, lines } = await start();
    assert.equal(store?.text(), text);
    assert.ok(store?.breakage());
    assert.match(lines.join("\n"), /❌ Профили в базе с ошибкой: работает версия от .* из истории/);
  },
);

shared(
  "a start brings the photos that the profiles and their history name, and no others",
  async ({ write, start, folder, shared, path }) => {
    const onDisk = createPhotoStore(`${folder}/data`, () => NOON_MS);
    const names: string[] = [];
    for (const file of [PHOTOS.jpeg, PHOTOS.png, PHOTOS.progressive]) {
      const kept = await onDisk.keep(file);
      assert.ok(kept.kind === "kept");
      names.push(kept.name);
    }
    const [used = "", unused = "", later = ""] = names;
    const withPhoto = (name: string) =>
      someLocales((all) => {
        delete all.agency.step1.photo_url;
        all.agency.step1.photo_file = name;
      });
    await write(withPhoto(used));
    const { lines } = await start();
    assert.ok(lines.includes("🖼 Фото из папки media взяты в базу: 1"), lines.join("\n"));
    assert.equal(await shared.hasPhoto(used), true);
    assert.equal(await shared.hasPhoto(unused), false);
    await Deno.remove(path);
    const again = await start();
    assert.deepEqual(again.lines, ["🗃 Профили — из базы данных, версия 1"]);
    assert.equal(await shared.hasPhoto(later), false);
  },
);
