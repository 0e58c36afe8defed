// What is wrong, as lines: what, since when, and what to press. In the strip on every page, on the first one in «Сегодня».

import type { Language } from "../../lib/page/language.ts";
import type { State, Trouble } from "../../lib/page/state.ts";
import { faultOfFile } from "../words/faults.ts";
import { FRAME, type FrameWords } from "../words/frame.ts";

export interface Notice {
  readonly text: string;
  readonly link?: { readonly href: string; readonly text: string };
}

/** The lines; the container is the caller's. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  return (
    <>
      {notices.map(({ text, link }) => (
        <p>
          <span class="mark" aria-hidden="true">▲</span>
          <span>
            {text}
            {link && (
              <>
                . <a href={link.href}>{link.text}</a>
              </>
            )}
          </span>
        </p>
      ))}
    </>
  );
}

/** The troubles that every page tells, the worst first. */
export async function noticesOf(
  deps: State["deps"],
  language: Language,
  when: (atMs: number) => string,
): Promise<Notice[]> {
  const words = FRAME[language];
  const broken = deps.profiles.breakage();
  const [fault] = broken?.faults ?? [];
  return [
    ...broken === undefined || fault === undefined ? [] : [{
      text: words.brokenFile[deps.profiles.place](
        when(broken.sinceMs),
        when(broken.versionAtMs),
        faultOfFile(fault, language),
      ),
    }],
    ...onceOf(await deps.troubles()).map((trouble) => notice(trouble, deps, words, when)),
    ...await crmNotices(deps, words, when),
  ];
}

/** Of a managers' chat that the bot may not write into, that sends to it fail says nothing more. */
function onceOf(troubles: readonly Trouble[]): readonly Trouble[] {
  const unusable = new Set(
    troubles.flatMap((each) => {
      if (each.kind === "admin_chat_unusable") return [""];
      return each.kind === "profile_chat_unusable" ? [each.profiles.join()] : [];
    }),
  );
  return troubles.filter((each) => {
    if (each.kind === "profile_chat") return !unusable.has(each.profiles.join());
    return each.kind !== "admin_chat" || !unusable.has("");
  });
}

function notice(
  trouble: Trouble,
  deps: State["deps"],
  words: FrameWords,
  when: (atMs: number) => string,
): Notice {
  const since = trouble.sinceMs === undefined ? null : when(trouble.sinceMs);
  switch (trouble.kind) {
    case "database":
      return { text: words.database(since) };
    case "polling":
      return { text: words.polling(when(trouble.sinceMs)) };
    case "webhook":
      return { text: words.webhook(trouble.pending, when(trouble.sinceMs)) };
    case "answers":
      return { text: words.answers(trouble.answers, when(trouble.sinceMs)) };
    case "admin_chat_unusable":
      return { text: words.adminChatUnusable[trouble.problem](since) };
    case "admin_chat":
      return { text: words.adminChat(when(trouble.sinceMs)) };
    case "profile_chat_unusable": {
      const problem = words.profileChatProblem[trouble.problem];
      return ofProfiles(
        trouble,
        deps,
        words,
        (names) => words.profileChatUnusable(names, problem, since),
      );
    }
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
async function crmNotices(
  deps: State["deps"],
  words: FrameWords,
  when: (atMs: number) => string,
): Promise<Notice[]> {
  const linked = (profile: string, text: (name: string) => string): Notice => ({
    text: text(deps.profiles.current().byKey.get(profile)?.name ?? profile),
    link: { href: `/profiles/${profile}`, text: words.openProfile },
  });
  const troubles = await deps.crmTroubles();
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
