// Moments at which two processes of a crew reach for the same row: held open by locks, so that each test meets its own.

import assert from "node:assert/strict";
import type { Connection } from "../../../lib/journal/postgres/crew/connection.ts";
import {
  aCrewMember,
  connecting,
  createCrewSchema,
  eventually,
  QUICK,
} from "../../helpers/crew_side.ts";
import { schemaTest } from "../../helpers/postgres.ts";

/** Enters a process that does nothing, alive for so many seconds. */
async function enter(database: Connection, id: string, seconds: number): Promise<void> {
  await database.query(
    `INSERT INTO crew (id, host, pid, version, joined_at, beat_at, lease_until)
     VALUES ($1, 'test', 1, '0', now(), now(), now() + $2 * interval '1 second')`,
    [id, seconds],
  );
}

async function holderOf(database: Connection, seat: string): Promise<unknown> {
  const [row] = await database.query("SELECT holder FROM seats WHERE name = $1", [seat]);
  return row?.["holder"];
}

/** Waits until a beat hangs at a lock. */
async function aBeatWaits(database: Connection): Promise<void> {
  await eventually(async () => {
    const rows = await database.query(`
      SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%beat_at%'`);
    return rows.length > 0;
  }, "a beat that waits");
}

schemaTest(
  "a seat that another took while a beat waited stays with that one",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    await enter(database, "other", 3_600);
    await database.query("INSERT INTO seats (name, holder) VALUES ('polling', 'other')");
    const times = { ...QUICK, patienceMs: 2_000 };
    const member = aCrewMember({ url: server.url, schema, seats: ["polling"], times });
    const id = await member.joined();
    await eventually(() => member.living() === 2, "the first beat");
    const locker = await connecting(server.url, schema)();
    await locker.query("BEGIN");
    await locker.query("SELECT 1 FROM crew WHERE id = $1 FOR UPDATE", [id]);
    await database.query("UPDATE seats SET holder = NULL");
    await aBeatWaits(database);
    await enter(database, "third", 3_600);
    await database.query("UPDATE seats SET holder = 'third'");
    await locker.query("COMMIT");
    await eventually(() => member.living() === 3, "a beat after it");
    assert.equal(await holderOf(database, "polling"), "third");
    assert.equal(member.holds("polling"), false);
    await member.end();
    locker.close();
    database.close();
  },
);

schemaTest(
  "a seat is not taken from a late process while that one may be renewing its lease",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    await enter(database, "late", 0);
    await database.query("INSERT INTO seats (name, holder) VALUES ('polling', 'late')");
    const locker = await connecting(server.url, schema)();
    await locker.query("BEGIN");
    await locker.query("SELECT 1 FROM crew WHERE id = 'late' FOR UPDATE");
    const member = aCrewMember({ url: server.url, schema, seats: ["polling", "upkeep"] });
    await member.event("seat taken", "upkeep");
    await eventually(async () => {
      const [row] = await database.query(
        "SELECT max(beat_at - joined_at) > interval '1 second' AS late FROM crew",
      );
      return row?.["late"] === 1;
    }, "some beats");
    assert.equal(await holderOf(database, "polling"), "late");
    await locker.query("UPDATE crew SET lease_until = now() + interval '1 hour' WHERE id = 'late'");
    await locker.query("COMMIT");
    await eventually(() => member.living() === 2, "the late one lives");
    assert.equal(await holderOf(database, "polling"), "late");
    await database.query("UPDATE crew SET lease_until = now() WHERE id = 'late'");
    await member.event("seat taken", "polling");
    await member.end();
    locker.close();
    database.close();
  },
);

schemaTest(
  "a process that is declared dead while its beat waits is out",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    const member = aCrewMember({ url: server.url, schema, seats: ["polling"] });
    const id = await member.joined();
    await member.event("seat taken");
    const locker = await connecting(server.url, schema)();
    await locker.query("BEGIN");
    await locker.query("UPDATE crew SET dead_at = now() WHERE id = $1", [id]);
    await aBeatWaits(database);
    await locker.query("UPDATE seats SET holder = 'other'");
    await enter(locker, "other", 3_600);
    await locker.query("COMMIT");
    assert.deepEqual(await member.event("out"), { kind: "out", id, reason: "declared dead" });
    await member.joined();
    assert.equal(await holderOf(database, "polling"), "other");
    await member.end();
    locker.close();
    database.close();
  },
);
