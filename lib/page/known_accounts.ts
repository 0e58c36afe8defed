// The names of pipelines, stages and users of amoCRM's accounts, as last asked for. Asks for nothing itself.

import type { AmoCrmLists } from "../crm/amocrm/look.ts";

/** Most accounts that are remembered; the oldest is forgotten. */
const MOST = 200;

/** What the page shows in place of ids, by account. */
export interface KnownAccounts {
  remember(account: string, lists: AmoCrmLists): void;
  find(account: string): AmoCrmLists | undefined;
}

/** Remembers nothing at first. */
export function createKnownAccounts(): KnownAccounts {
  const known = new Map<string, AmoCrmLists>();
  return {
    remember(account, { pipelines, users }) {
      known.delete(account);
      known.set(account, { pipelines, users });
      const [oldest] = known.keys();
      if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    },
    find: (account) => known.get(account),
  };
}
