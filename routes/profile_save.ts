// Saves a profile's form, and the CRM's keys that were typed in it.

import { StorageError } from "../lib/journal/storage_error.ts";
import { valueAt } from "../lib/json/text.ts";
import { field } from "../lib/page/form.ts";
import type { State } from "../lib/page/state.ts";
import { FORBIDDEN_ADDRESS, profileFaults } from "../lib/profiles/draft.ts";
import { type ProfileForm, profileForm, versionOf, withProfile } from "../lib/profiles/edits.ts";
import type { Fault } from "../lib/profiles/faults.ts";
import { diskFault } from "../lib/profiles/file.ts";
import { saveEdit } from "../lib/profiles/saving.ts";
import { NO_DATABASE } from "../lib/profiles/shared_store.ts";
import { saveKeys } from "./crm_secrets.ts";
import { photoFaults } from "./photo.tsx";

type Saved =
  | Awaited<ReturnType<typeof saveEdit>>
  | Failed
  | { readonly kind: "refused"; readonly faults: readonly Fault[] };

/** Saves the form with the keys that were typed in it: both or none, unless the disk or the database fails in between. */
export async function saveProfile(
  state: State,
  key: string,
  form: ProfileForm,
  ofUpload: readonly Fault[],
): Promise<Saved> {
  const version = field(state.form, "version");
  const ofPhoto = [...ofUpload, ...await photoFaults(state, key, form)];
  const faults = [...ofPhoto, ...profileFaults(state.deps.profiles.content(), key, form)];
  if (faults.length > 0) return { kind: "refused", faults };
  if (await isForbiddenWebhook(state, key, form)) {
    return { kind: "refused", faults: [{ path: "webhook_url", message: FORBIDDEN_ADDRESS }] };
  }
  if (versionOf(state.deps.profiles.content(), key) !== version) return { kind: "stale" };
  // First the keys, then the file that refers to them: the other way round, a full disk would leave a CRM without its key.
  const keys = await orStorageFault(state, saveKeys(state, key, form));
  if ("reason" in keys) return keys;
  const result = await saveEdit(
    state.deps.profiles,
    state.session.openedBy,
    (content) => versionOf(content, key) === version ? withProfile(content, key, form) : undefined,
  );
  if (result.kind === "saved") {
    keys.keep();
    return result;
  }
  const undone = await orStorageFault(state, keys.undo());
  return undone !== undefined && result.kind === "failed" ? { ...result, isKeyNew: true } : result;
}

interface Failed {
  readonly kind: "failed";
  readonly reason: string;
  /** Set where a key was replaced all the same. */
  readonly isKeyNew?: true;
}

/** What it resolves with, or why the journal could not be written. */
export async function orStorageFault<T>(
  { deps }: Pick<State, "deps">,
  work: Promise<T>,
): Promise<T | Failed> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const isDisk = deps.profiles.place === "file";
    return { kind: "failed", reason: isDisk ? diskFault(error) : NO_DATABASE };
  }
}

/** Only a changed address is resolved: a failing name server must not prevent editing a text. */
async function isForbiddenWebhook(
  state: State,
  key: string,
  { webhookUrl }: ProfileForm,
): Promise<boolean> {
  const saved = profileForm(valueAt(state.deps.profiles.content(), key)).webhookUrl;
  return webhookUrl !== saved && await state.deps.isForbiddenTarget(webhookUrl);
}
