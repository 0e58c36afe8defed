// Keeps the data folder readable by its owner alone: its files name visitors. Does not know what is in them.

import { messageOf } from "../log/error_words.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Whether a name in a data folder is the bot's own, or one that the README puts there. */
function isOurs(name: string): boolean {
  return name.startsWith("triborg") || name.startsWith(".env") || name.includes("locales") ||
    name === "backups" || name === "lost+found";
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
  for (const { name, isFile, isDirectory } of entries) {
    if (isFile && name.startsWith("triborg")) tighten(`${folder}/${name}`, FILE_MODE, left);
    if (!isDirectory || name !== "backups") continue;
    tighten(`${folder}/${name}`, FOLDER_MODE, left);
    for (const each of Deno.readDirSync(`${folder}/${name}`)) {
      if (each.isFile) tighten(`${folder}/${name}/${each.name}`, FILE_MODE, left);
    }
  }
  return left;
}

/** What of a data folder other users of the machine can read; changes nothing. */
export function openToOthers(folder: string): string[] {
  if (Deno.build.os === "windows") return [];
  const files = (inside: string, isOwn: (name: string) => boolean) =>
    [...Deno.readDirSync(inside)].filter(({ name, isFile }) => isFile && isOwn(name))
      .map(({ name }) => `${inside}/${name}`);
  const backups = `${folder}/backups`;
  const hasBackups = [...Deno.readDirSync(folder)].some((each) =>
    each.name === "backups" && each.isDirectory
  );
  const all = [
    folder,
    ...files(folder, (name) => name.startsWith("triborg")),
    ...hasBackups ? [backups, ...files(backups, () => true)] : [],
  ];
  return all.filter(isOpen);
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
