// The result of a test beside the form.

import type { ComponentChildren } from "preact";

export function TrialLine({ good, text, children }: {
  readonly good: boolean;
  readonly text: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class={good ? "trial good" : "trial bad"} role="status">
      <p>
        <span aria-hidden="true">{good ? "✓" : "⚠"}</span> {text}
      </p>
      {children}
    </div>
  );
}
