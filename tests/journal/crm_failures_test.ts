import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const ACCEPTED = { kind: "accepted", status: 200 } as const;
const FAILED = { kind: "unreachable", reason: "нет связи" } as const;

let menus = 0;

/** A lead of a profile; its number. */
async function lead(journal: Journal, profile = "agency"): Promise<number> {
  const menuMessageId = menus += 1;
  const recorded = await partsOf(journal).insertLead(aNewLead({ profile, menuMessageId }));
  assert.ok(recorded);
  return recorded.number;
}

/** One POST of a lead that ended so. */
async function post(
  journal: Journal,
  number: number,
  outcome: CrmOutcome,
  endedAtMs: number,
): Promise<void> {
  const attempt = await partsOf(journal).addAttempt(number, null, endedAtMs - 1);
  await partsOf(journal).closeAttempt(attempt, outcome, endedAtMs);
}

Deno.test("a CRM that was not asked, or whose newest answer was good, has not failed", () =>
  withJournal(async (journal) => {
    assert.equal(await journal.crmFailures("agency"), undefined);
    const first = await lead(journal);
    await partsOf(journal).addAttempt(first, null, NOON_MS); // Still open.
    assert.equal(await journal.crmFailures("agency"), undefined);
    await post(journal, await lead(journal), FAILED, NOON_MS);
    await post(journal, await lead(journal), ACCEPTED, NOON_MS + 1);
    assert.equal(await journal.crmFailures("agency"), undefined);
  }));

Deno.test("a CRM fails since the first failure after the last lead that it accepted", () =>
  withJournal(async (journal) => {
    await post(journal, await lead(journal), FAILED, NOON_MS);
    await post(journal, await lead(journal), ACCEPTED, NOON_MS + 1);
    await post(journal, await lead(journal), FAILED, NOON_MS + 2);
    await post(journal, await lead(journal), FAILED, NOON_MS + 3);
    await post(journal, await lead(journal, "cg"), FAILED, NOON_MS - 1);
    assert.deepEqual(await journal.crmFailures("agency"), {
      sinceMs: NOON_MS + 2,
      lastAtMs: NOON_MS + 3,
      isFirst: true,
    });
  }));

Deno.test("an old lead that is sent again and accepted ends a CRM's failures", () =>
  withJournal(async (journal) => {
    const old = await lead(journal);
    for (let nth = 0; nth < 20; nth++) {
      await post(journal, await lead(journal), FAILED, NOON_MS + nth);
    }
    await post(journal, old, ACCEPTED, NOON_MS + 100);
    assert.equal(await journal.crmFailures("agency"), undefined);
  }));

Deno.test("where a CRM accepted none of the 200 newest leads and there are older ones, it may have failed before", () =>
  withJournal(async (journal) => {
    const oldest = await lead(journal);
    for (let nth = 1; nth < 200; nth++) {
      await post(journal, await lead(journal), FAILED, NOON_MS + nth);
    }
    assert.equal((await journal.crmFailures("agency"))?.isFirst, true);
    await post(journal, oldest, ACCEPTED, NOON_MS);
    await post(journal, await lead(journal), FAILED, NOON_MS + 200);
    assert.deepEqual(await journal.crmFailures("agency"), {
      sinceMs: NOON_MS + 1,
      lastAtMs: NOON_MS + 200,
      isFirst: false,
    });
  }));
