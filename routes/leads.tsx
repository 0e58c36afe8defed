// The list of leads: newest first, filtered, page by page.

import { type LeadPage, type ListedLead } from "../lib/journal.ts";
import { mostLookedAt } from "../lib/journal/lead_list.ts";
import type { LeadCounts } from "../lib/journal/profile_counts.ts";
import { define, type WebDeps } from "../lib/web/state.ts";
import {
  DoneNote,
  isErased,
  isOpen,
  LeadActions,
  nameOf,
  StateLamp,
} from "./components/lead_parts.tsx";
import { type Frame, frameOf, Page } from "./components/page.tsx";
import {
  addressOf,
  filterOf,
  isFiltered,
  type LeadQuery,
  LISTED_STATES,
  MOST_SEARCH,
  readCursor,
  readQuery,
} from "./lead_query.ts";
import { LEADS, type LeadsWords } from "./words/leads.ts";

const PER_PAGE = 50;

export const handler = define.handlers({
  GET(ctx) {
    const { deps, language } = ctx.state;
    const words = LEADS[language];
    const query = readQuery(ctx.url);
    const cursor = readCursor(ctx.url);
    const filter = filterOf(query, deps.config.timeZone);
    const page = deps.journal.listLeads(filter, cursor, PER_PAGE);
    const counts = query.q === "" ? deps.journal.countListed(filter) : undefined;
    const frame = frameOf(ctx);
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
        <DoneNote done={ctx.url.searchParams.get("done")} words={words} />
        <Chips query={query} counts={counts} words={words} />
        <Filters query={query} profiles={profilesOf(deps)} words={words} />
        {page.leads.length === 0
          ? !page.cutShort && <p class="greeting">{emptyText(query, counts, words)}</p>
          : (
            <ol class="leads" aria-label={words.list}>
              {page.leads.map((lead) => (
                <Row key={lead.number} lead={lead} query={query} frame={frame} />
              ))}
            </ol>
          )}
        <Pages page={page} query={query} url={ctx.url} words={words} />
      </Page>,
    );
  },
});

/** The profiles there are, and those whose leads outlived them. */
function profilesOf({ profiles, journal }: WebDeps): [key: string, name: string][] {
  const { byKey } = profiles.current();
  const gone = journal.profilesWithLeads().filter((key) => !byKey.has(key)).sort();
  return [
    ...[...byKey.values()].map(({ key, name }): [string, string] => [key, name]),
    ...gone.map((key): [string, string] => [key, key]),
  ];
}

function emptyText(query: LeadQuery, counts: LeadCounts | undefined, words: LeadsWords): string {
  if (isFiltered(query)) return words.nothing;
  if (query.state !== "" && Object.keys(counts ?? {}).length > 0) return words.nothingLeft;
  return query.state === "" ? words.empty : words.nothingLeft;
}

function Chips({ query, counts, words }: {
  readonly query: LeadQuery;
  readonly counts: LeadCounts | undefined;
  readonly words: LeadsWords;
}) {
  const all = counts && Object.values(counts).reduce((sum, leads) => sum + leads, 0);
  return (
    <nav class="chips" aria-label={words.byState}>
      <Chip query={query} state="" text={words.all} count={all} />
      {LISTED_STATES.map((state) => (
        <Chip
          query={query}
          state={state}
          text={words.chips[state]}
          count={counts && (counts[state] ?? 0)}
        />
      ))}
    </nav>
  );
}

function Chip({ query, state, text, count }: {
  readonly query: LeadQuery;
  readonly state: LeadQuery["state"];
  readonly text: string;
  readonly count: number | undefined;
}) {
  return (
    <a
      class={`chip ${state}`}
      href={addressOf({ ...query, state })}
      aria-current={query.state === state ? "page" : undefined}
    >
      {text} {count !== undefined && <span class="count">{grouped(count)}</span>}
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

function Filters({ query, profiles, words }: {
  readonly query: LeadQuery;
  readonly profiles: readonly (readonly [key: string, name: string])[];
  readonly words: LeadsWords;
}) {
  const isNarrow = query.profile !== "" || query.from !== "" || query.to !== "";
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
        <a href={addressOf({ ...query, profile: "", from: "", to: "", q: "" })}>{words.reset}</a>
      )}
    </form>
  );
}

function Row({ lead, query, frame }: {
  readonly lead: ListedLead;
  readonly query: LeadQuery;
  readonly frame: Frame;
}) {
  const words = LEADS[frame.language];
  const { username, userId } = lead.visitor;
  return (
    <li class={lead.state}>
      <time datetime={new Date(lead.receivedAtMs).toISOString()}>
        {frame.when(lead.receivedAtMs)}
      </time>
      <a class="person" href={`/leads/${lead.number}`}>
        {nameOf(lead, words)}
        {!isErased(lead) && <small>{username === null ? `id ${userId}` : `@${username}`}</small>}
      </a>
      <span class="choice">{lead.choice}</span>
      <span class="profile">{lead.profileName}</span>
      <StateLamp state={lead.state} words={words} />
      {isOpen(lead) && <LeadActions lead={lead} frame={frame} back={addressOf(query)} small />}
    </li>
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
