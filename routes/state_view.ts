// What a page shows of a profile's state.

import { HttpError } from "fresh";
import { versionOf } from "../lib/profiles/edits.ts";
import type { State } from "../lib/page/state.ts";
import type { StateView } from "./components/state_line.tsx";
import { deepLink } from "./deep_link.ts";

/** @throws {HttpError} 404 if there is no such profile. */
export function stateView({ deps }: Pick<State, "deps">, key: string): StateView {
  const profile = deps.profiles.current().byKey.get(key);
  if (profile === undefined) throw new HttpError(404);
  const version = versionOf(deps.profiles.content(), key);
  return { profile, version, link: deepLink(deps, key) };
}
