// The journal's last good profiles, for a start whose file is broken.

import assert from "node:assert/strict";
import { keptVersion } from "../../lib/profiles/fallback.ts";
import { parseText, type Version } from "../../lib/profiles/version.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { anotherProfile, type Locales, someLocales } from "../helpers/a_profile.ts";

function versionOf(text: string): Version {
  const read = parseText(text);
  assert.ok(read.ok);
  return read.version;
}

function textOf(edit?: (locales: Locales) => void): string {
  return JSON.stringify(someLocales(edit), null, 2);
}

Deno.test("the last good version is the newest text, byte for byte", () =>
  withJournal(async (journal) => {
    assert.equal(await keptVersion(journal), undefined);
    const texts = [textOf(), textOf(({ agency }) => agency.name = "ВТОРОЕ") + "\n\n"];
    for (const [index, text] of texts.entries()) {
      const { content } = versionOf(text);
      await journal.recordVersion({ text, content, by: null, renamed: null }, 1_000 * (index + 1));
    }
    const kept = await keptVersion(journal) ?? assert.fail();
    assert.deepEqual([kept.version.text, kept.savedAtMs], [texts[1], 2_000]);
  }));

Deno.test("a journal of an older bot, without whole texts, gives the newest profiles in order", () =>
  withJournal(async (journal) => {
    const first = textOf((all) => {
      all.year = anotherProfile("year");
      all.gone = anotherProfile("gone");
      all._note = "для людей";
    }).replace('"year": {', '"2026": {');
    await journal.recordRevisions(versionOf(first).content, null, 1_000);
    const second = first.replace("MONSTER AGENCY", "НОВОЕ").replace('"gone"', '"other"');
    await journal.recordRevisions(versionOf(second).content, null, 2_000);
    const kept = await keptVersion(journal) ?? assert.fail();
    assert.deepEqual([...kept.version.profiles.byKey.keys()], ["agency", "2026", "other"]);
    assert.deepEqual([...kept.version.content.members.keys()].toSorted(), [
      "2026",
      "_note",
      "agency",
      "fallback",
      "other",
    ]);
    assert.equal(kept.version.profiles.byKey.get("agency")?.name, "НОВОЕ");
    assert.equal(kept.savedAtMs, 2_000);
  }));

Deno.test("a newer record of an older bot takes precedence over the newest whole text", () =>
  withJournal(async (journal) => {
    const text = textOf();
    const { content } = versionOf(text);
    await journal.recordVersion({ text, content, by: null, renamed: null }, 1_000);
    const later = versionOf(textOf(({ agency }) => agency.name = "ПОЗЖЕ"));
    await journal.recordRevisions(later.content, null, 2_000);
    assert.equal((await keptVersion(journal))?.version.profiles.byKey.get("agency")?.name, "ПОЗЖЕ");
  }));

Deno.test("the journal keeps a limited number of whole texts", () =>
  withJournal(async (journal) => {
    const { content } = versionOf(textOf());
    for (let nth = 1; nth <= 30; nth += 1) {
      await journal.recordVersion({ text: `${nth}`, content, by: "@anna", renamed: null }, nth);
    }
    assert.equal(await journal.findFile(10), undefined);
    assert.equal((await journal.findFile(11))?.text, "11");
    const long = "x".repeat(600_000);
    await journal.recordVersion({ text: long, content, by: null, renamed: null }, 99);
    assert.equal(await journal.findFile(29), undefined);
    assert.equal((await journal.latestFileBy("@anna"))?.text, "30");
    await journal.recordVersion({ text: long, content, by: "@anna", renamed: null }, 100);
    assert.equal((await journal.latestFile())?.number, 31);
  }));
