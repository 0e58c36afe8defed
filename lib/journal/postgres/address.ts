// Reads DATABASE_URL and PG_SCHEMA as libpq and PostgreSQL mean them. Connects to nothing.

import { OpeningError } from "./opening_error.ts";

/** Where the database is, and how it is entered. */
export interface Address {
  /** Tried one after another; a standby is passed over. */
  readonly hosts: readonly Host[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: Tls;
}

export interface Host {
  /** A name, an IP address, or the folder of a Unix socket, from its "/". */
  readonly host: string;
  readonly port: number;
}

/** The parameters of TLS (https://www.postgresql.org/docs/current/libpq-ssl.html); files are paths. */
export interface Tls {
  readonly mode: TlsMode;
  readonly negotiation: "postgres" | "direct";
  readonly rootCertificate: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

const TLS_MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
export type TlsMode = typeof TLS_MODES[number];

/** Parameters that change nothing here: the server that writes is always looked for, and there is no GSSAPI. */
const IGNORED: readonly string[] = [
  "application_name",
  "channel_binding",
  "connect_timeout",
  "gssencmode",
  "keepalives",
  "keepalives_idle",
  "target_session_attrs",
];

const KNOWN = [
  "user",
  "password",
  "host",
  "port",
  "dbname",
  "sslmode",
  "sslnegotiation",
  "sslrootcert",
  "sslcert",
  "sslkey",
];

/**
 * Reads `postgres://user:password@host:5432/database?sslmode=require`: several hosts by commas, a folder as `?host=/run/…`.
 *
 * @throws {OpeningError} What is wrong and what is wanted, without the address.
 */
export function parseAddress(text: string): Address {
  const rest =
    ["postgres://", "postgresql://"].flatMap((scheme) =>
      text.startsWith(scheme) ? [text.slice(scheme.length)] : []
    )[0];
  if (rest === undefined) {
    throw wrong("адрес начинается не с postgres:// и не с postgresql://");
  }
  const [place = "", query = ""] = cut(rest, "?");
  const [authority = "", path = ""] = cut(place, "/");
  const at = authority.lastIndexOf("@");
  const [name = "", secret = ""] = cut(at === -1 ? "" : authority.slice(0, at), ":");
  const parameters = parametersOf(query);
  const user = parameters["user"] ?? decoded(name, "имени");
  if (user === "") {
    throw wrong("в адресе нет имени пользователя, нужно postgres://имя:пароль@хост/база");
  }
  return {
    hosts: hostsOf(authority.slice(at + 1), parameters),
    user,
    password: parameters["password"] ?? decoded(secret, "пароле"),
    database: parameters["dbname"] ?? (decoded(path, "имени базы") || user),
    tls: tlsOf(parameters),
  };
}

/** The address for people: without its password and without what does not say where. */
export function shownAddress({ hosts, user, database }: Address): string {
  const places = hosts.map(({ host, port }) =>
    `${host.includes(":") ? `[${host}]` : host}:${port}`
  );
  return `postgres://${user}@${places.join(",")}/${database}`;
}

/** The longest name, in bytes, that PostgreSQL does not cut (NAMEDATALEN). */
const LONGEST_NAME = 63;

/**
 * Checks the name of a schema: small Latin letters, digits and "_", so that it is the same with quotes and without.
 *
 * @throws {OpeningError} If it is none.
 */
export function checkSchemaName(schema: string): string {
  if (
    /^[a-z_][a-z0-9_]*$/.test(schema) && !schema.startsWith("pg_") && schema.length <= LONGEST_NAME
  ) {
    return schema;
  }
  throw new OpeningError(
    "address",
    `PG_SCHEMA не подходит: найдено "${schema}", нужно имя из строчных латинских букв, цифр и "_", не с цифры и не с pg_, до ${LONGEST_NAME} знаков`,
  );
}

function parametersOf(query: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (KNOWN.includes(name)) found[name] = value;
    else if (!IGNORED.includes(name)) {
      throw wrong(`параметр "${name}" неизвестен, возможны ${KNOWN.join(", ")}`);
    }
  }
  return found;
}

function hostsOf(places: string, parameters: Readonly<Record<string, string>>): Host[] {
  const hosts = (parameters["host"] ?? places).split(",").map((place) =>
    parameters["host"] === undefined ? hostOf(place) : { host: place, port: "" }
  );
  const ports = parameters["port"]?.split(",") ?? [];
  return hosts.map(({ host, port }, index) => ({
    host: host === "" ? "localhost" : host,
    port: portOf(ports[index] ?? ports[0] ?? port),
  }));
}

/** An IPv6 address is in brackets. */
function hostOf(place: string): { readonly host: string; readonly port: string } {
  const end = place.startsWith("[") ? place.indexOf("]") + 1 : 0;
  const [name = "", port = ""] = cut(place.slice(end), ":");
  return {
    host: end > 0 ? place.slice(1, end - 1) : decoded(name, "имени хоста"),
    port,
  };
}

function portOf(text: string): number {
  if (text === "") return 5432;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw wrong(`порт "${text}" не число от 1 до 65535`);
}

function tlsOf(parameters: Readonly<Record<string, string>>): Tls {
  const named = parameters["sslmode"] ?? "prefer";
  const mode = TLS_MODES.find((each) => each === named);
  if (mode === undefined) {
    throw wrong(`sslmode "${named}" неизвестен, возможны ${TLS_MODES.join(", ")}`);
  }
  const negotiation = parameters["sslnegotiation"] ?? "postgres";
  if (negotiation !== "postgres" && negotiation !== "direct") {
    throw wrong(`sslnegotiation "${negotiation}" неизвестно, возможны postgres и direct`);
  }
  const rootCertificate = parameters["sslrootcert"];
  if (mode === "verify-ca" && (rootCertificate === undefined || rootCertificate === "system")) {
    throw wrong("с sslmode=verify-ca нужен файл сертификата: sslrootcert=/путь/к/root.crt");
  }
  return {
    mode: rootCertificate === "system" ? "verify-full" : mode,
    negotiation,
    rootCertificate: rootCertificate === "system" ? undefined : rootCertificate,
    certificate: parameters["sslcert"],
    key: parameters["sslkey"],
  };
}

function decoded(text: string, where: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(`в ${where} есть "%" не перед двумя цифрами, сам знак пишется %25`);
  }
}

/** Before and after the first such character. */
function cut(text: string, at: string): readonly string[] {
  const index = text.indexOf(at);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

function wrong(what: string): OpeningError {
  return new OpeningError("address", `DATABASE_URL не понять: ${what}`);
}
