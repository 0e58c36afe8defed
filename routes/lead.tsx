// The page of one lead: person, timeline, and what a manager may decide.

import { HttpError } from "fresh";
import type { LeadLife, ListedLead } from "../lib/journal/journal.ts";
import { mayHaveArrived, placeOf } from "../lib/lead.ts";
import { field } from "../lib/page/form.ts";
import { hasDestination } from "../lib/profiles/profile.ts";
import { define, type State, type WebDeps } from "../lib/page/state.ts";
import {
  type Done,
  donePath,
  freshPath,
  LeadNote,
  readWish,
  Told,
} from "./components/lead_note.tsx";
import {
  DealLink,
  heldInBackups,
  isErased,
  isOpen,
  isReturnable,
  LeadActions,
  nameOf,
  Owner,
  ReturnLead,
} from "./components/lead_parts.tsx";
import { BLOCK, BlockForm, UNBLOCK } from "./components/block_form.tsx";
import { Conversation, invitedPath, WRITE } from "./components/conversation.tsx";
import { LeadRow } from "./components/lead_row.tsx";
import { Moments } from "./components/moments.tsx";
import { isolated } from "./components/isolated.tsx";
import { frameOf, OpenBadge, Page } from "./components/page.tsx";
import { PlaceName } from "./components/place.tsx";
import { Chips, countsOf } from "./lead_chips.tsx";
import { decide, untilSent } from "./lead_press.ts";
import { readQuery } from "./lead_query.ts";
import { LEADS } from "./words/leads.ts";
import { PHONE } from "./words/phone.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { deps, language } = ctx.state;
    const life = await lifeOf(ctx.params["number"], deps);
    const { lead } = life;
    const words = LEADS[language];
    const frame = await frameOf(ctx);
    const { username } = lead.visitor;
    const wish = readWish(ctx.url);
    const attempts = await deps.journal.attemptsOf(lead.number);
    const pressed = wish && { wish, attempt: attempts.at(-1) };
    const isPostOwed = await deps.journal.isPostOwed(lead.number);
    const progress = progressOf(lead, pressed, isPostOwed, deps);
    const { sending, hasCrm, returnable, done } = progress;
    const row = ctx.url.searchParams.get("row");
    if (row !== null && isLeadsPath(row)) {
      return ctx.render(
        <>
          <OpenBadge frame={frame} />
          {!sending && await chipsAt(row, ctx.state)}
          <ol class="leads">
            <LeadRow lead={lead} back={row} {...progress} frame={frame} />
          </ol>
        </>,
      );
    }
    const path = `/leads/${lead.number}`;
    return ctx.render(
      <Page frame={frame} title={`${words.leadOf(lead.number)} · ${isolated(nameOf(lead, words))}`}>
        <p class="crumbs">
          <a href="/leads">← {words.back}</a>
        </p>
        <Told frame={frame} />
        <div
          id={`lead-${lead.number}`}
          data-fresh={sending ? freshPath(lead, wish) : undefined}
        >
          {done !== undefined && (
            <LeadNote
              done={done}
              here={donePath(lead, done.wish, path)}
              frame={frame}
              more={wish === "erased" ? heldInBackups(ctx.state) : undefined}
            />
          )}
          <div class="title">
            <h1>
              <bdi>{nameOf(lead, words)}</bdi>
              {username !== null && <small>@{username}</small>}
            </h1>
            <PlaceName place={placeOf(lead.state, lead.held, lead.blocked)} language={language}>
              {lead.deal !== null && (
                <>
                  {" · "}
                  <DealLink deal={lead.deal} words={words} />
                </>
              )}
              <Owner lead={lead} frame={frame} />
            </PlaceName>
          </div>
          <dl class="lead-facts">
            <dt>{words.choice}</dt>
            <dd dir="auto">{lead.choice}</dd>
            <dt>{words.profile}</dt>
            <dd dir="auto">{lead.profileName}</dd>
            {lead.phone !== null && (
              <>
                <dt>{PHONE[language].lead}</dt>
                <dd>
                  <a href={`tel:${lead.phone}`}>{lead.phone}</a>
                </dd>
              </>
            )}
            {lead.source !== null && (
              <>
                <dt>{words.source}</dt>
                <dd>{lead.source}</dd>
              </>
            )}
            {!isErased(lead) && (
              <>
                <dt>{words.userId}</dt>
                <dd>{lead.userIdText}</dd>
              </>
            )}
            {lead.visitor.language !== null && (
              <>
                <dt>{words.language}</dt>
                <dd dir="auto">{lead.visitor.language}</dd>
              </>
            )}
            <dt>№</dt>
            <dd>{lead.number}</dd>
          </dl>
          {isOpen(lead) && (
            <>
              {!sending && mayHaveArrived(attempts.at(-1)?.outcome ?? null) && (
                <p class="note warning">{words.doubtful}</p>
              )}
              <LeadActions
                lead={lead}
                frame={frame}
                back={path}
                sending={sending}
                hasCrm={hasCrm}
              />
            </>
          )}
          {returnable && <ReturnLead lead={lead} frame={frame} back={path} />}
          {!isErased(lead) && (
            <p>
              <a
                href={username === null
                  ? `tg://user?id=${lead.userIdText}`
                  : `https://t.me/${username}`}
              >
                {words.write}
              </a>{" "}
              {username === null && <span class="hint">{words.writeById}</span>}
            </p>
          )}
          <Conversation
            lead={lead}
            said={await deps.journal.conversationOf(lead.number)}
            frame={frame}
            invited={ctx.url.searchParams.has("invited")}
          />
          {!isErased(lead) && (
            <BlockForm lead={lead} block={await deps.journal.blockOf(lead.chatId)} frame={frame} />
          )}
          <h2>{words.life}</h2>
          <Moments
            life={life}
            attempts={attempts}
            turns={await deps.journal.turnsOf(lead.number)}
            timeZone={deps.config.timeZone}
            frame={frame}
          />
        </div>
        {!isErased(lead) && (
          <p class="lead-erase">
            <a href={`${path}/erase`}>{words.erase}</a>
          </p>
        )}
      </Page>,
    );
  },

  async POST(ctx) {
    const { deps, form, session } = ctx.state;
    const { lead } = await lifeOf(ctx.params["number"], deps);
    const { number } = lead;
    if (field(form, "do") === WRITE && !isErased(lead)) {
      await deps.delivery.invite(number, session.openedBy);
      return ctx.redirect(invitedPath(number), 303);
    }
    const block = field(form, "do");
    if ((block === BLOCK || block === UNBLOCK) && !isErased(lead)) {
      await deps.delivery[block](lead, session.openedBy);
      return ctx.redirect(`/leads/${number}`, 303);
    }
    const seen = field(form, "seen");
    const who = { name: session.openedBy, seenSinceMs: seen === "" ? null : Number(seen) };
    const wish = await decide(deps.delivery, number, field(form, "do"), who);
    const hasScript = field(form, "script") !== "";
    if (wish === "asked" || wish === "running") await untilSent(number, hasScript, deps);
    const back = field(form, "back");
    const own = `/leads/${number}`;
    return ctx.redirect(donePath({ number }, wish, isLeadsPath(back) ? back : own), 303);
  },
});

interface Progress {
  readonly sending: boolean;
  readonly hasCrm: boolean;
  /** Whether it was closed so short a while ago that it may be returned. */
  readonly returnable: boolean;
  readonly done: Done | undefined;
}

/** @param pressed What was asked of the lead just now, and its last attempt. */
export function progressOf(
  lead: ListedLead,
  pressed: Omit<Done, "sending"> | undefined,
  isPostOwed: boolean,
  { profiles, now }: Pick<WebDeps, "profiles" | "now">,
): Progress {
  const sending = lead.state !== "in_crm" && lead.state !== "by_hand" &&
    (lead.state === "received" || isPostOwed);
  const profile = profiles.current().byKey.get(lead.profile);
  return {
    sending,
    hasCrm: profile !== undefined && hasDestination(profile),
    returnable: isReturnable(lead, now()),
    done: pressed && { ...pressed, sending },
  };
}

/** The chips of a list, as a lead that left its place has changed them. @throws {HttpError} As `readQuery`. */
async function chipsAt(list: string, { deps, language, origin }: State) {
  const query = readQuery(new URL(list, origin));
  return <Chips query={query} counts={await countsOf(query, deps)} language={language} />;
}

/** Only addresses of the leads' pages are accepted to return to. */
function isLeadsPath(path: string): boolean {
  return /^\/leads(?:\/\d+)?(?:\?[!"$-~]*)?$/.test(path);
}

/** @throws {HttpError} 404 */
export async function lifeOf(number: string | undefined, { journal }: WebDeps): Promise<LeadLife> {
  const life = /^\d{1,15}$/.test(number ?? "") ? await journal.findLife(Number(number)) : undefined;
  if (life === undefined) throw new HttpError(404);
  return life;
}
