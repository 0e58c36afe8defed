// Tells of changes of the demo's locales.json by an editor, the config page, or the demo itself.

import { basename, dirname } from "node:path";

/** How long the file has to be left alone before a change is told, in ms: an editor writes it in several steps. */
const QUIET_MS = 50;

/** Watches the file's folder, since a watched file is lost at its first rename. Returns a function that ends it. */
export function watchProfiles(path: string, changed: () => void): () => void {
  const watcher = Deno.watchFs(dirname(path), { recursive: false });
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    for await (const { paths } of watcher) {
      if (!paths.some((each) => basename(each) === basename(path))) continue;
      clearTimeout(timer);
      timer = setTimeout(changed, QUIET_MS);
    }
  }

  void read();
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
