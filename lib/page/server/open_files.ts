// What the page does about a system that lets the process open few files: keeps some in reserve, loads nothing without room.

/** Files that are open for their own sake. */
export interface Reserve {
  /** Opens what is missing of them, as far as there is room. */
  hold(): void;
  /** Closes them, so that something else can be opened; false when there was none. */
  release(): boolean;
}

/** A reserve of so many files, empty until it is held. */
export function createReserve(count: number): Reserve {
  const files: Deno.FsFile[] = [];
  return {
    hold() {
      try {
        while (files.length < count) files.push(openOne());
      } catch {
        // There is no room now.
      }
    },
    release() {
      const held = files.splice(0);
      for (const file of held) file.close();
      return held.length > 0;
    },
  };
}

/**
 * Loads modules when first needed, once; a failed load is retried with the next need. Rejects without trying when fewer than
 * `files` can be opened, even after `makeRoom`: a module that failed to open stays failed for the life of the process.
 */
export function loadOnce<T>(
  files: number,
  load: () => Promise<T>,
  makeRoom: () => void = () => {},
): () => Promise<T> {
  let loaded: Promise<T> | undefined;

  async function loadWithRoom(): Promise<T> {
    try {
      probe(files);
    } catch {
      makeRoom();
      probe(files);
    }
    return await load();
  }

  return () =>
    loaded ??= loadWithRoom().catch((error) => {
      loaded = undefined;
      throw error;
    });
}

/** @throws {Error} Where fewer files can be opened. */
function probe(files: number): void {
  const opened: Deno.FsFile[] = [];
  try {
    while (opened.length < files) opened.push(openOne());
  } finally {
    for (const file of opened) file.close();
  }
}

function openOne(): Deno.FsFile {
  return Deno.openSync(".");
}
