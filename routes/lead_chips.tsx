// Where the listed leads are: a chip for each place, with its count.

import type { ComponentChildren } from "preact";
import type { Place, PlaceCounts } from "../lib/lead.ts";
import type { Language } from "../lib/page/language.ts";
import type { WebDeps } from "../lib/page/state.ts";
import { addressOf, filterOf, type LeadQuery } from "./lead_query.ts";
import { LEADS } from "./words/leads.ts";
import { PLACE_NAMES } from "./words/places.ts";
import { PlaceMark } from "./components/place.tsx";

/** Counts by place; undefined where they would take long. */
export async function countsOf(
  query: LeadQuery,
  { journal, config: { timeZone } }: Pick<WebDeps, "journal" | "config">,
): Promise<PlaceCounts | undefined> {
  return query.q === "" ? await journal.countListed(filterOf(query, timeZone)) : undefined;
}

const CHIPS = ["on_its_way", "in_admin_chat", "held", "blocked", "in_crm", "by_hand"] as const;

/** Shown only where there are any. */
const RARE: ReadonlySet<Place> = new Set(["held", "blocked"]);

export function Chips({ query, counts, language }: {
  readonly query: LeadQuery;
  readonly counts: PlaceCounts | undefined;
  readonly language: Language;
}) {
  const words = LEADS[language];
  const all = counts && Object.values(counts).reduce((sum, leads) => sum + leads, 0);
  const chips = CHIPS.filter((place) =>
    !RARE.has(place) || query.state === place || (counts?.[place] ?? 0) > 0
  );
  return (
    <nav class="chips" aria-label={words.byState}>
      <Chip query={query} state="" count={all}>{words.all}</Chip>
      {chips.map((place) => (
        <Chip query={query} state={place} count={counts && (counts[place] ?? 0)}>
          <PlaceMark place={place} />{" "}
          {place === "blocked" ? words.blockedLeads : PLACE_NAMES[language][place]}
        </Chip>
      ))}
    </nav>
  );
}

function Chip({ query, state, count, children }: {
  readonly query: LeadQuery;
  readonly state: LeadQuery["state"];
  readonly count: number | undefined;
  readonly children: ComponentChildren;
}) {
  return (
    <a
      class="chip"
      href={addressOf({ ...query, state })}
      aria-current={query.state === state ? "page" : undefined}
    >
      {children} {count !== undefined && <span class="count">{grouped(count)}</span>}
    </a>
  );
}

/** `1 000 000`, with spaces that do not break. */
function grouped(count: number): string {
  const digits = String(count);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) {
    groups.unshift(digits.slice(Math.max(0, end - 3), end));
  }
  return groups.join("\u00a0");
}
