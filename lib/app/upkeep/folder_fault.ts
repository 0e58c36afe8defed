// Why a data folder or the journal in it cannot be used, and what to do about it. Knows what Deno and SQLite throw.

import { messageOf } from "../../log/error_words.ts";

/** A Russian sentence without its capital and full stop; undefined for what is none of the known faults. */
export function folderFault(error: unknown): string | undefined {
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno туда не пускает: выберите в DATA_DIR другую папку";
  }
  const { AlreadyExists, NotADirectory, PermissionDenied } = Deno.errors;
  if (error instanceof AlreadyExists || error instanceof NotADirectory) {
    return NO_FOLDER;
  }
  if (error instanceof PermissionDenied) return NO_RIGHTS;
  const message = messageOf(error).toLowerCase();
  return FAULTS.find(([words]) => message.includes(words))?.[1];
}

/** The sentence for a file in the folder's place. */
export const NO_FOLDER = "на этом пути файл, а не папка: исправьте DATA_DIR";

const NO_RIGHTS = "нет прав: отдайте папку с её файлами пользователю бота (chown -R) " +
  "или смените DATA_DIR";
const NO_SPACE = "на диске нет места: освободите его";

/** What messages of the system and of SQLite (https://sqlite.org/rescode.html) say, in lower case. */
const FAULTS: readonly (readonly [words: string, fault: string])[] = [
  ["disk is full", NO_SPACE],
  ["no space left", NO_SPACE],
  // SQLite's word too for a disk so full that a started bot's files do not fit.
  ["disk i/o error", "диск не пишет: проверьте, есть ли на нём место (df -h) и исправен ли он"],
  ["read-only file system", "диск открыт только для чтения: смените DATA_DIR"],
  ["readonly database", NO_RIGHTS],
  ["unable to open database file", NO_RIGHTS],
  ["is locked", "журнал держит другая программа: закройте её"],
  ["knows versions up to", "журнал сделал более новый бот: обновите этого"],
];
