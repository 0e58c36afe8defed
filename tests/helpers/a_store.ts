// Opens a store on a profiles file in one step.

import { dirname } from "node:path";
import { keepProfiles, readProfiles } from "../../lib/profiles/file_store.ts";
import type { ProfileStore } from "../../lib/profiles/store.ts";

type StoreOptions = Parameters<typeof keepProfiles>[1];

/** @throws {TypeError} If the file has faults. */
export async function openStore(
  options: Omit<StoreOptions, "spareFolder" | "now"> & Partial<StoreOptions>,
): Promise<ProfileStore> {
  const first = await readProfiles(options.path);
  if (!first.ok) throw new TypeError(`Cannot open: ${JSON.stringify(first.faults)}`);
  return keepProfiles(first.version, {
    spareFolder: dirname(options.path),
    now: Date.now,
    ...options,
  });
}
