// Tells whether an open database's files are still those at its path. Reads nothing in them.

/** What became of a file that SQLite goes on writing into. */
export interface LostFile {
  readonly path: string;
  readonly kind: "deleted" | "replaced";
}

/** The files of one open database. */
export interface DatabaseFiles {
  /** The first of the database, its WAL and its shared memory that is not at its path any more. */
  lost(): LostFile | undefined;
}

/** Where SQLite keeps a database in WAL mode (https://sqlite.org/walformat.html#files_on_disk). */
export const ENDINGS = ["", "-wal", "-shm"] as const;

/** Remembers the files of a database that has just been opened. */
export function rememberFiles(path: string): DatabaseFiles {
  const before = new Map<string, Identity>();

  function look(file: string): LostFile | undefined {
    const now = identify(file);
    const then = before.get(file);
    if (typeof now === "object" && then === undefined) before.set(file, now);
    if (now === undefined || then === undefined) return undefined;
    if (now === "deleted") return { path: file, kind: now };
    return now.dev === then.dev && now.ino === then.ino
      ? undefined
      : { path: file, kind: "replaced" };
  }

  function lost(): LostFile | undefined {
    if (path === ":memory:") return undefined;
    for (const ending of ENDINGS) {
      const found = look(path + ending);
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
}

/** Undefined where the system cannot tell now, or never does: that proves nothing. */
function identify(path: string): Identity | "deleted" | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return ino === null || ino === 0 ? undefined : { dev, ino };
  } catch (error) {
    const isGone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    return isGone ? "deleted" : undefined;
  }
}
