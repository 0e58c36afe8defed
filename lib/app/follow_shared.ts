// Follows what other processes on the same database change: the profiles and the secrets that were typed on the page.

import type { KeptSecrets } from "../crm/kept_secrets.ts";
import type { FindSecret } from "../crm/secrets.ts";
import type { SharedRevisions } from "../journal/journal.ts";
import { StorageError } from "../journal/storage_error.ts";
import { messageOf } from "../log/error_words.ts";
import type { Log } from "../log/log.ts";
import type { ProfileStore } from "../profiles/store.ts";

/** The topics of its wake-ups. */
export const PROFILES_TOPIC = "profiles";
export const SECRETS_TOPIC = "secrets";

export interface FollowShared {
  /** Takes over what has another revision than is in use; for a look each second, as a wake-up may be lost. */
  seen(revisions: SharedRevisions): Promise<void>;
}

/** Listens at once. Where the database cannot be read, the next wake-up or look tries again. */
export function followShared(
  { profiles, keptSecrets, secret, onWake, log }: {
    readonly profiles: Pick<ProfileStore, "renew">;
    readonly keptSecrets: Pick<KeptSecrets, "all" | "renew">;
    /** Finds a secret, and masks it. */
    readonly secret: FindSecret;
    /** Calls `wake` when a process has told of a topic, and when that may have been missed. */
    readonly onWake: (topic: string, wake: () => void) => void;
    readonly log: Log;
  },
): FollowShared {
  let knownSecrets: number | undefined;

  async function renewSecrets(revision?: number): Promise<void> {
    if (revision !== undefined && revision === knownSecrets) return;
    await keptSecrets.renew();
    for (const { name } of keptSecrets.all()) secret(name);
    knownSecrets = revision ?? knownSecrets;
  }

  async function attempt(what: string, renew: () => Promise<void>): Promise<void> {
    try {
      await renew();
    } catch (error) {
      if (error instanceof StorageError) return; // Said by the watch of the journal.
      log.error("❌ Изменения другого процесса не принять ({what}): {cause}", {
        what,
        cause: messageOf(error),
      });
    }
  }

  onWake(PROFILES_TOPIC, () => void attempt("профили", () => profiles.renew()));
  onWake(SECRETS_TOPIC, () => void attempt("ключи", () => renewSecrets()));
  return {
    async seen({ profiles: revision, secrets }) {
      if (revision !== undefined) await attempt("профили", () => profiles.renew(revision));
      await attempt("ключи", () => renewSecrets(secrets));
    },
  };
}
