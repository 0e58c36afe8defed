// The whole bot on profiles in a real PostgreSQL, which another process changes meanwhile.

import assert from "node:assert/strict";
import { createSharedPhotoStore } from "../../lib/profiles/photos/shared_store.ts";
import { newVersion } from "../../lib/profiles/shared_store.ts";
import { parseText } from "../../lib/profiles/version.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { PHOTOS } from "../helpers/photos.ts";
import { schemaTest } from "../helpers/postgres.ts";
import { openShared, type SharedJournal } from "../helpers/shared_journal.ts";
import { becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";
import { type Locales, withWorld, type World } from "../helpers/world.ts";

function sharedStory(
  name: string,
  story: (world: World, other: SharedJournal) => Promise<void>,
): void {
  schemaTest(name, async (schema, server) => {
    const env = { DATABASE_URL: server.url, PG_SCHEMA: schema };
    await withWorld(async (world) => {
      await using other = await openShared(server, schema);
      await story(world, other);
    }, { env });
  });
}

/** Saves as the page of another process does. */
async function save({ shared, journal }: SharedJournal, edit: (locales: Locales) => void) {
  const kept = await shared.sharedProfiles();
  assert.ok(kept);
  const locales = JSON.parse(kept.text);
  edit(locales);
  const read = parseText(JSON.stringify(locales, null, 2));
  assert.ok(read.ok);
  const version = newVersion(read.version, "Анна", null);
  assert.ok(await shared.saveSharedProfiles(version, kept.revision, NOON_MS));
  await journal.committed();
}

sharedStory(
  "what another process saves visitors read at once, and the file has no effect",
  async (world, other) => {
    await world.bot.line("🗃 Профили взяты в базу данных из");
    await world.editLocales(({ agency }) => agency.step1.caption = "Из файла");
    await save(other, ({ agency }) => agency.step1.caption = "Из базы");
    await world.bot.line("✅ Профили в базе: изменения приняты");
    assert.equal(wordsOf(await greet(galliard(world))), "Из базы");
    assert.equal(await world.bot.stop(), 0);
    const again = await world.restart();
    await again.line("🗃 Профили — из базы данных, версия 2");
    await again.line(/⚠️ .*locales\.json отличается от профилей в базе и не действует/);
  },
);

sharedStory(
  "a key and a photo that come to another process go to the CRM and to visitors",
  async (world, other) => {
    const { shared, journal } = other;
    const photos = createSharedPhotoStore({
      records: shared,
      committed: journal.committed,
      now: Date.now,
    });
    const kept = await photos.keep(PHOTOS.jpeg);
    assert.ok(kept.kind === "kept");
    await journal.keepSecret("crm_key", "sesame-open", "Анна", NOON_MS);
    await journal.committed();
    await save(other, ({ agency }) => {
      agency.crm = { kind: "webhook", headers: { authorization: "Bearer {secret:crm_key}" } };
      agency.step1.photo_file = kept.name;
    });
    await world.bot.line("✅ Профили в базе: изменения приняты");
    const { menu } = await becomeLead(galliard(world));
    assert.ok(menu.photo);
    const { headers } = await world.crm.nextLead();
    assert.equal(headers["authorization"], "Bearer sesame-open");
    assert.doesNotMatch(world.bot.lines.join("\n"), /sesame-open/);
  },
);

sharedStory(
  "two bots start on the same profiles, and both follow what is saved",
  async (world, other) => {
    const first = world.bot;
    await first.line("🗃 Профили взяты в базу данных из");
    const second = await world.restart({ DATA_DIR: `${world.folder}/other` });
    try {
      await second.line("🗃 Профили — из базы данных, версия 1");
      await second.line("на связи");
      await save(other, ({ agency }) => agency.step1.caption = "Из базы");
      for (const bot of [first, second]) await bot.line("✅ Профили в базе: изменения приняты");
      assert.equal(wordsOf(await greet(galliard(world))), "Из базы");
    } finally {
      await first.kill();
    }
  },
);
