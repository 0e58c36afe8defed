// What the buttons of a lead do: send again, entered by hand, take, return.

import { HttpError } from "fresh";
import type { TakerOnPage } from "../lib/journal/journal.ts";
import type { WebDeps } from "../lib/page/state.ts";
import type { Wish } from "./components/lead_note.tsx";

/** Does what a button of a lead asks for. @throws {HttpError} 404 for an unknown lead, 400 for an unknown button. */
export async function decide(
  delivery: WebDeps["delivery"],
  lead: number,
  wish: string,
  who: TakerOnPage,
): Promise<Wish> {
  const by = who.name;
  switch (wish) {
    case "resend": {
      const asked = await delivery.resend(lead, by);
      if (asked === "unknown") throw new HttpError(404);
      return asked;
    }
    case "by_hand":
      return await delivery.closeByHand(lead, by) ? "closed" : "settled";
    case "take": {
      const { kind } = await delivery.take(lead, who);
      if (kind === "unknown") throw new HttpError(404);
      if (kind === "asked") return "owned";
      return kind === "taken_over" ? "taken" : kind;
    }
    case "return": {
      const returned = await delivery.giveBack(lead, by);
      if (returned === "unknown") throw new HttpError(404);
      return returned;
    }
    default:
      throw new HttpError(400);
  }
}

/** How often, and after how many ms each, the answer to a press looks for the CRM's outcome before it is sent. */
const LOOKS = 30;
const BETWEEN_LOOKS_MS = 100;

/** Shorter for the script, which polls by itself: only a CRM that answers at once is waited for. */
const LOOKS_OF_SCRIPT = 5;

/** Waits a little while a lead's POST is owed. */
export async function untilSent(
  lead: number,
  hasScript: boolean,
  { journal, sleep }: Pick<WebDeps, "journal" | "sleep">,
): Promise<void> {
  const looks = hasScript ? LOOKS_OF_SCRIPT : LOOKS;
  for (let look = 0; look < looks && await journal.isPostOwed(lead); look += 1) {
    await sleep(BETWEEN_LOOKS_MS);
  }
}
