// Says why a short form was not saved, above what was typed.

import type { EditResult } from "../../lib/profiles/saving.ts";
import { faultOfFile, faultWords } from "../words/faults.ts";
import { UNSAVED } from "../words/unsaved.ts";
import { type Frame, Page } from "./page.tsx";

export type Refusal = Exclude<EditResult, { readonly kind: "saved" }>;

export function statusOf({ kind }: Refusal): number {
  return { stale: 409, broken: 409, refused: 422, failed: 507 }[kind];
}

export function Unsaved({ refusal, frame }: {
  readonly refusal: Refusal;
  readonly frame: Pick<Frame, "language" | "place">;
}) {
  const { language } = frame;
  const faults = "faults" in refusal ? refusal.faults : [];
  const text = textOf(refusal, frame);
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

function textOf(refusal: Refusal, { language, place }: Pick<Frame, "language" | "place">): string {
  const words = UNSAVED[language];
  switch (refusal.kind) {
    case "stale":
      return words.stale;
    case "failed":
      return words.failed(faultWords(refusal.reason, language)) + words.remedy[place];
    default:
      return words[refusal.kind][place];
  }
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
      <Unsaved refusal={refusal} frame={frame} />
      <a role="button" href="/">{words.back}</a>
    </Page>
  );
}
