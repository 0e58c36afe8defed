// A page of the list of leads costs the same wherever it stands: counted in the leads that SQLite visits for it, not in time.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import type { Cursor, LeadFilter } from "../../lib/journal/journal.ts";
import { openForBot } from "../../lib/journal/bots.ts";
import { leadPages, mostLookedAt } from "../../lib/journal/lead_list.ts";
import { sourceRecords } from "../../lib/journal/sources.ts";
import { totals } from "../../lib/journal/totals.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { PLACES as LEAD_PLACES } from "../../lib/lead.ts";

/** More than a page may ever look at. */
const LEADS = 12_000;

const PER_PAGE = 50;

const PLACES: Readonly<Record<string, Cursor>> = {
  newest: { before: Number.MAX_SAFE_INTEGER },
  older: { before: LEADS - PER_PAGE },
  middle: { before: LEADS / 2 },
  newer: { after: PER_PAGE },
  oldest: { after: 0 },
};

const EVERYTHING: LeadFilter = { place: null, profile: null, fromMs: null, toMs: null, words: "" };

Deno.test("a full page visits its own leads and one more, wherever it stands in the list", async () => {
  using journal = await aLongList();
  for (const filter of [{}, { profile: "agency" }, { place: "by_hand" }] as const) {
    for (const [place, cursor] of Object.entries(PLACES)) {
      const { leads, visited } = await journal.list({ ...EVERYTHING, ...filter }, cursor);
      assert.deepEqual([place, leads, visited], [place, PER_PAGE, PER_PAGE + 1]);
    }
  }
});

Deno.test("no filter makes a page look through a long list, wherever it stands", async () => {
  using journal = await aLongList();
  for (const filter of everyKindOfFilter()) {
    // Once for the leads themselves, once to tell how far it came; and the two ends of the span of days.
    const most = 2 * mostLookedAt(filter) + 2;
    assert.ok(most < LEADS);
    for (const [place, cursor] of Object.entries(PLACES)) {
      const { visited } = await journal.list(filter, cursor);
      assert.ok(visited <= most, `${visited} visited: ${place}, ${JSON.stringify(filter)}`);
    }
  }
});

Deno.test("a page that was cut short goes on where it ended, at the same cost", async () => {
  using journal = await aLongList();
  const filter = { ...EVERYTHING, words: "nobody" };
  const most = mostLookedAt(filter);
  const visits: number[] = [];
  for (let before: number | undefined = LEADS + 1; before !== undefined;) {
    const { next, visited } = await journal.list(filter, { before });
    visits.push(visited);
    before = next;
  }
  assert.deepEqual(visits, [...Array(LEADS / most).fill(2 * most), 0]);
});

interface LongList extends Disposable {
  list(
    filter: LeadFilter,
    cursor: Cursor,
  ): Promise<
    { readonly leads: number; readonly next: number | undefined; readonly visited: number }
  >;
}

/** A journal's list in which every visit of a lead is counted. */
async function aLongList(): Promise<LongList> {
  const folder = Deno.makeTempDirSync({ prefix: "triborg-list-" });
  const path = `${folder}/triborg.db`;
  const db = openDatabase(path, MIGRATIONS, ADDITIONS);
  const sqlite = new DatabaseSync(path);
  sqlite.prepare(FILL).run({ leads: LEADS });
  let visited = 0;
  sqlite.function("visit", (_number) => (visited += 1, 1));
  // Stands before the table of this name. SQLite reads the view as a condition more on each lead that it comes to.
  sqlite.exec("CREATE TEMP VIEW leads AS SELECT * FROM main.leads WHERE visit(number)");
  const { listLeads } = leadPages(
    {
      ...db,
      reader: (sql) => ({
        get: (...values) => Promise.resolve(sqlite.prepare(sql).get(...values)),
        all: (...values) => Promise.resolve(sqlite.prepare(sql).all(...values)),
      }),
    },
    await openForBot(db, undefined),
    { ...totals(db), ...sourceRecords(db) },
  );
  return {
    async list(filter, cursor) {
      visited = 0;
      const { leads, next } = await listLeads(filter, cursor, PER_PAGE);
      return { leads: leads.length, next, visited };
    },
    async [Symbol.dispose]() {
      sqlite.close();
      await db.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

/** A lead a minute; an eighth in each state but one, a lead in a thousand of a profile of its own. */
const FILL = `
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :leads)
  INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name, chat_id,
    menu_message_id, received_at_ms)
  SELECT i, CASE i % 8 WHEN 1 THEN 'by_hand' WHEN 2 THEN 'in_admin_chat' WHEN 3 THEN 'undelivered'
    WHEN 4 THEN 'received' ELSE 'in_crm' END, iif(i % 1000 = 0, 'express', 'agency'), 'MONSTER AGENCY',
    'Привлечь клиентов', i, 'Galliard', i, 2, i * 60000 FROM n`;

function everyKindOfFilter(): LeadFilter[] {
  const spans = [
    { fromMs: null, toMs: null },
    { fromMs: 60_000_000, toMs: 120_000_000 },
    { fromMs: 600_000_000, toMs: null },
    { fromMs: null, toMs: 60_000 },
  ];
  return [null, ...LEAD_PLACES].flatMap((place) =>
    [null, "agency", "express", "nobody's"].flatMap((profile) =>
      ["", "galliard", "nobody"].flatMap((words) =>
        spans.map((span) => ({ place, profile, words, ...span }))
      )
    )
  );
}
