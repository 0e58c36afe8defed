// The first page: a card per profile, and the menu.

import { secretNamesOf } from "../lib/crm/secrets.ts";
import { menuMessage } from "../lib/visitors/menu_message.ts";
import type { Revision } from "../lib/journal/revisions.ts";
import { MENU_KEY } from "../lib/profiles/edits.ts";
import { define, type State } from "../lib/page/state.ts";
import { frameOf, Page } from "./components/page.tsx";
import { ProfileCard } from "./components/profile_card.tsx";
import { failingCrms, Today, Troubles } from "./components/today.tsx";
import { Keyboard, Message } from "./components/telegram.tsx";
import { DeletedProfiles } from "./components/deleted_profiles.tsx";
import { UndoForm } from "./components/note.tsx";
import { stateView } from "./state_view.ts";
import { newestChange } from "./undo.tsx";
import { PROFILES } from "./words/profiles.ts";
import { TODAY } from "./words/today.ts";

const DAYS = 14;

const MOST_DELETED = 30;

export const handler = define.handlers({
  GET(ctx) {
    const { deps, language } = ctx.state;
    const words = PROFILES[language];
    const frame = frameOf(ctx);
    const deleted = ctx.url.searchParams.get("deleted");
    const days = ctx.state.dayCounts(DAYS);
    const profiles = deps.profiles.current();
    const { byKey } = profiles;
    const isEmpty = days.every(({ byProfile }) => byProfile.size === 0) &&
      [...byKey.keys()].every((key) => deps.journal.countLeadsOf(key) === 0);
    const answers = new Map([...byKey.keys()].map((key) => [key, deps.journal.lastAnswer(key)]));
    const notices = [...frame.notices, ...failingCrms(ctx.state, answers, frame.since)];
    const { text, keyboard } = menuMessage(profiles, null);
    return ctx.render(
      <Page frame={frame} title={words.title} noticesInside>
        {!isEmpty && <Today state={ctx.state} days={days} notices={notices} frame={frame} />}
        {isEmpty && notices.length > 0 && (
          <section class="today">
            <Troubles notices={notices} words={TODAY[language]} />
          </section>
        )}
        <div class="title">
          <h1>{words.title}</h1>
          <a role="button" href="/new-profile">+ {words.add}</a>
        </div>
        {deleted !== null && !byKey.has(deleted) &&
          deps.journal.latestRevision(deleted) !== undefined && (
          <div class="note" role="status">
            <p>
              {words.deleted} <a href={`/profiles/${deleted}/history`}>{words.restoreDeleted}</a>
            </p>
            <UndoForm change={newestChange(ctx.state, deleted)} frame={frame} />
          </div>
        )}
        {isEmpty && <p class="greeting">{words.empty}</p>}
        <div class="cards">
          {[...byKey.values()].map((profile, index) => (
            <ProfileCard
              profile={profile}
              hasKeys={secretNamesOf(profile.crm).every((name) =>
                deps.secrets.find(name) !== undefined
              )}
              days={days.map(({ date, byProfile }) => ({
                date,
                counts: byProfile.get(profile.key) ?? {},
              }))}
              answer={answers.get(profile.key)}
              state={stateView(ctx.state, profile.key)}
              isFirst={index === 0}
              isLast={index === byKey.size - 1}
              frame={frame}
            />
          ))}
        </div>
        <DeletedProfiles
          revisions={deletedOf(ctx.state)}
          frame={frame}
        />
        <section class="menu-of-profiles">
          <div class="title">
            <h2>{words.menu}</h2>
            <a role="button" class="outline" href="/menu">{words.changeMenu}</a>
          </div>
          <p class="hint">{words.menuHint}</p>
          <div class="phone">
            <Message text={text}>
              <Keyboard keyboard={keyboard} draw={(label) => <span class="key">{label}</span>} />
            </Message>
          </div>
        </section>
      </Page>,
    );
  },
});

/** The latest versions of profiles that are neither in the file nor part of another's history. */
function deletedOf({ deps }: State): Revision[] {
  const { byKey } = deps.profiles.current();
  return deps.journal.deletedProfiles(MOST_DELETED)
    .filter(({ profile }) => profile !== MENU_KEY && !/^[_$]/.test(profile) && !byKey.has(profile));
}
