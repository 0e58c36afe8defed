// The line above a form: the result of the last press.

import type { Fault } from "../../lib/profiles/faults.ts";
import { faultOfFile, faultWords } from "../words/faults.ts";
import { PROFILE } from "../words/profile.ts";
import { FormToken, type Frame } from "./page.tsx";
import { type Part, SideBySide } from "./versions.tsx";

/** What was done; `published`, `paused` and `resumed` say it in words of their own. */
export type Done = "saved" | "created" | "published" | "paused" | "resumed";

export type Note =
  /** `change` is undone by "take it back". */
  | { readonly kind: Done; readonly change: number | undefined }
  | { readonly kind: "refused" }
  /** The form was opened in an earlier session. */
  | { readonly kind: "renewed" }
  | { readonly kind: "broken"; readonly faults: readonly Fault[] }
  /** The disk or the database refused it; `reason` is in Russian. */
  | {
    readonly kind: "failed";
    readonly reason: string;
    /** Set where a key was replaced all the same. */
    readonly isKeyNew?: true;
  }
  | { readonly kind: "stale"; readonly mine: readonly Part[]; readonly theirs: readonly Part[] };

export function NoteLine({ note, faults, path, frame }: {
  readonly note: Note;
  readonly faults: { readonly count: number; readonly elsewhere: readonly string[] };
  /** The form's page; its history is at `<path>/history`. */
  readonly path: string;
  readonly frame: Frame;
}) {
  const words = PROFILE[frame.language];
  switch (note.kind) {
    case "published":
    case "paused":
    case "resumed":
    case "created":
    case "saved":
      return (
        <div class="note" role="status">
          <p>
            <span aria-hidden="true">✓</span> {words[note.kind]}
          </p>
          <UndoForm change={note.change} frame={frame} />
        </div>
      );
    case "renewed":
      return <p class="note warning" role="alert">{words.renewed}</p>;
    case "refused":
      return (
        <div class="note bad" role="alert">
          <p>
            <span aria-hidden="true">⚠</span> {words.notSaved(faults.count)}
          </p>
          {faults.elsewhere.length > 0 && (
            <ul>
              {faults.elsewhere.map((fault) => <li key={fault}>{words.elsewhere}: {fault}</li>)}
            </ul>
          )}
        </div>
      );
    case "broken":
      return (
        <div class="note bad" role="alert">
          <p>
            <span aria-hidden="true">⚠</span> {words.broken[frame.place]}
          </p>
          <ul>
            {note.faults.map((fault) => (
              <li key={fault.message}>{faultOfFile(fault, frame.language)}</li>
            ))}
          </ul>
        </div>
      );
    case "failed":
      return (
        <div class="note bad" role="alert">
          <p>
            <span aria-hidden="true">⚠</span>{" "}
            {words.failed(faultWords(note.reason, frame.language)) + words.remedy[frame.place]}
            {note.isKeyNew && ` ${words.keyIsNew}`}
          </p>
        </div>
      );
    case "stale":
      return (
        <div class="note warning" role="alert">
          <p>
            <strong>
              <span aria-hidden="true">▲</span> {words.stale}
            </strong>{" "}
            {words.staleWhat}
          </p>
          <SideBySide mine={note.mine} theirs={note.theirs} words={words} />
          <a role="button" class="outline" href={path}>{words.takeTheirs}</a>
        </div>
      );
  }
}

export function UndoForm({ change, frame }: {
  readonly change: number | undefined;
  readonly frame: Frame;
}) {
  if (change === undefined) return null;
  return (
    <form method="post" action="/undo">
      <FormToken frame={frame} />
      <button type="submit" class="outline" name="change" value={String(change)}>
        {PROFILE[frame.language].undo}
      </button>
    </form>
  );
}
