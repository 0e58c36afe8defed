// The parts that the journal's moves are made of, so that a test can put a lead anywhere without going all the way.

import type { AttemptMoves } from "../../lib/journal/attempts.ts";
import type { CardConsequences } from "../../lib/journal/card_moves.ts";
import type { HeldMoves } from "../../lib/journal/held.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import type { LeadMoves } from "../../lib/journal/leads.ts";
import type { OutboxMoves } from "../../lib/journal/outbox.ts";
import type { PressMoves } from "../../lib/journal/presses.ts";
import type { CrmAccount } from "../../lib/journal/send_all.ts";

type Parts =
  & AttemptMoves
  & CardConsequences
  & CrmAccount
  & HeldMoves
  & LeadMoves
  & OutboxMoves
  & PressMoves;

/** `journalIn` spreads the parts into the journal; its interface names the moves alone. */
export function partsOf(journal: Journal): Parts {
  return journal as Journal & Parts;
}
