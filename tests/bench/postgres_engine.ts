// What the engine on PostgreSQL takes for verbs that do little: `deno run -A tests/bench/postgres_engine.ts`.

import process from "node:process";
import { openNotes } from "../helpers/postgres_database.ts";
import { startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();
const notes = await openNotes(server.url, server.freshSchema());
const { db, insert } = notes;
const get = db.reader("SELECT body FROM notes WHERE id = ?");
const update = db.writer("UPDATE notes SET body = ? WHERE id = ?");
let id = 0;

async function measure(what: string, count: number, run: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  const cpu = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  const [ms, cpuMs] = [performance.now() - began, (user + system) / 1_000].map((each) =>
    (each / count).toFixed(3)
  );
  console.log(`${what}: ${ms} ms, ${cpuMs} ms of CPU a verb`);
}

/** Three statements: what they write stands together. */
async function threeAtomically(): Promise<void> {
  const own = id++;
  await db.inTurn(() =>
    db.atomically(async () => {
      await insert(own);
      await get.get(own);
      await update.run("more", own);
    })
  );
  await db.committed();
}

async function threeAlone(): Promise<void> {
  const own = id++;
  await db.inTurn(async () => {
    await insert(own);
    await get.get(own);
    await update.run("more", own);
  });
  await db.committed();
}

async function readThenWrite(): Promise<void> {
  const own = id++;
  await db.inTurn(async () => {
    await get.get(own);
    await insert(own);
  });
  await db.committed();
}

const atOnce = (verb: () => Promise<void>) => () =>
  Promise.all(Array.from({ length: 2_000 }, verb));

async function oneByOne(verb: () => Promise<void>): Promise<void> {
  const took: number[] = [];
  for (let nth = 0; nth < 1_000; nth++) {
    const began = performance.now();
    await verb();
    took.push(performance.now() - began);
  }
  console.log(`  p50 ${took.sort((a, b) => a - b)[500]?.toFixed(3)} ms`);
}

for (let round = 1; round <= 3; round++) {
  console.log(`round ${round}`);
  await measure("one statement, one by one, until on disk", 1_000, () =>
    oneByOne(async () => {
      await notes.add(id++);
      await db.committed();
    }));
  await measure("a read and a write, one by one", 1_000, () => oneByOne(readThenWrite));
  await measure("2,000 of three statements at once, atomically", 2_000, atOnce(threeAtomically));
  await measure("2,000 of three statements at once", 2_000, atOnce(threeAlone));
  await measure("2,000 reads in one verb", 2_000, () =>
    db.inTurn(async () => {
      for (let nth = 0; nth < 2_000; nth++) await get.get(1);
    }));
}
await db.close();
await server.close();
