// A process that is cut off from the database, or told to stop, while another one goes on.

import assert from "node:assert/strict";
import { eventually, withPort } from "../helpers/crew_side.ts";
import { type CrewWorld, withCrew } from "../helpers/crew_world.ts";
import { schemaTest } from "../helpers/postgres.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { startTcpProxy } from "../helpers/tcp_proxy.ts";
import { becomeLead, greet, wordsOf } from "../helpers/visits.ts";

schemaTest(
  "a process that is cut off from the database confirms nothing, says so, and comes back by itself",
  async (schema, server) => {
    await using proxy = startTcpProxy(server.port);
    await withCrew({ server, schema, size: 1, updates: "webhook" }, async (world) => {
      const [beside] = world.members;
      const cutOff = await world.start({ DATABASE_URL: withPort(server.url, proxy.port) });
      await becomeLead(visitor(world, 1));
      proxy.freeze();
      const lost = await eventually(async () => {
        const response = await fetch(`${cutOff.origin}/ready`);
        const text = await response.text();
        return response.status === 503 && text;
      }, "a process that is not ready");
      assert.notEqual(lost, "");
      const press = JSON.stringify({ update_id: 1, message: { text: "/start agency" } });
      assert.equal(await post(`${cutOff.origin}/updates`, press), 503);
      assert.equal(await beside?.ready(), 200);
      await becomeLead(visitor(world, 2));

      proxy.thaw();
      await eventually(async () => await cutOff.ready() === 200, "the process that was cut off");
      await eventually(
        async () => (await world.rows("SELECT id FROM crew WHERE dead_at IS NULL")).length === 2,
        "two living processes",
      );
      await beside?.process.stop();
      await becomeLead(visitor(world, 3));
      for (let lead = 1; lead <= 3; lead++) await world.crm.nextLead();
      assert.equal(world.crm.receivedCount, 3);
    });
  },
);

schemaTest(
  "a process that is told to stop hands over what it has not finished",
  (schema, server) =>
    withCrew({ server, schema, size: 2, updates: "webhook" }, async (world) => {
      const visitors = Array.from({ length: 30 }, (_, nth) => visitor(world, nth));
      const menus = await Promise.all(visitors.map((each) => greet(each)));
      visitors.forEach((each, nth) => each.press(menus[nth]!, CHOICE));
      await world.crm.nextLead();
      const [stopping] = world.members;
      assert.equal(await stopping?.process.stop(), 0);
      await Promise.all(
        visitors.map(({ chat }) => chat.waitFor((each) => wordsOf(each) === CONFIRMATION)),
      );
      await eventually(async () => {
        const [open] = await world.rows("SELECT 1 FROM leads WHERE state <> 'in_crm'");
        return open === undefined;
      }, "thirty leads in the CRM");
      assert.equal(world.crm.receivedCount, 30);
      const crew = await world.rows("SELECT pid FROM crew WHERE dead_at IS NULL");
      assert.equal(crew.length, 1);
    }),
);

function visitor({ telegram }: CrewWorld, nth: number) {
  return telegram.user({ first_name: `V${nth}`, username: `visitor${nth}` });
}

async function post(url: string, body: string): Promise<number> {
  const headers = { "x-telegram-bot-api-secret-token": "a-secret_of_16-or-more" };
  const response = await fetch(url, { method: "POST", body, headers });
  await response.body?.cancel();
  return response.status;
}
