// What the journal asks SQLite costs the same with a million leads as with none: the plan of every statement that it prepares,
// as SQLite tells it, without running one.

import assert from "node:assert/strict";
import { type Database, openDatabase } from "../../lib/journal/database.ts";
import { type Cursor, journalIn, type LeadFilter } from "../../lib/journal/journal.ts";
import { ADDITIONS, MIGRATIONS } from "../../lib/journal/schema.ts";
import { PLACES } from "../../lib/lead.ts";

/** Tables that do not grow with leads, their visitors or what is owed to them. Every other table does. */
const SMALL: readonly string[] = [
  "lead_counts", // A row for each profile and state.
  "attempt_counts", // A row for each outcome.
  "repeat_counts", // A row for each profile.
  "bots", // One, as a rule.
  "facts", // A row for each thing to remember, or for each of a profile's.
  "links", // Logins of the last minutes.
  "login_messages", // The same, as the managers' chat shows them.
  "sessions", // Where managers are logged in.
  "revisions", // What managers edited.
  "profile_files", // Twenty of the newest texts of locales.json.
];

/** A value of these finds what is about one lead, one visitor or one message: a handful of rows. */
const NARROW: readonly string[] = [
  "rowid",
  "lead",
  "follow_up",
  "edit_of",
  "subject",
  "chat_id",
  "card_message_id",
];

/**
 * The statements that visit more rows when there are more, by what makes that bearable. One that no such statement matches is out
 * of date.
 */
const WIDE: Readonly<Record<string, readonly RegExp[]>> = {
  "once, at a start: what an earlier process left": [
    /^UPDATE inbox SET due_at_ms = \? WHERE body IS NOT NULL$/,
    /^UPDATE outbox SET due_at_ms = \?$/,
    /^SELECT lead, nth FROM attempts WHERE ended_at_ms IS NULL/, // In an index of these alone.
    /^SELECT max\(\w+\) AS id FROM (inbox|outbox)$/, // Of its key: one look at the last row.
    /^SELECT max\(at_ms\) AS newest FROM/,
  ],
  "once, at a start on a restored copy: what it owes, and the leads that are open in it": [
    /^SELECT number FROM leads WHERE state = 'in_admin_chat' ORDER BY number$/,
    /FROM outbox JOIN leads ON number = subject WHERE kind = 'post'/,
    /^SELECT subject FROM outbox WHERE kind = 'card'/,
    /^INSERT OR REPLACE INTO facts .* FROM inbox WHERE json_valid/,
    /^DELETE FROM facts .* FROM inbox WHERE json_valid/,
  ],
  "when the clock was set: what is owed": [
    /^UPDATE (outbox|inbox) SET due_at_ms = due_at_ms \+ \? WHERE due_at_ms IS NOT NULL$/,
  ],
  "every few seconds: the last row of each table, by its key": [
    /^INSERT INTO \w+ .* SELECT .*max\((update_id|number)\).* FROM (inbox|leads|follow_ups)$/,
  ],
  "once, after an absence: the menus of 30 days": [
    /FROM menus WHERE sent_at_ms > \? AND NOT EXISTS/,
  ],
  "once a night: the menus of 30 days": [/^DELETE FROM menus WHERE sent_at_ms < \?$/],
  "when a manager gives a profile another key: its leads, menus and owed POSTs": [
    /^UPDATE (leads|menus) SET profile = \?1 WHERE profile = \?2$/,
    /^UPDATE outbox SET lane = \? WHERE lane = \?$/,
  ],
  "when a manager asks for it, or /metrics: what is owed": [
    /^SELECT DISTINCT lane FROM outbox/, // At a start too.
    /^SELECT kind, count\(\*\) AS works FROM outbox GROUP BY kind$/,
  ],
  "for the page's leads on their way: at most 5,000 leads, and what else is owed meanwhile": [
    /IN \(SELECT subject FROM outbox WHERE kind IN \('post', 'card'\) AND subject > .* LIMIT [25]000\)/,
  ],
  "when a person is erased: what is owed, and the updates that still wait": [
    /^DELETE FROM outbox WHERE kind = 'thanks' AND body =/,
    /^SELECT id, body FROM outbox WHERE kind = 'note'$/,
    /^SELECT update_id, body FROM inbox WHERE body IS NOT NULL$/,
  ],
  "after a poll: the updates that still wait": [/^DELETE FROM inbox WHERE update_id < \?/],
  "when a follow-up is shown: the due ones": [
    /^SELECT chat_id, min\(number\) AS first FROM outbox JOIN follow_ups/,
    /SELECT id FROM outbox JOIN follow_ups ON number = subject WHERE lane = /,
  ],
  "when a card is sent: what the managers' chat is owed": [
    /FROM outbox WHERE lane = \? AND kind = \? AND due_at_ms <= \?/,
  ],
  "when a CRM answers again, or a manager asks: the open cards": [
    /^SELECT \* FROM leads INDEXED BY leads_open WHERE profile = \? .* ORDER BY number/,
    /^SELECT \* FROM leads WHERE state = 'in_admin_chat' AND card_reason IS NOT 'held' ORDER BY number/,
    /^SELECT leads - \(SELECT count\(\*\) FROM leads .* AND card_reason = 'held'\)/, // In an index of these alone.
    /FROM leads INDEXED BY leads_held /, // So are these.
  ],
  "for the page: at most 20,001 leads, 100 owed ones, the leads of the days that it shows": [
    /FROM leads INDEXED BY leads_by_time .* LIMIT 20001\)/,
    /IN \( ?SELECT subject FROM outbox .* LIMIT 100\)$/,
    /FROM leads WHERE received_at_ms >= \? .* GROUP BY profile, state$/,
  ],
  "never: no move ends there": [/^UPDATE leads SET state = 'received' /],
};

const LET_THROUGH = Object.values(WIDE).flat();

interface Step {
  readonly parent: number;
  readonly table: string;
  readonly index: string | undefined;
  /** Of the columns that lead to the rows, those that have to have one value, and all. */
  readonly equal: readonly string[];
  readonly columns: readonly string[];
}

Deno.test("a statement of the journal visits no more rows when the journal holds more leads", () => {
  using journal = preparedStatements();
  const wide = journal.statements.filter((sql) => isWide(journal.db, sql));
  const unforeseen = wide.filter((sql) => !LET_THROUGH.some((each) => each.test(sql)));
  assert.deepEqual(unforeseen.map((sql) => [sql, ...detailsOf(journal.db, sql)]), []);
});

Deno.test("whatever is let through for visiting more rows is there, and does", () => {
  using journal = preparedStatements();
  const wide = journal.statements.filter((sql) => isWide(journal.db, sql));
  assert.deepEqual(LET_THROUGH.filter((each) => !wide.some((sql) => each.test(sql))), []);
});

Deno.test("what the journal's triggers do they do to small tables", () => {
  using journal = preparedStatements();
  const triggers = journal.db.reader("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").all();
  const tables = triggers.flatMap(({ sql }) => {
    const [, body = ""] = String(sql).split(/\bBEGIN\b/);
    return [...body.matchAll(/\b(?:INTO|FROM|JOIN|UPDATE(?! SET))\s+(\w+)/g)].map(([, name]) =>
      name!
    );
  });
  assert.ok(tables.length > 0);
  assert.deepEqual(tables.filter((name) => !SMALL.includes(name)), []);
});

Deno.test("isWide tells a look-up from a scan, and a limit that holds from one that does not", () => {
  using journal = preparedStatements();
  const plain = [
    "SELECT * FROM leads WHERE number = ?",
    "SELECT * FROM leads WHERE chat_id = ? ORDER BY number DESC LIMIT 1",
    "SELECT number FROM leads WHERE number > ? ORDER BY number LIMIT ?",
    "SELECT number FROM leads WHERE received_at_ms >= ? ORDER BY received_at_ms LIMIT 1",
    "SELECT sum(leads) FROM lead_counts",
  ];
  const wide = [
    "SELECT * FROM leads",
    "SELECT * FROM leads WHERE username = ? LIMIT 1",
    "SELECT count(*) FROM leads WHERE profile = ?",
    "SELECT * FROM leads WHERE number > ? AND username = ? ORDER BY number LIMIT 1",
    "SELECT * FROM leads WHERE received_at_ms >= ? ORDER BY username LIMIT 1",
    "SELECT * FROM leads LIMIT 10 OFFSET ?",
    "UPDATE leads SET user_id = 0 WHERE received_at_ms < ?",
    "DELETE FROM attempts WHERE lead IN (SELECT number FROM leads WHERE profile = ?)",
    "SELECT * FROM leads AS one JOIN leads AS other USING (username) WHERE one.number = ?",
  ];
  assert.deepEqual(plain.filter((sql) => isWide(journal.db, sql)), []);
  assert.deepEqual(wide.filter((sql) => !isWide(journal.db, sql)), []);
});

/** Every statement that a journal prepares when it is opened, and for each kind of page of its list. */
function preparedStatements(): Disposable & { db: Database; statements: readonly string[] } {
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  const seen = new Set<string>();
  const note = (sql: string) => (seen.add(sql.replace(/\s+/g, " ").trim()), sql);
  const journal = journalIn({
    ...db,
    reader: (sql) => db.reader(note(sql)),
    writer: (sql) => db.writer(note(sql)),
  });
  for (const filter of everyKindOfFilter()) {
    for (const cursor of [{ before: 2 }, { after: 1 }] satisfies Cursor[]) {
      journal.listLeads(filter, cursor, 50);
      journal.countListed(filter);
    }
  }
  return { db, statements: [...seen], [Symbol.dispose]: () => journal.close() };
}

function everyKindOfFilter(): LeadFilter[] {
  const days = [{ fromMs: null, toMs: null }, { fromMs: 1, toMs: 2 }];
  return [null, ...PLACES].flatMap((place) =>
    [null, "agency"].flatMap((profile) =>
      ["", "word", "слово", "два слова"].flatMap((words) =>
        days.map((span) => ({ place, profile, words, ...span }))
      )
    )
  );
}

function isWide(db: Database, sql: string): boolean {
  const plan = db.reader(`EXPLAIN QUERY PLAN ${sql}`).all();
  const sorted = new Set(
    plan.filter(({ detail }) => String(detail).startsWith("USE TEMP B-TREE"))
      .map(({ parent }) => Number(parent)),
  );
  return plan.flatMap(({ parent, detail }) => toStep(Number(parent), String(detail)) ?? [])
    .filter(({ table }) => !SMALL.includes(table))
    .filter(({ equal }) => !equal.some((column) => NARROW.includes(column)))
    .some((step) => sorted.has(step.parent) || !isLimited(db, sql, step));
}

/** What a line of a plan visits; undefined where that is nothing, or what other lines gave. */
function toStep(parent: number, detail: string): Step | undefined {
  const line = /^(?:SCAN|SEARCH) ([^\s(]+)(?: USING (.*?))?(?: \(([^()]*)\))?$/.exec(detail);
  const [, table, by = "", terms = ""] = line ?? [];
  if (table === undefined) {
    assert.doesNotMatch(
      detail,
      /^(SCAN|SEARCH) (?!\(|CONSTANT ROW|\d+-ROW VALUES|json_each VIRTUAL)/,
    );
    return undefined;
  }
  const all = by.startsWith("AUTOMATIC") ? [] : [...terms.matchAll(/(\w+)([=<>])/g)];
  return {
    parent,
    table,
    index: /INDEX (\w+)$/.exec(by)?.[1],
    equal: all.filter(([, , operator]) => operator === "=").map(([, column]) => column!),
    columns: all.map(([, column]) => column!),
  };
}

/** Whether the step is a SELECT's with a LIMIT, of whose conditions the index answers every one: it visits no row in vain. */
function isLimited(db: Database, sql: string, { table, index, columns }: Step): boolean {
  const selects = /\bFROM (\w+) WHERE ([^()]+?) (?:ORDER BY [^()]+? )?LIMIT (?!.*\bOFFSET\b)/g;
  const key = db.reader("SELECT name FROM pragma_table_info(?) WHERE pk = 1").get(table)?.["name"];
  const partial = db.reader("SELECT sql FROM sqlite_schema WHERE name = ?").get(index ?? "")
    ?.["sql"];
  const [, indexed = ""] = String(partial ?? "").split(/\bWHERE\b/);
  return [...sql.matchAll(selects)].some(([, from, conditions = ""]) =>
    from === table && conditions.split(" AND ").every((condition) => {
      const [column = ""] = condition.split(" ");
      return columns.includes(column) || indexed.includes(condition) ||
        (column === key && columns.includes("rowid"));
    })
  );
}

function detailsOf(db: Database, sql: string): string[] {
  return db.reader(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail));
}
