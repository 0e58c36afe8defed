// Whether the visitor of a lead is blocked, and the button that changes it.

import type { Block } from "../../lib/journal/journal.ts";
import type { Lead } from "../../lib/lead.ts";
import { BLOCKING } from "../words/blocking.ts";
import { isolated } from "./isolated.tsx";
import { FormToken, type Frame } from "./page.tsx";
import { personIn } from "../words/login.ts";

/** The values of the button. */
export const BLOCK = "block";
export const UNBLOCK = "unblock";

export function BlockForm({ lead, block, frame }: {
  readonly lead: Lead;
  readonly block: Block | null;
  readonly frame: Frame;
}) {
  const words = BLOCKING[frame.language];
  const isBlocked = block !== null;
  return (
    <form class="lead-block" method="post" action={`/leads/${lead.number}`}>
      <FormToken frame={frame} />
      {isBlocked && (
        <p class="note warning">
          {words.blocked(isolated(personIn(block.by, frame.language)), frame.when(block.atMs))}
        </p>
      )}
      <button type="submit" name="do" value={isBlocked ? UNBLOCK : BLOCK} class="outline">
        {isBlocked ? words.unblock : words.block}
      </button>{" "}
      <span class="hint">{isBlocked ? words.unblockHint : words.blockHint}</span>
    </form>
  );
}
