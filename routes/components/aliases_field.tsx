// The old link words that still lead to a profile. Each can be removed, also without scripts.

import type { ProfileWords } from "../words/profile.ts";
import { FaultLine } from "./fields.tsx";

export function AliasesField({ aliases, path, fault, words }: {
  readonly aliases: readonly string[];
  /** Where the form is posted; the answer opens at this list. */
  readonly path: string;
  readonly fault: string | undefined;
  readonly words: ProfileWords;
}) {
  return (
    <>
      <input type="hidden" name="aliases" value={aliases.join(" ")} />
      {aliases.length > 0 && (
        <fieldset class="aliases" id="aliases">
          <legend>{words.aliases}</legend>
          <p class="hint">{words.aliasesHint}</p>
          {fault !== undefined && <FaultLine fault={fault} />}
          <ul>
            {aliases.map((alias, index) => (
              <li key={alias}>
                <code>?start={alias}</code>{" "}
                <button
                  type="submit"
                  class="move"
                  name="do"
                  value={`unalias:${index}`}
                  formaction={`${path}#aliases`}
                  aria-label={words.removeAlias(alias)}
                >
                  ✕
                </button>
              </li>
            ))}
          </ul>
        </fieldset>
      )}
    </>
  );
}
