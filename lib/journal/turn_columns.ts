// Who has taken a lead, who returned it, and until when it may be returned: as columns that are read beside it.

import type { Deed } from "../lead.ts";
import type { Row } from "./engine.ts";
import { numberOrNull } from "./rows.ts";

/** Until when a lead may be returned; read beside its columns `number` and `state`. */
export const RETURN_COLUMN =
  `CASE WHEN state = 'by_hand' THEN (SELECT until_ms FROM returns WHERE lead = number) END
   AS returnable_until_ms`;

/** The same with who last returned it; read beside all columns of `leads`. */
export const TURN_COLUMNS = `${RETURN_COLUMN},
  (SELECT by FROM lead_turns WHERE lead = leads.number AND kind = 'returned'
   ORDER BY lead_turns.number DESC LIMIT 1) AS returned_by,
  (SELECT at_ms FROM lead_turns WHERE lead = leads.number AND kind = 'returned'
   ORDER BY lead_turns.number DESC LIMIT 1) AS returned_at_ms`;

/** What `TURN_COLUMNS` hold. */
export function turnsIn(row: Row): {
  readonly owner: Deed | null;
  readonly returned: Deed | null;
  readonly returnableUntilMs: number | null;
} {
  return {
    owner: ownerIn(row),
    returned: deed(row["returned_by"], row["returned_at_ms"]),
    returnableUntilMs: returnableIn(row),
  };
}

/** Who has taken a lead, and since when. */
export function ownerIn(row: Row): Deed | null {
  return deed(row["owner"], row["owned_at_ms"]);
}

/** What `RETURN_COLUMN` holds. */
export function returnableIn(row: Row): number | null {
  return numberOrNull(row["returnable_until_ms"] ?? null);
}

function deed(by: unknown, atMs: unknown): Deed | null {
  return typeof by === "string" ? { by, atMs: Number(atMs) } : null;
}
