// The keys to CRMs as the page sees them: where each is and how it ends. Values go to requests alone.

import type { KeptSecrets } from "../crm/kept_secrets.ts";
import { hideSecret } from "../crm/secrets.ts";
import type { Mask } from "../log/mask.ts";

/** Before the name of a header's secret in the name of its field. */
export const HEADER_SECRET = "header_secret:";

/** What may be told of a secret. */
export type KnownSecret =
  /** The environment has it, which goes before what was typed. */
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "kept"; readonly ending: string; readonly savedAtMs: number };

/** A secret that was typed on the page. */
export interface KeptSecret {
  readonly name: string;
  /** Its last characters; empty for a short one. */
  readonly ending: string;
  readonly savedAtMs: number;
}

/** The secrets that profiles refer to. */
export interface PageSecrets {
  /** Those that were typed on the page, also where no profile refers to them any more. */
  kept(): readonly KeptSecret[];
  find(name: string): KnownSecret | undefined;
  /** The value, for a request to a CRM. It is masked from then on. */
  value(name: string): string | undefined;
  /** Keeps a value; `savedAtMs` is given where an earlier one is put back. */
  keep(name: string, value: string, by: string, savedAtMs?: number): Promise<void>;
  remove(name: string): Promise<void>;
  /** Masks a value in every log from now on. */
  hide(value: string): void;
}

/** What a page tells of a secret. */
export interface SecretView {
  /** Empty while it has no name yet. */
  readonly name: string;
  readonly known: KnownSecret | { readonly kind: "typed"; readonly ending: string } | undefined;
  /** The names of other profiles that use it. */
  readonly sharedBy: readonly string[];
}

/** A token that is there already. */
export interface OtherToken {
  readonly name: string;
  /** The profile that uses it; null where none does. */
  readonly profile: string | null;
  readonly ending: string;
  /** Set where the environment has it. */
  readonly variable?: string;
}

/** The secrets of a form. */
export interface SecretViews {
  readonly token: SecretView;
  readonly signing: SecretView;
  readonly headers: readonly SecretView[];
  /** Tokens that this profile may use too, while it has none. */
  readonly otherTokens: readonly OtherToken[];
}

/** Creates them from what is kept and from the environment. */
export function createPageSecrets({ secrets, environment, mask, now }: {
  readonly secrets: Omit<KeptSecrets, "renew">;
  /** The value of `SECRET_<NAME>`, by name in lower case. */
  readonly environment: (name: string) => string | undefined;
  readonly mask: Mask;
  readonly now: () => number;
}): PageSecrets {
  const hide = (value: string) => hideSecret(value, mask);
  return {
    kept: () => secrets.all(),
    find(name) {
      if (environment(name) !== undefined) {
        return { kind: "environment", variable: `SECRET_${name.toUpperCase()}` };
      }
      const kept = secrets.all().find((each) => each.name === name);
      return kept && { kind: "kept", ending: kept.ending, savedAtMs: kept.savedAtMs };
    },
    value(name) {
      const value = environment(name) ?? secrets.value(name);
      if (value !== undefined) hide(value);
      return value;
    },
    async keep(name, value, by, savedAtMs = now()) {
      hide(value);
      await secrets.keep(name, value, by, savedAtMs);
    },
    remove: (name) => secrets.remove(name),
    hide,
  };
}
