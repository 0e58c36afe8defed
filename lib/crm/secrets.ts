// Finds the secrets that profiles refer to: the environment's, else those typed on the page.

import type { Journal } from "../journal/journal.ts";
import type { Mask } from "../log/mask.ts";

/** The value of a secret by its name; undefined where there is none. It is masked from then on. */
export type FindSecret = (name: string) => string | undefined;

/** Looks a secret up. All that the journal keeps are masked at once. */
export function createSecrets({ environment, journal, mask }: {
  /** The value of `SECRET_<NAME>`. */
  readonly environment: FindSecret;
  readonly journal: Pick<Journal, "secret" | "keptSecrets">;
  readonly mask: Mask;
}): FindSecret {
  const find: FindSecret = (name) => {
    const value = environment(name) ?? journal.secret(name);
    if (value !== undefined) mask.hide(value);
    return value;
  };
  for (const { name } of journal.keptSecrets()) find(name);
  return find;
}
