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
const HEIGHT = 48;
/** A day of fewer leads does not fill the chart: one lead is no peak. */
const LEAST_SCALE = 5;

export function Chart(
  { days, label, language }: {
    readonly days: readonly Day[];
    readonly label: string;
    readonly language: Language;
  },
) {
  const totals = days.map(({ counts }) => sum(heapsOf(counts)));
  const scale = (HEIGHT - 2) / Math.max(LEAST_SCALE, ...totals);
  const spoken = days.filter((_, index) => totals[index] !== 0)
    .map((each) => describe(each, language));
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={[label, ...spoken].join("; ")}
    >
      {days.map((each, index) => (
        <Bar each={each} x={index * STEP} scale={scale} language={language} />
      ))}
    </svg>
  );
}

function Bar(
  { each, x, scale, language }: {
    readonly each: Day;
    readonly x: number;
    readonly scale: number;
    readonly language: Language;
  },
) {
  const { crm, chat, waiting } = heapsOf(each.counts);
  const heights = [crm, chat, waiting].map((count) => count * scale);
  let top = HEIGHT;
  return (
    <g>
      <title>{describe(each, language)}</title>
      <rect class="ground" x={x} y="0" width={STEP} height={HEIGHT} />
      {sum({ crm, chat, waiting }) === 0 &&
        <rect class="none" x={x + 3} y={HEIGHT - 2} width={STEP - 6} height="2" />}
      {heights.map((height, index) => {
        top -= height;
        return height > 0 && (
          <rect
            class={HEAP_CLASSES[index]}
            x={x + 3}
            y={top.toFixed(1)}
            width={STEP - 6}
            height={height.toFixed(1)}
          />
        );
      })}
    </g>
  );
}

const HEAP_CLASSES = ["crm", "chat", "waiting"];

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
