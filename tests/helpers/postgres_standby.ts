// A synchronous standby of a server: what the primary has confirmed is on its disk too.

import {
  PASSWORD,
  type PostgresServer,
  PROGRAMS,
  runAs,
  startIn,
  userOfServers,
} from "./postgres.ts";

const NAME = "standby";

/** Copies a running server, and makes it wait for the copy with each commit from then on. */
export async function startStandby(primary: PostgresServer): Promise<PostgresServer> {
  const user = await userOfServers();
  const folder = await Deno.makeTempDir({ prefix: "postgres_" });
  await Deno.remove(folder);
  const source = `host=127.0.0.1 port=${primary.port} user=postgres password='${PASSWORD}'`;
  const copying = ["-D", folder, "-d", source, "-X", "stream", "-c", "fast"];
  await runAs(user, `${PROGRAMS}/pg_basebackup`, copying);
  await Deno.writeTextFile(`${folder}/standby.signal`, "");
  const standby = await startIn(folder, {
    settings: {
      wal_retrieve_retry_interval: "200ms",
      primary_conninfo: `${source} application_name=${NAME}`.replaceAll("'", "''"),
    },
    user,
  });
  await primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '${NAME}'`);
  await primary.sql("SELECT pg_reload_conf()");
  while (await primary.sql("SELECT sync_state FROM pg_stat_replication") !== "sync") {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return standby;
}
