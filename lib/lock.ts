// One process per data folder: a lock that the system releases however the process ends.

export interface Lock {
  release(): void;
}

/**
 * Takes the folder for this process, making it if need be; undefined when another process has it.
 *
 * @throws What the file system throws, for a folder that cannot be made or written.
 */
export function lockFolder(folder: string): Lock | undefined {
  Deno.mkdirSync(folder, { recursive: true });
  const file = Deno.openSync(`${folder}/triborg.lock`, { write: true, create: true });
  if (!file.tryLockSync(true)) {
    file.close();
    return undefined;
  }
  return { release: () => file.close() };
}
