// The server of the bots on PostgreSQL: a database for each run, empty or with settled leads, and what the server uses.

import { POSTGRES } from "../../lib/journal/dialect.ts";
import { openPostgres } from "../../lib/journal/postgres/open.ts";
import { MIGRATIONS } from "../../lib/journal/postgres/schema.ts";
import { migrate } from "../../lib/journal/postgres/steps.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres.ts";
import type { Contestant } from "./contestants.ts";
import { ATTEMPTS, BY_HAND, LAST_AGE_MS, MENUS_SPAN_MS, SPAN_MS } from "./growth.ts";
import { FIRST_CHAT_ID, SPREAD } from "./presses.ts";

export interface BenchServer {
  /** Copies the database with so many leads for one run. */
  database(leads: number): Promise<{ readonly url: string; drop(): Promise<void> }>;
  /** User and system time of all its processes since its start, in ms. */
  cpuMs(): Promise<number>;
  close(): Promise<void>;
}

const SCHEMA = "triborg";

/** Of one tick in /proc, in ms (`getconf CLK_TCK`, 100 on Linux). */
const TICK_MS = 10;

/** Settings of a fresh installation, which the tests' servers keep smaller. */
const SETTINGS = { shared_buffers: "128MB" };

/** The bot on an empty database, and on one with leads. */
export function onPostgres(bot: Contestant, leads: number): Contestant[] {
  return [
    { ...bot, name: "postgres", leadsInDatabase: 0 },
    ...leads > 0 ? [{ ...bot, name: "postgres-grown", leadsInDatabase: leads }] : [],
  ];
}

/** Starts it, with a database for each number of leads; a million take a minute. */
export async function startServer(sizes: readonly number[]): Promise<BenchServer> {
  const server = await startPostgres({ settings: SETTINGS });
  try {
    for (const leads of new Set(sizes)) await fillDatabase(server, leads, Date.now());
  } catch (error) {
    await server.close();
    throw error;
  }
  let runs = 0;
  return {
    async database(leads) {
      const name = `run_${++runs}`;
      await server.sql(`CREATE DATABASE ${name} TEMPLATE ${nameOf(leads)} STRATEGY FILE_COPY`);
      await server.sql("CHECKPOINT"); // The disk is idle when the bot starts.
      return {
        url: server.urlOf(name),
        drop: async () => void await server.sql(`DROP DATABASE ${name} WITH (FORCE)`),
      };
    },
    cpuMs: () => cpuMs(server),
    close: server.close,
  };
}

function nameOf(leads: number): string {
  return `leads_${leads}`;
}

/** As growth.ts, in the words of PostgreSQL. */
async function fillDatabase(server: PostgresServer, leads: number, nowMs: number): Promise<void> {
  const name = nameOf(leads);
  await server.sql(`CREATE DATABASE ${name}`);
  const opened = await openPostgres({
    url: server.urlOf(name),
    schema: SCHEMA,
    dialect: POSTGRES,
    random: Math.random,
    onWaiting: () => {},
    migrate: (client, schema) => migrate(client, schema, MIGRATIONS),
  });
  await opened.db.close();
  if (leads === 0) return;
  const at = `${nowMs} - (${leads} - i) * ${SPAN_MS} / ${leads} - ${LAST_AGE_MS}`;
  // Triggers would count each lead anew in one row.
  const sql = `
    SET search_path = ${SCHEMA}; SET session_replication_role = replica;
    INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, username, first_name,
      last_name, language, chat_id, menu_message_id, received_at_ms, confirmed_at_ms, card_reason,
      card_chat_id, card_message_id, card_shown_at_ms, closed_by, closed_at_ms)
    SELECT i, gen_random_uuid(), CASE WHEN hand THEN 'by_hand' ELSE 'in_crm' END, profile, 'MONSTER AGENCY',
      'Привлечь клиентов', visitor, 'visitor_' || visitor, 'Visitor', 'No. ' || i, 'ru', visitor, 7,
      at, at + 40, CASE WHEN hand THEN 'crm_failed' END, CASE WHEN hand THEN -1001234567890 END,
      CASE WHEN hand THEN i END, CASE WHEN hand THEN at + 11000 END, CASE WHEN hand THEN '@manager' END,
      CASE WHEN hand THEN at + 600000 END
    FROM (SELECT i, ${FIRST_CHAT_ID + 1} + 2 * (i * ${SPREAD} & 4294967295) AS visitor,
        ${BY_HAND} AS hand, CASE WHEN i % 5 = 0 THEN 'cg' ELSE 'agency' END AS profile, ${at} AS at
      FROM generate_series(CAST(1 AS BIGINT), ${leads}) AS i) AS n;
    ${ATTEMPTS.join(";\n")};
    INSERT INTO menus SELECT chat_id, menu_message_id, profile, received_at_ms - 5000 FROM leads
      WHERE received_at_ms > ${nowMs - MENUS_SPAN_MS};
    INSERT INTO lead_counts SELECT profile, state, count(*) FROM leads GROUP BY 1, 2;
    INSERT INTO attempt_counts SELECT outcome, count(*) FROM attempts GROUP BY 1`;
  await server.sql(sql, name);
  await server.sql("VACUUM (FULL, ANALYZE)", name); // The attempts were written three times.
}

async function cpuMs({ folder }: PostgresServer): Promise<number> {
  const [pid] = (await Deno.readTextFile(`${folder}/postmaster.pid`)).split("\n");
  // `cat` may read what a program must not that has no permission for all.
  const script = `cat /proc/$0/stat; for child in $(cat /proc/$0/task/$0/children); do
    cat /proc/$child/stat 2>/dev/null; done; true`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script, `${pid}`] }).output();
  const [own = "", ...children] = new TextDecoder().decode(stdout).trimEnd().split("\n");
  // The parent's time holds that of children which have ended (proc(5): utime, stime, cutime, cstime).
  const ticks = ticksOf(own, 4) + children.reduce((sum, each) => sum + ticksOf(each, 2), 0);
  return ticks * TICK_MS;
}

function ticksOf(stat: string, fields: number): number {
  const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return rest.slice(11, 11 + fields).reduce((sum, each) => sum + Number(each), 0);
}
