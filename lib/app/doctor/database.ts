// The doctor's look at the journal in PostgreSQL.

import type { DatabaseConfig } from "../database_config.ts";
import type { DatabaseLook } from "../../journal/postgres/database_look.ts";
import { OpeningError } from "../../journal/postgres/opening_error.ts";
import { messageOf } from "../../log/error_words.ts";
import { type Finding, findingsOf } from "./findings.ts";

/** How long a server that does not answer is waited for, in ms. */
const PATIENCE_MS = 3_000;

const { good, warning, fault } = findingsOf("Журнал");

/** Whether a bot can work with the database, and what it would find there. */
export async function lookAtDatabase(
  database: DatabaseConfig,
): Promise<{
  /** Undefined where it cannot be read. */
  readonly look: DatabaseLook | undefined;
  readonly findings: readonly Finding[];
}> {
  try {
    const { lookIntoDatabase } = await import("../../journal/postgres/database_look.ts");
    const look = await lookIntoDatabase({ ...database, patienceMs: PATIENCE_MS });
    return { look, findings: findingsAbout(look, database.schema) };
  } catch (error) {
    const sentence = error instanceof OpeningError
      ? error.message
      : `не открыть: ${messageOf(error)}`;
    return { look: undefined, findings: [fault(sentence)] };
  }
}

function findingsAbout(look: DatabaseLook, schema: string): Finding[] {
  const { address, server, version, known, living, hasSynchronousStandby } = look;
  const place = `PostgreSQL ${server}, ${address}, схема ${schema}`;
  const state = version === undefined
    ? "её создаст первый старт"
    : version < known
    ? `версия ${version}, старт обновит до ${known}`
    : `версия ${version}`;
  return [
    good(`${place}: ${state}, процессов в работе: ${living}`),
    ...hasSynchronousStandby ? [] : [warning(
      "у сервера нет синхронной реплики (synchronous_standby_names): с его диском пропадут последние лиды, " +
        "если за копию не отвечает сама площадка",
    )],
  ];
}
