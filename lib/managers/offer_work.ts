// Shows the offer to send all open cards of a profile, counts it anew, and reports of the run. Does not decide when.

import type { AdminChat, ShowOutcome } from "./chat.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Journal, Work, WorkOf } from "../journal/journal.ts";
import type { Profiles } from "../profiles/profile.ts";
import { offer, sendAllReport } from "./texts.ts";

export interface OfferWork {
  show(work: WorkOf<"offer">): Promise<void>;
  update(work: WorkOf<"offer_update">): Promise<void>;
}

export function createOfferWork({ journal, adminChat, profiles, recordDurably, finishOrRetry }: {
  readonly journal: Pick<
    Journal,
    "currentProfile" | "countSendable" | "finishOffer" | "finishWork"
  >;
  readonly adminChat: Pick<AdminChat, "show" | "edit">;
  readonly profiles: () => Profiles;
  readonly recordDurably: RecordDurably;
  /** Records how showing ended. */
  readonly finishOrRetry: (work: Work, outcome: ShowOutcome) => Promise<void>;
}): OfferWork {
  async function show(work: WorkOf<"offer">): Promise<void> {
    const key = await journal.currentProfile(work.body.profile, profiles().byKey);
    const open = await journal.countSendable(key);
    const name = profiles().byKey.get(key)?.name;
    if (open === 0 || name === undefined) {
      return await recordDurably(() => journal.finishWork(work));
    }
    const { text, keyboard } = offer(key, name, open);
    const outcome = await adminChat.show({ text, entities: [] }, keyboard);
    if (outcome.kind !== "shown") return await finishOrRetry(work, outcome);
    await recordDurably(() => journal.finishOffer(work, key, outcome.message));
  }

  async function update(work: WorkOf<"offer_update">): Promise<void> {
    const { message, report, offers } = work.body;
    if (offers !== undefined) return await recountOffer(work, offers);
    const words = { text: sendAllReport(report), entities: [] };
    await finishOrRetry(work, await adminChat.edit(message, words, { inline_keyboard: [] }));
  }

  /** Cards that an offer counted were closed, opened again, blocked or let back meanwhile. */
  async function recountOffer(work: WorkOf<"offer_update">, profile: string): Promise<void> {
    const key = await journal.currentProfile(profile, profiles().byKey);
    const name = profiles().byKey.get(key)?.name ?? key;
    const { text, keyboard } = offer(key, name, await journal.countSendable(key));
    const outcome = await adminChat.edit(work.body.message, { text, entities: [] }, keyboard);
    await finishOrRetry(work, outcome);
  }

  return { show, update };
}
