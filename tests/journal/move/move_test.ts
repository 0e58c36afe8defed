// A moved journal owes on PostgreSQL what it owed in the file, after a restart there. The file stays as it is.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { COPIED_FACT, type Journal } from "../../../lib/journal/journal.ts";
import { type Moved, moveJournal } from "../../../lib/journal/move/move.ts";
import { openPostgresJournal } from "../../../lib/journal/postgres/journal.ts";
import { openJournal } from "../../../lib/journal/sqlite/open.ts";
import type { CrmOutcome } from "../../../lib/lead.ts";
import { NOON_MS } from "../../helpers/a_lead.ts";
import { makeFullJournal } from "../../helpers/full_journal.ts";
import { type PostgresServer, schemaTest } from "../../helpers/postgres.ts";

const CUT_OFF: CrmOutcome = { kind: "interrupted", reason: "cut off" };

interface Place {
  readonly folder: string;
  readonly file: string;
  move(): Promise<Moved>;
  /** What the schema holds, opened as a bot does. */
  moved(use: (journal: Journal) => Promise<void>): Promise<void>;
}

async function withPlace(
  schema: string,
  { url }: PostgresServer,
  test: (place: Place) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const file = `${folder}/triborg.db`;
  const to = { url, schema, random: () => 0, onWaiting() {} };
  try {
    await test({
      folder,
      file,
      move: () =>
        moveJournal({
          journal: file,
          copy: `${folder}/moving.db`,
          to,
          files: { profiles: undefined, photos: [] },
          interrupted: CUT_OFF,
          nowMs: NOON_MS,
          onProgress() {},
        }),
      async moved(use) {
        const { journal } = await openPostgresJournal(to);
        await use(journal);
        await journal.close();
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a start finds to do, and what the page shows. */
async function owedBy(journal: Journal) {
  const due = { nowMs: NOON_MS, limit: 100 };
  return {
    updates: await journal.takeUpdates(due.nowMs, due.limit),
    work: await Promise.all(
      ["crm:host:a", "admin_chat", "admin_chat:edits", "visitors"].map((lane) =>
        journal.takeWork(lane, due.nowMs, due.limit)
      ),
    ),
    leads: await Promise.all([1, 2, 4].map((number) => journal.findLead(number))),
    attempts: await Promise.all([1, 2].map((number) => journal.attemptsOf(number))),
  };
}

schemaTest(
  "a moved journal owes what the file owes after a restart",
  (schema, server) =>
    withPlace(schema, server, async ({ file, move, moved }) => {
      await makeFullJournal(file);
      const { cutOff, contents } = await move();
      assert.deepEqual([cutOff, contents.leads], [1, 3]);
      const restarted = await openJournal(file);
      await restarted.recover(CUT_OFF, NOON_MS);
      const wanted = await owedBy(restarted);
      await restarted.close();
      assert.ok(JSON.stringify(wanted).includes("cut off"));
      await moved(async (journal) => assert.deepEqual(await owedBy(journal), wanted));
    }),
);

schemaTest(
  "the file stays as it is, byte for byte, and nothing is beside it",
  (schema, server) =>
    withPlace(schema, server, async ({ folder, file, move }) => {
      await makeFullJournal(file);
      const before = await Deno.readFile(file);
      const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
      const namesBefore = names();
      await move();
      assert.deepEqual(await Deno.readFile(file), before);
      assert.deepEqual(names(), namesBefore);
    }),
);

schemaTest(
  "what a killed bot left in the WAL is moved",
  (schema, server) =>
    withPlace(schema, server, async ({ folder, file, move }) => {
      await makeFullJournal(`${folder}/running.db`);
      using db = new DatabaseSync(`${folder}/running.db`);
      db.exec("INSERT INTO facts VALUES ('late', '')");
      for (const ending of ["", "-wal"]) {
        await Deno.copyFile(`${folder}/running.db${ending}`, file + ending);
      }
      await move();
      const late = `SELECT count(*) FROM ${schema}.facts WHERE name = 'late'`;
      assert.equal(await server.sql(late), "1");
    }),
);

schemaTest(
  "a journal of the version before is moved with the newest tables",
  (schema, server) =>
    withPlace(schema, server, async ({ file, move }) => {
      await makeFullJournal(file);
      {
        using db = new DatabaseSync(file);
        db.exec("DROP TABLE sent_photos; DELETE FROM additions WHERE name = 'sent_photos'");
      }
      const { tables } = await move();
      assert.ok(tables.some(({ name }) => name === "sent_photos"));
    }),
);

schemaTest(
  "a restored copy sends no lead again",
  (schema, server) =>
    withPlace(schema, server, async ({ file, move, moved }) => {
      await makeFullJournal(file);
      {
        using db = new DatabaseSync(file);
        db.exec(`INSERT INTO facts VALUES ('${COPIED_FACT}', '1')`);
      }
      await move();
      await moved(async (journal) => {
        assert.equal(await journal.fact(COPIED_FACT), undefined);
        assert.deepEqual(await journal.takeWork("crm:host:a", NOON_MS, 100), []);
      });
    }),
);

schemaTest(
  "what is no journal is refused, and the schema is not made",
  (schema, server) =>
    withPlace(schema, server, async ({ file, move }) => {
      await Deno.writeTextFile(file, "no database at all, but some text of its own".repeat(99));
      await assert.rejects(move(), /not a database/);
      const schemas = `SELECT count(*) FROM pg_namespace WHERE nspname = '${schema}'`;
      assert.equal(await server.sql(schemas), "0");
    }),
);
