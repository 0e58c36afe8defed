// `deno task backup [file or folder]`: copies the journal, locales.json and the uploaded photos as they stand now, also while the bot runs. Never overwrites a file.

import { dirname } from "node:path";
import { timeInName } from "../calendar.ts";
import { isThere, removeDatabase } from "../journal/sqlite/database_copy.ts";
import { copyJournal, inspectJournal } from "../journal/copies.ts";
import { createPrivateFile, makePrivateFolder } from "../journal/sqlite/private_files.ts";
import { backupFolder, byHandName } from "../journal/sqlite/backups.ts";
import { freeBytes } from "./upkeep/free_space.ts";
import { photoFolder } from "../profiles/photos/store.ts";
import { copyPhotos, photosBeside } from "./upkeep/photo_copies.ts";
import { askForRoom } from "./upkeep/room.ts";
import { onPostgres } from "./upkeep/on_postgres.ts";
import { pathAsTyped, type ReadVariable, runScript } from "./upkeep/script_variables.ts";
import { contentsWords, reasonOf } from "./upkeep/words.ts";
import { readZone } from "./upkeep/zone.ts";

const USAGE = "Как пользоваться: deno task backup [файл копии или папка]";

/** Runs the script; resolves with its exit code. */
export function backup(args: readonly string[]): Promise<number> {
  return runScript(args, main);
}

async function main(args: readonly string[], read: ReadVariable): Promise<number> {
  const refusal = onPostgres("backup", read);
  if (refusal !== undefined) {
    console.error(`❌ ${refusal}`);
    return 1;
  }
  const dataDir = read("DATA_DIR") ?? "data";
  const timeZone = readZone(read("TZ"));
  const nowMs = Date.now();
  const [asked, ...others] = args;
  if (others.length > 0 || asked === "" || asked?.startsWith("-")) {
    console.error(`❌ ${USAGE}`);
    return 1;
  }
  const to = asked === undefined ? backupFolder(dataDir) : pathAsTyped(asked);
  const name = byHandName(timeInName(nowMs, timeZone));
  const copy = asked === undefined || await isFolder(to) ? `${to}/${name}` : to;
  const profiles = `${copy.replace(/\.db$/, "")}.locales.json`;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      removeUnfinished(copy, profiles);
      Deno.exit(1);
    });
  }
  try {
    if (asked === undefined) makePrivateFolder(backupFolder(dataDir));
    const locales = await Deno.readFile(read("LOCALES_PATH") ?? "locales/locales.json");
    const media = photosBeside(dirname(copy));
    const { contents, photos } = await copyAll(
      { journal: `${dataDir}/triborg.db`, locales, photos: photoFolder(dataDir) },
      { copy, profiles, media },
      nowMs,
    );
    console.log(
      `✅ Копия журнала: ${copy}, ${
        contentsWords(contents, nowMs, timeZone)
      }. Профили: ${profiles}${photos === 0 ? "" : `. Фото: ${media}`}`,
    );
    return 0;
  } catch (error) {
    console.error(`❌ Копию не сделать: ${reasonOf(error)}`);
    return 1;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

/** Writes both files under temporary names and renames them when both are complete, and their photos are there. */
async function copyAll(
  from: { readonly journal: string; readonly locales: Uint8Array; readonly photos: string },
  { copy, profiles, media }: {
    readonly copy: string;
    readonly profiles: string;
    readonly media: string;
  },
  nowMs: number,
) {
  await Deno.stat(from.journal); // Throws with the name of the missing file.
  for (const path of [copy, profiles]) refuseToOverwrite(path);
  const folder = /^.*[\\/]/.exec(copy)?.[0] ?? ".";
  await askForRoom(from.journal, await freeBytes(folder));
  try {
    await copyJournal(from.journal, unfinished(copy), nowMs);
    const contents = inspectJournal(unfinished(copy));
    createPrivateFile(unfinished(profiles));
    await Deno.writeFile(unfinished(profiles), from.locales);
    const photos = await copyPhotos(from.photos, media);
    for (const path of [profiles, copy]) publish(path);
    return { contents, photos };
  } catch (error) {
    removeUnfinished(copy, profiles);
    throw error;
  }
}

function unfinished(path: string): string {
  return `${path}.${Deno.pid}.unfinished`;
}

/** Links instead of renaming: a rename would overwrite. */
function publish(path: string): void {
  try {
    Deno.linkSync(unfinished(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw error;
    refuseToOverwrite(path); // The file system has no links.
    return Deno.renameSync(unfinished(path), path);
  }
  Deno.removeSync(unfinished(path));
}

function removeUnfinished(...paths: string[]): void {
  for (const path of paths) removeDatabase(unfinished(path));
}

function refuseToOverwrite(path: string): void {
  if (isThere(path)) throw new Deno.errors.AlreadyExists(path);
}

if (import.meta.main) Deno.exit(await backup(Deno.args));
