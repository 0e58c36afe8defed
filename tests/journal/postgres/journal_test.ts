// The journal in PostgreSQL, opened by processes of a crew: they may write while they live.

import assert from "node:assert/strict";
import { lockKeyOf } from "../../../lib/journal/postgres/batch.ts";
import { connectionOf } from "../../../lib/journal/postgres/crew/connection.ts";
import { endClient } from "../../../lib/journal/postgres/driver.ts";
import { openPostgresJournal } from "../../../lib/journal/postgres/journal.ts";
import { StorageError } from "../../../lib/journal/storage_error.ts";
import { aCrewMember, type CrewMember } from "../../helpers/crew_side.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../../helpers/a_lead.ts";
import { schemaTest } from "../../helpers/postgres.ts";

schemaTest(
  "a journal is opened when its process has joined the crew, and refuses writes once it has left",
  async (schema, { url, sql }) => {
    let member: CrewMember | undefined;
    const { journal } = await openPostgresJournal({
      url,
      schema,
      botId: "7",
      random: () => 0,
      onWaiting: () => {},
      async join({ connect, journal }) {
        member = aCrewMember({
          url,
          schema,
          connect: async () => connectionOf(await connect()),
          takeOver: async (dead) =>
            void await (await journal).takeOver(dead, { kind: "interrupted", reason: "" }, NOON_MS),
        });
        await member.joined();
        return member;
      },
    });
    try {
      await journal.recordUpdates([{ id: 5, body: "{}" }], NOON_MS, null);
      await journal.committed();
      const holder = await sql(`SELECT holder FROM ${schema}.inbox`);
      assert.equal(holder, member?.id());
      await member?.end();
      await assert.rejects(
        journal.recordUpdates([{ id: 6, body: "{}" }], NOON_MS, null),
        StorageError,
      );
      assert.deepEqual(await sql(`SELECT update_id FROM ${schema}.inbox`), "5");
    } finally {
      await journal.close();
    }
  },
);

schemaTest(
  "long reads wait for no batch of another process, and see what this one wrote before",
  async (schema, { url }) => {
    const { journal, connect } = await openPostgresJournal({
      url,
      schema,
      random: () => 0,
      onWaiting: () => {},
    });
    const other = await connect();
    try {
      const recorded = journal.recordChoice(aNewLead(), aConfirmation(), "crm:host:a", false);
      await recorded;
      const all = { place: null, profile: null, fromMs: null, toMs: null, words: "" };
      assert.equal((await journal.listLeads(all, { before: 9 }, 9)).leads.length, 1);
      await other.query("BEGIN");
      await other.query(`SELECT pg_advisory_xact_lock(${lockKeyOf(schema)})`);
      assert.deepEqual(await journal.countListed(all), { on_its_way: 1 });
      assert.equal((await journal.findLife(1))?.lead.number, 1);
      await other.query("ROLLBACK");
    } finally {
      await endClient(other);
      await journal.close();
    }
  },
);
