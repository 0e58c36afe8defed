// A member of a crew in a process of its own, for tests that kill and freeze it. It tells what it does by lines of JSON.

import type { Connection } from "../../lib/journal/postgres/crew/connection.ts";
import { BURY, FENCE } from "../../lib/journal/postgres/crew/statements.ts";
import type { Times } from "../../lib/journal/postgres/crew/times.ts";
import { aCrewMember, connecting, type CrewMember, eventually, QUICK } from "./crew_side.ts";
import { CONFIG_PATH, DENO } from "./deno.ts";
import { textLines } from "./text_lines.ts";

/** What these processes write down, by the database's clock. The lock is the batches'. */
export const AUDIT_TABLES = `
  CREATE TABLE sightings (
    number bigserial PRIMARY KEY, seat text, holder text,
    at timestamptz DEFAULT clock_timestamp(), confirmed boolean DEFAULT false
  );
  CREATE TABLE sends (seat text, holder text, at timestamptz DEFAULT clock_timestamp());
  CREATE TABLE takeovers (dead text, heir text);
`;

/** Overlaps of the times during which two processes took themselves for the holder of one seat. */
export const OVERLAPS = `
  WITH times AS (
    SELECT seat, holder, min(at) AS since, max(at) AS till FROM sightings WHERE confirmed
    GROUP BY seat, holder
  )
  SELECT a.seat, a.holder, b.holder AS other FROM times AS a JOIN times AS b
  ON a.seat = b.seat AND a.holder < b.holder AND a.since <= b.till AND b.since <= a.till
`;

const LOCK = "SELECT pg_advisory_xact_lock(17)";

interface Work {
  readonly url: string;
  readonly schema: string;
  readonly seats: readonly string[];
  readonly times?: Times;
  /** Sends to the chat of the first seat as fast as the pace allows. */
  readonly pace?: { readonly most: number; readonly withinMs: number };
  /** Begins a batch and stays in it until a line arrives; then tries to end it, and to begin another. */
  readonly batch?: boolean;
}

export interface CrewProcess {
  /** Resolves with the first line, old or new, that has these properties. */
  said(wanted: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** What it has said so far. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGKILL"): void;
  /** Lets the batch go on. */
  goOn(): Promise<void>;
  /** SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a member of the crew. */
export function startCrewProcess(work: Work): CrewProcess {
  const child = new Deno.Command(DENO, {
    args: ["run", "-A", "--quiet", "--config", CONFIG_PATH, import.meta.url, JSON.stringify(work)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: Record<string, unknown>[] = [];
  const reading = (async () => {
    for await (const line of child.stdout.pipeThrough(textLines())) lines.push(JSON.parse(line));
  })();
  return {
    lines,
    said: (wanted) =>
      eventually(
        () => lines.find((line) => hasProperties(line, wanted)),
        () => `${JSON.stringify(wanted)} among ${JSON.stringify(lines)}`,
      ),
    signal: (signal) => child.kill(signal),
    async goOn() {
      const writer = child.stdin.getWriter();
      await writer.write(new Uint8Array([10]));
      writer.releaseLock();
    },
    async kill() {
      child.kill("SIGKILL");
      await child.stdin.close().catch(() => {});
      await child.status;
      await reading;
    },
  };
}

/** Resolves when one of them has said a line with these properties. */
export async function anySaid(
  processes: readonly CrewProcess[],
  wanted: Readonly<Record<string, unknown>>,
): Promise<void> {
  await eventually(
    () => processes.some(({ lines }) => lines.some((line) => hasProperties(line, wanted))),
    JSON.stringify(wanted),
  );
}

function hasProperties(
  line: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(wanted).every(([key, is]) => line[key] === is);
}

function say(line: object): void {
  console.log(JSON.stringify(line));
}

async function main(work: Work): Promise<void> {
  const { url, schema, seats, times = QUICK } = work;
  const connect = connecting(url, schema);
  const member = aCrewMember({
    url,
    schema,
    seats,
    times,
    report: say,
    takeOver: async (dead) => {
      const connection = await connect();
      try {
        await connection.query("BEGIN");
        await connection.query(LOCK);
        const [alive] = await connection.query(FENCE, [member.id()]);
        if (alive === undefined) throw new Error("This process counts as dead");
        const [buried] = await connection.query(BURY, [dead]);
        if (buried !== undefined) {
          await connection.query("INSERT INTO takeovers VALUES ($1, $2)", [dead, member.id()]);
        }
        await connection.query("COMMIT");
        if (buried !== undefined) say({ kind: "took over", dead });
      } finally {
        connection.close();
      }
    },
  });
  Deno.addSignalListener("SIGTERM", () => {
    void member.end().then(() => Deno.exit());
  });
  const doing = [again(connect, (audit) => see(member, audit))];
  if (work.pace !== undefined) {
    const [seat = ""] = seats;
    const pace = member.pace(seat, work.pace);
    doing.push(again(connect, async (telegram) => {
      const reservation = await pace.reserve(1);
      if (reservation === undefined) return;
      await telegram.query("INSERT INTO sends VALUES ($1, $2)", [seat, member.id()]);
      reservation.sent(1);
    }));
  }
  if (work.batch) doing.push(holdBatch(member, connect));
  await Promise.all(doing);
}

/** Does one thing again and again, with a new connection after each fault. */
async function again(
  connect: () => Promise<Connection>,
  once: (connection: Connection) => Promise<void>,
): Promise<void> {
  for (;;) {
    let connection: Connection | undefined;
    try {
      connection = await connect();
      for (;;) {
        await once(connection);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    } catch {
      connection?.close();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Only what held before and after counts: then it held when the database wrote it down. */
async function see(member: CrewMember, audit: Connection): Promise<void> {
  for (const seat of member.seats()) {
    const id = member.id();
    const [row] = await audit.query(
      "INSERT INTO sightings (seat, holder) VALUES ($1, $2) RETURNING number",
      [seat, id],
    );
    if (!member.holds(seat) || member.id() !== id) continue;
    await audit.query("UPDATE sightings SET confirmed = true WHERE number = $1", [row?.["number"]]);
  }
}

async function holdBatch(member: CrewMember, connect: () => Promise<Connection>): Promise<void> {
  const id = await member.joined();
  let connection = await connect();
  await connection.query("SET idle_in_transaction_session_timeout = 1000");
  await connection.query("BEGIN");
  await connection.query(LOCK);
  await connection.query(FENCE, [id]);
  await connection.query("INSERT INTO sends VALUES ('lost', $1)", [id]);
  say({ kind: "in batch", id });
  await Deno.stdin.read(new Uint8Array(1));
  const committed = await connection.query("COMMIT").then(() => true, () => false);
  connection.close();
  connection = await connect();
  await connection.query("BEGIN");
  await connection.query(LOCK);
  const isRefused = (await connection.query(FENCE, [id])).length === 0;
  connection.close();
  say({ kind: "after batch", committed, isRefused });
}

if (import.meta.main) await main(JSON.parse(Deno.args[0] ?? "{}"));
