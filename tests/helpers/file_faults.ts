// What is wrong in an edited locales.json, for tests.

import assert from "node:assert/strict";
import type { Fault } from "../../lib/profiles/faults.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { type Locales, someLocales } from "./a_profile.ts";

/** The faults of a file's content. */
export function faultsOf(content: unknown): readonly Fault[] {
  const result = parseProfiles(content);
  return result.ok ? [] : result.faults;
}

/** Fails unless the edited file has this one fault and no other. */
export function assertFault(edit: (locales: Locales) => void, path: string, message: string): void {
  assert.deepEqual(faultsOf(someLocales(edit)), [{ path, message }]);
}

/** Fails if the edited file has a fault. */
export function assertNoFault(edit: (locales: Locales) => void): void {
  assert.deepEqual(faultsOf(someLocales(edit)), []);
}
