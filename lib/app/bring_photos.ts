// Brings photos of a data folder into the database: of the profiles in use, and of their history at the first start.

import type { Journal } from "../journal/journal.ts";
import { isPhotoName } from "../profiles/photos/name.ts";
import {
  createPhotoStore,
  namesIn,
  photoFolder,
  type PhotoStore,
} from "../profiles/photos/store.ts";
import type { Profiles } from "../profiles/profile.ts";

/** Returns how many; a photo that cannot be read or kept is reported and left out. */
export async function bringPhotos(
  dataDir: string,
  to: Pick<PhotoStore, "has" | "keep">,
  { profiles, journal, now, failed }: {
    readonly profiles: Profiles;
    /** With the history, whose photos are brought too; undefined for those of the profiles alone. */
    readonly journal: Pick<Journal, "historyNames"> | undefined;
    readonly now: () => number;
    /** Told of each that was left out; the cause is Russian. */
    readonly failed: (name: string, cause: string) => void;
  },
): Promise<number> {
  const from = createPhotoStore(dataDir, now);
  const used = new Set([...profiles.byKey.values()].map(({ photoFile }) => photoFile));
  let brought = 0;
  for (const name of await namesIn(photoFolder(dataDir)).catch(() => [])) {
    if (!isPhotoName(name)) continue;
    if (!used.has(name) && !await journal?.historyNames(name)) continue;
    if (await to.has(name)) continue;
    const cause = await bring(name);
    if (cause === undefined) brought++;
    else failed(name, cause);
  }
  return brought;

  /** What went wrong; undefined if nothing did. */
  async function bring(name: string): Promise<string | undefined> {
    const bytes = await from.read(name).catch(() => undefined);
    if (bytes === undefined) return "файл не прочесть";
    const kept = await to.keep(bytes);
    if (kept.kind === "failed") return kept.reason;
    if (kept.kind === "no_room") return "нет места";
    return kept.kind === "kept" && kept.name === name ? undefined : "файл повреждён";
  }
}
