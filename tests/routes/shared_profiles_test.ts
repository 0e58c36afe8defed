// The page on profiles in a database that another process changes too.

import assert from "node:assert/strict";
import { createSharedPhotoStore } from "../../lib/profiles/photos/shared_store.ts";
import { keepSharedProfiles, newVersion } from "../../lib/profiles/shared_store.ts";
import { parseText } from "../../lib/profiles/version.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { openPage, type PageOfTest, profileFields } from "../helpers/a_page.ts";
import { someLocales } from "../helpers/a_profile.ts";
import { textOf } from "../helpers/page_text.ts";
import { PHOTOS } from "../helpers/photos.ts";
import { type PostgresServer, schemaTest } from "../helpers/postgres.ts";
import { openShared } from "../helpers/shared_journal.ts";

async function aPage(server: PostgresServer, schema: string): Promise<PageOfTest> {
  const { journal, shared } = await openShared(server, schema);
  const read = parseText(JSON.stringify(someLocales(), null, 2));
  assert.ok(read.ok);
  await shared.saveSharedProfiles(newVersion(read.version, null, null), null, NOON_MS);
  const { committed } = journal;
  const now = () => NOON_MS;
  const profiles = await keepSharedProfiles(read.version, {
    records: shared,
    committed,
    revision: 1,
    cardsChanged: () => {},
    now,
    log: aLog().log,
  });
  const photos = createSharedPhotoStore({ records: shared, committed, now });
  const page = await openPage({ journal, deps: { profiles, photos } });
  return { ...page, store: profiles, [Symbol.asyncDispose]: page[Symbol.asyncDispose] };
}

schemaTest(
  "of two admins on two processes the second gets the page with both versions",
  async (schema, server) => {
    await using one = await aPage(server, schema);
    await using other = await aPage(server, schema);
    const anna = await one.login("Анна");
    const boris = await other.login("Борис");
    const typed = { ...profileFields(other, "agency"), name: "НАБРАНО" };
    const saved = await anna.post("/profiles/agency", {
      ...profileFields(one, "agency"),
      name: "СОХРАНЕНО",
    });
    assert.equal(saved.status, 303);
    const stale = await boris.post("/profiles/agency", typed);
    assert.equal(stale.status, 409);
    const text = await stale.text();
    assert.match(text, /пока вы правили, здесь сохранили другое/);
    assert.match(text, /СОХРАНЕНО/);
    assert.match(text, /НАБРАНО/);
    assert.equal(other.store.current().byKey.get("agency")?.name, "СОХРАНЕНО");
    // As the page now offers: over what was saved.
    const over = await boris.post("/profiles/agency", {
      ...profileFields(other, "agency"),
      name: "НАБРАНО",
    });
    assert.equal(over.status, 303);
    const history = await (await boris.get("/profiles/agency/history")).text();
    assert.match(history, /Анна/);
    assert.match(history, /Борис/);
  },
);

schemaTest(
  "a photo that is uploaded to one process is shown by the other",
  async (schema, server) => {
    await using one = await aPage(server, schema);
    await using other = await aPage(server, schema);
    const anna = await one.login("Анна");
    const photo = new File([PHOTOS.jpeg], "photo.jpg", { type: "image/jpeg" });
    const uploaded = await anna.postFiles("/profiles/agency/photo", { photo });
    const [, name = ""] = /\/media\/([0-9a-f]{64}\.jpg)/.exec(await uploaded.text()) ?? [];
    const shown = await (await other.login("Борис")).get(`/media/${name}`);
    assert.equal(shown.status, 200);
    assert.equal(shown.headers.get("content-type"), "image/jpeg");
    assert.deepEqual(new Uint8Array(await shown.arrayBuffer()), PHOTOS.jpeg);
  },
);

schemaTest(
  "the first page says in both languages that the file has no effect",
  async (schema, server) => {
    await using page = await aPage(server, schema);
    const browser = await page.login();
    const russian = textOf(await (await browser.get("/")).text());
    assert.match(russian, /Профили хранятся в базе данных.*locales\.json.*больше не действует/s);
    const english = await browser.get("/", { "accept-language": "en" });
    assert.match(textOf(await english.text()), /kept in the database.*locales\.json.*no effect/s);
  },
);

Deno.test("where the file is the place, the first page says nothing of a database", async () => {
  await using page = await openPage();
  const text = await (await (await page.login()).get("/")).text();
  assert.doesNotMatch(text, /хранятся в базе/);
});

schemaTest(
  "a change is taken back on another process than it was made on",
  async (schema, server) => {
    await using one = await aPage(server, schema);
    await using other = await aPage(server, schema);
    const anna = await one.login("Анна");
    const before = one.store.text();
    await anna.post("/profiles/agency", { ...profileFields(one, "agency"), name: "MONSTER" });
    await other.store.renew();
    const again = await other.login("Анна");
    const page = await (await again.get("/profiles/agency?saved")).text();
    const [, change = ""] = /name="change" value="(\d+)"/.exec(page) ?? [];
    assert.equal((await again.post("/undo", { change })).status, 303);
    assert.equal(other.store.text(), before);
    await one.store.renew();
    assert.equal(one.store.text(), before);
  },
);

schemaTest(
  "without a database a form is not saved, says why, and keeps what was typed",
  async (schema, server) => {
    await using page = await aPage(server, schema);
    const browser = await page.login();
    const fields = { ...profileFields(page, "agency"), name: "НАБРАНО" };
    page.deps.profiles.save = () =>
      Promise.resolve({ kind: "failed", reason: "база данных не отвечает" });
    const failed = await browser.post("/profiles/agency", fields);
    assert.equal(failed.status, 507);
    const text = await failed.text();
    assert.match(
      text,
      /Не сохранено: база данных не отвечает\..*Сохраните ещё раз, когда база ответит/s,
    );
    assert.match(text, /НАБРАНО/);
    const english = await browser.post("/profiles/agency", fields, { "accept-language": "en" });
    assert.match(await english.text(), /the database does not answer/);
  },
);
