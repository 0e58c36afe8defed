// A change in one process is known in another within a second, by a wake-up or by its look.

import assert from "node:assert/strict";
import { followShared } from "../../lib/app/follow_shared.ts";
import { openKeptSecrets } from "../../lib/crm/kept_secrets.ts";
import { createSecrets } from "../../lib/crm/secrets.ts";
import { keepSharedProfiles, newVersion } from "../../lib/profiles/shared_store.ts";
import type { ProfileStore } from "../../lib/profiles/store.ts";
import { parseText } from "../../lib/profiles/version.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { someLocales } from "../helpers/a_profile.ts";
import { type PostgresServer, schemaTest } from "../helpers/postgres.ts";
import { openShared } from "../helpers/shared_journal.ts";

const WITHIN_MS = 1_000;

/** A process with its profiles and secrets, following by wake-ups, by looks, or by nothing. */
async function aProcess(server: PostgresServer, schema: string, hears: boolean) {
  const { journal, shared, hear, ...opened } = await openShared(server, schema);
  const log = aLog();
  const read = parseText(JSON.stringify(someLocales()));
  assert.ok(read.ok);
  await shared.saveSharedProfiles(newVersion(read.version, null, null), null, NOON_MS);
  const profiles: ProfileStore = await keepSharedProfiles(read.version, {
    records: shared,
    committed: journal.committed,
    revision: (await shared.sharedProfiles())?.revision ?? 0,
    cardsChanged: () => {},
    now: () => NOON_MS,
    log: log.log,
  });
  const keptSecrets = await openKeptSecrets(journal);
  const secret = createSecrets({ environment: () => undefined, kept: keptSecrets, mask: log.mask });
  const wakes = hears ? hear() : undefined;
  const following = followShared({
    profiles,
    keptSecrets,
    secret,
    onWake: (topic, wake) => wakes?.on(topic, wake),
    log: log.log,
  });
  while (wakes?.isListening() === false) await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    shared,
    profiles,
    keptSecrets,
    secret,
    log,
    async look() {
      const { revisions } = await journal.dueLanes(NOON_MS);
      if (revisions !== undefined) await following.seen(revisions);
    },
    async [Symbol.asyncDispose]() {
      await wakes?.close();
      await profiles.close();
      await opened[Symbol.asyncDispose]();
    },
  };
}

async function isWithinASecond(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 10) {
    assert.ok(waitedMs < WITHIN_MS, "not within a second");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

schemaTest(
  "a key that was typed in one process is known, and masked, in another within a second",
  async (schema, server) => {
    await using one = await aProcess(server, schema, false);
    await using other = await aProcess(server, schema, true);
    await one.keptSecrets.keep("amo", "sesame-open-1", "Анна", NOON_MS);
    await isWithinASecond(() => other.keptSecrets.value("amo") === "sesame-open-1");
    other.log.log.info("говорит {what}", { what: "sesame-open-1" });
    assert.doesNotMatch(other.log.lines.join("\n"), /sesame/);
    await one.keptSecrets.keep("amo", "sesame-open-2", "Анна", NOON_MS);
    await isWithinASecond(() => other.secret("amo") === "sesame-open-2");
    await one.keptSecrets.remove("amo");
    await isWithinASecond(() => other.secret("amo") === undefined);
  },
);

schemaTest(
  "profiles that one process saves are in use in another within a second",
  async (schema, server) => {
    await using one = await aProcess(server, schema, false);
    await using other = await aProcess(server, schema, true);
    const text = one.profiles.text().replace("MONSTER AGENCY", "MONSTER");
    assert.deepEqual(await one.profiles.save(text, one.profiles.text()), { kind: "saved" });
    await isWithinASecond(() => other.profiles.text() === text);
  },
);

schemaTest(
  "where no wake-up comes, one look finds a new key and new profiles",
  async (schema, server) => {
    await using one = await aProcess(server, schema, false);
    await using other = await aProcess(server, schema, false);
    await other.look();
    const text = one.profiles.text().replace("MONSTER AGENCY", "MONSTER");
    await one.profiles.save(text, one.profiles.text());
    await one.keptSecrets.keep("amo", "sesame-open-1", "Анна", NOON_MS);
    assert.equal(other.secret("amo"), undefined);
    await other.look();
    assert.equal(other.secret("amo"), "sesame-open-1");
    assert.equal(other.profiles.text(), text);
  },
);
