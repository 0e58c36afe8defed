// A bot is killed on its file, its journal is moved, and it goes on in PostgreSQL as after a restart.

import assert from "node:assert/strict";
import { DENO, taskArguments } from "../helpers/deno.ts";
import { schemaTest } from "../helpers/postgres.ts";
import { CONFIRMATION } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard, wordsOf } from "../helpers/visits.ts";
import { withWorld } from "../helpers/world.ts";

schemaTest(
  "a POST that a kill cut off becomes a card after the move, and a visitor goes on where they were",
  (schema, server) =>
    withWorld(async (world) => {
      const visitor = galliard(world);
      world.crm.behave({ kind: "silent" });
      await becomeLead(visitor);
      await world.crm.nextLead();
      await world.bot.kill();

      const database = { DATABASE_URL: server.url, PG_SCHEMA: schema };
      const { code } = await new Deno.Command(DENO, {
        args: await taskArguments("move"),
        env: { ...database, DATA_DIR: `${world.folder}/data`, LOCALES_PATH: world.localesPath },
        stdout: "null",
      }).output();
      assert.equal(code, 0);

      const refused = await world.restart();
      assert.equal(await refused.ended, 2);
      await world.restart(database);
      const card = await world.admin.chat.nextMessage();
      assert.ok(buttonTexts(card).some((each) => each.includes("возможен дубль")));
      assert.equal([...world.crm.byKey.values()].length, 1);
      assert.ok(visitor.chat.messages.some((each) => wordsOf(each) === CONFIRMATION));

      visitor.say("And another thing");
      const followUp = await world.admin.chat.nextMessage();
      assert.match(wordsOf(followUp), /And another thing/);
      assert.equal(await world.bot.stop(), 0);
    }),
);
