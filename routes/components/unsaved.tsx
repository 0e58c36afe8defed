// Says why a short form was not saved, above what was typed.

import type { EditResult } from "../../lib/profiles/saving.ts";
import type { Language } from "../../lib/page/language.ts";
import { faultOfFile, faultWords } from "../words/faults.ts";
import { UNSAVED } from "../words/unsaved.ts";
import { type Frame, Page } from "./page.tsx";

export type Refusal = Exclude<EditResult, { readonly kind: "saved" }>;

export function statusOf({ kind }: Refusal): number {
  return { stale: 409, broken: 409, refused: 422, failed: 507 }[kind];
}

export function Unsaved({ refusal, language }: {
  readonly refusal: Refusal;
  readonly language: Language;
}) {
  const words = UNSAVED[language];
  const faults = "faults" in refusal ? refusal.faults : [];
  const text = refusal.kind === "failed"
    ? words.failed(faultWords(refusal.reason, language))
    : words[refusal.kind];
  return (
    <div class="note bad" role="alert">
      <p>
        <span aria-hidden="true">⚠</span> {text}
      </p>
      {faults.length > 0 && (
        <ul>
          {faults.map((fault) => <li key={fault.message}>{faultOfFile(fault, language)}</li>)}
        </ul>
      )}
    </div>
  );
}

/** The same as a page, for a press without a form. */
export function UnsavedPage({ refusal, frame }: {
  readonly refusal: Refusal;
  readonly frame: Frame;
}) {
  const words = UNSAVED[frame.language];
  return (
    <Page frame={frame} title={words.title}>
      <h1>{words.title}</h1>
      <Unsaved refusal={refusal} language={frame.language} />
      <a role="button" href="/">{words.back}</a>
    </Page>
  );
}
