// Processes of a crew are killed and frozen, and their server is restarted: never two in one seat, nothing is left behind.

import assert from "node:assert/strict";
import { FENCE } from "../../../lib/journal/postgres/crew/statements.ts";
import type { Connection } from "../../../lib/journal/postgres/crew/connection.ts";
import { anySaid, AUDIT_TABLES, OVERLAPS, startCrewProcess } from "../../helpers/crew_process.ts";
import { connecting, createCrewSchema, eventually } from "../../helpers/crew_side.ts";
import { type PostgresServer, postgresTest, schemaTest } from "../../helpers/postgres.ts";

const SEATS = ["polling", "upkeep", "chat:-100", "crm:one"];

async function createAudited(server: PostgresServer, schema: string): Promise<Connection> {
  const database = await createCrewSchema(server, schema);
  await database.query(AUDIT_TABLES);
  return database;
}

/** Waits until each seat was seen held by a living process within the last half second of this server. */
async function allSeatsHeld(connect: () => Promise<Connection>): Promise<void> {
  const database = await connect();
  await eventually(async () => {
    const [row] = await database.query(`
      SELECT count(DISTINCT seat)::int AS held FROM sightings JOIN crew ON crew.id = holder
      WHERE confirmed AND dead_at IS NULL AND lease_until > clock_timestamp()
        AND at > greatest(clock_timestamp() - interval '500 ms', pg_postmaster_start_time())`);
    return row?.["held"] === SEATS.length;
  }, "every seat has a holder");
  database.close();
}

schemaTest(
  "the seats of a killed process go to the living, and one takes over its work",
  async (schema, server) => {
    const database = await createAudited(server, schema);
    const work = { url: server.url, schema, seats: SEATS };
    const first = startCrewProcess(work);
    const { id } = await first.said({ kind: "joined" });
    await first.said({ kind: "seat taken", seat: "polling" });
    const others = [startCrewProcess(work), startCrewProcess(work)];
    for (const each of others) await each.said({ kind: "joined" });

    await first.kill();
    await anySaid(others, { kind: "took over", dead: id });
    await anySaid(others, { kind: "seat taken", seat: "polling" });
    await allSeatsHeld(connecting(server.url, schema));
    const takeovers = await database.query("SELECT dead FROM takeovers");
    assert.deepEqual(takeovers, [{ dead: id }]);
    assert.deepEqual(await database.query("SELECT id FROM crew WHERE id = $1", [id]), []);
    for (const each of others) await each.kill();
    assert.deepEqual(await database.query(OVERLAPS), []);
    database.close();
  },
);

schemaTest(
  "a process that was frozen finds itself dead, and joins under a new id",
  async (schema, server) => {
    const database = await createAudited(server, schema);
    const work = { url: server.url, schema, seats: SEATS };
    const frozen = startCrewProcess(work);
    const { id } = await frozen.said({ kind: "joined" });
    await frozen.said({ kind: "seat taken", seat: "polling" });
    await allSeatsHeld(connecting(server.url, schema));
    const other = startCrewProcess(work);
    await other.said({ kind: "joined" });

    frozen.signal("SIGSTOP");
    for (const seat of SEATS) await other.said({ kind: "seat taken", seat });
    await other.said({ kind: "took over", dead: id });
    frozen.signal("SIGCONT");
    await frozen.said({ kind: "out", id });
    await eventually(async () => {
      const [row] = await database.query(
        "SELECT count(*)::int AS n FROM crew WHERE dead_at IS NULL",
      );
      return row?.["n"] === 2;
    }, "it is back");
    assert.deepEqual(await database.query(FENCE, [id]), []);
    await allSeatsHeld(connecting(server.url, schema));
    for (const each of [frozen, other]) await each.kill();
    assert.deepEqual(await database.query(OVERLAPS), []);
    assert.deepEqual(await database.query("SELECT dead FROM takeovers"), [{ dead: id }]);
    database.close();
  },
);

schemaTest(
  "a process that was frozen in a batch has written nothing, and may write no more",
  async (schema, server) => {
    const database = await createAudited(server, schema);
    const work = { url: server.url, schema, seats: [] };
    const frozen = startCrewProcess({ ...work, batch: true });
    const { id } = await frozen.said({ kind: "in batch" });
    frozen.signal("SIGSTOP");
    const other = startCrewProcess(work);
    await other.said({ kind: "took over", dead: id });
    frozen.signal("SIGCONT");
    await frozen.goOn();
    const after = await frozen.said({ kind: "after batch" });
    assert.deepEqual(after, { kind: "after batch", committed: false, isRefused: true });
    assert.deepEqual(await database.query("SELECT holder FROM sends"), []);
    for (const each of [frozen, other]) await each.kill();
    database.close();
  },
);

postgresTest(
  "after a crash of the server, short or long, all come back, and each seat has one holder",
  async (server) => {
    const schema = server.freshSchema();
    const database = await createAudited(server, schema);
    database.close();
    const work = { url: server.url, schema, seats: SEATS };
    const processes = [1, 2, 3].map(() => startCrewProcess(work));
    for (const each of processes) await each.said({ kind: "joined" });
    await allSeatsHeld(connecting(server.url, schema));
    await server.restart("immediate");
    await allSeatsHeld(connecting(server.url, schema));
    await server.stop("immediate");
    for (const each of processes) await each.said({ kind: "out", reason: "silence" });
    await server.start();
    await allSeatsHeld(connecting(server.url, schema));
    const after = await connecting(server.url, schema)();
    await eventually(async () => {
      const rows = await after.query(
        "SELECT id FROM crew WHERE dead_at IS NULL AND lease_until > now()",
      );
      return rows.length === 3;
    }, "three live");
    for (const each of processes) await each.kill();
    assert.deepEqual(await after.query(OVERLAPS), []);
    after.close();
  },
);

schemaTest("a chat's limit holds over the killing of its holder", async (schema, server) => {
  const database = await createAudited(server, schema);
  const pace = { most: 5, withinMs: 3_000 };
  const work = { url: server.url, schema, seats: ["chat:-100"], pace };
  const sendsOf = async (id: unknown) => {
    const rows = await database.query("SELECT 1 FROM sends WHERE holder = $1", [id]);
    return rows.length;
  };
  let holder = startCrewProcess(work);
  for (let kills = 0; kills < 3; kills++) {
    const { id } = await holder.said({ kind: "seat taken" });
    const next = startCrewProcess(work);
    await next.said({ kind: "joined" });
    await eventually(async () => await sendsOf(id) >= 1 + 3 * kills, "sends");
    await holder.kill();
    holder = next;
  }
  const { id } = await holder.said({ kind: "seat taken" });
  await eventually(async () => await sendsOf(id) >= 6, "sends of the last one");
  await holder.kill();
  // Of a message and the fifth after it, the second comes when the first is as old as the limit says.
  const tooEarly = await database.query(`
    SELECT * FROM (
      SELECT at, lead(at, ${pace.most}) OVER (ORDER BY at) - at AS later FROM sends
    ) AS pairs
    WHERE later < interval '${pace.withinMs - 5} milliseconds'`);
  assert.deepEqual(tooEarly, []);
  database.close();
});
