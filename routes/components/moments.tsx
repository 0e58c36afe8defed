// The timeline of a lead, from the press to the manager who entered it.

import type { ComponentChildren } from "preact";
import type { LeadLife, Turn } from "../../lib/journal/journal.ts";
import type { AttemptRecord, Deal } from "../../lib/lead.ts";
import { messageLink } from "../../lib/message_link.ts";
import type { Language } from "../../lib/page/language.ts";
import { LEADS } from "../words/leads.ts";
import { MOMENTS, type MomentWords } from "../words/lead_moments.ts";
import { PHONE } from "../words/phone.ts";
import { Isolated } from "./isolated.tsx";
import { DealLink } from "./lead_parts.tsx";
import type { Frame } from "./page.tsx";
import { day, duration } from "./time.ts";
import { personIn } from "../words/login.ts";

interface Moment {
  /** Null if it has not happened yet. */
  readonly atMs: number | null;
  readonly light: "good" | "warning" | "bad" | "quiet";
  readonly text: ComponentChildren;
  /** Quoted text of the CRM. */
  readonly quote?: string | null;
}

export function Moments({ life, attempts, turns, timeZone, frame }: {
  readonly life: LeadLife;
  readonly attempts: readonly AttemptRecord[];
  /** What managers did with it. */
  readonly turns: readonly Turn[];
  readonly timeZone: string;
  readonly frame: Frame;
}) {
  const { language } = frame;
  const words = MOMENTS[language];
  const moments = momentsOf(life, attempts, turns, frame, words);
  let shownDay = "";
  return (
    <ol class="moments">
      {moments.map(({ atMs, light, text, quote }) => {
        const at = atMs === null ? null : zoned(atMs, timeZone);
        const date = at === null ? "" : day(at.toPlainDate(), language);
        const isNewDay = at !== null && date !== shownDay;
        if (isNewDay) shownDay = date;
        return (
          <li class={light}>
            {at === null
              ? <span class="clock">…</span>
              : (
                <time class="clock" datetime={at.toInstant().toString()}>
                  {isNewDay && <small>{date}</small>} {clock(at, language)}
                </time>
              )}
            <div>
              <p>{text}</p>
              {quote && <samp dir="auto">{quote}</samp>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function momentsOf(
  life: LeadLife,
  attempts: readonly AttemptRecord[],
  turns: readonly Turn[],
  frame: Frame,
  words: MomentWords,
): Moment[] {
  const { lead, phoneUntilMs, confirmedAtMs, cardShownAtMs, alertedAtMs, owed, notes, repeats } =
    life;
  const happened: Moment[] = [
    {
      atMs: lead.receivedAtMs,
      light: "good",
      text: <Isolated say={words.received} what={lead.choice} />,
    },
  ];
  const expected: Moment[] = [];
  if (confirmedAtMs !== null) {
    happened.push({ atMs: confirmedAtMs, light: "good", text: words.confirmed });
  } else if (owed.includes("confirmation")) {
    expected.push({ atMs: null, light: "warning", text: words.confirming });
  }
  if (lead.held) {
    const text = lead.blocked ? words.heldByBlock : words.held;
    happened.push({ atMs: lead.receivedAtMs, light: "warning", text });
  }
  if (repeats !== undefined) {
    happened.push({ atMs: repeats.lastAtMs, light: "quiet", text: words.repeated(repeats.times) });
  }
  for (const each of attempts) happened.push(attemptMoment(each, lead.deal, frame.language, words));
  if (phoneUntilMs !== null) {
    const text = PHONE[frame.language].waiting(frame.when(phoneUntilMs));
    expected.push({ atMs: null, light: "quiet", text });
  }
  if (owed.includes("post") && attempts.length > 0 && attempts.at(-1)?.endedAtMs !== null) {
    expected.push({ atMs: null, light: "quiet", text: words.postOwed });
  }
  if (alertedAtMs !== null) happened.push({ atMs: alertedAtMs, light: "bad", text: words.alerted });
  if (cardShownAtMs !== null) {
    const href = lead.card === null ? undefined : messageLink(lead.card);
    const link = href === undefined ? null : <a href={href}>{words.openCard}</a>;
    const text = <>{words.cardShown} {link}</>;
    happened.push({ atMs: cardShownAtMs, light: "warning", text });
  } else if (owed.includes("card")) {
    expected.push({ atMs: null, light: "bad", text: words.cardOwed });
  }
  if (notes.owed > 0) {
    expected.push({ atMs: null, light: "quiet", text: words.notesOwed(notes.owed) });
  }
  if (notes.givenUp > 0) {
    expected.push({ atMs: null, light: "bad", text: words.notesGivenUp(notes.givenUp) });
  }
  for (const each of turns) happened.push(turnMoment(each, frame.language, words));
  if (lead.closed !== null) {
    const { atMs } = lead.closed;
    const by = personIn(lead.closed.by, frame.language);
    happened.push({ atMs, light: "good", text: <Isolated say={words.closed} what={by} /> });
  }
  happened.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  return [...happened, ...expected];
}

function turnMoment(
  { kind, by, before, atMs }: Turn,
  language: Language,
  words: MomentWords,
): Moment {
  const text = (
    <>
      <Isolated say={words.turns[kind]} what={personIn(by, language)} />
      {before !== null && (
        <>
          {" "}
          <Isolated
            say={words.turnBefore[kind === "returned" ? "closed" : "had"]}
            what={personIn(before, language)}
          />
        </>
      )}
    </>
  );
  return { atMs, light: kind === "returned" ? "warning" : "quiet", text };
}

function attemptMoment(
  { begunAtMs, endedAtMs, outcome, status, reason, askedBy }: AttemptRecord,
  deal: Deal | null,
  language: Language,
  words: MomentWords,
): Moment {
  const who = askedBy === null
    ? words.attempt(null)
    : <Isolated say={words.attempt} what={personIn(askedBy, language)} />;
  if (outcome === null || endedAtMs === null) {
    return { atMs: begunAtMs, light: "quiet", text: <>{who}: {words.sending}</> };
  }
  const took = duration(endedAtMs - begunAtMs, language);
  const light = outcome === "accepted" ? "good" : "bad";
  if (outcome === "timeout") {
    return { atMs: endedAtMs, light, text: <>{who}: {words.outcomes.timeout} {took}</> };
  }
  const what = outcome === "accepted" && deal !== null
    ? (
      <>
        {words.dealMade} <DealLink deal={deal} words={LEADS[language]} />
      </>
    )
    : whatOf(outcome, status, words);
  return { atMs: endedAtMs, light, text: <>{who}: {what} · {took}</>, quote: reason };
}

function whatOf(
  outcome: NonNullable<AttemptRecord["outcome"]>,
  status: number | null,
  words: MomentWords,
): string {
  if (outcome === "answered") return `${words.outcomes.answered} ${status}`;
  if (outcome === "interrupted" && status !== null) return words.doubtfulAnswer(status);
  return words.outcomes[outcome];
}

function zoned(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
}

/** `12:04:01,2` */
function clock(at: Temporal.ZonedDateTime, language: Language): string {
  const time = at.toPlainTime().toString({ fractionalSecondDigits: 1, roundingMode: "trunc" });
  return language === "ru" ? time.replace(".", ",") : time;
}
