// The doctor's look at DATA_DIR: whether the bot can write there, room, rights, and whether a bot has it.

import { dirname, resolve } from "node:path";
import { isFree } from "../lock.ts";
import { askForRoom } from "../upkeep/room.ts";
import { folderFault, NO_FOLDER } from "../upkeep/folder_fault.ts";
import { sizeWords } from "../upkeep/words.ts";
import { openToOthers } from "../../journal/sqlite/private_files.ts";
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

const { good, warning, fault, unknown } = findingsOf("Папка данных");
const BOT = findingsOf("Бот");
const IDLE = BOT.good("сейчас не запущен");

/** Looks at the folder, and writes and removes one small file to see whether that can be done. */
export async function lookAtFolder(
  folder: string,
  freeBytes: (folder: string) => Promise<number | undefined>,
): Promise<FolderLook> {
  const nowhere = { isRunning: false, isThere: false, isWritable: false };
  const found = await whatIsAt(folder);
  if (found === "nothing") return { ...nowhere, findings: [await lookAtPlace(folder), IDLE] };
  if (found !== "folder") return { ...nowhere, findings: [fault(`${folder}: ${found.fault}`)] };

  const refused = await tryWriting(folder);
  const free = await freeBytes(folder).catch(() => undefined);
  const { isRunning, finding: rights } = lookAtRights(folder);
  const findings = [
    ...refused === undefined ? [] : [fault(`в ${folder} не записать: ${refused}`)],
    ...await lookAtRoom(folder, free),
    // Who may not write may often not read either.
    ...rights === undefined || (isRunning === undefined && refused !== undefined) ? [] : [rights],
  ];
  if (findings.length === 0) {
    const room = free === undefined ? "" : `, свободно ${sizeWords(free)}`;
    findings.push(good(`${folder}: запись работает, читает только владелец${room}`));
  }
  if (isRunning !== undefined) findings.push(isRunning ? BOT.good("работает") : IDLE);
  return { isRunning, isThere: true, isWritable: refused === undefined, findings };
}

async function whatIsAt(folder: string): Promise<"folder" | "nothing" | { fault: string }> {
  try {
    const { isDirectory } = await Deno.stat(folder);
    return isDirectory ? "folder" : { fault: NO_FOLDER };
  } catch (error) {
    // The bot makes no folder in a link's place.
    const isLink = await Deno.lstat(folder).then(({ isSymlink }) => isSymlink, () => false);
    if (isLink) return { fault: "ссылка никуда не ведёт: исправьте её или DATA_DIR" };
    if (error instanceof Deno.errors.NotFound) return "nothing";
    return { fault: folderFault(error) ?? messageOf(error) };
  }
}

/** Whether a bot has the folder, and what other users can read of it. */
function lookAtRights(folder: string): Pick<FolderLook, "isRunning"> & { finding?: Finding } {
  try {
    const isRunning = !isFree(folder);
    const open = openToOthers(folder);
    if (open.length === 0) return { isRunning };
    const fix = isRunning ? "chmod 700 на папку, 600 на файлы" : "бот поправит при старте";
    const named = open.slice(0, 3).join(", ");
    return {
      isRunning,
      finding: warning(`другие пользователи сервера могут читать ${named}: ${fix}`),
    };
  } catch (error) {
    const reason = folderFault(error) ?? messageOf(error);
    return { isRunning: undefined, finding: unknown(`права и замок не узнать: ${reason}`) };
  }
}

async function lookAtRoom(folder: string, free: number | undefined): Promise<Finding[]> {
  if (free !== undefined && free < LEAST_FREE_BYTES) {
    return [fault(`на диске почти нет места, свободно ${sizeWords(free)}: освободите его`)];
  }
  try {
    await askForRoom(`${folder}/triborg.db`, free);
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) return []; // The trial has met it too.
    return [warning(`ночной копии журнала не хватит места: ${error.message}`)];
  }
}

/** A folder that is not there is made by the first start. */
async function lookAtPlace(folder: string): Promise<Finding> {
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
