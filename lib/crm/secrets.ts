// Finds the secrets that profiles refer to, the environment's, else those typed on the page, and masks them.

import type { KeptSecrets } from "./kept_secrets.ts";
import type { Mask } from "../log/mask.ts";
import type { CrmSettings } from "../profiles/crm.ts";
import { secretNamesIn } from "../profiles/secret_reference.ts";

/** The value of a secret by its name; undefined where there is none. It is masked from then on. */
export type FindSecret = (name: string) => string | undefined;

/** Looks a secret up. All that are kept are masked at once. */
export function createSecrets({ environment, kept, mask }: {
  /** The value of `SECRET_<NAME>`. */
  readonly environment: FindSecret;
  readonly kept: Pick<KeptSecrets, "value" | "all">;
  readonly mask: Mask;
}): FindSecret {
  /** A secret is looked up for each POST; its forms are worked out once. */
  const hidden = new Set<string>();
  const find: FindSecret = (name) => {
    const value = environment(name) ?? kept.value(name);
    if (value !== undefined && !hidden.has(value)) {
      hideSecret(value, mask);
      hidden.add(value);
    }
    return value;
  };
  for (const { name } of kept.all()) find(name);
  return find;
}

/** The names of all secrets that a profile refers to. */
export function secretNamesOf(crm: CrmSettings | null): string[] {
  switch (crm?.kind) {
    case "amocrm":
      return [crm.tokenSecret];
    case "webhook":
      return [...[...crm.headers.values()].flatMap(secretNamesIn), crm.signingSecret ?? []].flat();
    default:
      return [];
  }
}

/** Masks a secret as it is, and as a CRM may quote it: in JSON, in an address, on a page, or a part of it alone. */
export function hideSecret(secret: string, mask: Mask): void {
  for (const each of [secret, ...partsOf(secret)]) {
    const inJson = JSON.stringify(each).slice(1, -1);
    for (const quoted of [each, inJson, encodeURIComponent(each.toWellFormed()), onPage(each)]) {
      mask.hide(quoted);
      mask.hide(quoted.replaceAll("/", "\\/")); // As PHP writes JSON.
    }
  }
}

/** Parts that are secret by themselves: a token's, a signing key's, the lines of a key. */
function partsOf(secret: string): string[] {
  const key = secret.startsWith("whsec_") ? secret.slice("whsec_".length) : "";
  return [key, ...secret.split("."), ...secret.split(/[\r\n]+/)]
    .filter((each) => each !== secret && each.length >= LEAST_PART);
}

/** Shorter parts may be ordinary words. */
const LEAST_PART = 8;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function onPage(text: string): string {
  return text.replace(/[&<>"]/g, (found) => ENTITIES[found] ?? found);
}
