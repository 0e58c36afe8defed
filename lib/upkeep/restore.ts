// `deno task restore [file]`: puts a backup in the journal's place, the newest unless one is named. The journal that was there is kept beside it.

import { join } from "node:path";
import { readEnvFile } from "../env_file.ts";
import { lockFolder } from "../lock.ts";
import { listBackups } from "../upkeep.ts";

async function main(): Promise<number> {
  const dataDir = Deno.env.get("DATA_DIR") ?? await dataDirOfFile() ?? "data";
  const backup = Deno.args[0] ?? (await listBackups(dataDir))[0];
  if (backup === undefined) {
    console.error(`❌ В ${join(dataDir, "backups")} нет ни одной резервной копии`);
    return 1;
  }
  const lock = lockFolder(dataDir);
  if (lock === undefined) {
    console.error(`❌ С папкой ${dataDir} работает бот. Остановите его сначала`);
    return 5;
  }
  try {
    await replaceJournal(dataDir, backup);
    console.log(`✅ Журнал восстановлен из ${backup}. Прежний лежит рядом, с окончанием .before`);
    return 0;
  } catch (error) {
    console.error(
      `❌ Не восстановить из ${backup}: ${error instanceof Error ? error.message : error}`,
    );
    return 1;
  } finally {
    lock.release();
  }
}

async function dataDirOfFile(): Promise<string | undefined> {
  const text = await Deno.readTextFile(".env").catch(() => "");
  const file = readEnvFile(text, () => undefined);
  return file.ok ? file.values["DATA_DIR"] : undefined;
}

async function replaceJournal(dataDir: string, backup: string): Promise<void> {
  const journal = join(dataDir, "triborg.db");
  const incoming = `${journal}.incoming`;
  await Deno.copyFile(backup, incoming);
  for (const ending of ["", "-wal", "-shm"]) {
    await Deno.rename(journal + ending, `${journal}${ending}.before`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  await Deno.rename(incoming, journal);
}

if (import.meta.main) Deno.exit(await main());
