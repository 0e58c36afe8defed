// The whole bot with its journal in a real PostgreSQL: a lead's ways, restarts of the bot and of the server, and every bad start.

import assert from "node:assert/strict";
import { type PostgresServer, schemaTest } from "../helpers/postgres.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { withWorld, type World, type WorldOptions } from "../helpers/world.ts";

/** A test of the bot on a schema of its own. */
function postgresStory(
  name: string,
  story: (world: World, server: PostgresServer, schema: string) => Promise<void>,
  options: WorldOptions = {},
): void {
  schemaTest(name, (schema, server) => {
    const env = { DATABASE_URL: server.url, PG_SCHEMA: schema, ...options.env };
    return withWorld((world) => story(world, server, schema), { ...options, env });
  });
}

postgresStory(
  "a press is confirmed and reaches the CRM, with the journal in PostgreSQL",
  async (world, server, schema) => {
    await becomeLead(galliard(world));
    const { rawBody } = await world.crm.nextLead();
    assert.match(rawBody, /@betterrman/);
    const line = await world.bot.line("🗄️ Журнал в PostgreSQL");
    assert.ok(line.includes(`схема ${schema}, процессов в работе: 1`), line);
    assert.ok(line.includes(`@127.0.0.1:${server.port}/postgres`), line);
    assert.equal(await world.bot.stop(), 0);
    assert.equal(await server.sql(`SELECT state FROM ${schema}.leads`), "in_crm");
    assert.doesNotMatch(world.bot.lines.join("\n"), /sesame/);
    await assert.rejects(Deno.stat(`${world.folder}/data/triborg.db`), Deno.errors.NotFound);
  },
);

postgresStory(
  "a lead taken while the CRM is down becomes a card, with the journal in PostgreSQL",
  async (world) => {
    await world.crm.down();
    await becomeLead(galliard(world));
    assert.equal((await world.admin.chat.nextMessage()).text, expectedCard());
  },
);
