// Secrets of CRMs: kept, replaced and removed, and not to be found in the journal's files after that.

import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { NOON_MS } from "../helpers/a_lead.ts";

const KEY = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.one.a1f3";

Deno.test("a secret is told by its name alone, and shown by who saved it when, and by its ending", () =>
  withJournal(async (journal) => {
    await journal.keepSecret("crm_key", "b".repeat(11), "@maria", NOON_MS);
    await journal.keepSecret("amo", KEY, "Анна", NOON_MS + 1);
    assert.equal(await journal.secret("amo"), KEY);
    assert.equal(await journal.secret("never"), undefined);
    assert.deepEqual(await journal.keptSecrets(), [
      { name: "amo", ending: "…a1f3", savedAtMs: NOON_MS + 1, savedBy: "Анна" },
      { name: "crm_key", ending: "", savedAtMs: NOON_MS, savedBy: "@maria" },
    ]);
  }));

Deno.test("the ending is shown from 12 characters on", () =>
  withJournal(async (journal) => {
    await journal.keepSecret("short", "a".repeat(11), "@maria", NOON_MS);
    await journal.keepSecret("long", "a".repeat(12), "@maria", NOON_MS);
    const endings = (await journal.keptSecrets()).map(({ name, ending }) => [name, ending]);
    assert.deepEqual(endings, [["long", "…aaaa"], ["short", ""]]);
  }));

Deno.test("a secret that is saved again has the new value, and one that is removed has none", () =>
  withJournal(async (journal) => {
    await journal.keepSecret("amo", KEY, "Анна", NOON_MS);
    await journal.keepSecret("amo", "another value", "@maria", NOON_MS + 1);
    assert.equal(await journal.secret("amo"), "another value");
    assert.deepEqual((await journal.keptSecrets()).map(({ savedBy }) => savedBy), ["@maria"]);
    assert.equal(await journal.removeSecret("amo"), true);
    assert.equal(await journal.removeSecret("amo"), false);
    assert.equal(await journal.secret("amo"), undefined);
    assert.deepEqual(await journal.keptSecrets(), []);
  }));

for (
  const [how, forget] of [
    ["replaced", (journal: Journal) => journal.keepSecret("amo", "another", "@maria", NOON_MS)],
    ["removed", async (journal: Journal) => void await journal.removeSecret("amo")],
  ] as const
) {
  Deno.test(`a value that was ${how} is in no file of the journal any more`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "triborg-" });
    const path = `${folder}/triborg.db`;
    const journal = await openJournal(path);
    // One within a page, one that takes pages of its own.
    const value = KEY.repeat(how === "replaced" ? 200 : 2);
    const isThere = (ending: string) => Deno.readTextFileSync(path + ending).includes(KEY);
    try {
      await journal.keepSecret("crm_key", "stays where it is", "Анна", NOON_MS);
      await journal.keepSecret("amo", value, "Анна", NOON_MS);
      await journal.committed();
      assert.ok(isThere("-wal"));
      await forget(journal);
      await journal.committed();
      assert.deepEqual([isThere(""), isThere("-wal")], [false, false]);
      assert.equal(await journal.secret("crm_key"), "stays where it is");
    } finally {
      await journal.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
