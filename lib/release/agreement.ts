// Whether deno.json, the code and CHANGELOG.md name the same version. Reads no file.

import { isRecord } from "../foreign.ts";

/** What each says. */
export interface Sources {
  /** The text of deno.json. */
  readonly configuration: string;
  /** `VERSION` of lib/version.ts. */
  readonly version: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
}

/** A section of CHANGELOG.md such as `## 1.0.0 — 2026-11-29`. */
interface Section {
  readonly version: string;
  readonly date: string;
  readonly isEmpty: boolean;
}

/** A sentence for each disagreement that is one at any time; what is not released yet may stand under Unreleased. */
export function disagreements({ configuration, version, changelog }: Sources): string[] {
  const faults: string[] = [];
  const configured = versionIn(configuration);
  if (configured !== version) {
    faults.push(`deno.json says ${configured}, lib/version.ts says ${version}`);
  }
  if (partsOf(version) === undefined) faults.push(`lib/version.ts: ${version} is no version`);
  const { released, hasChanges } = readChangelog(changelog);
  const [newest] = released;
  if (newest === undefined) {
    if (!hasChanges) faults.push("CHANGELOG.md has neither a version nor changes");
    return faults;
  }
  if (!isOrdered(released.map((each) => each.version))) {
    faults.push("CHANGELOG.md: versions are not in descending order");
  }
  if (newest.version !== version && !(hasChanges && isOrdered([version, newest.version]))) {
    faults.push(
      `CHANGELOG.md's newest version is ${newest.version}, lib/version.ts says ${version}`,
    );
  }
  return faults;
}

/** Besides, what keeps the version from being released on a day such as `2026-11-29`. */
export function obstacles(sources: Sources, today: string): string[] {
  const { released, hasChanges } = readChangelog(sources.changelog);
  const [newest] = released;
  const faults = disagreements(sources);
  if (hasChanges) {
    faults.push(
      `CHANGELOG.md: move what is under "Unreleased" to "## ${sources.version} — ${today}"`,
    );
  }
  if (newest === undefined) faults.push("CHANGELOG.md has no version");
  else if (!isDay(newest.date)) {
    faults.push(
      `CHANGELOG.md: ${newest.version} needs a date, such as ${today}; found "${newest.date}"`,
    );
  } else if (newest.date > today) {
    faults.push(`CHANGELOG.md: ${newest.version} is dated ${newest.date}, after today, ${today}`);
  }
  if (newest?.isEmpty) faults.push(`CHANGELOG.md says nothing about ${newest.version}`);
  return faults;
}

function versionIn(configuration: string): string {
  const content: unknown = JSON.parse(configuration);
  const version = isRecord(content) ? content["version"] : undefined;
  return typeof version === "string" ? version : "no version";
}

function readChangelog(text: string): {
  readonly released: readonly Section[];
  readonly hasChanges: boolean;
} {
  const [, ...sections] = `\n${text}`.split("\n## ").map((section) => {
    const [heading = "", ...lines] = section.split("\n");
    const [version = "", date = ""] = heading.split(" — ").map((part) => part.trim());
    return { version, date, isEmpty: lines.every((line) => !line.startsWith("- ")) };
  });
  return {
    released: sections.filter(({ version }) => version !== "Unreleased"),
    hasChanges: sections.some(({ version, isEmpty }) => version === "Unreleased" && !isEmpty),
  };
}

/** The three numbers of a version (https://semver.org); undefined for anything else. */
function partsOf(version: string): readonly number[] | undefined {
  const parts = version.split(".").map((
    part,
  ) => (/^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : NaN));
  return parts.length === 3 && !parts.some(Number.isNaN) ? parts : undefined;
}

/** Whether each version is above the next. */
function isOrdered(versions: readonly string[]): boolean {
  return versions.every((version, at) => {
    const next = versions[at + 1];
    if (next === undefined) return true;
    const [own, below] = [partsOf(version), partsOf(next)];
    if (own === undefined || below === undefined) return false;
    const differs = own.findIndex((part, index) => part !== below[index]);
    return differs >= 0 && (own[differs] ?? 0) > (below[differs] ?? 0);
  });
}

function isDay(date: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date)) &&
    new Date(date).toISOString().startsWith(date);
}
