// The frame around every page: brand, navigation, session, current troubles.

import type { ComponentChildren } from "preact";
import type { Language } from "../../lib/page/language.ts";
import type { State, Trouble } from "../../lib/page/state.ts";
import { FORM_TOKEN } from "../../lib/page/steps.ts";
import { assets } from "../assets/assets.ts";
import { faultOfFile } from "../words/faults.ts";
import { FRAME, type FrameWords } from "../words/frame.ts";
import { moments } from "./time.ts";
import { personIn } from "../words/login.ts";

export interface Frame {
  readonly language: Language;
  readonly path: string;
  readonly who: string;
  readonly formToken: string;
  readonly notices: readonly Notice[];
  readonly when: (atMs: number) => string;
}

interface Notice {
  readonly text: string;
  readonly link?: { readonly href: string; readonly text: string };
}

export function frameOf({ state, url }: { readonly state: State; readonly url: URL }): Frame {
  const { deps, language, session, formToken } = state;
  const { timeZone } = deps.config;
  const when = moments({ language, timeZone, nowMs: deps.now() });
  const words = FRAME[language];
  const notices = [
    ...deps.troubles().map((trouble) => notice(trouble, deps, words, when)),
    ...crmNotices(deps, words, when),
  ];
  const broken = deps.profiles.breakage();
  const [fault] = broken?.faults ?? [];
  if (broken !== undefined && fault !== undefined) {
    const where = faultOfFile(fault, language);
    notices.unshift({ text: words.brokenFile(when(broken.versionAtMs), where) });
  }
  return { language, path: url.pathname, who: session.openedBy, formToken, notices, when };
}

function notice(
  trouble: Trouble,
  deps: State["deps"],
  words: FrameWords,
  when: (atMs: number) => string,
): Notice {
  switch (trouble.kind) {
    case "database":
      return { text: words.database };
    case "polling":
      return { text: words.polling(when(trouble.sinceMs)) };
    case "webhook":
      return { text: words.webhook(trouble.pending, when(trouble.sinceMs)) };
    case "answers":
      return { text: words.answers(trouble.answers, when(trouble.sinceMs)) };
    case "admin_chat_unusable":
      return { text: words.adminChatUnusable[trouble.problem] };
    case "admin_chat":
      return { text: words.adminChat(when(trouble.sinceMs)) };
    case "profile_chat_unusable":
      return ofProfiles(
        trouble,
        deps,
        words,
        (names) => words.profileChatUnusable(names, words.profileChatProblem[trouble.problem]),
      );
    case "profile_chat":
      return ofProfiles(
        trouble,
        deps,
        words,
        (names) => words.profileChat(names, when(trouble.sinceMs)),
      );
    case "undelivered":
      return {
        text: words.undelivered(trouble.leads, when(trouble.sinceMs)),
        link: { href: "/leads?state=undelivered", text: words.showLeads },
      };
    default:
      return trouble satisfies never;
  }
}

/** Profiles that a notice names. */
const MOST_NAMED = 3;

function ofProfiles(
  { profiles }: { readonly profiles: readonly string[] },
  deps: State["deps"],
  words: FrameWords,
  text: (names: string) => string,
): Notice {
  const names = profiles.map((key) => deps.profiles.current().byKey.get(key)?.name ?? key);
  const more = names.length > MOST_NAMED ? ` +${names.length - MOST_NAMED}` : "";
  return {
    text: text(names.slice(0, MOST_NAMED).join(", ") + more),
    link: { href: `/profiles/${profiles[0] ?? ""}#managers_chat_id`, text: words.openProfile },
  };
}

/** Days before its end from which a token is warned of on every page. */
const WARNED_DAYS = 7;

/** CRMs without a key, those that decline every lead, and tokens that have ended or are about to. */
function crmNotices(
  deps: State["deps"],
  words: FrameWords,
  when: (atMs: number) => string,
): Notice[] {
  const linked = (profile: string, text: (name: string) => string): Notice => ({
    text: text(deps.profiles.current().byKey.get(profile)?.name ?? profile),
    link: { href: `/profiles/${profile}`, text: words.openProfile },
  });
  const troubles = deps.crmTroubles();
  const isTroubled = (key: string) => troubles.some(({ profile }) => profile === key);
  const soonMs = deps.now() + WARNED_DAYS * 24 * 60 * 60_000;
  const ending = deps.crmTokens()
    .filter(({ endsAtMs, profiles }) => endsAtMs <= soonMs && !profiles.some(isTroubled));
  return [
    ...deps.profilesWithoutKey().map((profile) => linked(profile, words.noKey)),
    ...troubles.map(({ profile, trouble, sinceMs }) =>
      linked(profile, (name) => words.crm(name, words.crmTrouble[trouble], when(sinceMs)))
    ),
    ...ending.map(({ profiles: [profile = ""], endsAtMs }) => {
      const say = endsAtMs <= deps.now() ? words.tokenEnded : words.tokenEnds;
      return linked(profile, (name) => say(name, when(endsAtMs)));
    }),
  ];
}

/** A page behind the login. */
export function Page(
  { frame, title, children }: {
    readonly frame: Frame;
    readonly title: string;
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
            </a>
          ))}
        </nav>
        <form class="who" method="post" action="/logout">
          <FormToken frame={frame} />
          <bdi>{personIn(frame.who, frame.language)}</bdi>
          <button class="quiet" type="submit">{words.logOut}</button>
        </form>
      </header>
      {frame.notices.length > 0 && (
        <div class="strip" role="status">
          {frame.notices.map(({ text, link }) => (
            <p>
              <span class="mark" aria-hidden="true">▲</span> {text}{" "}
              {link && <a href={link.href}>{link.text}</a>}
            </p>
          ))}
        </div>
      )}
      <main id="content" tabIndex={-1}>{children}</main>
    </Document>
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
