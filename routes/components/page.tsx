// The frame around every page: brand, navigation, session, current troubles.

import type { ComponentChildren } from "preact";
import type { Language } from "../../lib/page/language.ts";
import type { State } from "../../lib/page/state.ts";
import type { ProfilePlace } from "../../lib/profiles/fault_lines.ts";
import { FORM_TOKEN } from "../../lib/page/steps.ts";
import { VERSION } from "../../lib/version.ts";
import { assets } from "../assets/assets.ts";
import { FRAME } from "../words/frame.ts";
import { type Notice, Notices, noticesOf } from "./notices.tsx";
import { moments } from "./time.ts";
import { personIn } from "../words/login.ts";

export interface Frame {
  readonly language: Language;
  /** Where the profiles are kept. */
  readonly place: ProfilePlace;
  readonly path: string;
  readonly who: string;
  readonly formToken: string;
  readonly notices: readonly Notice[];
  /** Leads that wait for a manager. */
  readonly open: Awaited<ReturnType<State["deps"]["journal"]["countOpen"]>>;
  readonly when: (atMs: number) => string;
  /** The same after a word such as «с». */
  readonly since: (atMs: number) => string;
}

export async function frameOf(
  { state, url }: { readonly state: State; readonly url: URL },
): Promise<Frame> {
  const { deps, language, session, formToken } = state;
  const { timeZone } = deps.config;
  const clock = { language, timeZone, nowMs: deps.now() };
  const when = moments(clock);
  const since = moments({ ...clock, namesYesterday: false });
  return {
    language,
    place: deps.profiles.place,
    path: url.pathname,
    who: session.openedBy,
    formToken,
    notices: await noticesOf(deps, language, since),
    open: await deps.journal.countOpen(),
    when,
    since,
  };
}

/** A page behind the login. */
export function Page(
  { frame, title, noticesInside = false, children }: {
    readonly frame: Frame;
    readonly title: string;
    /** Whether the page itself says what is wrong. */
    readonly noticesInside?: boolean;
    readonly children: ComponentChildren;
  },
) {
  const words = FRAME[frame.language];
  return (
    <Document language={frame.language} title={title}>
      <a class="skip" href="#content">{words.skip}</a>
      <header class="frame">
        <a class="brand" href="/">{words.brand}</a>
        <nav class="places" aria-label={words.places}>
          {PLACES.map((place) => (
            <a href={place.href} aria-current={isIn(place, frame.path) ? "page" : undefined}>
              <PlaceIcon name={place.name} />
              {words[place.name]}
              {place.name === "leads" && <OpenBadge frame={frame} />}
            </a>
          ))}
        </nav>
        <form class="who" method="post" action="/logout">
          <FormToken frame={frame} />
          <bdi>{personIn(frame.who, frame.language)}</bdi>
          <button class="quiet" type="submit">{words.logOut}</button>
        </form>
      </header>
      {!noticesInside && frame.notices.length > 0 && (
        <div class="strip" role="status">
          <Notices notices={frame.notices} />
        </div>
      )}
      <main id="content" tabIndex={-1}>{children}</main>
      <footer class="foot">{`${words.brand} ${VERSION}`}</footer>
    </Document>
  );
}

/** Above this the badge says only that there are more. */
const MOST_IN_BADGE = 999;

/** How many cards are open; empty where there is none, so that the script can fill it. */
export function OpenBadge({ frame: { open: { cards }, language } }: {
  readonly frame: Pick<Frame, "open" | "language">;
}) {
  return (
    <span id="open-cards" class="badge">
      {cards > 0 && (
        <>
          <span aria-hidden="true">
            {cards > MOST_IN_BADGE ? `${MOST_IN_BADGE}+` : cards}
          </span>
          <span class="visually-hidden">{FRAME[language].openCards(cards)}</span>
        </>
      )}
    </span>
  );
}

/** A page without a session: login and errors. */
export function BarePage(
  { language, title, children }: {
    readonly language: Language;
    readonly title: string;
    readonly children: ComponentChildren;
  },
) {
  return (
    <Document language={language} title={title}>
      <main class="bare" id="content">
        <p class="brand">{FRAME[language].brand}</p>
        {children}
      </main>
    </Document>
  );
}

/** Part of every form: proves that the form came from this session's page. */
export function FormToken({ frame }: { readonly frame: Pick<Frame, "formToken"> }) {
  return <input type="hidden" name={FORM_TOKEN} value={frame.formToken} />;
}

const PLACES = [
  { name: "profiles", href: "/", under: "/profiles" },
  { name: "leads", href: "/leads", under: "/leads" },
  { name: "menu", href: "/menu", under: "/menu" },
  { name: "sessions", href: "/sessions", under: "/sessions" },
] as const;

type Place = typeof PLACES[number];

function isIn({ href, under }: Place, path: string): boolean {
  return path === href || path === under || path.startsWith(`${under}/`);
}

const PLACE_ICONS: Readonly<Record<Place["name"], string>> = {
  profiles: "M3 4h6v6H3zM11 4h6v6h-6zM3 12h6v4H3zM11 12h6v4h-6z",
  leads: "M3 4h14v9H8l-4 4v-4H3z",
  menu: "M3 5h14v2H3zM3 9h14v2H3zM3 13h14v2H3z",
  sessions: "M7 3a3 3 0 1 0 .01 0zM1 17c0-4 2-7 6-7s6 3 6 7zM13 8h3V5l4 4.5L16 14v-3h-3z",
};

function PlaceIcon({ name }: { readonly name: Place["name"] }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={PLACE_ICONS[name]} fill="currentColor" />
    </svg>
  );
}

function Document(
  { language, title, children }: {
    readonly language: Language;
    readonly title: string;
    readonly children: ComponentChildren;
  },
) {
  const { style, script, icon } = assets();
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {/* With the header's no-referrer, browsers would send "Origin: null" with our forms. */}
        <meta name="referrer" content="same-origin" />
        <title>{`${title} · ${FRAME[language].brand}`}</title>
        <link rel="icon" href={icon.path} type="image/svg+xml" />
        <link rel="stylesheet" href={style.path} />
        <script type="module" src={script.path} />
      </head>
      <body>{children}</body>
    </html>
  );
}
