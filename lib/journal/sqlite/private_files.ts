// Keeps the data folder readable by its owner alone: its files name visitors. Does not know what is in them.

import { messageOf } from "../../log/error_words.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Uploaded photos, in the data folder and among the backups. */
const MEDIA = "media";

/** Whether a name in a data folder is the bot's own, or one that the README puts there. */
function isOurs(name: string): boolean {
  return name.startsWith("triborg") || name.startsWith(".env") || name.includes("locales") ||
    name === "backups" || name === MEDIA || name === "lost+found";
}

/** Something that other users of the machine can still read. */
export interface OpenToOthers {
  readonly path: string;
  /** Why its mode was not changed. */
  readonly cause: string;
}

/** Creates a folder with mode 0700; an existing one keeps its mode. */
export function makePrivateFolder(folder: string): void {
  Deno.mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
}

/**
 * Creates an empty file with mode 0600: SQLite gives its WAL the mode of its database.
 *
 * @throws {Deno.errors.AlreadyExists} If it exists.
 */
export function createPrivateFile(path: string): void {
  Deno.openSync(path, { write: true, createNew: true, mode: FILE_MODE }).close();
}

/**
 * Restricts a data folder (0700) and the bot's files in it (0600); a folder with other files keeps its mode. Returns what
 * stays open to others.
 */
export function keepPrivate(folder: string): OpenToOthers[] {
  if (Deno.build.os === "windows") return [];
  const left: OpenToOthers[] = [];
  const entries = [...Deno.readDirSync(folder)];
  if (entries.every(({ name }) => isOurs(name))) tighten(folder, FOLDER_MODE, left);
  else if (isOpen(folder)) left.push({ path: folder, cause: "в папке есть и чужие файлы" });
  for (const { path, mode } of insideOf(folder)) tighten(path, mode, left);
  return left;
}

/** What of a data folder other users of the machine can read; changes nothing. */
export function openToOthers(folder: string): string[] {
  if (Deno.build.os === "windows") return [];
  return [folder, ...insideOf(folder).map(({ path }) => path)].filter(isOpen);
}

/** A file or folder, and the mode that leaves it to its owner. */
interface Own {
  readonly path: string;
  readonly mode: number;
}

/** The bot's files in a data folder, and all of its backups and photos. */
function insideOf(folder: string): Own[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isFile, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isFile) return name.startsWith("triborg") ? [{ path, mode: FILE_MODE }] : [];
    return isDirectory && (name === "backups" || name === MEDIA) ? allOf(path) : [];
  });
}

function allOf(folder: string): Own[] {
  const inside = [...Deno.readDirSync(folder)].flatMap(({ name, isFile, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isFile) return [{ path, mode: FILE_MODE }];
    return isDirectory && name === MEDIA ? allOf(path) : [];
  });
  return [{ path: folder, mode: FOLDER_MODE }, ...inside];
}

function tighten(path: string, mode: number, left: OpenToOthers[]): void {
  try {
    if (isOpen(path)) Deno.chmodSync(path, mode);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    left.push({ path, cause: messageOf(error) });
  }
}

function isOpen(path: string): boolean {
  const { mode } = Deno.statSync(path);
  return mode !== null && (mode & 0o077) !== 0;
}
