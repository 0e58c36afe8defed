// The doctor's look at DATA_DIR: whether the bot can write there, room, rights, and whether a bot has it.

import { dirname, resolve } from "node:path";
import { isFree } from "../lock.ts";
import { askForRoom } from "../upkeep/room.ts";
import { folderFault } from "../upkeep/folder_fault.ts";
import { reasonOf, sizeWords } from "../upkeep/words.ts";
import { openToOthers } from "../../journal/private_files.ts";
import { messageOf } from "../../log/error_words.ts";
import { type Finding, findingsOf } from "./findings.ts";

/** What was found, and whether a bot has the folder; undefined where that is not known. */
export interface FolderLook {
  readonly isRunning: boolean | undefined;
  readonly isThere: boolean;
  readonly isWritable: boolean;
  readonly findings: readonly Finding[];
}

/** With less than this the disk counts as full, in bytes: the journal's WAL alone may take 16 MB. */
const LEAST_FREE_BYTES = 32 * 2 ** 20;

/** Looks at the folder, and writes and removes one small file to see whether that can be done. */
export async function lookAtFolder(
  folder: string,
  freeBytes: (folder: string) => Promise<number | undefined>,
): Promise<FolderLook> {
  const { good, warning, fault, unknown } = findingsOf("Папка данных");
  const bot = findingsOf("Бот");
  const idle = bot.good("сейчас не запущен");
  try {
    if (!(await Deno.stat(folder)).isDirectory) {
      const text = `${folder}: на этом пути файл, а не папка: исправьте DATA_DIR`;
      return { isRunning: false, isThere: false, isWritable: false, findings: [fault(text)] };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      const text = `${folder}: ${folderFault(error) ?? messageOf(error)}`;
      return { isRunning: undefined, isThere: false, isWritable: false, findings: [fault(text)] };
    }
    return {
      isRunning: false,
      isThere: false,
      isWritable: false,
      findings: [await lookAtPlace(folder), idle],
    };
  }
  const findings: Finding[] = [];
  const refused = await tryWriting(folder);
  if (refused !== undefined) {
    findings.push(
      fault(`в ${folder} не записать: ${refused}`),
    );
  }
  const free = await freeBytes(folder).catch(() => undefined);
  const full = await roomFault(folder, free);
  if (full !== undefined) findings.push(full);
  let isRunning: boolean | undefined;
  try {
    isRunning = !isFree(folder);
    const open = openToOthers(folder);
    if (open.length > 0) {
      const fix = isRunning ? "chmod 700 на папку, 600 на файлы" : "бот поправит при старте";
      findings.push(
        warning(`другие пользователи сервера могут читать ${open.slice(0, 3).join(", ")}: ${fix}`),
      );
    }
  } catch (error) {
    if (refused === undefined) findings.push(unknown(`не узнать: ${reasonOf(error)}`));
  }
  if (findings.length === 0) {
    const room = free === undefined ? "" : `, свободно ${sizeWords(free)}`;
    findings.push(good(`${folder}: запись работает, читает только владелец${room}`));
  }
  if (isRunning !== undefined) findings.push(isRunning ? bot.good("работает") : idle);
  return { isRunning, isThere: true, isWritable: refused === undefined, findings };

  async function roomFault(
    folder: string,
    free: number | undefined,
  ): Promise<Finding | undefined> {
    if (free !== undefined && free < LEAST_FREE_BYTES) {
      return fault(`на диске почти нет места, свободно ${sizeWords(free)}: освободите его`);
    }
    try {
      await askForRoom(`${folder}/triborg.db`, free);
      return undefined;
    } catch (error) {
      if (!(error instanceof RangeError)) return undefined; // The trial has met it too.
      return warning(`ночной копии журнала не хватит места: ${error.message}`);
    }
  }
}

/** A folder that is not there is made by the first start. */
async function lookAtPlace(folder: string): Promise<Finding> {
  const { warning, fault } = findingsOf("Папка данных");
  let place = dirname(resolve(folder));
  while (place !== dirname(place) && !await isFolder(place)) place = dirname(place);
  const refused = await tryWriting(place);
  return refused === undefined
    ? warning(`${folder} ещё нет, бот создаст её. Если бот уже работал, проверьте DATA_DIR`)
    : fault(`${folder} нет и не создать: ${refused}`);
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

/** Why nothing can be written into a folder; undefined where it can. */
async function tryWriting(folder: string): Promise<string | undefined> {
  const path = `${folder}/triborg-doctor-${crypto.randomUUID()}.tmp`;
  let isMade = false;
  try {
    using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
    isMade = true;
    const written = await file.write(new Uint8Array(4096));
    await file.sync();
    return written < 4096 ? "на диске нет места: освободите его" : undefined;
  } catch (error) {
    return folderFault(error) ?? messageOf(error);
  } finally {
    if (isMade) await Deno.remove(path).catch(() => {});
  }
}
