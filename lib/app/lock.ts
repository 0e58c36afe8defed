// One process per data folder: a file lock that the system releases when the process ends.

import { makePrivateFolder } from "../journal/private_files.ts";

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
