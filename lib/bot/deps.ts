// Dependencies of the bot's composers.

import type { Delivery } from "../delivery/delivery.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import type { GreetingPhotos } from "../visitors/greeting_photo.ts";
import type { ProfilePlace } from "../profiles/fault_lines.ts";
import type { Profiles } from "../profiles/profile.ts";

export interface BotDeps {
  readonly profiles: () => Profiles;
  /** Where they are kept; in the file unless told otherwise. */
  readonly profilesPlace?: ProfilePlace;
  readonly journal: Pick<
    Journal,
    | "rememberMenu"
    | "findMenu"
    | "latestSource"
    | "menuSource"
    | "conversationLead"
    | "phoneAsked"
    | "committed"
  >;
  readonly delivery: Pick<
    Delivery,
    "receive" | "receiveFollowUp" | "receiveEdit" | "receivePhone" | "dismissPhone"
  >;
  readonly greetingPhotos: GreetingPhotos;
  /** Whether a person is in a managers' chat: only they see drafts. Never rejects. */
  readonly isManager: (userId: number) => Promise<boolean>;
  /** A UUID for each new lead. */
  readonly newId: () => string;
  /** Resolves a little later, so that confirmations leave first. */
  readonly afterVisitors: () => Promise<void>;
  /** When Telegram handed an update over, by the monotonic clock; undefined where that is not known. */
  readonly cameAtMs?: (update: object) => number | undefined;
  readonly now: () => number;
  /** Whether a moment is within the managers' working hours. */
  readonly isWorkTime: (atMs: number) => boolean;
  readonly log: Log;
}
