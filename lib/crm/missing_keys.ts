// The profiles whose CRM cannot be reached because a key of it is not set. Calls nothing.

import type { Profiles } from "../profiles/profile.ts";
import { type FindSecret, secretNamesOf } from "./secrets.ts";

/** The keys of the profiles that lack a secret, in the file's order. A draft may: it gets no visitor's lead yet. */
export function profilesWithoutKey(
  { byKey }: Pick<Profiles, "byKey">,
  secret: FindSecret,
): string[] {
  return [...byKey.values()]
    .filter(({ state, crm }) =>
      state !== "draft" && secretNamesOf(crm).some((name) => !secret(name))
    )
    .map(({ key }) => key);
}
