// One process per data folder: a file lock that the system releases when the process ends.

import { makePrivateFolder } from "../journal/sqlite/private_files.ts";

export interface Lock {
  release(): void;
}

/** Locks the folder for this process, creating it if needed; undefined when another process holds it. */
export function lockFolder(folder: string): Lock | undefined {
  makePrivateFolder(folder);
  const file = Deno.openSync(`${folder}/triborg.lock`, { write: true, create: true, mode: 0o600 });
  if (!file.tryLockSync(true)) {
    file.close();
    return undefined;
  }
  return { release: () => file.close() };
}

/**
 * Whether no process has the folder. Runs `act` meanwhile, which has to be short: a bot that starts in this moment waits
 * for it. Creates nothing; without a lock file no bot has run here, and `act` is not called.
 *
 * @throws {Error} If the lock file cannot be opened.
 */
export function isFree(folder: string, act: () => void = () => {}): boolean {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(`${folder}/triborg.lock`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
  using held = file;
  if (!held.tryLockSync(true)) return false;
  act();
  return true;
}
