// The report of a bench, as JSON or as a table. Computes nothing but medians and ratios.

import { type Figure, FIGURES, type Sizes } from "./cases.ts";
import { type Measured, ratios, valuesOf } from "./measured.ts";
import { type Part, PARTS, type Parts } from "./parts.ts";
import { type Summary, summary } from "./statistics.ts";
import { judge, type Verdict } from "./wanted.ts";

export interface Report {
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly machine: {
    readonly os: string;
    readonly cores: number;
    readonly deno: string;
    /** Where a bot on Node took part. */
    readonly node: string | null;
  };
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly contestants: readonly string[];
  /** The contestant that the others are compared to: the first one. */
  readonly reference: string;
  readonly figures: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
  /** The bounds and what was measured. */
  readonly wanted: readonly Verdict[];
  /** The cost of parts of a lead's work alone. */
  readonly parts: Readonly<Partial<Record<Part, Summary>>>;
  /** Every round's own figures. */
  readonly measured: readonly Measured[];
}

/** A figure of a contestant: over the rounds, and as ratios to the reference's in the same round. */
export interface Cell extends Summary {
  readonly ratio: Summary | null;
}

/** The raw result of a bench. */
export interface Run
  extends Pick<Report, "startedAt" | "tookSeconds" | "rounds" | "sizes" | "measured"> {
  /** One for each round. */
  readonly parts: readonly Parts[];
  /** The version of Node, where a bot on it took part. */
  readonly node: string | null;
}

export function toReport({ node, ...run }: Run): Report {
  const contestants = [...new Set(run.measured.map(({ contestant }) => contestant))];
  const [reference = ""] = contestants;
  const figures = Object.fromEntries(
    (Object.keys(FIGURES) as Figure[]).map((figure) => [
      figure,
      Object.fromEntries(
        contestants.flatMap((name) => {
          const cell = toCell(run.measured, reference, name, figure);
          return cell === null ? [] : [[name, cell]];
        }),
      ),
    ]),
  );
  const machine = {
    os: `${Deno.build.os} ${Deno.build.arch}`,
    cores: navigator.hardwareConcurrency,
    deno: Deno.version.deno,
    node,
  };
  const parts = run.parts.length === 0 ? {} : Object.fromEntries(
    (Object.keys(PARTS) as Part[]).map((part) => [
      part,
      summary(run.parts.map((each) => each[part])),
    ]),
  );
  const wanted = judge(run.measured);
  return { ...run, machine, contestants, reference, figures, wanted, parts };
}

function toCell(
  measured: readonly Measured[],
  reference: string,
  name: string,
  figure: Figure,
): Cell | null {
  const own = [...valuesOf(measured, figure, name).values()];
  if (own.length === 0) return null;
  const samples = name === reference ? [] : ratios(measured, figure, name, reference);
  return { ...summary(own), ratio: samples.length === 0 ? null : summary(samples) };
}

/** The report as a table: median, the least and the most of the rounds, the median ratio to the reference. */
export function table(report: Report): string {
  const { contestants, machine, reference, sizes } = report;
  const ratioColumn = (name: string, cell: string) => name === reference ? [] : [cell];
  const head = [
    "",
    ...contestants.flatMap((name) => [name, ...ratioColumn(name, `× ${reference}`)]),
  ];
  const rows = (Object.keys(FIGURES) as Figure[]).map((figure) => {
    const { label, unit } = FIGURES[figure];
    return [
      `${label}, ${unit}`,
      ...contestants.flatMap((name) => {
        const cell = report.figures[figure]?.[name];
        return [spread(cell ?? null), ...ratioColumn(name, spread(cell?.ratio ?? null))];
      }),
    ];
  }).filter((cells) => cells.slice(1).some((cell) => cell !== ""));
  return [
    `${report.startedAt}, ${machine.os}, ${machine.cores} cores, Deno ${machine.deno}` +
    `${machine.node === null ? "" : `, Node ${machine.node}`}; ` +
    `rounds: ${report.rounds}, ${report.tookSeconds.toFixed(0)} s; ` +
    `burst: ${sizes.burst} presses; CRM deadline: ${sizes.crmTimeoutSeconds} s`,
    "Each cell: the median of the rounds, in brackets the least and the most.",
    "",
    ...aligned([head, ...rows]),
    ...wantedOf(report),
    ...partsOf(report),
  ].join("\n");
}

function wantedOf({ wanted }: Report): string[] {
  if (wanted.length === 0) return [];
  const head = ["what was wanted", "bound", "measured", "", "with the rules alone"];
  const rows = wanted.map(({ what, to, sign, bound, ratio, reached, withRulesAlone }) => [
    to === null ? what : `${what}, × ${to}`,
    `${sign} ${bound}`,
    spread(ratio),
    reached ? "✓" : "✗",
    spread(withRulesAlone),
  ]);
  return ["", ...aligned([head, ...rows])];
}

function partsOf({ parts }: Report): string[] {
  const names = Object.keys(parts) as Part[];
  if (names.length === 0) return [];
  const rows = names.map((part) => [PARTS[part], spread(parts[part] ?? null)]);
  return ["", ...aligned([["parts of a lead's work, each alone", ""], ...rows])];
}

function spread(value: Summary | null): string {
  if (value === null) return "";
  const { median, least, most } = value;
  return least === most ? short(median) : `${short(median)} (${short(least)}–${short(most)})`;
}

function short(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0))
  );
  const [head = [], ...rest] = rows;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [
    line(head),
    `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`,
    ...rest.map(line),
  ];
}
