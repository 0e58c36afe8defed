// A soak's result as JSON or as a table. Computes nothing but which rows are shown.

import { aligned } from "../bench/report.ts";
import { type Gauge, GAUGES, type Sample } from "./samples.ts";
import type { Finding, Seen } from "./verdict.ts";

export interface Report extends Seen {
  readonly startedAt: string;
  readonly machine: { readonly os: string; readonly cores: number; readonly deno: string };
  readonly minutes: number;
  readonly seed: number;
  /** Messages that the managers' chat took, and refused with 429. */
  readonly managersChat: { readonly messages: number; readonly refused: number };
  readonly findings: readonly Finding[];
}

/** How many rows of samples are shown. */
const ROWS = 16;

export function table(report: Report): string {
  const { account, machine, managersChat, samples } = report;
  const { again } = account;
  const { cpuMs = NaN, presses = NaN } = samples.at(-1) ?? {};
  const cpuPerLeadMs = cpuMs / presses;
  const columns = Object.keys(GAUGES) as Gauge[];
  const head = ["minute", "presses", "CPU %", ...columns.map((gauge) => GAUGES[gauge].column)];
  const twice = Object.entries(again).map(([mark, times]) => `${mark} ${times}`).join(", ");
  return [
    `${report.startedAt}, ${machine.os}, ${machine.cores} cores, Deno ${machine.deno}; ` +
    `${report.minutes} min at ${report.rate} leads/s, seed ${report.seed}`,
    "",
    ...aligned([head, ...thinned(samples).map((sample) => row(sample, columns))]),
    "",
    `CPU per lead: ${cpuPerLeadMs.toFixed(2)} ms; messages in the managers' chat: ` +
    `${managersChat.messages}, refused as too many: ${managersChat.refused}; ` +
    `follow-ups: ${account.followUps}; said again after a lost answer: ${twice || "nothing"}`,
    "",
    ...report.findings.map(({ ok, words }) => `${ok ? "✓" : "✗"} ${words}`),
  ].join("\n");
}

function row(sample: Sample, columns: readonly Gauge[]): string[] {
  return [
    (sample.atS / 60).toFixed(1),
    String(sample.presses),
    (100 * sample.cpuShare).toFixed(1),
    ...columns.map((gauge) => gauge.endsWith("Mb") ? sample[gauge].toFixed(1) : `${sample[gauge]}`),
  ];
}

/** The first, the last, and some between them. */
function thinned(samples: readonly Sample[]): Sample[] {
  const every = Math.max(Math.ceil((samples.length - 1) / (ROWS - 1)), 1);
  return samples.filter((_, index) => index % every === 0 || index === samples.length - 1);
}
