// How large storms are: small in the suite, larger by `CREW_PRESSES=500 CREW_SEEDS=1,2,3`.

import { HAS_POSTGRES, type PostgresServer, startPostgres } from "./postgres.ts";
import { startStandby } from "./postgres_standby.ts";
import { type CrewOptions, withCrew } from "./crew_world.ts";
import { type Blow, storm } from "./storm.ts";

export interface StormTest {
  readonly presses: number;
  /** Strikes of a small storm; a larger one has them again and again. */
  readonly blows: readonly Blow[];
  /** One blow for so many presses of a larger storm. */
  readonly pressesABlow: number;
  readonly updates?: CrewOptions["updates"];
  /** With a standby, at which the processes know that they find the server too. */
  readonly withStandby?: boolean;
}

/** A test for each seed; skipped where no PostgreSQL is installed. */
export function stormTest(name: string, options: StormTest): void {
  if (!HAS_POSTGRES) {
    Deno.test({ name: `${name} (skipped: no PostgreSQL)`, ignore: true, fn() {} });
    return;
  }
  const seeds = (Deno.env.get("CREW_SEEDS") ?? "20261130").split(",").map(Number);
  for (const seed of seeds) Deno.test(`${name}, seed ${seed}`, () => run(options, seed));
}

async function run(options: StormTest, seed: number): Promise<void> {
  const { updates = "webhook", withStandby = false } = options;
  const larger = Number(Deno.env.get("CREW_PRESSES") ?? 0);
  const presses = larger || options.presses;
  const count = larger > 0
    ? Math.max(1, Math.floor(larger / options.pressesABlow))
    : options.blows.length;
  const blows = Array.from(
    { length: count },
    (_, nth) => options.blows[nth % options.blows.length]!,
  );
  const server = await startPostgres();
  let standby: PostgresServer | undefined;
  try {
    standby = withStandby ? await startStandby(server) : undefined;
    const crew = { server, standby, schema: server.freshSchema(), size: 3, updates };
    await withCrew(crew, async (world) => {
      const report = await storm(world, { presses, seed, blows });
      if (larger > 0) console.log(JSON.stringify({ seed, ...report }));
    });
  } finally {
    await standby?.close();
    await server.close();
  }
}
