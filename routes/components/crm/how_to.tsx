// How to connect a kind of CRM: three sentences, and more behind them.

import type { Language } from "../../../lib/page/language.ts";
import { CRM } from "../../words/crm.ts";
import { CRM_HOW_TO } from "../../words/crm_how_to.ts";

export function HowTo({ kind, language }: {
  readonly kind: keyof typeof CRM_HOW_TO["ru"];
  readonly language: Language;
}) {
  const { steps, more } = CRM_HOW_TO[language][kind];
  return (
    <div class="how-to">
      <ol>
        {steps.map((step) => <li key={step}>{step}</li>)}
      </ol>
      <details>
        <summary>{CRM[language].howTo}</summary>
        <ul>
          {more.map((each) => <li key={each}>{each}</li>)}
        </ul>
      </details>
    </div>
  );
}
