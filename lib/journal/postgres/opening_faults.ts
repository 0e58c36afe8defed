// Tells which failures of an opening need a person, and says what is wrong and what is wanted. Opens nothing.

import { messageOf } from "../../log/error_words.ts";
import { type Address, shownAddress } from "./address.ts";
import { sqlStateOf } from "./faults.ts";
import { OpeningError } from "./opening_error.ts";

/** The sentence for what was caught; undefined for what may be over soon, and for a defect. */
export function refusalOf(
  error: unknown,
  address: Address,
  schema: string,
): OpeningError | undefined {
  const place = shownAddress(address);
  const { user, database } = address;
  const cause = messageOf(error);
  const say = (fault: OpeningError["fault"], sentence: string) =>
    new OpeningError(fault, sentence, error);

  if (error instanceof OpeningError) {
    return ["tls", "standby"].includes(error.fault)
      ? say(error.fault, `PostgreSQL ${place}: ${cause}`)
      : error;
  }
  if (error instanceof RangeError) {
    return say(
      "newer schema",
      `Схема "${schema}" в ${place} новее этого бота: ${cause}. Нужен бот не старее того, что её обновил`,
    );
  }
  switch (sqlStateOf(error)) {
    case "28P01":
      return say(
        "password",
        `PostgreSQL ${place} не принял пароль пользователя "${user}" из DATABASE_URL`,
      );
    case "28000":
      return say(
        "password",
        `PostgreSQL ${place} не пускает пользователя "${user}": ${cause}. Нужна роль и строка для неё в pg_hba.conf`,
      );
    case "3D000":
      return say(
        "database",
        `На сервере ${place} нет базы "${database}": её создаст CREATE DATABASE "${database}" OWNER "${user}"`,
      );
    case "3F000": // What a schema is to a user who may not use it.
      return say(
        "rights",
        `Пользователю "${user}" не хватает прав на схему "${schema}" в ${place}. Нужно GRANT USAGE, CREATE ON SCHEMA "${schema}" TO "${user}"`,
      );
    case "42501":
      return say(
        "rights",
        `Пользователю "${user}" не хватает прав в ${place}: ${cause}. Нужно CREATE SCHEMA "${schema}" AUTHORIZATION "${user}", или GRANT CREATE ON DATABASE "${database}" TO "${user}"`,
      );
  }
  if (error instanceof Error && error.name === "NotCapable") {
    return say(
      "rights",
      `Deno не даёт боту того, без чего нет PostgreSQL: ${cause}. Нужно --allow-net и --allow-env=PGBINARY,PGOPTIONS,PGREPLICATION`,
    );
  }
  // What the driver says to a server that wants a password where the address has none.
  if (cause.startsWith("SASL: ") && address.password === "") {
    return say(
      "password",
      `PostgreSQL ${place} спрашивает пароль пользователя "${user}", а в DATABASE_URL его нет`,
    );
  }
  if (isAboutCertificates(cause)) {
    return say(
      "tls",
      `Сертификат PostgreSQL ${place} не прошёл проверку sslmode=${address.tls.mode}: ${cause}`,
    );
  }
  return undefined;
}

/** The sentence when it was waited for in vain. */
export function unreachable(error: unknown, address: Address): OpeningError {
  return new OpeningError(
    "unreachable",
    `PostgreSQL ${shownAddress(address)} не отвечает: ${messageOf(error)}`,
    error,
  );
}

/** As Node and Deno word it. */
function isAboutCertificates(cause: string): boolean {
  return ["certificate", "altnames"].some((word) => cause.toLowerCase().includes(word));
}
