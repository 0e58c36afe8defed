// What the section of where leads go shows.

import type { AmoCrmLists, AmoCrmLook } from "../../../lib/crm/amocrm/look.ts";
import type { WebhookTrial } from "../../../lib/crm/webhook_trial.ts";
import type { SecretViews } from "../../../lib/page/secrets.ts";
import type { CrmForm } from "../../../lib/profiles/crm_form.ts";

export interface CrmView {
  readonly form: CrmForm;
  readonly secrets: SecretViews;
  /** The names of the account's pipelines and users, once they were asked for. */
  readonly lists: AmoCrmLists | undefined;
  /** When amoCRM's token ends; undefined without one. */
  readonly token: TokenView | undefined;
  /** How the test ended. */
  readonly look?: AmoCrmLook | { readonly kind: "nothing" };
  readonly trial?: WebhookTrial | "empty";
  /** A key was just removed. */
  readonly isKeyRemoved?: boolean;
  /** What templates may name, without braces. */
  readonly placeholders: readonly string[];
}

/** What the token says about itself. */
export type TokenView =
  | { readonly kind: "ends"; readonly atMs: number; readonly days: number; readonly date: string }
  | { readonly kind: "odd" };
