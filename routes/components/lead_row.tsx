// One lead as a row of the list, with its buttons and the result of the last press.

import type { ListedLead } from "../../lib/journal/journal.ts";
import { placeOf } from "../../lib/lead.ts";
import { LEADS } from "../words/leads.ts";
import { type Done, donePath, freshPath, LeadNote } from "./lead_note.tsx";
import {
  DealLink,
  isErased,
  isOpen,
  LeadActions,
  nameOf,
  Owner,
  ReturnLead,
} from "./lead_parts.tsx";
import type { Frame } from "./page.tsx";
import { PlaceName } from "./place.tsx";

export function LeadRow({ lead, back, sending, hasCrm, returnable, done, frame }: {
  readonly lead: ListedLead;
  /** The address of the list, to which a press returns. */
  readonly back: string;
  /** Whether a POST is open or due. */
  readonly sending: boolean;
  readonly hasCrm: boolean;
  readonly returnable: boolean;
  readonly done: Done | undefined;
  readonly frame: Frame;
}) {
  const words = LEADS[frame.language];
  const { username } = lead.visitor;
  return (
    <li
      id={`lead-${lead.number}`}
      class={lead.state}
      data-fresh={sending ? freshPath(lead, done?.wish, back) : undefined}
    >
      <time datetime={new Date(lead.receivedAtMs).toISOString()}>
        {frame.when(lead.receivedAtMs)}
      </time>
      <a class="person" href={`/leads/${lead.number}`}>
        <bdi>{nameOf(lead, words)}</bdi>
        {!isErased(lead) && (
          <small>{username === null ? `id ${lead.userIdText}` : `@${username}`}</small>
        )}
      </a>
      <span class="choice" dir="auto">{lead.choice}</span>
      <span class="profile" dir="auto" title={lead.profileName}>
        {lead.profileName}
        {lead.source !== null && <small>{lead.source}</small>}
      </span>
      <PlaceName place={placeOf(lead.state, lead.held, lead.blocked)} language={frame.language}>
        {lead.deal !== null && (
          <>
            {" "}
            <DealLink deal={lead.deal} words={words} />
          </>
        )}
        <Owner lead={lead} frame={frame} />
      </PlaceName>
      {isOpen(lead) && (
        <LeadActions
          lead={lead}
          frame={frame}
          back={back}
          sending={sending}
          hasCrm={hasCrm}
          small
        />
      )}
      {returnable && <ReturnLead lead={lead} frame={frame} back={back} small />}
      {done !== undefined && (
        <LeadNote done={done} here={donePath(lead, done.wish, back)} frame={frame} />
      )}
    </li>
  );
}
