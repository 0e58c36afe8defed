// A small bar chart of a profile's leads by day, stacked by where they went.

import type { PlaceCounts } from "../../lib/lead.ts";
import type { Language } from "../../lib/page/language.ts";
import { PLACE_NAMES } from "../words/places.ts";
import { PROFILES } from "../words/profiles.ts";
import { day } from "./time.ts";

export interface Day {
  readonly date: Temporal.PlainDate;
  readonly counts: PlaceCounts;
}

export const STACK = [
  "in_crm",
  "by_hand",
  "in_admin_chat",
  "held",
  "blocked",
  "on_its_way",
] as const;

export function sumOf(counts: PlaceCounts): number {
  return Object.values(counts).reduce((sum, leads) => sum + leads, 0);
}

const STEP = 20;
const GAP = 3;
const HEIGHT = 48;
/** The least full scale: a single lead must not look like a peak. */
const LEAST_SCALE = 5;

/** Kept small, because there is one per profile: a path per place and a tooltip per day. */
export function Chart(
  { days, label, language }: {
    readonly days: readonly Day[];
    readonly label: string;
    readonly language: Language;
  },
) {
  const scale = (HEIGHT - 2) / Math.max(LEAST_SCALE, ...days.map(({ counts }) => sumOf(counts)));
  const paths = {
    none: "",
    in_crm: "",
    by_hand: "",
    in_admin_chat: "",
    held: "",
    blocked: "",
    on_its_way: "",
  };
  days.forEach(({ counts }, index) => {
    const bar = (top: number, height: number) =>
      `M${index * STEP + GAP} ${top}h${STEP - 2 * GAP}v${height}h-${STEP - 2 * GAP}z`;
    let top = HEIGHT;
    for (const name of STACK) {
      const height = Math.round((counts[name] ?? 0) * scale * 10) / 10;
      if (height === 0) continue;
      top = Math.round((top - height) * 10) / 10;
      paths[name] += bar(top, height);
    }
    if (sumOf(counts) === 0) paths.none += bar(HEIGHT - 2, 2);
  });
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="group"
      aria-label={label}
    >
      {Object.entries(paths).map(([name, path]) =>
        path !== "" && <path key={name} class={name} d={path} />
      )}
      {days.map((each, index) => (
        <rect role="img" x={index * STEP} width={STEP} height={HEIGHT}>
          <title>{describe(each, language)}</title>
        </rect>
      ))}
    </svg>
  );
}

function describe({ date, counts }: Day, language: Language): string {
  const parts = STACK.filter((place) => (counts[place] ?? 0) > 0)
    .map((place) => `${PLACE_NAMES[language][place]} ${counts[place]}`);
  return `${day(date, language)}: ${parts.join(", ") || PROFILES[language].noLeads}`;
}
