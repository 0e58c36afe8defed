// A small bar chart: a profile's leads day by day, stacked by where they went.

import type { LeadCounts } from "../../lib/journal/profile_counts.ts";
import type { Language } from "../../lib/web/language.ts";
import { PROFILES } from "../words/profiles.ts";
import { day } from "./time.ts";

export interface Day {
  readonly date: Temporal.PlainDate;
  readonly counts: LeadCounts;
}

/** Where a profile's leads went, in the three heaps that the chart stacks. */
export interface Heaps {
  readonly crm: number;
  readonly chat: number;
  readonly waiting: number;
}

export function heapsOf(counts: LeadCounts): Heaps {
  return {
    crm: counts.in_crm ?? 0,
    chat: (counts.in_admin_chat ?? 0) + (counts.by_hand ?? 0),
    waiting: (counts.undelivered ?? 0) + (counts.received ?? 0),
  };
}

const STEP = 20;
const GAP = 3;
const HEIGHT = 48;
/** A day of fewer leads does not fill the chart: one lead is no peak. */
const LEAST_SCALE = 5;

/** Small in the page, as there is one for each profile: a path per heap, and a text for each day over it. */
export function Chart(
  { days, label, language }: {
    readonly days: readonly Day[];
    readonly label: string;
    readonly language: Language;
  },
) {
  const heaps = days.map(({ counts }) => heapsOf(counts));
  const scale = (HEIGHT - 2) / Math.max(LEAST_SCALE, ...heaps.map(sum));
  const paths = { none: "", crm: "", chat: "", waiting: "" };
  heaps.forEach((heap, index) => {
    const bar = (top: number, height: number) =>
      `M${index * STEP + GAP} ${top}h${STEP - 2 * GAP}v${height}h-${STEP - 2 * GAP}z`;
    let top = HEIGHT;
    for (const name of ["crm", "chat", "waiting"] as const) {
      const height = Math.round(heap[name] * scale * 10) / 10;
      if (height === 0) continue;
      top = Math.round((top - height) * 10) / 10;
      paths[name] += bar(top, height);
    }
    if (sum(heap) === 0) paths.none += bar(HEIGHT - 2, 2);
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
  const words = PROFILES[language];
  const { crm, chat, waiting } = heapsOf(counts);
  const parts = [
    ...crm > 0 ? [words.inCrm(crm)] : [],
    ...chat > 0 ? [words.inChat(chat)] : [],
    ...waiting > 0 ? [words.waiting(waiting)] : [],
  ];
  return `${day(date, language)}: ${parts.join(", ") || words.noLeads}`;
}

function sum({ crm, chat, waiting }: Heaps): number {
  return crm + chat + waiting;
}
