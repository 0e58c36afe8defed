// What a process that has nothing to do asks of PostgreSQL.

import assert from "node:assert/strict";
import { withCrew } from "../helpers/crew_world.ts";
import { postgresTest } from "../helpers/postgres.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";

const SECONDS = 10;
const MOST_A_SECOND = 3;

postgresTest("one idle process makes at most 3 statements a second", async (server) => {
  await server.sql("CREATE EXTENSION pg_stat_statements");
  const schema = server.freshSchema();
  await withCrew({ server, schema, size: 1, updates: "polling" }, async (world) => {
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    await pause(3);
    await server.sql("SELECT pg_stat_statements_reset()");
    await pause(SECONDS);
    const counted = await server.sql(
      `SELECT calls, query FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'
       ORDER BY calls DESC`,
    );
    const calls = counted.split("\n").reduce((sum, row) => sum + (parseInt(row) || 0), 0);
    assert.ok(calls <= MOST_A_SECOND * SECONDS, `${calls} in ${SECONDS} s:\n${counted}`);
  });
}, { settings: { shared_preload_libraries: "pg_stat_statements" } });

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
