// A copy that was put in the journal's place by hand, beside the WAL of the journal before it.

import assert from "node:assert/strict";
import { putStrayWalAside } from "../../lib/journal/sqlite/stray_wal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";

/** Lends a journal of two leads as a kill leaves it, and a copy of its first lead. */
async function withKilled(test: (path: string, copy: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const [path, copy] = [`${folder}/triborg.db`, `${folder}/copy.db`];
  const journal = await openJournal(`${folder}/open.db`);
  try {
    await journal.recordChoice(aNewLead(), aConfirmation(), "crm:host:x", false);
    await journal.committed();
    await journal.backUp(copy, NOON_MS);
    await journal.recordChoice(
      aNewLead({ id: "second", menuMessageId: 3 }),
      aConfirmation(),
      "crm:host:x",
      false,
    );
    await journal.committed();
    for (const ending of ["", "-wal"]) {
      await Deno.copyFile(`${folder}/open.db${ending}`, path + ending);
    }
    await test(path, copy);
  } finally {
    await journal.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function leadsIn(path: string): Promise<number> {
  const journal = await openJournal(path);
  try {
    const leads = await Promise.all([1, 2].map((number) => journal.findLead(number)));
    return leads.filter((each) => each !== undefined).length;
  } finally {
    await journal.close();
  }
}

Deno.test("a WAL beside a copy is not the copy's: it is put aside, and the copy opens as it is", () =>
  withKilled(async (path, copy) => {
    const wal = Deno.readFileSync(`${path}-wal`);
    Deno.copyFileSync(copy, path);
    Deno.writeTextFileSync(`${path}-wal-of-another`, "of a time before");
    const aside = putStrayWalAside(path);
    assert.equal(aside, `${path}-wal-of-another-2`);
    assert.deepEqual(Deno.readFileSync(aside), wal);
    assert.equal(await leadsIn(path), 1);
  }));

Deno.test("the WAL of a journal that was killed is its own and stays", () =>
  withKilled(async (path) => {
    assert.equal(putStrayWalAside(path), undefined);
    assert.equal(await leadsIn(path), 2);
  }));

Deno.test("what is no database, or not there, is left to SQLite", () =>
  // deno-lint-ignore require-await
  withKilled(async (path) => {
    Deno.writeTextFileSync(path, "no database");
    assert.equal(putStrayWalAside(path), undefined);
    Deno.removeSync(path);
    assert.equal(putStrayWalAside(path), undefined);
    Deno.removeSync(`${path}-wal`);
    assert.equal(putStrayWalAside(path), undefined);
  }));
