// A list of versions; the open one shows its changes word by word.

import type { Revision } from "../../lib/journal/revisions.ts";
import { diffWords } from "../../lib/profiles/text_diff.ts";
import { faultOfFile } from "../words/faults.ts";
import { HISTORY, type HistoryWords } from "../words/history.ts";
import { Isolated, isolated } from "./isolated.tsx";
import { FormToken, type Frame, Page } from "./page.tsx";
import { type Refusal, Unsaved } from "./unsaved.tsx";
import { type Part, Pieces } from "./versions.tsx";
import { personIn } from "../words/login.ts";

export interface Line {
  readonly revision: Revision;
  readonly isCurrent: boolean;
  /** The state of a version that visitors did not see; null for others. */
  readonly hidden: string | null;
  readonly change: "edited" | "first" | "deleted" | "returned";
  readonly parts: readonly Part[];
  readonly partsBefore: readonly Part[];
}

export function HistoryPage({ frame, name, path, lines, open, most, refusal }: {
  readonly frame: Frame;
  readonly name: string;
  readonly path: string;
  readonly lines: readonly Line[];
  /** The open version's number; 0 for none. */
  readonly open: number;
  readonly most: number;
  readonly refusal?: Refusal;
}) {
  const words = HISTORY[frame.language];
  return (
    <Page frame={frame} title={words.title(isolated(name))}>
      <p class="crumbs">
        <a href={path}>{path === "/menu" ? words.backToMenu : words.back}</a>
      </p>
      <h1>
        <Isolated say={words.title} what={name} />
      </h1>
      <p class="hint">{words.hint(most)}</p>
      {refusal && refusal.kind !== "refused" && <Unsaved refusal={refusal} frame={frame} />}
      {refusal?.kind === "refused" && (
        <div class="note bad" role="alert">
          <p>
            <span aria-hidden="true">⚠</span> {words.refused}
          </p>
          <ul>
            {refusal.faults.map((fault) => (
              <li key={fault.message}>{faultOfFile(fault, frame.language)}</li>
            ))}
          </ul>
        </div>
      )}
      {lines.length === 0 && <p>{words.nothing}</p>}
      <ol class="history">
        {lines.map((line) => (
          <Version
            line={line}
            isOpen={line.revision.number === open}
            path={path}
            frame={frame}
            words={words}
          />
        ))}
      </ol>
    </Page>
  );
}

function Version({ line, isOpen, path, frame, words }: {
  readonly line: Line;
  readonly isOpen: boolean;
  readonly path: string;
  readonly frame: Frame;
  readonly words: HistoryWords;
}) {
  const { revision, isCurrent, change } = line;
  const id = `v${revision.number}`;
  const when = frame.when(revision.savedAtMs);
  const changed = changedParts(line);
  return (
    <li id={id}>
      <div class="version">
        <p>
          <time>{when}</time>,{" "}
          <strong>
            {revision.savedBy === null
              ? words.onDisk
              : <bdi>{personIn(revision.savedBy, frame.language)}</bdi>}
          </strong>{" "}
          — {change === "edited" ? summary(line, words) : words[change]}
          {line.hidden !== null && <span class="hint">· {line.hidden}</span>}
          {isCurrent && change !== "deleted" && <mark>{words.current}</mark>}
        </p>
        {changed.length > 0 && (
          <a href={isOpen ? `${path}/history#${id}` : `?open=${revision.number}#${id}`}>
            {isOpen ? words.hide : words.show}
          </a>
        )}
        {!isCurrent && revision.content !== null && (
          <form method="post" action={`${path}/history`}>
            <FormToken frame={frame} />
            <button
              type="submit"
              class="outline"
              name="restore"
              value={String(revision.number)}
              aria-label={words.restoreOf(when)}
            >
              {words.restore}
            </button>
          </form>
        )}
      </div>
      {isOpen && (
        <dl class="changes">
          {changed.map(({ label, text, before }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <Pieces pieces={diffWords(before, text)} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

function changedParts({ parts, partsBefore, change }: Line): (Part & { before: string })[] {
  if (change !== "edited") return [];
  const before = new Map(partsBefore.map((part) => [part.label, part]));
  const labels = new Set(parts.map(({ label }) => label));
  const gone = partsBefore.filter(({ label }) => !labels.has(label));
  return [...parts, ...gone.map((part) => ({ ...part, text: "" }))]
    .map((part) => ({ ...part, before: before.get(part.label)?.text ?? "" }))
    .filter((part) => part.text !== part.before);
}

/** `приветствие, 2 кнопки` */
function summary(line: Line, words: HistoryWords): string {
  const names = changedParts(line).map(({ label, text, before, isList }) => {
    if (!isList) return label.toLocaleLowerCase();
    const [now, then] = [new Set(text.split("\n")), new Set(before.split("\n"))];
    return words.buttons(Math.max(now.difference(then).size, then.difference(now).size));
  });
  return names.join(", ") || words.otherFields;
}
