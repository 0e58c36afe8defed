// Tells what a schema holds, before it is filled: only an empty one is.

import { messageOf } from "../../log/error_words.ts";
import type { Session } from "./steps.ts";

/** A schema that is to be filled holds something. Its message is a sentence for the operator. */
export class SchemaInUse extends Error {}

/** How many of the things in a schema are named. */
const MOST_NAMED = 8;

/** Tables, views, sequences, functions and types of its own. */
const FOUND = `
  SELECT kind, name FROM (
    SELECT CASE relkind WHEN 'r' THEN 1 WHEN 'p' THEN 1 WHEN 'S' THEN 3 ELSE 2 END AS place,
      CASE relkind WHEN 'r' THEN 'таблица' WHEN 'p' THEN 'таблица' WHEN 'S' THEN 'последовательность'
        ELSE 'представление' END AS kind,
      relname AS name, relnamespace AS schema
    FROM pg_class WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT 4, 'функция', proname, pronamespace FROM pg_proc
    UNION ALL
    SELECT 5, 'тип', typname, typnamespace FROM pg_type WHERE typtype IN ('e', 'd')
  ) AS things
  JOIN pg_namespace ON pg_namespace.oid = schema
  WHERE nspname = $1
  ORDER BY place, name = 'leads' DESC, name`;

/** @throws {SchemaInUse} If there is anything in the schema; one that does not exist is empty. */
export async function refuseUnlessEmpty(session: Session, schema: string): Promise<void> {
  const { rows } = await session.query(FOUND, [schema]);
  if (rows.length === 0) return;
  const names = rows.slice(0, MOST_NAMED).map(({ kind, name }) => `${kind} ${name}`);
  const others = rows.length - names.length;
  const leads = rows.some(({ kind, name }) => kind === "таблица" && name === "leads")
    ? `, лидов: ${await countLeads(session, schema)}`
    : "";
  throw new SchemaInUse(
    `схема "${schema}" не пуста: в ней ${names.join(", ")}${
      others > 0 ? ` и ещё ${others}` : ""
    }${leads}. Переносят только в пустую: назовите в PG_SCHEMA другую, а если эта никому не нужна, удалите её: DROP SCHEMA "${schema}" CASCADE`,
  );
}

/** The transaction is over after it, if that fails. */
async function countLeads(session: Session, schema: string): Promise<string> {
  try {
    const { rows } = await session.query(`SELECT count(*) AS leads FROM "${schema}".leads`);
    return String(rows[0]?.["leads"]);
  } catch (error) {
    return `не сосчитать (${messageOf(error)})`;
  }
}
