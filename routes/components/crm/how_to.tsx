// How to connect a kind of CRM: three sentences, and more behind them.

import type { Language } from "../../../lib/page/language.ts";
import { CRM } from "../../words/crm.ts";
import { CRM_HOW_TO } from "../../words/crm_how_to.ts";

export function HowTo({ kind, isDone, language }: {
  readonly kind: keyof typeof CRM_HOW_TO["ru"];
  /** Whether it is connected: then all of it is behind a switch. */
  readonly isDone: boolean;
  readonly language: Language;
}) {
  const { steps, more } = CRM_HOW_TO[language][kind];
  const list = (
    <ol>
      {steps.map((step) => <li key={step}>{step}</li>)}
    </ol>
  );
  return (
    <div class="how-to">
      {!isDone && list}
      <details>
        <summary>{isDone ? CRM[language].howTo : CRM[language].howToMore}</summary>
        {isDone && list}
        <ul>
          {more.map((each) => <li key={each}>{each}</li>)}
        </ul>
      </details>
    </div>
  );
}
