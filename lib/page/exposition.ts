// The Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats/). Knows no metric.

import type { HistogramReading } from "../histogram.ts";

/** A metric and its samples; labels must differ from sample to sample. */
export type Metric = NumberMetric | HistogramMetric;

export interface NumberMetric extends Described {
  readonly type: "gauge" | "counter";
  readonly samples: readonly Sample[];
}

export interface HistogramMetric extends Described {
  readonly type: "histogram";
  readonly samples: readonly HistogramSample[];
}

interface Described {
  readonly name: string;
  readonly help: string;
}

type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export interface HistogramSample {
  /** Without `le`. */
  readonly labels?: Labels;
  readonly reading: HistogramReading;
}

/** The content type of the format. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** One block per metric; metrics without samples are left out. */
export function exposition(metrics: readonly Metric[]): string {
  return metrics.filter(({ samples }) => samples.length > 0).map((metric) => {
    const { name, help, type } = metric;
    const lines = metric.type === "histogram"
      ? metric.samples.flatMap((sample) => histogramLines(name, sample))
      : metric.samples.map(({ labels, value }) => line(name, labels, value));
    const head = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`];
    return [...head, ...lines, ""].join("\n");
  }).join("");
}

/** Buckets count what is at most their bound, the last one everything. */
function histogramLines(
  name: string,
  { labels, reading: { bounds, upTo, count, sum } }: HistogramSample,
): string[] {
  const bucket = (bound: string, values: number) =>
    line(`${name}_bucket`, { ...labels, le: bound }, values);
  return [
    ...bounds.map((bound, at) => bucket(String(bound), upTo[at] ?? 0)),
    bucket("+Inf", count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Labels = {}, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
