// The doctor's looks at the data folder, its lock, the journal and its copies: it leaves everything as it was.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { isFree, lockFolder } from "../../../lib/app/lock.ts";
import { folderFault } from "../../../lib/app/upkeep/folder_fault.ts";
import { openJournal } from "../../../lib/journal/sqlite/open.ts";
import { lookIntoJournal } from "../../../lib/journal/sqlite/journal_look.ts";
import { MIGRATIONS } from "../../../lib/journal/sqlite/schema.ts";
import { withPatient } from "../../helpers/a_diagnosis.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("a folder in order is told with its room, and is left as it was", () =>
  withPatient(async ({ look, dataDir }) => {
    const [line = ""] = await look("Папка данных");
    assert.match(line, /^✓ .*: запись работает, читает только владелец, свободно 1024,0 ГБ$/);
    assert.deepEqual(names(dataDir), []);
  }));

Deno.test("a folder that is not there yet is a warning, and its journal is not looked for", () =>
  withPatient(async ({ look, folder }) => {
    const lines = await look(undefined, { env: { DATA_DIR: `${folder}/new/data` } });
    assert.ok(lines.some((line) => line.startsWith("▲ Папка данных ") && line.includes("ещё нет")));
    assert.ok(lines.includes("– Журнал не проверить без папки"));
    assert.ok(lines.includes("– Копии журнала не проверить без папки"));
    assert.deepEqual(names(folder), ["data", "locales.json"]);
  }));

for (const path of ["locales.json", "locales.json/data"]) {
  Deno.test(`a folder at ${path}, which is a file, is a fault`, () =>
    withPatient(async ({ look, folder }) => {
      const lines = await look("Папка данных", { env: { DATA_DIR: `${folder}/${path}` } });
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", /^✗ .*: на этом пути файл, а не папка: исправьте DATA_DIR$/);
    }));
}

Deno.test("a full disk is a fault, and too little room for the night's copy a warning", () =>
  withPatient(async ({ look, dataDir }) => {
    const freeBytes = (bytes: number) => ({ freeBytes: () => Promise.resolve(bytes) });
    const [full = ""] = await look("Папка данных", freeBytes(32 * 2 ** 20 - 1));
    assert.match(full, /^✗ .* на диске почти нет места, свободно 32,0 МБ: освободите его$/);
    assert.match((await look("Папка данных", freeBytes(32 * 2 ** 20)))[0] ?? "", /^✓/);
    await Deno.writeFile(`${dataDir}/triborg.db`, new Uint8Array(20 * 2 ** 20), { mode: 0o600 });
    const [little = ""] = await look("Папка данных", freeBytes(32 * 2 ** 20));
    assert.match(little, /^▲ .* ночной копии журнала не хватит места/);
  }));

Deno.test("a link that leads nowhere is a fault: the start makes no folder in its place", () =>
  withPatient(async ({ look, dataDir }) => {
    await Deno.remove(dataDir, { recursive: true });
    await Deno.symlink(`${dataDir}-gone`, dataDir);
    assert.match((await look("Папка данных"))[0] ?? "", /^✗ .* ссылка никуда не ведёт: исправьте/);
  }));

Deno.test("what other users can read is named", () =>
  withPatient(async ({ look, dataDir }) => {
    await Deno.chmod(dataDir, 0o755);
    await Deno.mkdir(`${dataDir}/backups`, { mode: 0o700 });
    await Deno.writeTextFile(`${dataDir}/backups/triborg-2026-01-02.db`, "");
    await Deno.chmod(`${dataDir}/backups/triborg-2026-01-02.db`, 0o644);
    const [line = ""] = await look("Папка данных");
    assert.match(line, /^▲ .* могут читать .*\/data, .*triborg-2026-01-02\.db: бот поправит/);
  }));

Deno.test("a bot that has the folder is told to run, and keeps it", () =>
  withPatient(async ({ look, dataDir }) => {
    assert.deepEqual(await look("Бот"), ["✓ Бот сейчас не запущен"]);
    const lock = lockFolder(dataDir);
    assert.deepEqual(await look("Бот"), ["✓ Бот работает"]);
    assert.equal(lockFolder(dataDir), undefined);
    lock?.release();
    assert.deepEqual(await look("Бот"), ["✓ Бот сейчас не запущен"]);
    const again = lockFolder(dataDir);
    assert.ok(again);
    again.release();
  }));

Deno.test("isFree acts only under a lock of its own", () =>
  withPatient(({ dataDir }) => {
    let acted = 0;
    const act = () => void acted++;
    assert.equal(isFree(dataDir, act), true);
    assert.equal(acted, 0); // No bot has run here: nothing to lock.
    lockFolder(dataDir)?.release();
    assert.equal(isFree(dataDir, act), true);
    assert.equal(acted, 1);
    const lock = lockFolder(dataDir);
    assert.equal(isFree(dataDir, act), false);
    assert.equal(acted, 1);
    lock?.release();
    return Promise.resolve();
  }));

Deno.test("a journal is checked beside the bot that writes it, and nothing of it changes", () =>
  withPatient(async ({ look, dataDir }) => {
    const lock = lockFolder(dataDir);
    const journal = await openJournal(`${dataDir}/triborg.db`);
    try {
      const before = names(dataDir);
      assert.match((await look("Журнал"))[0] ?? "", /^✓ Журнал цел, версия 5, 0,\d МБ$/);
      assert.deepEqual(names(dataDir), before);
      assert.ok(before.includes("triborg.db-wal"));
      assert.equal(journal.lostFile("content"), undefined);
      await journal.rememberFact("after", "1");
      await journal.committed();
    } finally {
      await journal.close();
      lock?.release();
    }
  }));

Deno.test("a journal at rest stays one file", () =>
  withPatient(async ({ look, dataDir }) => {
    await (await openJournal(`${dataDir}/triborg.db`)).close();
    lockFolder(dataDir)?.release();
    assert.match((await look("Журнал"))[0] ?? "", /^✓ Журнал цел, версия 5/);
    assert.deepEqual(names(dataDir), ["triborg.db", "triborg.lock"]);
  }));

Deno.test("files that SQLite made stay where a bot might be starting", () =>
  withPatient(async ({ dataDir }) => {
    const path = `${dataDir}/triborg.db`;
    await (await openJournal(path)).close();
    let isAsked = false;
    lookIntoJournal(path, { clean: () => void (isAsked = true) });
    assert.ok(isAsked);
    assert.deepEqual(names(dataDir), ["triborg.db", "triborg.db-shm", "triborg.db-wal"]);
    await (await openJournal(path)).close();
    return Promise.resolve();
  }));

Deno.test("a missing, empty or half-made journal is a warning", () =>
  withPatient(async ({ look, dataDir }) => {
    const path = `${dataDir}/triborg.db`;
    const isMissing = async () =>
      assert.match((await look("Журнал"))[0] ?? "", /^▲ Журнал его нет в .*, бот начнёт новый$/);
    await isMissing();
    await Deno.writeTextFile(path, "");
    await isMissing();
    new DatabaseSync(path).close();
    await isMissing();
  }));

Deno.test("a damaged journal, another database and a newer journal are faults, each with what to do", () =>
  withPatient(async ({ look, dataDir }) => {
    const path = `${dataDir}/triborg.db`;
    await Deno.writeTextFile(path, "no database, ".repeat(1000));
    assert.match((await look("Журнал"))[0] ?? "", /^✗ .* файл повреждён .* deno task restore/);
    await Deno.remove(path);

    await (await openJournal(path)).close();
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.fill(0xff, 3 * 4096, 20 * 4096));
    assert.match((await look("Журнал"))[0] ?? "", /^✗ .* файл повреждён .* deno task restore/);
    await Deno.remove(path);

    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE notes (text TEXT)");
    other.close();
    assert.deepEqual(await look("Журнал"), ["✗ Журнал не прочесть: это не журнал бота"]);
    await Deno.remove(path);

    await (await openJournal(path)).close();
    const newer = new DatabaseSync(path);
    newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    newer.close();
    assert.match((await look("Журнал"))[0] ?? "", /^✗ .* версия 6, .* нужен более новый бот$/);
  }));

Deno.test("a journal above the limit is opened and not read whole", () =>
  withPatient(async ({ dataDir }) => {
    const path = `${dataDir}/triborg.db`;
    await (await openJournal(path)).close();
    const { size } = Deno.statSync(path);
    const isChecked = (mostBytes: number) => {
      const look = lookIntoJournal(path, { mostBytes });
      return look.kind === "good" && look.isChecked;
    };
    assert.equal(isChecked(size), true);
    for (const ending of ["-wal", "-shm"]) Deno.removeSync(path + ending);
    assert.equal(isChecked(size - 1), false);
    return Promise.resolve();
  }));

Deno.test("copies are told with their age, and a missing night is a warning", () =>
  withPatient(async ({ look, dataDir }) => {
    assert.deepEqual(await look("Копии журнала"), [
      "– Копии журнала журнала ещё нет, копировать нечего",
    ]);
    const journal = await openJournal(`${dataDir}/triborg.db`);
    try {
      assert.match((await look("Копии журнала"))[0] ?? "", /^✓ .* ещё ни одной, журнал новый/);
      const now = () => Date.now() + 37 * 60 * 60_000;
      const [none = ""] = await look("Копии журнала", { now });
      assert.match(none, /^▲ .* ещё ни одной: .* deno task backup$/);
      await Deno.mkdir(`${dataDir}/backups`);
      await journal.backUp(`${dataDir}/backups/triborg-2026-01-02.db`, 0);
    } finally {
      await journal.close();
    }
    assert.match((await look("Копии журнала"))[0] ?? "", /^✓ Копии журнала 1, последняя от /);
    const copy = `${dataDir}/backups/triborg-2026-01-02.db`;
    const setAgeMs = (ageMs: number) => Deno.utime(copy, new Date(), new Date(Date.now() - ageMs));
    await setAgeMs(35 * 60 * 60_000);
    assert.match((await look("Копии журнала"))[0] ?? "", /^✓/);
    await setAgeMs(37 * 60 * 60_000);
    assert.match((await look("Копии журнала"))[0] ?? "", /^▲ .* ночные не делаются/);
  }));

for (
  const [error, expected] of [
    [new Deno.errors.PermissionDenied("open"), /^нет прав: .*chown/],
    [new Error("Read-only file system (os error 30)"), /^диск открыт только для чтения/],
    [new Error("No space left on device (os error 28)"), /^на диске нет места/],
    [new Error("Cannot open database: database or disk is full"), /^на диске нет места/],
    [new Error("Cannot open database: disk I/O error"), /^диск не пишет: .*место/],
    [new Error("attempt to write a readonly database"), /^нет прав/],
    [new Error("database is locked"), /^журнал держит другая программа/],
    [new Error("its version is 7, this bot knows versions up to 5"), /более новый бот/],
    [new Deno.errors.AlreadyExists("mkdir"), /^на этом пути файл/],
  ] as const
) {
  Deno.test(`folderFault says what to do about "${error.message}"`, () => {
    assert.match(folderFault(error) ?? "", expected);
  });
}

Deno.test("folderFault leaves what it does not know to its own words", () => {
  assert.equal(folderFault(new Error("something else")), undefined);
});
