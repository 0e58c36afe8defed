// What the page does with keys of CRMs: a value that it hands out is masked first, in every form.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { createMask } from "../../lib/log/mask.ts";
import { openKeptSecrets } from "../../lib/crm/kept_secrets.ts";
import { createPageSecrets } from "../../lib/page/secrets.ts";
import { NOON_MS } from "../helpers/a_lead.ts";

const KEY = 'a/key "of" many signs';

/** The key itself, and as JSON and an address quote it. */
const QUOTED = [KEY, JSON.stringify(KEY).slice(1, -1), encodeURIComponent(KEY)].join(" | ");

async function open(environment: Readonly<Record<string, string>> = {}) {
  const mask = createMask();
  const journal = await openJournal(":memory:");
  const secrets = createPageSecrets({
    secrets: await openKeptSecrets(journal),
    environment: (name) => environment[name],
    mask,
    now: () => NOON_MS,
  });
  return { mask, journal, secrets };
}

Deno.test("a secret of the environment that no profile refers to yet is masked before a request may hold it", async () => {
  const { mask, journal, secrets } = await open({ crm_key: KEY });
  assert.equal(secrets.value("crm_key"), KEY);
  assert.equal(mask.apply(QUOTED), "*** | *** | ***");
  await journal.close();
});

Deno.test("a key is masked in every form as soon as it is typed", async () => {
  for (const way of ["hide", "keep"] as const) {
    const { mask, journal, secrets } = await open();
    if (way === "hide") secrets.hide(KEY);
    else await secrets.keep("crm_key", KEY, "@anna");
    assert.equal(mask.apply(QUOTED), "*** | *** | ***", way);
    await journal.close();
  }
});
