// The placeholders that templates may have.

import type { CrmWords } from "../../words/crm.ts";

export function Placeholders({ words, names }: {
  readonly words: CrmWords;
  readonly names: readonly string[];
}) {
  return (
    <p class="hint placeholders">
      {words.placeholders}: {names.map((each) => (
        <>
          <code key={each}>{`{${each}}`}</code>
          {" "}
        </>
      ))}
    </p>
  );
}
