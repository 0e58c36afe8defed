// Tells whether an open database's files are still those at its path, and hold what was written. Reads the WAL's first bytes alone.

/** What became of a file that SQLite goes on writing into. */
export interface LostFile {
  readonly path: string;
  readonly kind: "deleted" | "replaced" | "cut";
}

/** The files of one open database. */
export interface DatabaseFiles {
  /**
   * The first of database, WAL and shared memory that was deleted, replaced or cut short. "wal" checks the WAL alone;
   * "content" also reads its beginning.
   */
  lost(depth?: "wal" | "files" | "content"): LostFile | undefined;
}

/** Where SQLite keeps a database in WAL mode (https://sqlite.org/walformat.html#files_on_disk). */
export const ENDINGS = ["", "-wal", "-shm"] as const;

/** Remembers the files of a database that has just been opened. */
export function rememberFiles(path: string): DatabaseFiles {
  const before = new Map<string, Identity>();

  function look(file: string, readsWal: boolean): LostFile | undefined {
    const now = identify(file);
    const then = before.get(file);
    if (typeof now === "object" && then === undefined) before.set(file, now);
    if (now === undefined || then === undefined) return undefined;
    if (now === "deleted") return { path: file, kind: now };
    if (now.dev !== then.dev || now.ino !== then.ino) return { path: file, kind: "replaced" };
    if (file === path && now.size < then.size || readsWal && isHollow(file, now)) {
      return { path: file, kind: "cut" };
    }
    before.set(file, now);
    return undefined;
  }

  /**
   * Whether the WAL was emptied from outside and written on since: SQLite goes on where it was, and leaves a hole. Only
   * the WAL is opened for that: closing another of the files would end SQLite's locks on it
   * (https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
   */
  function isHollow(file: string, { size }: Identity): boolean {
    return file === `${path}-wal` && size > 0 && startOf(file) === 0;
  }

  function lost(depth: "wal" | "files" | "content" = "files"): LostFile | undefined {
    if (path === ":memory:") return undefined;
    for (const ending of depth === "wal" ? (["-wal"] as const) : ENDINGS) {
      const found = look(path + ending, depth === "content");
      if (found !== undefined) return found;
    }
    return undefined;
  }

  lost();
  return { lost };
}

interface Identity {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
}

/** The number that a file begins with: never 0 in a WAL (https://sqlite.org/fileformat.html#the_write_ahead_log). */
function startOf(path: string): number | undefined {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(4);
    return file.readSync(bytes) === 4 ? new DataView(bytes.buffer).getUint32(0) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where the system cannot tell now, or never does: that proves nothing. */
function identify(path: string): Identity | "deleted" | undefined {
  try {
    const { dev, ino, size } = Deno.statSync(path);
    return ino === null || ino === 0 ? undefined : { dev, ino, size };
  } catch (error) {
    const isGone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    return isGone ? "deleted" : undefined;
  }
}
