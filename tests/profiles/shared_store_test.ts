// Profiles in a database that processes share: two stores on one real PostgreSQL.

import assert from "node:assert/strict";
import { readJson, textOf, valuesOf } from "../../lib/json/text.ts";
import { withValue } from "../../lib/json/edit.ts";
import { withRenamedProfile } from "../../lib/profiles/list.ts";
import { saveEdit } from "../../lib/profiles/saving.ts";
import { keepSharedProfiles, newVersion } from "../../lib/profiles/shared_store.ts";
import type { ProfileStore } from "../../lib/profiles/store.ts";
import { parseText, type Version } from "../../lib/profiles/version.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { anotherProfile, type Locales, someLocales } from "../helpers/a_profile.ts";
import { type PostgresServer, schemaTest } from "../helpers/postgres.ts";
import { openShared, type SharedJournal } from "../helpers/shared_journal.ts";

/** With what the bot does not know, and as an editor on Windows leaves it. */
const TEXT = JSON.stringify(someLocales((all) => all._note = 1), null, "\t")
  .replaceAll("\n", "\r\n") + "\r\n";

interface Process extends AsyncDisposable, SharedJournal, LogOfTest {
  readonly store: ProfileStore;
  cardChanges: number;
}

function versionOf(text: string): Version {
  const read = parseText(text);
  assert.ok(read.ok, JSON.stringify(read));
  return read.version;
}

/** A process that has started on a schema. */
async function aProcess(server: PostgresServer, schema: string): Promise<Process> {
  const opened = await openShared(server, schema);
  const { journal, shared } = opened;
  const version = versionOf(TEXT);
  await shared.saveSharedProfiles(newVersion(version, null, null), null, NOON_MS);
  const log = aLog();
  const kept = await shared.sharedProfiles();
  const process: Process = {
    ...opened,
    ...log,
    cardChanges: 0,
    store: await keepSharedProfiles(versionOf(kept?.text ?? ""), {
      records: shared,
      committed: journal.committed,
      revision: kept?.revision ?? 0,
      cardsChanged: () => void process.cardChanges++,
      now: () => NOON_MS,
      log: log.log,
    }),
    async [Symbol.asyncDispose]() {
      await process.store.close();
      await opened[Symbol.asyncDispose]();
    },
  };
  return process;
}

function named(name: string): (content: Version["content"]) => Version["content"] {
  return (content) => {
    const agency = valuesOf(content).get("agency") as Locales;
    return withValue(content, "agency", { ...agency, name });
  };
}

function nameIn({ store }: Process): string | undefined {
  return store.current().byKey.get("agency")?.name;
}

schemaTest(
  "the first text is kept byte for byte, and a second process finds it",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    await using other = await aProcess(server, schema);
    assert.equal(one.store.place, "database");
    assert.equal(other.store.text(), TEXT);
    const kept = await one.shared.sharedProfiles();
    assert.deepEqual(kept, { text: TEXT, revision: 1, savedAtMs: NOON_MS, savedBy: null });
    assert.deepEqual((await one.journal.dueLanes(NOON_MS)).revisions, { profiles: 1, secrets: 0 });
    assert.equal((await one.journal.latestFile())?.text, TEXT);
  },
);

schemaTest(
  "what one process saves the other has once it looks, with the history and who it was",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    await using other = await aProcess(server, schema);
    let changes = 0;
    other.store.onChange(() => changes++);
    assert.deepEqual(await saveEdit(one.store, "Анна", named("MONSTER")), { kind: "saved" });
    assert.equal(nameIn(one), "MONSTER");
    assert.equal(nameIn(other), "MONSTER AGENCY");
    const profiles = (await other.journal.dueLanes(NOON_MS)).revisions?.profiles;
    await other.store.renew(profiles);
    assert.equal(nameIn(other), "MONSTER");
    assert.equal(other.store.text(), one.store.text());
    assert.equal(changes, 1);
    assert.match(other.lines.join("\n"), /✅ Профили в базе: изменения приняты, профилей: 1/);
    await other.store.renew(profiles);
    await other.store.renew();
    assert.equal(changes, 1);
    const history = await other.journal.listRevisions("agency", 10);
    assert.deepEqual(history.map(({ savedBy }) => savedBy), ["Анна", null]);
  },
);

schemaTest(
  "a save over what another process has saved is stale, and its store has both versions then",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    await using other = await aProcess(server, schema);
    const basedOn = other.store.text();
    const mine = textOf(named("MINE")(other.store.content()));
    assert.deepEqual(await saveEdit(one.store, "Анна", named("THEIRS")), { kind: "saved" });
    assert.deepEqual(await other.store.save(mine, basedOn, { by: "Борис" }), { kind: "stale" });
    assert.equal(nameIn(other), "THEIRS");
    assert.equal((await one.shared.sharedProfiles())?.revision, 2);
    assert.equal((await one.journal.latestFile())?.savedBy, "Анна");
  },
);

schemaTest(
  "of two saves at once in two processes one is saved and one is stale",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    await using other = await aProcess(server, schema);
    const results = await Promise.all(
      [one, other].map(({ store }, nth) =>
        store.save(textOf(named(`NAME ${nth}`)(store.content())), store.text())
      ),
    );
    assert.deepEqual(
      results.map(({ kind }) => kind).toSorted(),
      ["saved", "stale"],
    );
    assert.equal(nameIn(one), nameIn(other));
  },
);

schemaTest(
  "an edit of another profile is repeated on what another process has saved",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    await using other = await aProcess(server, schema);
    await saveEdit(one.store, "Анна", named("MONSTER"));
    const withCg = (content: Version["content"]) => withValue(content, "cg", anotherProfile("cg"));
    assert.deepEqual(await saveEdit(other.store, "Борис", withCg), { kind: "saved" });
    assert.equal(nameIn(other), "MONSTER");
    assert.deepEqual([...other.store.current().byKey.keys()], ["agency", "cg"]);
  },
);

schemaTest(
  "a faulty text is refused, and the database keeps the one before",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    const result = await one.store.save("{}", one.store.text());
    assert.equal(result.kind, "refused");
    assert.equal((await one.shared.sharedProfiles())?.text, TEXT);
  },
);

schemaTest(
  "a changed link moves history in the same step, and open cards follow a lost CRM",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    const renamed = { from: "agency", to: "studio" };
    const result = await saveEdit(
      one.store,
      "Анна",
      (content) => withRenamedProfile(content, "agency", "studio"),
      renamed,
    );
    assert.deepEqual(result, { kind: "saved" });
    assert.equal((await one.journal.listRevisions("studio", 10)).length > 0, true);
    assert.deepEqual((await one.journal.latestFile())?.renamed, renamed);
    assert.equal(one.cardChanges, 0);
  },
);

schemaTest(
  "a text that is faulty in the database leaves the version in use, and says so until it is mended",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    await server.sql(`UPDATE ${schema}.profiles SET text = '{}', revision = 2`);
    await one.store.renew(2);
    assert.equal(nameIn(one), "MONSTER AGENCY");
    assert.ok(one.store.breakage());
    assert.match(one.lines.join("\n"), /❌ Профили в базе: /);
    const result = await saveEdit(one.store, "Анна", named("MONSTER"));
    assert.equal(result.kind, "broken");
    const text = textOf(named("MENDED")(one.store.content()));
    await one.shared.saveSharedProfiles(newVersion(versionOf(text), "psql", null), 2, NOON_MS);
    await one.store.renew();
    assert.equal(nameIn(one), "MENDED");
    assert.equal(one.store.breakage(), undefined);
  },
);

schemaTest(
  "a lower revision is taken too: a standby may have missed the last one",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    await saveEdit(one.store, "Анна", named("LOST"));
    await server.sql(
      `UPDATE ${schema}.profiles SET text = replace(text, 'LOST', 'MONSTER'), revision = 1`,
    );
    await one.store.renew(1);
    assert.equal(nameIn(one), "MONSTER");
    assert.deepEqual(await saveEdit(one.store, "Анна", named("AGAIN")), { kind: "saved" });
  },
);

schemaTest(
  "without a database nothing is saved, and the reason says so",
  async (schema, server) => {
    await using one = await aProcess(server, schema);
    await one.journal.close();
    const text = textOf(named("MONSTER")(one.store.content()));
    const result = await one.store.save(text, one.store.text());
    assert.deepEqual(result, { kind: "failed", reason: "база данных не отвечает" });
    assert.equal(nameIn(one), "MONSTER AGENCY");
  },
);

Deno.test("a text is one, to the byte, from JSON and back", () => {
  const read = readJson(TEXT);
  assert.ok(read.ok);
  assert.equal(textOf(read.json), TEXT);
});
