// One process per data folder: a lock that the system releases however the process ends.

import { makePrivateFolder } from "../journal/private_files.ts";

export interface Lock {
  release(): void;
}

/**
 * Takes the folder for this process, making it if need be; undefined when another process has it.
 *
 * @throws What the file system throws, for a folder that cannot be made or written.
 */
export function lockFolder(folder: string): Lock | undefined {
  makePrivateFolder(folder);
  const file = Deno.openSync(`${folder}/triborg.lock`, { write: true, create: true, mode: 0o600 });
  if (!file.tryLockSync(true)) {
    file.close();
    return undefined;
  }
  return { release: () => file.close() };
}
