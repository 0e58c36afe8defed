// A profile's card in the list: status, where its leads went, link, actions.

import type { LastAnswer } from "../../lib/journal/profile_counts.ts";
import type { Place } from "../../lib/lead.ts";
import { lastAnswerWords } from "../../lib/managers/status_text.ts";
import { hasDestination, type Profile } from "../../lib/profiles/profile.ts";
import type { Language } from "../../lib/page/language.ts";
import { PROFILE_STATE } from "../words/profile_state.ts";
import { PROFILES, type ProfilesWords } from "../words/profiles.ts";
import { Chart, type Day, STACK, sumOf } from "./chart.tsx";
import { DeepLink } from "./deep_link.tsx";
import { isolated } from "./isolated.tsx";
import { FormToken, type Frame } from "./page.tsx";
import { PlaceName } from "./place.tsx";
import { StateLine, type StateView } from "./state_line.tsx";
import { duration } from "./time.ts";

export function ProfileCard({ profile, hasKeys, days, answer, state, isFirst, isLast, frame }: {
  readonly profile: Profile;
  /** Whether every secret that it refers to is there. */
  readonly hasKeys: boolean;
  readonly days: readonly Day[];
  readonly answer: LastAnswer | undefined;
  readonly state: StateView;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly frame: Frame;
}) {
  const { language } = frame;
  const words = PROFILES[language];
  const { key, name } = profile;
  const path = `/profiles/${key}`;
  return (
    <article class="card" id={key}>
      <h2>
        <a href={path} dir="auto">{name}</a>
      </h2>
      <StateLine view={state} frame={frame} />
      <Health profile={profile} hasKeys={hasKeys} answer={answer} frame={frame} />
      <Fates days={days} words={words} language={language} />
      <DeepLink link={state.link} name={name} path={path} file={key} words={words} />
      <div class="actions">
        <a role="button" href={path}>{words.change}</a>
        <details class="dropdown">
          <summary role="button" class="outline">{words.more}</summary>
          <ul>
            <li>
              <a href={`/new-profile?from=${key}`}>{words.duplicate}</a>
            </li>
            <li>
              <a href={`${path}/rename`}>{words.rename}</a>
            </li>
            <li>
              <a href={`${path}/history`}>{words.history}</a>
            </li>
            <li>
              <a href={`${path}/sources`}>{words.sources}</a>
            </li>
            {profile.state === "live" && (
              <li>
                <a href={`${path}/pause`}>{PROFILE_STATE[language].pause}</a>
              </li>
            )}
            <li>
              <a href={`${path}/delete`}>{words.remove}</a>
            </li>
          </ul>
        </details>
        <form method="post" action={`${path}/move`} class="order">
          <FormToken frame={frame} />
          <button
            type="submit"
            name="do"
            value="up"
            disabled={isFirst}
            aria-label={`${words.moveUp}: ${isolated(name)}`}
          >
            ↑
          </button>
          <button
            type="submit"
            name="do"
            value="down"
            disabled={isLast}
            aria-label={`${words.moveDown}: ${isolated(name)}`}
          >
            ↓
          </button>
        </form>
      </div>
    </article>
  );
}

function Health({ profile, hasKeys, answer, frame }: {
  readonly profile: Profile;
  readonly hasKeys: boolean;
  readonly answer: LastAnswer | undefined;
  readonly frame: Frame;
}) {
  const words = PROFILES[frame.language];
  const { crm, webhook } = profile;
  if (crm?.kind === "faulty") return <Lamp light="bad" text={words.badCrm} />;
  if (!hasKeys) return <Lamp light="bad" text={words.noKey} />;
  if (!hasDestination(profile)) {
    return webhook === null
      ? <Lamp light="warning" text={words.noWebhook} />
      : <Lamp light="bad" text={words.badWebhook} />;
  }
  if (answer === undefined) return <Lamp light="quiet" text={words.notAsked} />;
  const { when, language } = frame;
  const text = lastAnswerWords(answer, words, when, (ms) => duration(ms, language));
  return <Lamp light={answer.outcome === "accepted" ? "good" : "bad"} text={text} />;
}

const SIGNS = { good: "●", warning: "▲", bad: "▲", quiet: "○" } as const;

function Lamp({ light, text }: { readonly light: keyof typeof SIGNS; readonly text: string }) {
  return (
    <p class={`lamp ${light}`}>
      <span aria-hidden="true">{SIGNS[light]}</span> {text}
    </p>
  );
}

function Fates({ days, words, language }: {
  readonly days: readonly Day[];
  readonly words: ProfilesWords;
  readonly language: Language;
}) {
  const total: Partial<Record<Place, number>> = {};
  for (const { counts } of days) {
    for (const place of STACK) total[place] = (total[place] ?? 0) + (counts[place] ?? 0);
  }
  const all = sumOf(total);
  const label = words.days(days.length, all);
  return (
    <div class="fates">
      <Chart days={days} label={label} language={language} />
      <p>
        <strong>{label}</strong>
      </p>
      {all > 0 && (
        <p class="legend">
          {STACK.filter((place) => place === "in_crm" || (total[place] ?? 0) > 0).map((place) => (
            <PlaceName place={place} leads={total[place] ?? 0} language={language} />
          ))}
        </p>
      )}
    </div>
  );
}
