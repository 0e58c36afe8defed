// Shared by the list of leads and the page of one lead: the person, the place, the buttons.

import type { Deal, Lead } from "../../lib/lead.ts";
import type { ListedLead } from "../../lib/journal/journal.ts";
import { fullName } from "../../lib/visitor_name.ts";
import { backupsHoldUntilMs } from "../../lib/journal/sqlite/backups.ts";
import type { State } from "../../lib/page/state.ts";
import { LEADS, type LeadsWords } from "../words/leads.ts";
import { isolated } from "./isolated.tsx";
import { FormToken, type Frame } from "./page.tsx";
import { moments } from "./time.ts";
import { personIn } from "../words/login.ts";

export function isErased({ visitor }: Pick<Lead, "visitor">): boolean {
  return visitor.userId === 0;
}

export function nameOf(lead: Lead, words: LeadsWords): string {
  return isErased(lead) ? words.erasedPerson : fullName(lead.visitor).trim();
}

export function isOpen(lead: Lead): boolean {
  return (lead.state === "in_admin_chat" || lead.state === "undelivered") && !isErased(lead);
}

/** What a lead became in the CRM, in a tab of its own. */
export function DealLink({ deal, words }: { readonly deal: Deal; readonly words: LeadsWords }) {
  return (
    <a class="deal" href={deal.url} target="_blank" rel="noopener" title={words.openDeal}>
      {words.deal(deal.id)} <span aria-hidden="true">↗</span>
    </a>
  );
}

/** Whether a lead that was closed may be returned now. */
export function isReturnable({ returnableUntilMs }: ListedLead, nowMs: number): boolean {
  return returnableUntilMs !== null && nowMs < returnableUntilMs;
}

/** The manager who has taken a lead. */
export function Owner({ lead: { owner }, frame }: {
  readonly lead: Pick<ListedLead, "owner">;
  readonly frame: Frame;
}) {
  if (owner === null) return null;
  const who = personIn(owner.by, frame.language);
  const title = `${LEADS[frame.language].owner}: ${who}, ${frame.when(owner.atMs)}`;
  return (
    <>
      {" "}
      <small class="owner" title={title}>
        <span aria-hidden="true">👤</span> <bdi>{who}</bdi>
      </small>
    </>
  );
}

/** Opens a lead again that was closed a short while ago. */
export function ReturnLead({ lead, frame, back, small = false }: {
  readonly lead: Lead;
  readonly frame: Frame;
  readonly back: string;
  readonly small?: boolean;
}) {
  const words = LEADS[frame.language];
  const label = small ? words.giveBackOf(isolated(nameOf(lead, words))) : undefined;
  return (
    <form class="lead-actions" method="post" action={`/leads/${lead.number}`}>
      <FormToken frame={frame} />
      <input type="hidden" name="back" value={back} />
      <button
        type="submit"
        name="do"
        value="return"
        class="outline"
        title={words.returnHint}
        aria-label={label}
      >
        <span aria-hidden="true">↩️</span> {words.giveBack}
      </button>
    </form>
  );
}

/** The buttons of an open lead; after a press the page at `back` opens. */
export function LeadActions({ lead, frame, back, sending, hasCrm, small = false }: {
  readonly lead: ListedLead;
  readonly frame: Frame;
  readonly back: string;
  /** Disables the buttons while the lead is being sent. */
  readonly sending: boolean;
  /** Whether its profile has a CRM to send it to. */
  readonly hasCrm: boolean;
  readonly small?: boolean;
}) {
  const words = LEADS[frame.language];
  const who = isolated(nameOf(lead, words));
  return (
    <form class="lead-actions" method="post" action={`/leads/${lead.number}`}>
      <FormToken frame={frame} />
      <input type="hidden" name="back" value={back} />
      <button
        type="submit"
        name="do"
        value="by_hand"
        class="outline"
        disabled={sending}
        aria-label={small ? words.byHandOf(who) : undefined}
      >
        <span aria-hidden="true">✅</span> {small ? words.byHandShort : words.byHand}
      </button>
      {hasCrm && (
        <button
          type="submit"
          name="do"
          value="resend"
          class="outline"
          disabled={sending}
          aria-label={small ? words.resendOf(who) : undefined}
          title={small ? words.resend : undefined}
        >
          <span aria-hidden="true">🔁</span>
          {!small && ` ${words.resend}`}
        </button>
      )}
      <TakeLead lead={lead} frame={frame} small={small} />
    </form>
  );
}

/** The button that takes a lead, within its form; with it goes whose lead it was then, so that a lead taken meanwhile is noticed. */
function TakeLead({ lead, frame, small }: {
  readonly lead: ListedLead;
  readonly frame: Frame;
  readonly small: boolean;
}) {
  const words = LEADS[frame.language];
  const { owner } = lead;
  if (owner !== null && owner.by === frame.who) return null;
  const said = owner === null ? words.take : words.takeOver;
  const label = (owner === null ? words.takeOf : words.takeOverOf)(isolated(nameOf(lead, words)));
  return (
    <>
      {owner !== null && <input type="hidden" name="seen" value={owner.atMs} />}
      <button
        type="submit"
        name="do"
        value="take"
        class="outline"
        aria-label={small ? label : undefined}
        title={small ? said : undefined}
      >
        <span aria-hidden="true">🙋</span>
        {!small && ` ${said}`}
      </button>
    </>
  );
}

/** Until when the nightly backups still contain a person erased now. */
export function heldInBackups({ deps: { config: { timeZone }, now }, language }: State): string {
  const when = moments({ language, timeZone, nowMs: now() });
  return LEADS[language].eraseBackups(when(backupsHoldUntilMs(now(), timeZone)));
}
