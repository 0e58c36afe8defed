// Copies of a journal in PostgreSQL are made and restored by PostgreSQL's own programs. Names the command; runs none.

import { DEFAULT_SCHEMA } from "../database_config.ts";
import { type Address, checkSchemaName, parseAddress } from "../../journal/postgres/address.ts";
import { messageOf } from "../../log/error_words.ts";

/** With DATABASE_URL: the sentence with the command that does it instead, without a password. Undefined without. */
export function onPostgres(
  task: "backup" | "restore",
  read: (variable: string) => string | undefined,
): string | undefined {
  const url = read("DATABASE_URL");
  if (url === undefined) return undefined;
  try {
    const schema = checkSchemaName(read("PG_SCHEMA") ?? DEFAULT_SCHEMA);
    const command = commandOf(task, parseAddress(url), schema);
    return `С DATABASE_URL журнал — в PostgreSQL, и ${
      task === "backup" ? "копию делает pg_dump" : "из копии его возвращает pg_restore"
    }: ${command}. ${
      task === "backup"
        ? "Пароль спросит сама программа, или он в ~/.pgpass"
        : "Потом отметьте схему копией, иначе лиды уйдут ещё раз: docs/operations.md"
    }`;
  } catch (error) {
    return messageOf(error);
  }
}

function commandOf(
  task: "backup" | "restore",
  { hosts, user, database }: Address,
  schema: string,
): string {
  const [{ host, port } = { host: "", port: 5432 }] = hosts;
  const place = `-h ${host} -p ${port} -U ${user} -d ${database}`;
  return task === "backup"
    ? `pg_dump ${place} -n '"${schema}"' -Fc -f ${schema}.dump`
    : `pg_restore ${place} --exit-on-error --single-transaction ${schema}.dump`;
}
