// «Сегодня» on top of the first page: how the day goes against the same day last week, who waits, and what is wrong.

import { clockTime } from "../../lib/calendar.ts";
import type { LastAnswer } from "../../lib/journal/journal.ts";
import { type CountedDay, leadsOf } from "../../lib/page/day_counts.ts";
import type { State } from "../../lib/page/state.ts";
import type { Today as TodaySoFar } from "../../lib/page/today.ts";
import { hasDestination } from "../../lib/profiles/profile.ts";
import { TODAY, type TodayWords } from "../words/today.ts";
import { type Notice, Notices } from "./notices.tsx";
import type { Frame } from "./page.tsx";

/** The day. @param days Counted days up to today, at least eight of them. */
export function Today({ today, timeZone, days, notices, frame }: {
  readonly today: TodaySoFar;
  readonly timeZone: string;
  readonly days: readonly CountedDay[];
  readonly notices: readonly Notice[];
  readonly frame: Frame;
}) {
  const words = TODAY[frame.language];
  const { lastWeek, medianToTakeMs } = today;
  const leads = leadsOf(days.at(-1)!);
  const { cards, held } = frame.open;
  // A bot that had no leads yet a week ago has nothing to be compared with.
  const isCompared = days.slice(0, -7).some((day) => leadsOf(day) > 0);
  const clock = clockTime(lastWeek.minuteMs, lastWeek.minuteMs, timeZone);
  return (
    <section class="today" aria-labelledby="today">
      <dl>
        <div>
          <dt id="today">{words.title}</dt>
          <dd>
            <strong>{leads}</strong> {words.leads(leads)}
          </dd>
          {isCompared && (
            <dd class="hint">{words.lastWeek(lastWeek.weekday, clock, lastWeek.leads)}</dd>
          )}
        </div>
        <div class={cards > 0 ? "waiting" : undefined}>
          <dt>{words.waiting}</dt>
          <dd>
            <strong>{cards}</strong>{" "}
            {cards > 0 && <a href="/leads?state=in_admin_chat">{words.openWaiting}</a>}
          </dd>
          {cards === 0 && held === 0 && <dd class="hint">{words.noneWaiting}</dd>}
          {held > 0 && (
            <dd class="hint">
              <a href="/leads?state=held">{words.held(held)}</a>
            </dd>
          )}
        </div>
        {medianToTakeMs !== null && (
          <div>
            <dt>{words.taken}</dt>
            <dd>
              <strong>{span(medianToTakeMs, words)}</strong>
            </dd>
            <dd class="hint">{words.takenHint}</dd>
          </div>
        )}
      </dl>
      <Troubles notices={notices} words={words} />
    </section>
  );
}

/** What is wrong, or that nothing is. */
export function Troubles({ notices, words }: {
  readonly notices: readonly Notice[];
  readonly words: TodayWords;
}) {
  return notices.length === 0
    ? (
      <p class="lamp good">
        <span aria-hidden="true">●</span> {words.fine}
      </p>
    )
    : (
      <div class="troubles" role="status">
        <Notices notices={notices} />
      </div>
    );
}

/**
 * Profiles whose CRM accepted nothing since some moment, by their newest answers. What the frame says of a CRM is not said again.
 */
export async function failingCrms(
  { deps, language, failuresOf }: State,
  answers: ReadonlyMap<string, LastAnswer | undefined>,
  when: Frame["since"],
): Promise<Notice[]> {
  const words = TODAY[language];
  const told = new Set([
    ...(await deps.crmTroubles()).map(({ profile }) => profile),
    ...deps.profilesWithoutKey(),
  ]);
  const notices: Notice[] = [];
  for (const profile of deps.profiles.current().byKey.values()) {
    const { key, name } = profile;
    if (told.has(key) || !hasDestination(profile)) continue;
    const answer = answers.get(key);
    if (answer === undefined || answer.outcome === "accepted") continue;
    const failures = await failuresOf(key, answer);
    if (failures === undefined) continue;
    const { outcome, status } = answer;
    const what = outcome === "answered" ? words.failing.answered(status) : words.failing[outcome];
    const since = failures.isFirst
      ? when(failures.sinceMs)
      : words.orEarlier(when(failures.sinceMs));
    const last = failures.lastAtMs === failures.sinceMs ? null : when(failures.lastAtMs);
    notices.push({
      text: words.failingSince(name, what, since, last),
      link: { href: `/profiles/${key}`, text: words.openProfile },
    });
  }
  return notices;
}

/** `40 с`, `4 мин`, `2 ч 10 мин` */
function span(ms: number, words: TodayWords): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return words.seconds(seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return words.minutes(minutes);
  return words.hours(Math.floor(minutes / 60), minutes % 60);
}
