// The bot as a process, and what happens to its folder: deleted, damaged, restored, read by others.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { withBot } from "../helpers/bot_here.ts";
import { withWorld, type World } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION, expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

const mv = (from: string, to: string) => Deno.rename(from, to);

for (
  const [what, lose] of [
    ["the data folder is deleted", (data: string) => Deno.remove(data, { recursive: true })],
    ["the data folder is moved away", (data: string) => mv(data, `${data}.away`)],
    ["the journal is deleted", (data: string) => Deno.remove(`${data}/triborg.db`)],
    ["the WAL is deleted", (data: string) => Deno.remove(`${data}/triborg.db-wal`)],
    ["the journal is emptied", (data: string) => Deno.truncate(`${data}/triborg.db`)],
    ["another journal is put in its place", async (data: string) => {
      await Deno.copyFile(`${data}/triborg.db`, `${data}/triborg-other.db`);
      await mv(`${data}/triborg-other.db`, `${data}/triborg.db`);
    }],
  ] as const
) {
  Deno.test(`when ${what} the bot confirms nothing more, logs why and exits with 1 within 10 s`, () =>
    withWorld(async (world) => {
      const visitor = galliard(world);
      const menu = await greet(visitor);
      const before = Date.now();
      await lose(`${world.folder}/data`);
      await new Promise((resolve) => setTimeout(resolve, 150)); // Commits look at the files every 100 ms.
      visitor.press(menu, CHOICE);
      assert.equal(await world.bot.ended, 1);
      assert.ok(Date.now() - before < 10_000);
      await world.bot.line(/^❌ КРИТИЧЕСКАЯ ОШИБКА: файл журнала .*triborg\.db/);
      assert.ok(world.telegram.pendingUpdates >= 1);
      assert.equal(world.crm.receivedCount, 0);
      await world.restart();
      // Telegram hands the press over again; where the journal is gone the bot no longer knows its menu.
      await visitor.chat.waitFor((each) =>
        wordsOf(each) === CONFIRMATION || /MONSTER AGENCY/.test(wordsOf(each))
      );
    }));
}

Deno.test("when the WAL is emptied the bot notices at its next record, logs it and exits with 1 within 10 s", () =>
  withWorld(async (world) => {
    await becomeLead(galliard(world));
    const before = Date.now();
    await Deno.truncate(`${world.folder}/data/triborg.db-wal`);
    assert.equal(await world.bot.ended, 1);
    assert.ok(Date.now() - before < 10_000);
    await world.bot.line(/^❌ КРИТИЧЕСКАЯ ОШИБКА: файл журнала .*triborg\.db-wal обрезан/);
  }));

Deno.test("a start without a journal, but beside copies of one, names the newest", () =>
  withWorld(async (world) => {
    const data = `${world.folder}/data`;
    await world.restart();
    await world.telegram.untilPolled();
    await world.bot.stop();
    assert.doesNotMatch(world.bot.lines.join("\n"), /начат новый/);
    await Deno.mkdir(`${data}/backups`, { recursive: true });
    await mv(`${data}/triborg.db`, `${data}/backups/triborg-2026-01-02.db`);
    await world.restart();
    await world.bot.line(/^❌ Журнала в папке .*начат новый.*triborg-2026-01-02\.db/);
    await becomeLead(galliard(world));
  }, { asleep: true }));

for (
  const [what, spoil, advises] of [
    ["a damaged journal", (path: string) => Deno.writeTextFile(path, "x".repeat(9_999)), true],
    ["a journal of a newer bot", (path: string) => {
      using journal = new DatabaseSync(path);
      journal.exec("PRAGMA user_version = 99");
      return Promise.resolve();
    }, false],
    ["a journal that is a folder", async (path: string) => {
      await Deno.remove(path);
      await Deno.mkdir(path);
    }, false],
  ] as const
) {
  Deno.test(`${what} refuses the start and ${advises ? "names" : "does not name"} a copy`, () =>
    withWorld(async (world) => {
      const path = `${world.folder}/data/triborg.db`;
      await Deno.mkdir(`${world.folder}/data/backups`, { recursive: true });
      const journal = await openJournal(path);
      await journal.backUp(`${world.folder}/data/backups/triborg-2026-01-02.db`, Date.now());
      await journal.close();
      await spoil(path);
      await world.restart();
      assert.equal(await world.bot.ended, 1);
      const line = await world.bot.line(/^❌ Журнал в папке .* не открыть/);
      assert.equal(line.includes("triborg-2026-01-02.db, её вернёт deno task restore"), advises);
    }, { asleep: true }));
}

Deno.test("restored from a copy the bot sends no lead again: what was owed comes as a card that may be a duplicate", () =>
  withWorld(async (world) => {
    const data = `${world.folder}/data`;
    world.crm.behave({ kind: "silent" });
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    await world.bot.kill();
    // A journal of the moment before the POST left, as a nightly copy would hold it.
    const journal = await openJournal(`${data}/triborg.db`);
    await journal.recover({ kind: "unreachable", reason: "" }, Date.now());
    await journal.committed();
    await Deno.mkdir(`${data}/backups`, { recursive: true });
    await journal.close();
    undoAttempt(`${data}/triborg.db`);
    const asItWas = await openJournal(`${data}/triborg.db`);
    await asItWas.backUp(`${data}/backups/triborg-2026-01-02.db`, Date.now());
    await asItWas.close();
    // By hand, without the task: the copy itself says that it is one.
    await Deno.copyFile(`${data}/backups/triborg-2026-01-02.db`, `${data}/triborg.db`);
    world.crm.behave({ kind: "answer" });
    await world.restart();
    const card = await world.admin.chat.nextMessage();
    assert.equal(wordsOf(card), expectedCard());
    assert.ok(buttonTexts(card).some((text) => text.includes("возможен дубль")));
    await world.bot.line("♻️ Журнал восстановлен из копии");
    await becomeLead(world.telegram.user({ first_name: "Next", username: "next" }));
    await world.crm.nextLead();
    assert.equal(world.crm.receivedCount, 2);
  }, { env: { CRM_TIMEOUT_SECONDS: "60" } }));

/** The lead is owed to the CRM, and was never sent. */
function undoAttempt(path: string): void {
  using journal = new DatabaseSync(path);
  journal.exec(
    `DELETE FROM attempts; DELETE FROM facts WHERE name = 'tried';
     UPDATE outbox SET kind = 'post', lane = 'crm:host:127.0.0.1', body = '' WHERE kind = 'card'`,
  );
}

Deno.test("everything in the data folder is its owner's alone, also what was there before", () =>
  withWorld(async (world) => {
    const data = `${world.folder}/data`;
    await Deno.mkdir(`${data}/backups`, { recursive: true, mode: 0o755 });
    await (await openJournal(`${data}/triborg.db`)).close();
    await Deno.writeTextFile(`${data}/backups/triborg-2026-01-02.db`, "", { mode: 0o644 });
    for (const path of [data, `${data}/backups`]) await Deno.chmod(path, 0o755);
    await Deno.chmod(`${data}/triborg.db`, 0o644);
    await world.restart();
    await becomeLead(galliard(world));
    const open: string[] = [];
    for (const path of pathsIn(data)) {
      if ((Deno.statSync(path).mode! & 0o077) !== 0) open.push(path);
    }
    assert.deepEqual(open, []);
  }, { asleep: true }));

function pathsIn(folder: string): string[] {
  const inside = [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? pathsIn(`${folder}/${name}`) : [`${folder}/${name}`]
  );
  return [folder, ...inside];
}

Deno.test("a folder that also holds other things keeps its mode, and the log says who can read it", () =>
  withWorld(async (world) => {
    const data = `${world.folder}/data`;
    await Deno.mkdir(data);
    await Deno.chmod(data, 0o755);
    await Deno.writeTextFile(`${data}/index.html`, "");
    await world.restart();
    await world.bot.line(
      /⚠️ Другие пользователи .*data, прав не изменить: в папке есть и чужие файлы/,
    );
    assert.equal((await Deno.stat(data)).mode! & 0o777, 0o755);
    await becomeLead(galliard(world));
    assert.equal((await Deno.stat(`${data}/triborg.db`)).mode! & 0o777, 0o600);
  }, { asleep: true }));

Deno.test("a damaged journal that is too large to be checked whole refuses the start", () =>
  withWorld(async (world) => {
    const path = await largeDamagedJournal(world);
    const bot = await world.restart();
    assert.equal(await bot.ended, 1);
    await bot.line(/^❌ Журнал в папке .* не открыть: .*malformed/);
    assert.ok((await Deno.stat(path)).size > 64 * 2 ** 20);
    assert.deepEqual(world.telegram.calls.filter(({ method }) => method !== "getUpdates"), []);
  }, { asleep: true }));

/** Over 64 MB, and sound but for the pages where leads are recorded. */
async function largeDamagedJournal({ folder }: World): Promise<string> {
  const path = `${folder}/data/triborg.db`;
  await Deno.mkdir(`${folder}/data`);
  await (await openJournal(path)).close();
  using journal = new DatabaseSync(path);
  journal.exec(
    `INSERT INTO facts VALUES ('filling', zeroblob(0) || hex(zeroblob(34000000)));
     PRAGMA wal_checkpoint(TRUNCATE);`,
  );
  const pages = journal.prepare(
    "SELECT rootpage FROM sqlite_schema WHERE name IN ('inbox', 'outbox', 'leads')",
  ).all().map(({ rootpage }) => Number(rootpage));
  using file = await Deno.open(path, { write: true });
  for (const page of pages) {
    await file.seek((page - 1) * 4_096, Deno.SeekMode.Start);
    await file.write(new Uint8Array(4_096).fill(7));
  }
  return path;
}

Deno.test("a journal that takes no lead any more is named in the log and in /health, and after a minute ends the bot with 1", () =>
  withBot(async ({ world, machine, log, bot }) => {
    const visitor = galliard(world);
    await greet(visitor);
    using other = new DatabaseSync(`${world.folder}/data/triborg.db`, { timeout: 5_000 });
    other.exec("DROP TABLE attempts");
    await log.line("Журнал не записать: no such table: attempts");
    machine.passedMs += 60_000;
    assert.equal(await bot.ended, 1);
    await log.line("Бот останавливается");
  }));

Deno.test({
  name: "a disk with 3 MB left takes leads as long as their journal fits, the WAL does not fill it",
  ignore: !canMount(),
  fn: () =>
    withWorld(async (world) => {
      const data = `${world.folder}/data`;
      await Deno.mkdir(data);
      await run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", data);
      try {
        await world.restart();
        for (let lead = 1; lead <= 150; lead++) {
          await becomeLead(world.telegram.user({ first_name: `L${lead}`, username: `l${lead}` }));
        }
        assert.doesNotMatch(world.bot.lines.join("\n"), /full/);
        await world.bot.kill();
      } finally {
        await run("umount", "-l", data);
      }
    }, { asleep: true, telegram: { limits: "off" } }),
});

/** Only root may. */
function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  const { stdout } = new Deno.Command("id", { args: ["-u"] }).outputSync();
  return new TextDecoder().decode(stdout).trim() === "0";
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
