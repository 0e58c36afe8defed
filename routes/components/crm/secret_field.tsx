// A field for a key: what is known of it, and room for another. The key itself is never shown.

import type { ComponentChildren } from "preact";
import type { SecretView } from "../../../lib/page/secrets.ts";
import { isolated } from "../isolated.tsx";
import { FaultLine } from "../fields.tsx";
import type { Frame } from "../page.tsx";
import { CRM } from "../../words/crm.ts";

export function SecretField({
  name,
  label,
  hint,
  secret,
  isReplaceable = false,
  fault,
  focus,
  frame,
  path,
  children,
}: {
  /** Of the input; it is always empty. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly secret: SecretView;
  /** Whether another can be entered also where the environment has this one. */
  readonly isReplaceable?: boolean;
  readonly fault?: string | undefined;
  readonly focus?: boolean;
  readonly frame: Frame;
  /** Where the form is posted; for the button that removes the key. */
  readonly path?: string;
  /** Below the field. */
  readonly children?: ComponentChildren;
}) {
  const words = CRM[frame.language];
  const id = name.replace(":", "-");
  const { known } = secret;
  const isMissing = known === undefined && secret.name !== "";
  const input = (inputLabel: string) => (
    <input
      id={id}
      type="password"
      name={name}
      aria-label={inputLabel}
      autocomplete="off"
      autocapitalize="none"
      spellcheck={false}
      aria-describedby={fault === undefined ? `${id}-hint` : `${id}-fault ${id}-hint`}
      aria-invalid={fault === undefined ? undefined : "true"}
      autofocus={focus === true}
    />
  );
  return (
    <div class="field secret" id={`field-${id}`}>
      <p class="label">
        <span>{label}</span>
      </p>
      {known === undefined ? <div class="input">{input(label)}</div> : (
        <div class="known">
          <p>
            {known.kind !== "environment" && <span aria-hidden="true">••••••</span>}
            <span>{told(known, frame)}</span>
          </p>
          {(isReplaceable || known.kind !== "environment") && (
            <details open={fault !== undefined}>
              <summary role="button" class="outline">{words.secret.replace}</summary>
              <div class="input">{input(words.secret.replaceWith(label))}</div>
            </details>
          )}
          {known.kind === "kept" && path !== undefined && (
            <details>
              <summary role="button" class="outline">{words.secret.remove}</summary>
              <p class="hint">{words.secret.removeHint}</p>
              <button
                type="submit"
                class="outline"
                name="do"
                value={`forget:${secret.name}`}
                formaction={`${path}#field-${id}`}
              >
                {words.secret.removeNow}
              </button>
            </details>
          )}
        </div>
      )}
      <p class="hint" id={`${id}-hint`}>
        {isMissing && <>▲ {words.secret.missing}.{" "}</>}
        {secret.sharedBy.length > 0 && known?.kind !== undefined && (
          <>{words.secret.shared(secret.sharedBy.map(isolated).join(", "))}{" "}</>
        )}
        {known === undefined ? hint : null}
      </p>
      {fault !== undefined && <FaultLine id={`${id}-fault`} fault={fault} />}
      {children}
    </div>
  );
}

function told(known: NonNullable<SecretView["known"]>, frame: Frame): string {
  const { secret } = CRM[frame.language];
  switch (known.kind) {
    case "environment":
      return secret.environment(known.variable);
    case "typed":
      return secret.typed(known.ending);
    case "kept":
      return secret.kept(frame.when(known.savedAtMs), known.ending);
  }
}
