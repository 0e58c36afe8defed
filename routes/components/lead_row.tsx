// One lead as a row of the list: who, what, where; what can be done about it, and what was just done.

import type { ListedLead } from "../../lib/journal/journal.ts";
import { placeOf } from "../../lib/lead.ts";
import { LEADS } from "../words/leads.ts";
import {
  type Done,
  freshPath,
  isErased,
  isOpen,
  LeadActions,
  LeadNote,
  nameOf,
} from "./lead_parts.tsx";
import type { Frame } from "./page.tsx";
import { PlaceName } from "./place.tsx";

export function LeadRow({ lead, back, sending, done, frame }: {
  readonly lead: ListedLead;
  /** The list that the row is in, and that a press in it leads back to. */
  readonly back: string;
  /** Whether a POST of it is under way or owed. */
  readonly sending: boolean;
  /** What was just done about it. */
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
      <span class="profile" dir="auto" title={lead.profileName}>{lead.profileName}</span>
      <PlaceName place={placeOf(lead.state, lead.held)} language={frame.language} />
      {isOpen(lead) && (
        <LeadActions
          lead={lead}
          frame={frame}
          back={back}
          sending={sending}
          small
        />
      )}
      {done !== undefined && <LeadNote done={done} words={words} />}
    </li>
  );
}
