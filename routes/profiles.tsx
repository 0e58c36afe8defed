// The first page: a card per profile, and the menu.

import { secretNamesOf } from "../lib/crm/secrets.ts";
import { menuMessage } from "../lib/visitors/menu_message.ts";
import type { Journal } from "../lib/journal/journal.ts";
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
  async GET(ctx) {
    const { deps, language } = ctx.state;
    const words = PROFILES[language];
    const frame = await frameOf(ctx);
    const deleted = ctx.url.searchParams.get("deleted");
    const days = await ctx.state.dayCounts(DAYS);
    const profiles = deps.profiles.current();
    const { byKey } = profiles;
    const isEmpty = days.every(({ byProfile }) => byProfile.size === 0) &&
      !await hasAnyLead(deps.journal, byKey.keys());
    const answers = new Map(
      await Promise.all(
        [...byKey.keys()].map(async (key) => [key, await deps.journal.lastAnswer(key)] as const),
      ),
    );
    const notices = [...frame.notices, ...await failingCrms(ctx.state, answers, frame.since)];
    const { text, keyboard } = menuMessage(profiles, null);
    return ctx.render(
      <Page frame={frame} title={words.title} noticesInside>
        {!isEmpty && (
          <Today
            today={await ctx.state.lookAtToday()}
            timeZone={deps.config.timeZone}
            days={days}
            notices={notices}
            frame={frame}
          />
        )}
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
          await deps.journal.latestRevision(deleted) !== undefined && (
          <div class="note" role="status">
            <p>
              {words.deleted} <a href={`/profiles/${deleted}/history`}>{words.restoreDeleted}</a>
            </p>
            <UndoForm change={await newestChange(ctx.state, deleted)} frame={frame} />
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
          revisions={await deletedOf(ctx.state)}
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
        {frame.place === "database" && <p class="hint">{words.inDatabase}</p>}
      </Page>,
    );
  },
});

async function hasAnyLead(
  journal: Pick<Journal, "countLeadsOf">,
  keys: Iterable<string>,
): Promise<boolean> {
  for (const key of keys) if (await journal.countLeadsOf(key) > 0) return true;
  return false;
}

/** The latest versions of profiles that are neither in the file nor part of another's history. */
async function deletedOf({ deps }: State): Promise<Revision[]> {
  const { byKey } = deps.profiles.current();
  return (await deps.journal.deletedProfiles(MOST_DELETED))
    .filter(({ profile }) => profile !== MENU_KEY && !/^[_$]/.test(profile) && !byKey.has(profile));
}
