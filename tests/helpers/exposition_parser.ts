// Reads the Prometheus text format and refuses whatever its definition does not allow
// (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4).

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];

/** Reads an exposition. @throws {SyntaxError} With the line that is not one. */
export function parseExposition(text: string): Family[] {
  if (text !== "" && !text.endsWith("\n")) throw new SyntaxError("The last line has no end");
  const families: Family[] = [];
  let help: { readonly name: string; readonly text: string } | undefined;
  for (const line of text.split("\n").slice(0, -1)) {
    const refuse = (why: string): never => {
      throw new SyntaxError(`${why}: ${line}`);
    };
    if (line.startsWith("# HELP ")) {
      const [, name = "", said = ""] = /^# HELP (\S+) (.+)$/.exec(line) ?? refuse("No help");
      if (/\\(?![\\n])/.test(said.replaceAll("\\\\", ""))) refuse("Bad escape");
      if (families.some((family) => family.name === name)) refuse("Second family of a name");
      if (help !== undefined) refuse("A family without a type comes before");
      help = { name, text: said };
    } else if (line.startsWith("# TYPE ")) {
      const [, name = "", type = ""] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? refuse("No type");
      if (help?.name !== name) refuse("No help before the type");
      if (!NAME.test(name)) refuse("Bad name");
      if (!TYPES.includes(type)) refuse("Unknown type");
      families.push({ name, help: help?.text ?? "", type, samples: [] });
      help = undefined;
    } else if (line.startsWith("#") || line.trim() === "") {
      refuse("Neither help, type nor sample");
    } else {
      const family = families.at(-1);
      if (family === undefined || help !== undefined) return refuse("A sample without its family");
      const sample = parseSample(line, refuse);
      if (!namesOf(family).includes(sample.name)) refuse("A sample of another family");
      if (family.samples.some((each) => isSame(each, sample))) refuse("The same sample twice");
      family.samples.push(sample);
    }
  }
  for (const family of families) checkFamily(family);
  return families;
}

function parseSample(line: string, refuse: (why: string) => never): ParsedSample {
  const name = /^[^{ ]*/.exec(line)?.[0] ?? "";
  if (!NAME.test(name)) refuse("Bad name");
  const labels = new Map<string, string>();
  let rest = line.slice(name.length);
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const [all = "", label = "", text = ""] =
        /^([^=]*)="((?:[^"\\]|\\["\\n])*)"(?:,(?!\})|(?=\}))/.exec(rest) ?? refuse("Bad label");
      if (!LABEL.test(label) || label.startsWith("__")) refuse("Bad label name");
      if (labels.has(label)) refuse("The same label twice");
      labels.set(label, text.replace(/\\(.)/g, (_, each) => each === "n" ? "\n" : each));
      rest = rest.slice(all.length);
    }
    rest = rest.slice(1);
  }
  const [, number = ""] = /^ ([+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/.exec(rest) ??
    refuse("Bad value");
  return { name, labels, value: numberIn(number) };
}

function numberIn(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

function isSame(a: ParsedSample, b: ParsedSample): boolean {
  return a.name === b.name && labelsText(a.labels) === labelsText(b.labels);
}

function labelsText(labels: ReadonlyMap<string, string>): string {
  return JSON.stringify([...labels].toSorted());
}

function namesOf({ name, type }: Family): string[] {
  return type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

function checkFamily(family: Family): void {
  const { name, type, samples } = family;
  const refuse = (why: string): never => {
    throw new SyntaxError(`${why}: ${name}`);
  };
  if (samples.length === 0) refuse("No samples");
  if (type === "counter") {
    if (!name.endsWith("_total")) refuse("A counter that does not end in _total");
    if (samples.some(({ value }) => !(value >= 0))) refuse("A counter below zero");
  }
  if (type === "histogram") checkHistogram(family, refuse);
}

function checkHistogram({ name, samples }: Family, refuse: (why: string) => never): void {
  const groups = Map.groupBy(samples, ({ labels }) => {
    const others = new Map(labels);
    others.delete("le");
    return labelsText(others);
  });
  for (const group of groups.values()) {
    const buckets = group.filter((each) => each.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => numberIn(labels.get("le") ?? "NaN"));
    if (bounds.some((bound, at) => !(bound > (bounds[at - 1] ?? -Infinity)))) refuse("Bad bounds");
    if (bounds.at(-1) !== Infinity) refuse("No last bucket");
    const counts = buckets.map(({ value }) => value);
    if (counts.some((count, at) => count < (counts[at - 1] ?? 0))) refuse("Buckets that shrink");
    const [count, ...more] = group.filter((each) => each.name === `${name}_count`);
    if (count?.value !== counts.at(-1) || more.length > 0) refuse("Another count than the buckets");
    if (group.filter((each) => each.name === `${name}_sum`).length !== 1) refuse("No sum");
  }
}
