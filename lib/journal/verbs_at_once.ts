// The verbs of a lead's way that many call together, where the journal is on another machine. Knows no statement.

import { type AttemptMoves, takenOver } from "./attempts.ts";
import type { ChoiceMoves, ChoicesAtOnce } from "./choices.ts";
import type { Database } from "./engine.ts";
import { gathered } from "./gathered.ts";
import type { LeadMoves } from "./leads.ts";
import type { MenuRecords } from "./menus.ts";

/** The verbs of a lead's way that many call together: to another machine each statement is a way of its own. */
export function verbsAtOnce(
  db: Database,
  all: MenuRecords & ChoicesAtOnce & Pick<LeadMoves, "findLeads"> & AttemptMoves,
):
  & Pick<MenuRecords, "findMenu">
  & Pick<ChoiceMoves, "recordChoice">
  & Pick<LeadMoves, "findLead">
  & Pick<AttemptMoves, "openAttemptOf" | "beginAttempt"> {
  const recordChoices = gathered(db, all.recordChoices, "recordChoices");
  const beginAttempts = gathered(db, all.beginAttempts, "beginAttempts");
  return {
    findMenu: gathered(db, all.findMenus, "findMenus"),
    recordChoice: (...choice) => recordChoices(choice),
    findLead: gathered(db, all.findLeads, "findLeads"),
    openAttemptOf: gathered(db, all.openAttemptsOf, "openAttemptsOf"),
    async beginAttempt(...attempt) {
      const begun = await beginAttempts(attempt);
      if (begun === undefined) throw takenOver(attempt[0]);
      return begun;
    },
  };
}
