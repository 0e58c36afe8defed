// Processes on one PostgreSQL: who lives, who holds which seat, and who takes over the work of the dead.

import assert from "node:assert/strict";
import { BURY, FENCE } from "../../../lib/journal/postgres/crew/statements.ts";
import { TIMES } from "../../../lib/journal/postgres/crew/times.ts";
import {
  aCrewMember,
  connecting,
  createCrewSchema,
  type CrewMember,
  eventually,
  QUICK,
  withPort,
} from "../../helpers/crew_side.ts";
import { postgresTest, schemaTest } from "../../helpers/postgres.ts";
import { startTcpProxy } from "../../helpers/tcp_proxy.ts";

schemaTest(
  "a seat stays where it is while its holder lives, and is free at once when that one leaves",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    const seats = ["polling", "upkeep", "chat:-100"];
    // Without wake-ups the next beat would be far away.
    const times = { ...QUICK, beatMs: 15_000, aliveMs: 30_000, leaseMs: 40_000 };
    const world = { url: server.url, schema, seats, times };
    const first = aCrewMember(world);
    for (const seat of seats) await first.event("seat taken", seat);
    const second = aCrewMember(world);
    await second.joined();
    await eventually(() => second.living() === 2 && first.living() === 2, "both know of two");
    await eventually(() => second.wakes.isListening(), "wake-ups");
    assert.deepEqual(first.seats(), seats.toSorted());
    assert.deepEqual(second.seats(), []);

    const leftAtMs = performance.now();
    await first.end();
    for (const seat of seats) await second.event("seat taken", seat);
    const tookMs = performance.now() - leftAtMs;
    assert.ok(tookMs < 5_000, `${tookMs} ms`);
    assert.deepEqual(first.seats(), []);
    assert.equal(first.id(), undefined);
    await second.end();
    database.close();
  },
);

schemaTest("the seats of a dead process are shared out evenly", async (schema, server) => {
  const database = await createCrewSchema(server, schema);
  const seats = ["a", "b", "c", "d", "e", "f"];
  await database.query(`
    INSERT INTO crew (id, host, pid, version, joined_at, beat_at, lease_until)
    VALUES ('frozen', 'test', 1, '0', now(), now(), now() + interval '2 seconds')`);
  for (const seat of seats) {
    await database.query("INSERT INTO seats (name, holder) VALUES ($1, 'frozen')", [seat]);
  }
  const members = [1, 2, 3].map(() => aCrewMember({ url: server.url, schema, seats }));
  await eventually(
    () => members.flatMap((each) => each.seats()).length === seats.length,
    "all seats are taken",
  );
  assert.deepEqual(members.flatMap((each) => each.seats()).sort(), seats);
  // Who looks twice before another looks once may take one more.
  for (const each of members) assert.ok(each.seats().length >= 1 && each.seats().length <= 3);
  for (const each of members) await each.end();
  database.close();
});

schemaTest(
  "a seat that is not wanted any more is given up, and taken by who wants it",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    const first = aCrewMember({ url: server.url, schema, seats: ["x", "y"] });
    await first.event("seat taken", "y");
    first.want(["x"]);
    assert.deepEqual(first.seats(), ["x"]);
    const second = aCrewMember({ url: server.url, schema, seats: ["y"] });
    await second.event("seat taken", "y");
    assert.deepEqual(first.seats(), ["x"]);
    await first.end();
    await second.end();
    database.close();
  },
);

schemaTest(
  "the work of a dead process is taken over by one, again until it has succeeded",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    await database.query(`
    INSERT INTO crew (id, host, pid, version, joined_at, beat_at, lease_until)
    SELECT 'dead ' || n, 'test', 1, '0', now(), now(), now() FROM generate_series(1, 3) AS n`);
    let refusals = 5;
    const open = new Set<string>();
    const buried: string[] = [];
    async function takeOver(dead: string): Promise<void> {
      assert.ok(!open.has(dead), `${dead} is taken over twice at a time`);
      open.add(dead);
      try {
        await new Promise((resolve) => setTimeout(resolve, 2 * QUICK.beatMs)); // Beats go on meanwhile.
        if (refusals-- > 0) throw new Error("The journal cannot be written");
        for (const row of await database.query(BURY, [dead])) buried.push(String(row["id"]));
      } finally {
        open.delete(dead);
      }
    }
    const members = [1, 2, 3].map(() => aCrewMember({ url: server.url, schema, takeOver }));
    await eventually(() => buried.length === 3, "all are buried");
    assert.deepEqual(buried.toSorted(), ["dead 1", "dead 2", "dead 3"]);
    const failed = members.flatMap((each) => each.events)
      .filter(({ kind }) => kind === "takeover failed");
    assert.equal(failed.length, 5);
    for (const each of members) await each.end();
    database.close();
  },
);

schemaTest("an heir that dies itself leaves the work to the next one", async (schema, server) => {
  const database = await createCrewSchema(server, schema);
  await database.query(`
    INSERT INTO crew (id, host, pid, version, joined_at, beat_at, lease_until, dead_at, heir, heir_until)
    VALUES ('dead', 'test', 1, '0', now(), now(), now(), now(), 'gone', now() + interval '1 second')`);
  const taken: string[] = [];
  const member = aCrewMember({
    url: server.url,
    schema,
    takeOver: async (dead) => {
      await database.query(BURY, [dead]);
      taken.push(dead);
    },
  });
  await eventually(() => taken.length > 0, "the takeover");
  assert.deepEqual(taken, ["dead"]);
  await member.end();
  database.close();
});

schemaTest(
  "a batch begins only while its process lives, and is not buried while it runs",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    const member = aCrewMember({ url: server.url, schema });
    const id = await member.joined();
    const writer = await connecting(server.url, schema)();
    await writer.query("BEGIN");
    assert.equal((await writer.query(FENCE, [id])).length, 1);

    const beatOf = async () => {
      const [row] = await database.query("SELECT beat_at::text FROM crew WHERE id = $1", [id]);
      return row?.["beat_at"];
    };
    const beatAt = await beatOf();
    await eventually(async () => await beatOf() !== beatAt, "a beat during the batch");
    await database.query("UPDATE crew SET dead_at = now() WHERE id = $1", [id]);
    await database.query("SET lock_timeout = 200");
    await assert.rejects(database.query(BURY, [id]), /lock timeout/);

    await writer.query("COMMIT");
    await writer.query("BEGIN");
    assert.equal((await writer.query(FENCE, [id])).length, 0);
    await writer.query("ROLLBACK");
    assert.equal((await database.query(BURY, [id])).length, 1);
    assert.equal((await database.query(BURY, [id])).length, 0);
    assert.equal((await writer.query(FENCE, [id])).length, 0);
    await member.end();
    writer.close();
    database.close();
  },
);

schemaTest(
  "a lease that has run out is never renewed: the process joins under a new id",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    const member = aCrewMember({ url: server.url, schema, seats: ["polling"] });
    const id = await member.joined();
    await member.event("seat taken");
    await database.query("UPDATE crew SET lease_until = now() WHERE id = $1", [id]);
    assert.deepEqual(await member.event("out"), { kind: "out", id, reason: "declared dead" });
    assert.equal((await database.query(FENCE, [id])).length, 0);
    const next = await member.joined();
    assert.notEqual(next, id);
    await eventually(() => member.holds("polling"), "the seat again");
    const kinds = member.events.map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter((kind) => kind !== "living"),
      ["joined", "seat taken", "seat lost", "out", "joined", "seat taken"],
    );
    await member.end();
    database.close();
  },
);

schemaTest(
  "a process that the network cuts off takes itself for dead before another takes its seat",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    await using proxy = startTcpProxy(server.port);
    const url = withPort(server.url, proxy.port);
    const lost = aCrewMember({ url, schema, seats: ["polling"] });
    const id = await lost.joined();
    await lost.event("seat taken");
    let wasHeldTwice = false;
    const other = aCrewMember({
      url: server.url,
      schema,
      seats: ["polling"],
      report: ({ kind }) => {
        if (kind === "seat taken") wasHeldTwice = lost.isAlive() || lost.holds("polling");
      },
    });
    await other.joined();

    proxy.freeze();
    const cutAtMs = performance.now();
    await lost.event("out");
    assert.ok(performance.now() - cutAtMs < QUICK.aliveMs + 5_000);
    assert.equal(lost.isAlive(), false);
    await other.event("seat taken", "polling");
    assert.equal(wasHeldTwice, false);

    proxy.thaw();
    assert.notEqual(await lost.joined(), id);
    await eventually(() => other.living() === 2, "both are known");
    assert.deepEqual([lost.seats(), other.seats()], [[], ["polling"]]);
    await lost.end();
    await other.end();
    database.close();
  },
);

schemaTest(
  "clocks that are a day apart change nothing: the database's counts",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    const day = 24 * 60 * 60 * 1000;
    const members = [-day, 0, day].map((byMs) =>
      aCrewMember({
        url: server.url,
        schema,
        seats: ["a", "b", "c"],
        elapsedMs: () => performance.now() + byMs,
      })
    );
    await eventually(() => members.every((each) => each.living() === 3), "three know of three");
    await eventually(() => members.flatMap((each) => each.seats()).length === 3, "all seats");
    const before = members.map((each) => [each.id(), each.seats()]);
    await eventually(async () => {
      const [row] = await database.query(
        "SELECT min(beat_at - joined_at) > interval '1 second' AS later FROM crew",
      );
      return row?.["later"] === 1;
    }, "beats of all");
    assert.deepEqual(members.map((each) => [each.id(), each.seats()]), before);
    for (const each of members) await each.end();
    database.close();
  },
);

schemaTest(
  "a process's share is the whole by the living, at least 1, and 1 before others know of it",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    const first = aCrewMember({ url: server.url, schema });
    await eventually(() => first.living() === 1, "the first beat");
    assert.equal(first.share(30), 30);
    const second = aCrewMember({ url: server.url, schema });
    await second.joined();
    assert.equal(second.share(30), 1);
    await eventually(() => first.share(30) === 15 && second.share(30) === 15, "halves");
    assert.equal(first.share(5), 2);
    assert.equal(first.share(1), 1);
    await second.end();
    await eventually(() => first.share(30) === 30, "the whole");
    await first.end();
    assert.equal(first.share(30), 1);
    database.close();
  },
);

schemaTest("a process waits for a database that is not there yet", async (schema, server) => {
  await using proxy = startTcpProxy(server.port);
  proxy.freeze();
  const member = aCrewMember({ url: withPort(server.url, proxy.port), schema });
  await member.event("unreachable");
  assert.equal(member.isAlive(), false);
  const database = await createCrewSchema(server, schema);
  proxy.thaw();
  await member.joined();
  await member.event("reachable");
  assert.equal(member.events.filter(({ kind }) => kind === "unreachable").length, 1);
  await member.end();
  database.close();
});

schemaTest("an idle process sends no more than a statement a second", async (schema, server) => {
  const database = await createCrewSchema(server, schema);
  let statements = 0;
  const connect = async () => {
    const connection = await connecting(server.url, schema)();
    return {
      ...connection,
      query(sql: string, values?: readonly unknown[]) {
        statements += 1;
        return connection.query(sql, values);
      },
    };
  };
  const member = aCrewMember({ url: server.url, schema, seats: ["a", "b"], connect, times: TIMES });
  await member.event("seat taken", "b");
  await eventually(() => member.wakes.isListening(), "wake-ups");
  const [before, begunAtMs] = [statements, performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  const seconds = (performance.now() - begunAtMs) / 1000;
  assert.ok(statements - before <= seconds, `${statements - before} in ${seconds} s`);
  await member.end();
  database.close();
});

postgresTest(
  "a database whose commits hang is left, with few statements waiting in it, and joined again",
  async (server) => {
    const schema = server.freshSchema();
    const database = await createCrewSchema(server, schema);
    const members = [1, 2].map(() => aCrewMember({ url: server.url, schema, seats: ["polling"] }));
    const ids = await Promise.all(members.map((each) => each.joined()));
    await eventually(() => members.some((each) => each.holds("polling")), "the seat");

    const setStandby = async (name: string) => {
      await database.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
      await database.query("SELECT pg_reload_conf()");
    };
    await setStandby("gone");
    for (const each of members) await each.event("out");
    const newcomer = aCrewMember({ url: server.url, schema, seats: ["polling"] });
    await newcomer.event("unreachable");
    let most = 0;
    const untilMs = performance.now() + 8_000;
    await eventually(async () => {
      const [row] = await database.query(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()",
      );
      most = Math.max(most, Number(row?.["n"]));
      return performance.now() > untilMs;
    }, "some time");
    // Of each process one statement hangs, and one may wait for it.
    assert.ok(most <= 6, `${most} statements at once`);

    await setStandby("");
    const next = await Promise.all([...members, newcomer].map((each) => each.joined()));
    for (const id of ids) assert.ok(!next.includes(id));
    await eventually(
      () => [...members, newcomer].filter((each) => each.holds("polling")).length === 1,
      "one holder",
    );
    for (const each of [...members, newcomer]) await each.end();
    database.close();
  },
);

schemaTest(
  "no seat has two holders while processes come, go, change their minds and are cut off",
  async (schema, server) => {
    const database = await createCrewSchema(server, schema);
    const seats = ["a", "b", "c", "d", "e"];
    const times = { beatMs: 40, leaseMs: 900, aliveMs: 600, patienceMs: 250, lookMs: 5 };
    const members: ReturnType<typeof start>[] = [];
    const twice: string[] = [];
    let taken = 0;

    function start() {
      const proxy = startTcpProxy(server.port);
      const member: CrewMember = aCrewMember({
        url: withPort(server.url, proxy.port),
        schema,
        seats,
        times,
        report(event) {
          if (event.kind !== "seat taken") return;
          taken += 1;
          const holders = members.filter((each) => each.member.holds(event.seat));
          if (holders.some((each) => each.member !== member)) twice.push(JSON.stringify(event));
        },
      });
      return { member, proxy };
    }

    async function stop({ member, proxy }: ReturnType<typeof start>): Promise<void> {
      await member.end();
      await proxy[Symbol.asyncDispose]();
    }

    for (let count = 0; count < 4; count++) members.push(start());
    for (let turn = 0; turn < 60; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const at = Math.floor(Math.random() * members.length);
      const chosen = members[at]!;
      switch (turn % 5) {
        case 0:
          chosen.proxy.freeze();
          break;
        case 1:
        case 2:
          chosen.member.want(seats.filter(() => Math.random() < 0.5));
          break;
        case 3:
          for (const each of members) each.proxy.thaw();
          break;
        case 4:
          members[at] = start();
          await stop(chosen);
      }
    }
    assert.deepEqual(twice, []);
    assert.ok(taken > 5, `seats were taken ${taken} times`);
    for (const each of members) {
      each.proxy.thaw();
      each.member.want(seats);
    }
    await eventually(
      () => members.flatMap((each) => each.member.seats()).length === seats.length,
      "every seat has a holder",
    );
    for (const each of members) await stop(each);
    database.close();
  },
);
