// The filtered list of leads as CSV. Streamed: the list is never in memory as a whole.

import type { LeadFilter, LeadPage, ListedLead } from "../lib/journal/journal.ts";
import { placeOf } from "../lib/lead.ts";
import { fullName } from "../lib/visitor_name.ts";
import type { Language } from "../lib/page/language.ts";
import { define, type WebDeps } from "../lib/page/state.ts";
import { isErased } from "./components/lead_parts.tsx";
import { filterOf, readQuery } from "./lead_query.ts";
import { LEADS } from "./words/leads.ts";
import { PLACE_NAMES } from "./words/places.ts";

/** Read in one turn: a few ms. */
const ROWS_AT_ONCE = 500;

/** Excel expects the separator of its language; other programs detect it. */
const SEPARATORS: Readonly<Record<Language, string>> = { ru: ";", en: "," };

/** Without it Excel does not recognize UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";

export const handler = define.handlers({
  GET(ctx) {
    const { deps, language } = ctx.state;
    const filter = filterOf(readQuery(ctx.url), deps.config.timeZone);
    const chunks = ReadableStream.from(linesOf(deps, filter, language));
    return new Response(chunks.pipeThrough(new TextEncoderStream()), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="leads.csv"',
      },
    });
  },
});

interface Portion extends Pick<LeadPage, "next"> {
  readonly lines: string;
}

async function* linesOf(
  { journal, config, turns }: WebDeps,
  filter: LeadFilter,
  language: Language,
): AsyncGenerator<string> {
  const words = LEADS[language];
  const line = (cells: readonly string[]) => cells.map(cell).join(SEPARATORS[language]) + "\r\n";
  const time = (atMs: number) =>
    Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(config.timeZone)
      .toPlainDateTime().toString({ smallestUnit: "second" }).replace("T", " ");
  const row = (lead: ListedLead) => [
    String(lead.number),
    time(lead.receivedAtMs),
    lead.profileName,
    lead.choice,
    isErased(lead) ? words.erasedPerson : fullName(lead.visitor),
    lead.visitor.username ?? "",
    isErased(lead) ? "" : lead.userIdText,
    PLACE_NAMES[language][placeOf(lead.state, lead.held, lead.blocked)],
    lead.closed?.by ?? "",
    lead.closed === null ? "" : time(lead.closed.atMs),
    lead.deal === null ? "" : String(lead.deal.id),
    lead.deal?.url ?? "",
    lead.source ?? "",
    lead.phone ?? "",
    lead.owner?.by ?? "",
  ];

  const portion = async (before: number): Promise<Portion> => {
    const { leads, next } = await journal.listLeads(filter, { before }, ROWS_AT_ONCE);
    return { lines: leads.map((lead) => line(row(lead))).join(""), next };
  };

  yield BYTE_ORDER_MARK + line(words.columns);
  let at: number | undefined = Number.MAX_SAFE_INTEGER;
  while (at !== undefined) {
    const before: number = at;
    // Each portion in a turn of its own: between two of them the bot does its work, and others read.
    const { lines, next } = await turns.take<Portion>(() => portion(before));
    if (lines !== "") yield lines;
    at = next;
  }
}

/** A cell that a spreadsheet neither misreads nor runs (OWASP, CSV injection). */
export function cell(text: string): string {
  const harmless = isFormula(text) ? `'${text}` : text;
  return /[;,"\r\n\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Whether a spreadsheet may take a cell for a formula. Some skip invisible characters at its start and read full-width signs. */
function isFormula(text: string): boolean {
  const [first = ""] = text.replace(/^[\p{C}\p{Z}]+/u, "");
  return /^[\t\r\n]/.test(text) || /^[=+\-@]/.test(first.normalize("NFKC"));
}
