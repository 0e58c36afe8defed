// Takes an edit to the file: on the newest version, all or nothing. Knows no forms.

import { textOf } from "../json/text.ts";
import type { Content } from "./edits.ts";
import type { Fault } from "./faults.ts";
import type { ProfileStore, Saving } from "./store.ts";

export type EditResult =
  | { readonly kind: "saved" }
  /** What the edit was made from has changed meanwhile. Nothing was written. */
  | { readonly kind: "stale" }
  /** The file would be faulty. Nothing was written. */
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  /** The file on disk is faulty, and whoever is editing it would lose their work. Nothing was written. */
  | { readonly kind: "broken"; readonly faults: readonly Fault[] }
  /** The disk did not take it, and why, in Russian. What is on it is what was there before. */
  | { readonly kind: "failed"; readonly reason: string };

/** How often an edit is tried again when the file changes under it. */
const MOST_TRIES = 3;

/**
 * Saves an edit. When the file changed elsewhere, the edit is made again from what it says now.
 *
 * @param edit Makes the new content; undefined when it no longer applies.
 * @param by Who saves, for the history.
 * @param renamed The change of a profile's key that the edit is.
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
