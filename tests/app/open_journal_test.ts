// A start that meets the folder's lock.

import assert from "node:assert/strict";
import { EXIT } from "../../lib/app/exit.ts";
import { lockFolder } from "../../lib/app/lock.ts";
import { openCheckedJournal } from "../../lib/app/open_journal.ts";
import { aLog } from "../helpers/a_log.ts";
import { TOKEN } from "../helpers/world.ts";

async function withFolder(test: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    await test(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

const open = (dataDir: string, log = aLog().log) =>
  openCheckedJournal({ dataDir, botToken: TOKEN }, () => performance.now(), log);

Deno.test("a start goes on past a lock that is held for a moment, as by a doctor's look", () =>
  withFolder(async (dataDir) => {
    const lock = lockFolder(dataDir);
    const opening = open(dataDir);
    lock?.release();
    const opened = await opening;
    assert.ok(typeof opened !== "number");
    await opened.close();
  }));

Deno.test("a start ends at a lock that stays", () =>
  withFolder(async (dataDir) => {
    const lock = lockFolder(dataDir);
    const { log, lines } = aLog();
    assert.equal(await open(dataDir, log), EXIT.locked);
    assert.match(lines[0] ?? "", /уже работает другой процесс бота/);
    lock?.release();
  }));
