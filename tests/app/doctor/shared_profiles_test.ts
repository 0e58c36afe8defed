// The doctor reads the profiles where the bot has them: in a database that processes share.

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
  "before the first start the profiles are those of the file",
  (schema, server) =>
    withPatient(async ({ look, folder }) => {
      const env = { DATABASE_URL: server.url, PG_SCHEMA: schema };
      const lines = await look("Профили", { env });
      assert.match(lines[0] ?? "", /^✓ Профили .*locales\.json без ошибок/);
      assert.ok(lines.some((each) => each.endsWith(`возьмёт их из ${folder}/locales.json`)));
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
      has(/^✓ Профили .*база, версия 1 без ошибок: профилей 1, из них с CRM 0/);
      has(/^▲ Профили .*agency\.webhook_url: нет адреса вебхука/);
      has(/^▲ Профили .*agency\.step1\.photo_file: такого фото нет,/);
      has(/^▲ Профили .*locales\.json отличается от них и не действует/);
      assert.equal(all.some((line) => /Копии журнала/.test(line)), false);
      assert.doesNotMatch(all.join("\n"), /sesame/);
    }),
);

Deno.test("of a database that does not answer the profiles are not guessed", () =>
  withPatient(async ({ look }) => {
    const env = { DATABASE_URL: `postgres://bot:sesame@127.0.0.1:${freePort()}/db` };
    const [profiles = ""] = await look("Профили", { env });
    assert.match(profiles, /^– Профили +не прочесть, пока база не отвечает/);
  }));
