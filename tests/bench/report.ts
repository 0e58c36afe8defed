// The rounds' figures → one report, for machines and for people. Computes nothing but medians and ratios.

import { type Figure, FIGURES, type Figures, type Sizes } from "./cases.ts";
import { type Part, PARTS, type Parts } from "./parts.ts";
import { type Summary, summary } from "./statistics.ts";

/** One contestant's figures in one round. */
export interface Measured {
  readonly round: number;
  readonly contestant: string;
  readonly figures: Figures;
}

export interface Report {
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly machine: { readonly os: string; readonly cores: number; readonly deno: string };
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly contestants: readonly string[];
  readonly figures: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
  /** What parts of a lead's work cost alone. */
  readonly parts: Readonly<Partial<Record<Part, Summary>>>;
  /** Every round's own figures. */
  readonly measured: readonly Measured[];
}

/** A figure of a contestant: over the rounds, and as ratios to the floor's in the same round. */
export interface Cell extends Summary {
  readonly toFloor: Summary | null;
}

/** What a run of the bench gathered. */
export interface Run
  extends Pick<Report, "startedAt" | "tookSeconds" | "rounds" | "sizes" | "measured"> {
  /** One for each round. */
  readonly parts: readonly Parts[];
}

export function toReport(run: Run): Report {
  const contestants = [...new Set(run.measured.map(({ contestant }) => contestant))];
  const figures = Object.fromEntries(
    (Object.keys(FIGURES) as Figure[]).map((figure) => [
      figure,
      Object.fromEntries(
        contestants.flatMap((name) => {
          const cell = toCell(run.measured, name, figure);
          return cell === null ? [] : [[name, cell]];
        }),
      ),
    ]),
  );
  const machine = {
    os: `${Deno.build.os} ${Deno.build.arch}`,
    cores: navigator.hardwareConcurrency,
    deno: Deno.version.deno,
  };
  const parts = run.parts.length === 0 ? {} : Object.fromEntries(
    (Object.keys(PARTS) as Part[]).map((part) => [
      part,
      summary(run.parts.map((each) => each[part])),
    ]),
  );
  return { ...run, machine, contestants, figures, parts };
}

function toCell(measured: readonly Measured[], name: string, figure: Figure): Cell | null {
  const ofRound = (contestant: string) =>
    new Map(
      measured.filter((each) => each.contestant === contestant).flatMap(({ round, figures }) => {
        const value = figures[figure];
        return value === undefined ? [] : [[round, value] as const];
      }),
    );
  const own = ofRound(name);
  if (own.size === 0) return null;
  const floor = ofRound("floor");
  const ratios = [...own].flatMap(([round, value]) => {
    const least = floor.get(round);
    return least === undefined ? [] : [value / least];
  });
  return {
    ...summary([...own.values()]),
    toFloor: name === "floor" || ratios.length === 0 ? null : summary(ratios),
  };
}

/** The report as a table: median, the least and the most of the rounds, the median ratio to the floor. */
export function table(report: Report): string {
  const { contestants, machine, sizes } = report;
  const head = ["", ...contestants.flatMap((name) => [name, ...ratioColumn(name, "× floor")])];
  const rows = (Object.keys(FIGURES) as Figure[]).map((figure) => {
    const { label, unit } = FIGURES[figure];
    return [
      `${label}, ${unit}`,
      ...contestants.flatMap((name) => {
        const cell = report.figures[figure]?.[name];
        return [spread(cell ?? null), ...ratioColumn(name, spread(cell?.toFloor ?? null))];
      }),
    ];
  }).filter((cells) => cells.slice(1).some((cell) => cell !== ""));
  return [
    `${report.startedAt}, ${machine.os}, ${machine.cores} cores, Deno ${machine.deno}; ` +
    `rounds: ${report.rounds}, ${report.tookSeconds.toFixed(0)} s; ` +
    `burst: ${sizes.burst} presses; CRM deadline: ${sizes.crmTimeoutSeconds} s`,
    "Each cell: the median of the rounds, in brackets the least and the most.",
    "",
    ...aligned([head, ...rows]),
    "",
    ...aligned([
      ["parts of a lead's work, each alone", ""],
      ...(Object.keys(PARTS) as Part[]).map((part) => [
        PARTS[part],
        spread(report.parts[part] ?? null),
      ]),
    ]),
  ].join("\n");
}

function ratioColumn(name: string, cell: string): string[] {
  return name === "floor" ? [] : [cell];
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

function aligned(rows: readonly (readonly string[])[]): string[] {
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
