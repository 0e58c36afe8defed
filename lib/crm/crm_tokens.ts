// The amoCRM tokens that profiles use, and when each ends. Calls nothing.

import { readToken } from "./amocrm/token.ts";
import type { FindSecret } from "./secrets.ts";
import type { Profiles } from "../profiles/profile.ts";

/** A token in use. */
export interface CrmToken {
  readonly secret: string;
  readonly account: string;
  /** The keys of the profiles that use it. */
  readonly profiles: readonly string[];
  /** When amoCRM stops taking it, in ms since 1970. */
  readonly endsAtMs: number;
}

/** The tokens whose end is known, the first to end first. */
export function crmTokens({ byKey }: Pick<Profiles, "byKey">, secret: FindSecret): CrmToken[] {
  const tokens = new Map<string, CrmToken>();
  for (const { key, crm } of byKey.values()) {
    if (crm?.kind !== "amocrm") continue;
    const { tokenSecret, account } = crm;
    const read = readToken(secret(tokenSecret) ?? "");
    if ("fault" in read || read.endsAtMs === null) continue;
    const profiles = [...tokens.get(tokenSecret)?.profiles ?? [], key];
    tokens.set(tokenSecret, { secret: tokenSecret, account, profiles, endsAtMs: read.endsAtMs });
  }
  return [...tokens.values()].toSorted((a, b) => a.endsAtMs - b.endsAtMs);
}
