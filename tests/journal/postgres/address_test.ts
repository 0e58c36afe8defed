// DATABASE_URL and PG_SCHEMA.

import assert from "node:assert/strict";
import {
  checkSchemaName,
  parseAddress,
  shownAddress,
} from "../../../lib/journal/postgres/address.ts";

const TLS = {
  mode: "prefer",
  negotiation: "postgres",
  rootCertificate: undefined,
  certificate: undefined,
  key: undefined,
};

Deno.test("an address is read with all its parts", () => {
  assert.deepEqual(parseAddress("postgres://bot:p%40ss%2F1@db.example:6432/leads"), {
    hosts: [{ host: "db.example", port: 6432 }],
    user: "bot",
    password: "p@ss/1",
    database: "leads",
    tls: TLS,
  });
});

Deno.test("what an address leaves out is as libpq has it", () => {
  assert.deepEqual(parseAddress("postgresql://bot@"), {
    hosts: [{ host: "localhost", port: 5432 }],
    user: "bot",
    password: "",
    database: "bot",
    tls: TLS,
  });
});

for (
  const [place, hosts] of Object.entries({
    "one,two:6432": [{ host: "one", port: 5432 }, { host: "two", port: 6432 }],
    "[::1]:6432": [{ host: "::1", port: 6432 }],
    "[fe80::1]": [{ host: "fe80::1", port: 5432 }],
    "%2Frun%2Fpostgresql": [{ host: "/run/postgresql", port: 5432 }],
  })
) {
  Deno.test(`the hosts of ${place} are read`, () => {
    assert.deepEqual(parseAddress(`postgres://bot@${place}/leads`).hosts, hosts);
  });
}

Deno.test("parameters say what the address does not", () => {
  const address = parseAddress(
    "postgres:///leads?host=/run/postgresql&port=6432&user=bot&password=a%26b&sslmode=verify-full&sslrootcert=/root.crt&target_session_attrs=read-write",
  );
  assert.deepEqual(address.hosts, [{ host: "/run/postgresql", port: 6432 }]);
  assert.deepEqual([address.user, address.password, address.database], ["bot", "a&b", "leads"]);
  assert.deepEqual(address.tls, { ...TLS, mode: "verify-full", rootCertificate: "/root.crt" });
});

Deno.test("an address is shown without its password", () => {
  for (
    const url of [
      "postgres://bot:secret@one,[::1]:6432/leads?sslmode=require",
      "postgres://one,[::1]:6432/leads?user=bot&password=secret",
    ]
  ) {
    assert.equal(shownAddress(parseAddress(url)), "postgres://bot@one:5432,[::1]:6432/leads");
  }
});

for (
  const [url, sentence] of Object.entries({
    "mysql://bot:secret@db/leads":
      "DATABASE_URL не понять: адрес начинается не с postgres:// и не с postgresql://",
    "postgres://db/leads":
      "DATABASE_URL не понять: в адресе нет имени пользователя, нужно postgres://имя:пароль@хост/база",
    "postgres://bot:secret%@db/leads":
      'DATABASE_URL не понять: в пароле есть "%" не перед двумя цифрами, сам знак пишется %25',
    "postgres://bot:secret@db:port/leads":
      'DATABASE_URL не понять: порт "port" не число от 1 до 65535',
    "postgres://bot:secret@db:65536/leads":
      'DATABASE_URL не понять: порт "65536" не число от 1 до 65535',
    "postgres://bot:secret@db/leads?sslmode=allow":
      'DATABASE_URL не понять: sslmode "allow" неизвестен, возможны disable, prefer, require, verify-ca, verify-full',
    "postgres://bot:secret@db/leads?sslmode=verify-ca":
      "DATABASE_URL не понять: с sslmode=verify-ca нужен файл сертификата: sslrootcert=/путь/к/root.crt",
    "postgres://bot:secret@db/leads?ssl=true":
      'DATABASE_URL не понять: параметр "ssl" неизвестен, возможны user, password, host, port, dbname, sslmode, sslnegotiation, sslrootcert, sslcert, sslkey',
  })
) {
  Deno.test(`${url} is refused: ${sentence}`, () => {
    assert.throws(() => parseAddress(url), { name: "OpeningError", message: sentence });
  });
}

Deno.test("a schema is named by small Latin letters, digits and _, up to 63", () => {
  for (const name of ["triborg", "_2", "a".repeat(63)]) assert.equal(checkSchemaName(name), name);
  for (const name of ["", "2a", "Triborg", "a-b", 'a"b', "схема", "pg_bots", "a".repeat(64)]) {
    assert.throws(() => checkSchemaName(name), {
      name: "OpeningError",
      message:
        `PG_SCHEMA не подходит: найдено "${name}", нужно имя из строчных латинских букв, цифр и "_", не с цифры и не с pg_, до 63 знаков`,
    });
  }
});
