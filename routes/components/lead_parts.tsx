// What the leads' list and one lead's page share: who it is, where it is, what can be done about it.

import type { Lead, LeadState } from "../../lib/lead.ts";
import { fullName } from "../../lib/texts.ts";
import { backupsHoldUntilMs } from "../../lib/upkeep.ts";
import type { State } from "../../lib/web/state.ts";
import { LEADS, type LeadsWords } from "../words/leads.ts";
import { FormToken, type Frame } from "./page.tsx";
import { moments } from "./time.ts";

/** An erased person has no id any more. */
export function isErased({ visitor }: Pick<Lead, "visitor">): boolean {
  return visitor.userId === 0;
}

export function nameOf(lead: Lead, words: LeadsWords): string {
  return isErased(lead) ? words.erasedPerson : fullName(lead.visitor).trim();
}

/** Whether a person can still do something about it. */
export function isOpen(lead: Lead): boolean {
  return (lead.state === "in_admin_chat" || lead.state === "undelivered") && !isErased(lead);
}

const LIGHTS: Readonly<Record<LeadState, readonly [sign: string, light: string]>> = {
  received: ["○", "quiet"],
  undelivered: ["▲", "bad"],
  in_admin_chat: ["▲", "warning"],
  in_crm: ["●", "good"],
  by_hand: ["✓", "good"],
};

export function StateLamp(
  { state, words }: { readonly state: LeadState; readonly words: LeadsWords },
) {
  const [sign, light] = LIGHTS[state];
  return (
    <span class={`lamp ${light}`}>
      <span aria-hidden="true">{sign}</span> {words.states[state]}
    </span>
  );
}

/** The two things a manager may do about an open lead; afterwards the page at `back` opens. */
export function LeadActions({ lead, frame, back, small = false }: {
  readonly lead: Lead;
  readonly frame: Frame;
  readonly back: string;
  readonly small?: boolean;
}) {
  const words = LEADS[frame.language];
  const who = nameOf(lead, words);
  return (
    <form class="lead-actions" method="post" action={`/leads/${lead.number}`}>
      <FormToken frame={frame} />
      <input type="hidden" name="back" value={back} />
      <button
        type="submit"
        name="do"
        value="by_hand"
        class="outline"
        aria-label={small ? words.byHandOf(who) : undefined}
      >
        <span aria-hidden="true">✅</span> {small ? words.byHandShort : words.byHand}
      </button>
      <button
        type="submit"
        name="do"
        value="resend"
        class="outline"
        aria-label={small ? words.resendOf(who) : undefined}
        title={small ? words.resend : undefined}
      >
        <span aria-hidden="true">🔁</span>
        {!small && ` ${words.resend}`}
      </button>
    </form>
  );
}

/** What a press did; undefined for an address that somebody made up. */
export function doneText(done: string | null, words: LeadsWords): string | undefined {
  return done !== null && Object.hasOwn(words.done, done)
    ? words.done[done as keyof typeof words.done]
    : undefined;
}

export function DoneNote({ done, words, more }: {
  readonly done: string | null;
  readonly words: LeadsWords;
  /** Said after it. */
  readonly more?: string | undefined;
}) {
  const text = doneText(done, words);
  if (text === undefined) return null;
  return (
    <div class={done === "settled" ? "note warning" : "note"} role="status">
      <p>{text}</p>
      {more !== undefined && <p>{more}</p>}
    </div>
  );
}

/** Until when the nightly backups hold somebody who is erased now. */
export function heldInBackups({ deps: { config: { timeZone }, now }, language }: State): string {
  const when = moments({ language, timeZone, nowMs: now() });
  return LEADS[language].eraseBackups(when(backupsHoldUntilMs(now(), timeZone)));
}
