// Wake-ups reach the processes that listen, survive their connection, and cost no more than a call.

import assert from "node:assert/strict";
import { createWakes } from "../../../lib/journal/postgres/crew/wakes.ts";
import { connecting, eventually, withPort } from "../../helpers/crew_side.ts";
import { postgresTest, schemaTest } from "../../helpers/postgres.ts";
import { startTcpProxy } from "../../helpers/tcp_proxy.ts";

const WAKE = "SELECT pg_notify($1, $2)";

schemaTest(
  "a wake-up calls the handlers of its topic, once for several of a transaction",
  async (schema, server) => {
    const connect = connecting(server.url, schema);
    const causes: (string | undefined)[] = [];
    const wakes = createWakes({
      connect,
      channel: schema,
      random: () => 0,
      report: (cause) => causes.push(cause),
    });
    const heard: string[] = [];
    wakes.on("leads", () => heard.push("leads"));
    wakes.on("profiles", () => heard.push("profiles"));
    await eventually(() => wakes.isListening() && heard.length === 2, "the first look");
    heard.splice(0);

    const database = await connect();
    await database.query("BEGIN");
    for (const topic of ["leads", "nobody's", "leads", "leads"]) {
      await database.query(WAKE, [schema, topic]);
    }
    await database.query(WAKE, [`${schema}_other`, "profiles"]);
    assert.equal(heard.length, 0);
    await database.query("COMMIT");
    await database.query(WAKE, [schema, "profiles"]);
    await eventually(() => heard.includes("profiles"), "the last one");
    assert.deepEqual(heard, ["leads", "profiles"]);
    assert.deepEqual(causes, []);
    await wakes.close();
    database.close();
  },
);

postgresTest(
  "a lost connection is opened again, and what may have been missed is looked for",
  async (server) => {
    const schema = server.freshSchema();
    const causes: (string | undefined)[] = [];
    const wakes = createWakes({
      connect: connecting(server.url, schema),
      channel: schema,
      random: () => 0,
      report: (cause) => causes.push(cause),
    });
    let calls = 0;
    wakes.on("leads", () => calls += 1);
    await eventually(() => calls === 1, "the first look");
    const database = await connecting(server.url, schema)();
    const end =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'";
    await database.query(end);
    await eventually(() => calls === 2, "a look after the loss");
    assert.equal(causes.length, 2);
    assert.equal(causes[1], undefined);

    await database.query(WAKE, [schema, "leads"]);
    await eventually(() => calls === 3, "a wake-up");
    await wakes.close();
    assert.equal(wakes.isListening(), false);
    database.close();
  },
);

schemaTest(
  "a connection that was cut silently is noticed, and closing waits for none",
  async (schema, server) => {
    await using proxy = startTcpProxy(server.port);
    const causes: (string | undefined)[] = [];
    const wakes = createWakes({
      connect: connecting(withPort(server.url, proxy.port), schema),
      channel: schema,
      random: () => 0,
      report: (cause) => causes.push(cause),
      times: { checkMs: 200, patienceMs: 500 },
    });
    let calls = 0;
    wakes.on("leads", () => calls += 1);
    await eventually(() => calls === 1, "the first look");
    proxy.freeze();
    await eventually(() => causes.length === 1, "the loss");
    assert.match(causes[0] ?? "", /No answer from the database within 500 ms/);
    proxy.thaw();
    await eventually(() => calls === 2, "a look after the loss");
    proxy.freeze();
    await wakes.close();
  },
);
