// The journal's schema in PostgreSQL, as migrations. One that has shipped is never edited.

import { COMMENTS, VIEWS } from "./for_operators.ts";
import { CREW_TABLES } from "./crew/tables.ts";
import { COUNTERS, ERASURE, HOLDERS, numbered, STATEMENT_FUNCTIONS } from "./functions.ts";
import { ANSWERS, COUNTS, LEADS, QUEUES, REST } from "./tables.ts";
import { SHARED } from "./shared_tables.ts";
import type { Migration } from "./steps.ts";

/** Tables whose rows are numbered one after another. */
const NUMBERED = [
  "leads",
  "follow_ups",
  "answers",
  "lead_turns",
  "sessions",
  "revisions",
  "profile_files",
];

const FIRST = [
  STATEMENT_FUNCTIONS,
  LEADS,
  ANSWERS,
  QUEUES,
  COUNTS,
  REST,
  SHARED,
  CREW_TABLES,
  ...NUMBERED.map(numbered),
  HOLDERS,
  COUNTERS,
  ERASURE,
  COMMENTS,
  VIEWS,
].join("");

/** Later ones only add, so that the bot before still works on the schema during an update. */
export const MIGRATIONS: readonly Migration[] = [{ sql: FIRST }];
