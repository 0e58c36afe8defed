// Two processes of the bot on one PostgreSQL: one dies, the other goes on, and no lead is lost or doubled.

import assert from "node:assert/strict";
import { type BotProcess, startBotProcess } from "../helpers/bot_process.ts";
import { eventually } from "../helpers/crew_side.ts";
import { schemaTest } from "../helpers/postgres.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { TOKEN, withWorld, type World } from "../helpers/world.ts";

/** How soon the next process polls after the death of the one before, in ms (user requirement). */
const NEXT_POLLS_MS = 15_000;

interface TwoProcesses {
  readonly world: World;
  readonly first: BotProcess;
  readonly second: BotProcess;
  /** What a statement about the journal prints. */
  sql(select: (schema: string) => string): Promise<string>;
}

/** The first holds all seats when the story begins. */
function twoProcessesTest(name: string, story: (here: TwoProcesses) => Promise<void>): void {
  schemaTest(name, (schema, server) => {
    const env = { DATABASE_URL: server.url, PG_SCHEMA: schema };
    return withWorld(async (world) => {
      const { telegram, admin, folder, localesPath, bot: first } = world;
      const sql = (select: (schema: string) => string) => server.sql(select(schema));
      const second = await startBotProcess({
        BOT_TOKEN: TOKEN,
        ADMIN_CHAT_ID: String(admin.id),
        TELEGRAM_API_ROOT: telegram.url,
        LOCALES_PATH: localesPath,
        DATA_DIR: `${folder}/second`,
        PORT: "0",
        CRM_TIMEOUT_SECONDS: "1",
        ...env,
      });
      try {
        await second.line("🗄️ Журнал в PostgreSQL");
        await eventually(
          async () => await sql((schema) => `SELECT count(*) FROM ${schema}.crew`) === "2",
          "two processes",
        );
        await story({ world, first, second, sql });
        assert.doesNotMatch(second.lines.join("\n"), /другой бот|не было на связи/);
        assert.equal(await second.stop(), 0);
      } catch (error) {
        console.error(`The second bot's log:\n${second.lines.join("\n")}`);
        throw error;
      } finally {
        await second.kill();
      }
    }, { env });
  });
}

twoProcessesTest(
  "the process that polls is killed: the next lead is confirmed within 15 s, and its card comes once",
  async ({ world, first, sql }) => {
    const { telegram, crm, admin } = world;
    await becomeLead(galliard(world));
    await crm.nextLead();
    await first.kill();
    const killedAtMs = performance.now();
    await crm.down();
    await becomeLead(telegram.user({ first_name: "Anna", username: "anna" }));
    const tookMs = performance.now() - killedAtMs;
    assert.ok(tookMs < NEXT_POLLS_MS, `${tookMs} ms`);
    const card = await admin.chat.nextMessage();
    assert.match(card.text ?? "", /@anna/);
    const holders = (schema: string) =>
      `SELECT count(DISTINCT holder) FROM ${schema}.seats WHERE holder IS NOT NULL`;
    assert.equal(await sql(holders), "1");
    assert.equal(await sql((schema) => `SELECT count(*) FROM ${schema}.leads`), "2");
    assert.equal(admin.chat.messages.length, 1);
  },
);

twoProcessesTest(
  "the process that polls stands still for 15 s: the other goes on, and it comes back without doing anything twice",
  async ({ world, first, sql }) => {
    const { telegram, crm, admin } = world;
    const owed = (schema: string) => `SELECT count(*) FROM ${schema}.outbox`;
    const nothingIsOwed = async () => await sql(owed) === "0";
    await crm.down();
    await becomeLead(galliard(world));
    assert.match((await admin.chat.nextMessage()).text ?? "", /@betterrman/);
    await eventually(nothingIsOwed, "the card is recorded"); // Else it is shown again, rather than lost.
    first.freeze();
    const frozen = new Promise((resolve) => setTimeout(resolve, 15_000));
    await becomeLead(telegram.user({ first_name: "Anna", username: "anna" }));
    assert.match((await admin.chat.nextMessage()).text ?? "", /@anna/);
    await frozen;
    first.thaw();
    await eventually(
      async () =>
        await sql((schema) => `SELECT count(*) FROM ${schema}.crew WHERE dead_at IS NULL`) === "2",
      "it is back",
    );
    await becomeLead(telegram.user({ first_name: "Olga", username: "olga" }));
    assert.match((await admin.chat.nextMessage()).text ?? "", /@olga/);
    assert.equal(await sql((schema) => `SELECT count(*) FROM ${schema}.leads`), "3");
    await eventually(nothingIsOwed, "nothing is owed");
    assert.equal(admin.chat.messages.length, 3);
    assert.equal(await first.stop(), 0);
    assert.doesNotMatch(first.lines.join("\n"), /другой бот|Неожиданная ошибка/);
  },
);
