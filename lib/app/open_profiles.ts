// Opens the profiles at start-up, from locales.json or from the database that several processes share.

import { openFileProfiles } from "./open_file_profiles.ts";
import { openSharedProfiles } from "./open_shared_profiles.ts";
import type { OpeningProfiles, ProfilesConfig } from "./opening_profiles.ts";
import type { ProfileStore } from "../profiles/store.ts";

/** Undefined when there are no valid profiles; the log says what is wrong. */
export function openProfiles(
  config: ProfilesConfig,
  options: OpeningProfiles,
): Promise<ProfileStore | undefined> {
  const { shared } = options.journal;
  return shared === undefined
    ? openFileProfiles(config, options)
    : openSharedProfiles(config, options, shared);
}
