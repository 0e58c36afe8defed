// The doctor's look at a database: it makes nothing there, and reads the profiles where the bot has them.

import assert from "node:assert/strict";
import { newVersion } from "../../../lib/profiles/shared_store.ts";
import { parseText } from "../../../lib/profiles/version.ts";
import { withPatient } from "../../helpers/a_diagnosis.ts";
import { NOON_MS } from "../../helpers/a_lead.ts";
import { someLocales } from "../../helpers/a_profile.ts";
import { freePort } from "../../helpers/free_port.ts";
import { schemaTest } from "../../helpers/postgres.ts";
import { openShared } from "../../helpers/shared_journal.ts";

schemaTest(
  "before the first start the database is empty, and the doctor leaves it so",
  (schema, server) =>
    withPatient(async ({ look, folder }) => {
      const env = { DATABASE_URL: server.url, PG_SCHEMA: schema };
      const [line = "", ...others] = await look("База данных", { env });
      assert.match(line, /^▲ База данных .*@127\.0\.0\.1:\d+\/postgres, схема \w+: пуста/);
      assert.equal(others.length, 1); // Of the missing standby.
      assert.doesNotMatch(line, /sesame/);
      const profiles = await look("Профили", { env });
      assert.ok(profiles.some((each) => each.endsWith(`возьмёт их из ${folder}/locales.json`)));
      const found = `SELECT count(*) FROM pg_namespace WHERE nspname = '${schema}'`;
      assert.equal(await server.sql(found), "0");
    }),
);

schemaTest(
  "the profiles of the database are looked at, with photos and keys that are there",
  (schema, server) =>
    withPatient(async ({ look }) => {
      const env = { DATABASE_URL: server.url, PG_SCHEMA: schema };
      {
        await using opened = await openShared(server, schema);
        const read = parseText(JSON.stringify(someLocales((all) => {
          all.agency.webhook_url = "";
          delete all.agency.step1.photo_url;
          all.agency.step1.photo_file = `${"0".repeat(64)}.jpg`;
        })));
        assert.ok(read.ok);
        await opened.shared.saveSharedProfiles(newVersion(read.version, null, null), null, NOON_MS);
        await opened.journal.keepSecret("amo", "sesame-open", "Анна", NOON_MS);
      }
      const all = await look(undefined, { env });
      const has = (pattern: RegExp) =>
        assert.ok(all.some((line) => pattern.test(line)), `${pattern}:\n${all.join("\n")}`);
      has(/^✓ База данных .* отвечает, /);
      has(/^✓ Профили .*база, версия 1 без ошибок: профилей 1, из них с CRM 0/);
      has(/^▲ Профили .*agency\.webhook_url: нет адреса вебхука/);
      has(/^▲ Профили .*agency\.step1\.photo_file: такого фото нет,/);
      has(/^▲ Профили .*locales\.json отличается от них и не действует/);
      assert.equal(all.some((line) => /Копии журнала|^. Журнал /.test(line)), false);
      assert.doesNotMatch(all.join("\n"), /sesame/);
    }),
);

Deno.test("a database that does not answer is one fault, and the profiles are not guessed", () =>
  withPatient(async ({ look }) => {
    const env = { DATABASE_URL: `postgres://bot:sesame@127.0.0.1:${freePort()}/db` };
    const [line = ""] = await look("База данных", { env });
    assert.match(line, /^✗ База данных /);
    assert.doesNotMatch(line, /sesame/);
    const [profiles = ""] = await look("Профили", { env });
    assert.match(profiles, /^– Профили +не прочесть, пока база не отвечает/);
  }));
