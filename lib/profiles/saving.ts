// Saves an edit to the file, based on the newest version, whole or not at all. Knows no forms.

import { textOf } from "../json/text.ts";
import type { Content } from "./edits.ts";
import type { Fault } from "./faults.ts";
import type { ProfileStore, Saving } from "./store.ts";

export type EditResult =
  | { readonly kind: "saved" }
  /** The edited part has changed meanwhile. Nothing was written. */
  | { readonly kind: "stale" }
  /** The edit would make the file faulty. Nothing was written. */
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  /** The file on disk is faulty, and saving would overwrite an edit made elsewhere. Nothing was written. */
  | { readonly kind: "broken"; readonly faults: readonly Fault[] }
  /** The disk refused the file and still has the old version; `reason` is in Russian. */
  | { readonly kind: "failed"; readonly reason: string };

/** How often an edit is repeated when the file changes meanwhile. */
const MOST_TRIES = 3;

/**
 * Saves an edit. If the file has changed elsewhere, the edit is repeated on the new content.
 *
 * @param edit Returns the new content; undefined if the edit no longer applies.
 * @param by The person's name for the history.
 * @param renamed The rename of a profile that the edit makes, if any.
 */
export async function saveEdit(
  store: Pick<ProfileStore, "content" | "text" | "faults" | "save">,
  by: string,
  edit: (content: Content) => Content | undefined,
  renamed?: Saving["renamed"],
): Promise<EditResult> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const basedOn = store.text();
    const next = edit(store.content());
    if (next === undefined) return { kind: "stale" };
    const result = await store.save(textOf(next), basedOn, { by, renamed });
    if (result.kind !== "stale") return result;
    const faults = store.faults();
    if (faults.length > 0) return { kind: "broken", faults };
  }
  return { kind: "stale" };
}
