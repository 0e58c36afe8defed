// What the doctor finds, and how it is printed: a mark, what was looked at, one sentence. Looks at nothing.

import type { Mask } from "../../log/mask.ts";
import { oneLine } from "../../log/one_line.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly mark: "good" | "warning" | "fault" | "unknown";
  /** What was looked at, in a word or two. */
  readonly what: string;
  /** What was found; for a fault also what to do. */
  readonly text: string;
}

/** Creates the findings of one check. */
export function findingsOf(what: string) {
  return {
    good: (text: string): Finding => ({ mark: "good", what, text }),
    /** The bot works, but less well than it could. */
    warning: (text: string): Finding => ({ mark: "warning", what, text }),
    /** Something does not work. */
    fault: (text: string): Finding => ({ mark: "fault", what, text }),
    /** Could not be looked at, because of another finding. */
    unknown: (text: string): Finding => ({ mark: "unknown", what, text }),
  };
}

const MARKS: Readonly<Record<Finding["mark"], string>> = {
  good: "✓",
  warning: "▲",
  fault: "✗",
  unknown: "–",
};

/** Width of the column of names: as wide as the longest of them. */
const WIDTH = 15;

/** Longest sentence that is printed, in UTF-16 units: some reasons of a system name all that a certificate is for. */
const MOST_SHOWN = 400;

/** A finding as one line, without secrets. */
export function findingLine({ mark, what, text }: Finding, mask: Mask): string {
  const shown = oneLine(mask.apply(text));
  const cut = shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}…` : shown;
  return `${MARKS[mark]} ${what.padEnd(WIDTH)} ${cut}`;
}

/** The last line. */
export function summaryLine(findings: readonly Finding[]): string {
  const count = (mark: Finding["mark"]) => findings.filter((each) => each.mark === mark).length;
  const [faults, warnings, unknown] = [count("fault"), count("warning"), count("unknown")];
  const rest = [
    ...(warnings > 0 ? [`предупреждений ▲: ${warnings}`] : []),
    ...(unknown > 0 ? [`не проверено –: ${unknown}`] : []),
  ];
  return [faults > 0 ? `Ошибок ✗: ${faults}` : "Ошибок нет", ...rest].join(", ");
}

/** Most findings of one kind that are printed. */
const MOST = 20;

/** The first of many findings, and how many there are more. */
export function shortened(findings: readonly Finding[]): readonly Finding[] {
  const [first] = findings;
  if (findings.length <= MOST || first === undefined) return findings;
  const worst = findings.some(({ mark }) => mark === "fault") ? "fault" : first.mark;
  const left = findings.length - MOST;
  return [...findings.slice(0, MOST), { ...first, mark: worst, text: `и ещё таких: ${left}` }];
}
