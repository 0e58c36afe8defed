// What opening the profiles needs and does wherever they are kept: masks, warnings, the photos that go with them.

import type { Config } from "./config.ts";
import { type FindSecret, hideSecret, secretNamesOf } from "../crm/secrets.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { faultLine, type ProfilePlace } from "../profiles/fault_lines.ts";
import { createSharedPhotoStore } from "../profiles/photos/shared_store.ts";
import { createPhotoStore, type PhotoStore } from "../profiles/photos/store.ts";
import type { Profiles } from "../profiles/profile.ts";

/** What opening needs of the configuration. */
export type ProfilesConfig = Pick<Config, "localesPath" | "dataDir" | "timeZone">;

export interface OpeningProfiles {
  readonly journal: Journal;
  /** The value of a secret in the environment; those that profiles refer to are masked before they are used. */
  readonly secret: FindSecret;
  readonly log: Log;
  readonly mask: Mask;
  readonly now: () => number;
  /** Called when cards in the chat are due an edit. */
  readonly cardsChanged: () => void;
}

/** The uploaded photos: in the database that processes share, else in the data folder. */
export function openPhotos(
  { dataDir }: Pick<Config, "dataDir">,
  { shared, committed }: Pick<Journal, "shared" | "committed">,
  now: () => number,
): PhotoStore {
  return shared === undefined
    ? createPhotoStore(dataDir, now)
    : createSharedPhotoStore({ records: shared, committed, now });
}

/** Masks what is secret in profiles that are about to be used. */
export function hideSecretsOf(
  { byKey }: Profiles,
  { secret, mask }: Pick<OpeningProfiles, "secret" | "mask">,
): void {
  for (const { webhook, crm } of byKey.values()) {
    if (webhook !== null) mask.hideWebhook(webhook.url);
    for (const name of secretNamesOf(crm)) hideSecret(secret(name) ?? "", mask);
  }
}

/** Warns of photos that are gone: their greetings go without one. */
export async function warnOfMissingPhotos(
  { byKey }: Profiles,
  photos: Pick<PhotoStore, "has">,
  place: ProfilePlace,
  log: Log,
): Promise<void> {
  for (const { key, photoFile } of byKey.values()) {
    if (photoFile === null || await photos.has(photoFile)) continue;
    const path = `${key}.step1.photo_file`;
    const line = faultLine({ path, message: GONE[place] }, place);
    log.warn("⚠️ {line}. Приветствие уйдёт без него", { line });
  }
}

const GONE: Readonly<Record<ProfilePlace, string>> = {
  file: "такого фото нет в папке media",
  database: "такого фото нет",
};
