// One lead: who, what, where; its life; and what a person may decide about it.

import { HttpError } from "fresh";
import type { LeadLife } from "../lib/journal.ts";
import { mayHaveArrived } from "../lib/lead.ts";
import { field } from "../lib/web/form.ts";
import { define, type WebDeps } from "../lib/web/state.ts";
import {
  DoneNote,
  heldInBackups,
  isErased,
  isOpen,
  LeadActions,
  nameOf,
  StateLamp,
} from "./components/lead_parts.tsx";
import { Moments } from "./components/moments.tsx";
import { frameOf, Page } from "./components/page.tsx";
import { LEADS } from "./words/leads.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { deps, language } = ctx.state;
    const life = lifeOf(ctx.params["number"], deps);
    const { lead } = life;
    const words = LEADS[language];
    const frame = frameOf(ctx);
    const { username, userId } = lead.visitor;
    const attempts = deps.journal.attemptsOf(lead.number);
    const path = `/leads/${lead.number}`;
    const done = ctx.url.searchParams.get("done");
    const isSending = life.owed.includes("post");
    return ctx.render(
      <Page frame={frame} title={`${words.leadOf(lead.number)} · ${nameOf(lead, words)}`}>
        <p class="crumbs">
          <a href="/leads">← {words.back}</a>
        </p>
        <DoneNote
          done={done}
          words={words}
          more={done === "erased" ? heldInBackups(ctx.state) : undefined}
        />
        <div class="title">
          <h1>
            {nameOf(lead, words)}
            {username !== null && <small>@{username}</small>}
          </h1>
          <StateLamp state={lead.state} words={words} />
        </div>
        <dl class="lead-facts">
          <dt>{words.choice}</dt>
          <dd>{lead.choice}</dd>
          <dt>{words.profile}</dt>
          <dd>{lead.profileName}</dd>
          {!isErased(lead) && (
            <>
              <dt>{words.userId}</dt>
              <dd>{userId}</dd>
            </>
          )}
          {lead.visitor.language !== null && (
            <>
              <dt>{words.language}</dt>
              <dd>{lead.visitor.language}</dd>
            </>
          )}
          <dt>№</dt>
          <dd>{lead.number}</dd>
        </dl>
        {isOpen(lead) && !isSending && (
          <>
            {mayHaveArrived(attempts.at(-1)?.outcome ?? null) && (
              <p class="note warning">{words.doubtful}</p>
            )}
            <LeadActions lead={lead} frame={frame} back={path} />
          </>
        )}
        {username !== null && (
          <p>
            <a href={`https://t.me/${username}`}>{words.write}</a>
          </p>
        )}
        <h2>{words.life}</h2>
        <Moments life={life} attempts={attempts} timeZone={deps.config.timeZone} frame={frame} />
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
    const { number } = lifeOf(ctx.params["number"], deps).lead;
    const done = await decide(deps.delivery, number, field(form, "do"), session.openedBy);
    const back = field(form, "back");
    const path = isLeadsPath(back) ? back : `/leads/${number}`;
    return ctx.redirect(`${path}${path.includes("?") ? "&" : "?"}done=${done}`, 303);
  },
});

async function decide(
  delivery: WebDeps["delivery"],
  lead: number,
  wish: string,
  by: string,
): Promise<string> {
  switch (wish) {
    case "resend": {
      const asked = await delivery.resend(lead, by);
      if (asked === "unknown") throw new HttpError(404);
      return asked;
    }
    case "by_hand":
      return await delivery.closeByHand(lead, by) ? "closed" : "settled";
    default:
      throw new HttpError(400);
  }
}

/** A form's way back leads nowhere but to the leads. */
function isLeadsPath(path: string): boolean {
  return /^\/leads(?:\/\d+)?(?:\?[!"$-~]*)?$/.test(path);
}

/** @throws {HttpError} 404 */
export function lifeOf(number: string | undefined, { journal }: WebDeps): LeadLife {
  const life = /^\d{1,15}$/.test(number ?? "") ? journal.findLife(Number(number)) : undefined;
  if (life === undefined) throw new HttpError(404);
  return life;
}
