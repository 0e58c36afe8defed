// What the journal knows of photos: ids by the bot that has them, and which ones its history names.

import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { openStore } from "../helpers/a_store.ts";
import { someLocales } from "../helpers/a_profile.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";

const PHOTO = `${"a".repeat(64)}.jpg`;
const OTHER = `${"b".repeat(64)}.png`;

Deno.test("a photo's id is the bot's that sent it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/triborg.db`;
  const as = (botId: string) => openJournal(path, botId);
  try {
    await using first = disposable(await as("111"));
    await first.journal.rememberSentPhoto(PHOTO, "id-of-111");
    assert.equal(await first.journal.sentPhoto(PHOTO), "id-of-111");
    assert.equal(await first.journal.sentPhoto(OTHER), undefined);
    await first.close();

    await using second = disposable(await as("222"));
    assert.equal(await second.journal.sentPhoto(PHOTO), undefined);
    await second.journal.rememberSentPhoto(PHOTO, "id-of-222");
    await second.close();

    await using again = disposable(await as("111"));
    assert.equal(await again.journal.sentPhoto(PHOTO), "id-of-111");
    await again.journal.rememberSentPhoto(PHOTO, "newer");
    assert.equal(await again.journal.sentPhoto(PHOTO), "newer");
    await again.journal.forgetSentPhoto(PHOTO);
    assert.equal(await again.journal.sentPhoto(PHOTO), undefined);
    await again.close();

    await using last = disposable(await as("222"));
    assert.equal(await last.journal.sentPhoto(PHOTO), "id-of-222");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function disposable(journal: Journal) {
  let isOpen = true;
  const close = async () => {
    if (isOpen) await journal.close();
    isOpen = false;
  };
  return { journal, close, [Symbol.asyncDispose]: close };
}

Deno.test("a photo that a version once named is named by the history, also when the profile has another or is gone", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/locales.json`;
  const withPhoto = (name?: string) =>
    JSON.stringify(someLocales(({ agency }) => {
      if (name !== undefined) agency.step1.photo_file = name;
    }));
  await Deno.writeTextFile(path, withPhoto(PHOTO));
  const journal = await openJournal(":memory:");
  const store = await openStore({
    path,
    log: aLog().log,
    onLoad: (version) => journal.recordVersion(version, NOON_MS),
  });
  try {
    assert.equal(await journal.historyNames(PHOTO), true);
    assert.equal(await journal.historyNames(OTHER), false);
    assert.equal((await store.save(withPhoto(), store.text())).kind, "saved");
    assert.equal(await journal.historyNames(PHOTO), true);
  } finally {
    await store.close();
    await journal.close();
    await Deno.remove(folder, { recursive: true });
  }
});
