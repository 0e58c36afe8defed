// The journal in PostgreSQL, opened by processes of a crew: they may write while they live.

import assert from "node:assert/strict";
import { connectionOf } from "../../../lib/journal/postgres/crew/connection.ts";
import { openPostgresJournal } from "../../../lib/journal/postgres/journal.ts";
import { StorageError } from "../../../lib/journal/storage_error.ts";
import { aCrewMember, type CrewMember } from "../../helpers/crew_side.ts";
import { NOON_MS } from "../../helpers/a_lead.ts";
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
