// The list of leads: newest first, filtered, page by page.

import { type LeadPage, type ListedLead } from "../lib/journal/journal.ts";
import { mostLookedAt } from "../lib/journal/lead_list.ts";
import type { PlaceCounts } from "../lib/lead.ts";
import { define, type WebDeps } from "../lib/page/state.ts";
import { readWish, Told, type Wish } from "./components/lead_note.tsx";
import { LeadRow } from "./components/lead_row.tsx";
import { frameOf, Page } from "./components/page.tsx";
import {
  addressOf,
  currentCursor,
  filterOf,
  isFiltered,
  type LeadQuery,
  MOST_SEARCH,
  readCursor,
  readQuery,
  wholeNumber,
} from "./lead_query.ts";
import { progressOf } from "./lead.tsx";
import { Chips, countsOf } from "./lead_chips.tsx";
import { LEADS, type LeadsWords } from "./words/leads.ts";

const PER_PAGE = 50;

export const handler = define.handlers({
  async GET(ctx) {
    const { deps, language } = ctx.state;
    const words = LEADS[language];
    const query = readQuery(ctx.url);
    const cursor = readCursor(ctx.url);
    const filter = filterOf(query, deps.config.timeZone);
    const page = await deps.journal.listLeads(filter, cursor, PER_PAGE);
    const counts = await countsOf(query, deps);
    const frame = await frameOf(ctx);
    const back = addressOf(query, currentCursor(ctx.url));
    const touched = touchedLead(ctx.url);
    const leads = await withTouched(page.leads, touched?.number, deps);
    const postsOwed = await deps.journal.postsOwed(leads.map(({ number }) => number));
    const pressed = touched && {
      wish: touched.wish,
      attempt: (await deps.journal.attemptsOf(touched.number)).at(-1),
    };
    return ctx.render(
      <Page frame={frame} title={words.title}>
        <div class="title">
          <h1>{words.title}</h1>
          <a
            role="button"
            class="outline"
            href={addressOf(query, { path: "/leads.csv" })}
            title={words.csvHint}
            download
          >
            {words.csv}
          </a>
        </div>
        <Told frame={frame} />
        <Chips query={query} counts={counts} language={language} />
        <Filters
          query={query}
          profiles={await profilesOf(deps)}
          sources={await sourcesOf(query, deps)}
          words={words}
        />
        {leads.length === 0
          ? !page.cutShort && <p class="greeting">{emptyText(query, counts, words)}</p>
          : (
            <ol class="leads" aria-label={words.list}>
              {leads.map((lead) => (
                <LeadRow
                  key={lead.number}
                  lead={lead}
                  back={back}
                  {...progressOf(
                    lead,
                    touched?.number === lead.number ? pressed : undefined,
                    postsOwed.has(lead.number),
                    deps,
                  )}
                  frame={frame}
                />
              ))}
            </ol>
          )}
        <Pages page={page} query={query} url={ctx.url} words={words} />
      </Page>,
    );
  },
});

/** The lead that was pressed in the list, as the address says. */
function touchedLead(url: URL): { readonly number: number; readonly wish: Wish } | undefined {
  const wish = readWish(url);
  const number = url.searchParams.get("lead");
  return wish === undefined || number === null ? undefined : { number: wholeNumber(number), wish };
}

/** A lead that a press just moved out of the filtered list stays in its old row once more. */
async function withTouched(
  leads: readonly ListedLead[],
  touched: number | undefined,
  { journal }: WebDeps,
): Promise<readonly ListedLead[]> {
  if (touched === undefined || leads.some(({ number }) => number === touched)) return leads;
  const life = await journal.findLife(touched);
  if (life === undefined) return leads;
  return [...leads, life.lead].sort((a, b) => b.number - a.number);
}

/** The current profiles, and deleted ones that still have leads. */
async function profilesOf({ profiles, journal }: WebDeps): Promise<[key: string, name: string][]> {
  const { byKey } = profiles.current();
  const gone = (await journal.profilesWithLeads()).filter((key) => !byKey.has(key)).sort();
  return [
    ...[...byKey.values()].map(({ key, name }): [string, string] => [key, name]),
    ...gone.map((key): [string, string] => [key, key]),
  ];
}

/** Most sources that are offered; a page of any other is opened by its address. */
const MOST_SOURCES = 50;

async function sourcesOf({ source }: LeadQuery, { journal }: WebDeps): Promise<string[]> {
  const sources = (await journal.countSources(null, MOST_SOURCES)).filter(({ pressed }) =>
    pressed > 0
  )
    .map((each) => each.source);
  return source === "" || sources.includes(source) ? sources : [source, ...sources];
}

function emptyText(query: LeadQuery, counts: PlaceCounts | undefined, words: LeadsWords): string {
  if (isFiltered(query)) return words.nothing;
  if (query.state !== "" && Object.keys(counts ?? {}).length > 0) return words.nothingLeft;
  return query.state === "" ? words.empty : words.nothingLeft;
}

function Filters({ query, profiles, sources, words }: {
  readonly query: LeadQuery;
  readonly profiles: readonly (readonly [key: string, name: string])[];
  readonly sources: readonly string[];
  readonly words: LeadsWords;
}) {
  const isNarrow = [query.profile, query.source, query.from, query.to].some((each) => each !== "");
  return (
    <form class="lead-filters" method="get" action="/leads" aria-label={words.filters}>
      {query.state !== "" && <input type="hidden" name="state" value={query.state} />}
      <input
        type="search"
        name="q"
        value={query.q}
        maxLength={MOST_SEARCH}
        placeholder={words.search}
        aria-label={words.search}
      />
      <details open={isNarrow}>
        <summary role="button" class="outline">{words.filters}</summary>
        <div>
          <label>
            <span>{words.profile}</span>
            <select name="profile">
              <option value="">{words.anyProfile}</option>
              {profiles.map(([key, name]) => (
                <option value={key} selected={key === query.profile}>{name}</option>
              ))}
            </select>
          </label>
          {sources.length > 0 && (
            <label>
              <span>{words.source}</span>
              <select name="source">
                <option value="">{words.anySource}</option>
                {sources.map((each) => (
                  <option value={each} selected={each === query.source}>{each}</option>
                ))}
              </select>
            </label>
          )}
          <label>
            <span>{words.from}</span>
            <input type="date" name="from" value={query.from} />
          </label>
          <label>
            <span>{words.to}</span>
            <input type="date" name="to" value={query.to} />
          </label>
        </div>
      </details>
      <button type="submit">{words.show}</button>
      {isFiltered(query) && (
        <a href={addressOf({ ...query, profile: "", source: "", from: "", to: "", q: "" })}>
          {words.reset}
        </a>
      )}
    </form>
  );
}

function Pages({ page, query, url, words }: {
  readonly page: LeadPage;
  readonly query: LeadQuery;
  readonly url: URL;
  readonly words: LeadsWords;
}) {
  const isUp = url.searchParams.has("after");
  const isFirst = !isUp && !url.searchParams.has("before");
  const [newest, oldest] = [page.leads.at(0)?.number, page.leads.at(-1)?.number];
  const older = isUp ? oldest : page.next;
  const newer = isUp ? page.next : isFirst ? undefined : newest;
  const isLast = isUp ? url.searchParams.get("after") === "0" : page.next === undefined;
  return (
    <>
      {page.cutShort && page.next !== undefined && (
        <p class="note warning">
          {words.cutShort(mostLookedAt({ words: query.q }))}{" "}
          <a
            role="button"
            class="outline"
            href={addressOf(query, { cursor: isUp ? { after: page.next } : { before: page.next } })}
          >
            {words.lookOn}
          </a>
        </p>
      )}
      <nav class="pages" aria-label={words.pages}>
        {(isUp || !isFirst) && <a href={addressOf(query)}>« {words.newest}</a>}
        {newer !== undefined && (
          <a href={addressOf(query, { cursor: { after: newer } })} rel="prev">← {words.newer}</a>
        )}
        {older !== undefined && !isLast && (
          <a href={addressOf(query, { cursor: { before: older } })} rel="next">{words.older} →</a>
        )}
        {!isLast && <a href={addressOf(query, { cursor: { after: 0 } })}>{words.oldest} »</a>}
      </nav>
    </>
  );
}
