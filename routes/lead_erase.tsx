// Erases a person after a typed confirmation, and says what happens to leads that are still open.

import type { LeadLife } from "../lib/journal/journal.ts";
import type { Lead } from "../lib/lead.ts";
import { field } from "../lib/page/form.ts";
import { define, type State, type WebDeps } from "../lib/page/state.ts";
import { FaultLine, TextField } from "./components/fields.tsx";
import { heldInBackups, isErased, isOpen, nameOf } from "./components/lead_parts.tsx";
import { Isolated, isolated } from "./components/isolated.tsx";
import { FormToken, type Frame, frameOf, Page } from "./components/page.tsx";
import { lifeOf } from "./lead.tsx";
import { LEADS } from "./words/leads.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const life = await lifeOf(ctx.params["number"], ctx.state.deps);
    const leads = await leadsOfSame(life, ctx.state.deps);
    return ctx.render(
      <Question life={life} leads={leads} state={ctx.state} frame={await frameOf(ctx)} />,
    );
  },

  async POST(ctx) {
    const { state } = ctx;
    const { deps, form, session, language } = state;
    const life = await lifeOf(ctx.params["number"], deps);
    const words = LEADS[language];
    const refuse = async (
      fault: { readonly typed?: string; readonly busy?: string },
      status: number,
    ) => {
      const frame = await frameOf(ctx);
      const leads = await leadsOfSame(life, deps);
      return ctx.render(
        <Question life={life} leads={leads} state={state} frame={frame} {...fault} />,
        { status },
      );
    };

    if (isErased(life.lead)) return refuse({}, 409);
    if (field(form, "word").trim().toLowerCase() !== words.eraseWord) {
      return refuse({ typed: words.eraseMismatch(words.eraseWord) }, 422);
    }
    const by = `${session.openedBy} (${words.erasedPerson})`;
    const erased = await deps.journal.erasePerson(life.lead.chatId, by, deps.now());
    if (erased === undefined) return refuse({ busy: words.eraseBusy }, 409);
    await deps.journal.committed();
    deps.delivery.wake();
    return ctx.redirect(`/leads/${life.lead.number}?done=erased`, 303);
  },
});

function leadsOfSame({ lead }: LeadLife, { journal }: WebDeps): Promise<Lead[]> {
  return journal.leadsOfChat(lead.chatId);
}

function Question({ life: { lead }, leads, state, frame, typed, busy }: {
  readonly life: LeadLife;
  /** The person's leads. */
  readonly leads: readonly Lead[];
  readonly state: State;
  readonly frame: Frame;
  readonly typed?: string;
  readonly busy?: string;
}) {
  const words = LEADS[frame.language];
  const path = `/leads/${lead.number}`;
  const name = nameOf(lead, words);
  const title = isErased(lead) ? words.eraseTitle : words.eraseOf(isolated(name));
  return (
    <Page frame={frame} title={title}>
      <p class="crumbs">
        <a href={path}>← {words.leadOf(lead.number)}</a>
      </p>
      <h1>{isErased(lead) ? title : <Isolated say={words.eraseOf} what={name} />}</h1>
      {isErased(lead)
        ? <p>{words.erasedAlready}</p>
        : (
          <form class="small" method="post" action={`${path}/erase`}>
            <FormToken frame={frame} />
            <What leads={leads} state={state} />
            <TextField
              name="word"
              label={words.eraseConfirm(words.eraseWord)}
              value=""
              fault={typed}
              focus={typed !== undefined}
            />
            {busy !== undefined && <FaultLine fault={busy} />}
            <div class="actions">
              <button type="submit" class="danger">{words.eraseDo}</button>
              <a role="button" class="outline" href={path}>← {words.leadOf(lead.number)}</a>
            </div>
          </form>
        )}
    </Page>
  );
}

function What({ leads, state }: { readonly leads: readonly Lead[]; readonly state: State }) {
  const words = LEADS[state.language];
  const open = leads.filter(isOpen).length;
  return (
    <>
      <p>{words.eraseWhat(leads.length)}</p>
      {open > 0 && <p>{words.eraseOpen(open)}</p>}
      <p>{words.eraseElsewhere}</p>
      <p>{heldInBackups(state)}</p>
    </>
  );
}
