// The managers' lanes: cards, notes and follow-ups of each chat, and edits of each group. Holds no rule about leads.

import {
  ADMIN_CHAT_LANE,
  EDITS_LANE,
  FOLLOW_UPS_LANE,
  type Journal,
  laneOfChat,
  readLane,
  type Work,
} from "../journal/journal.ts";
import type { AdminChat } from "../managers/chat.ts";
import type { ManagersChats } from "../managers/chats.ts";
import { createFollowUpTurns } from "../managers/follow_up_turns.ts";
import { type AdminWorkOptions, createAdminWork } from "../managers/work.ts";
import { chatSeat } from "../journal/seats.ts";
import { chatForOne } from "../managers/chat_for_one.ts";
import { createChatOutboxes } from "./chat_outboxes.ts";
import { type Beside, besideOthers } from "./lane_seats.ts";
import { createOutbox, type IsOurs } from "./outbox.ts";
import { spanOfMessage } from "./send_spans.ts";

/** What they need. */
export interface ManagersLanesOptions extends Omit<AdminWorkOptions, "adminChat" | "chat"> {
  readonly journal: Journal;
  readonly chats: ManagersChats;
  /** Called when a note may be owed to a CRM. */
  readonly wakeNotes: () => void;
  readonly random: () => number;
  /** As of `LaneOptions`. */
  readonly elapsedMs?: () => number;
  /** As of `LaneOptions`. */
  readonly beside?: Beside | undefined;
}

/** The managers' lanes of all chats. */
export interface ManagersLanes {
  /** Tells that managers may be owed something. */
  wake(): void;
  /** The same of one lane, found in the journal; false where no chat in use has it. */
  found(lane: string): boolean;
  /** Takes up nothing more, and resolves when what was in hand is recorded. */
  stop(): Promise<void>;
}

const LANES: ReadonlySet<string> = new Set([ADMIN_CHAT_LANE, FOLLOW_UPS_LANE, EDITS_LANE]);

/** Idle until `wake`. */
export function createManagersLanes(options: ManagersLanesOptions): ManagersLanes {
  const { journal, chats, wakeNotes } = options;

  /** @param makeRun Makes what does the work in a chat. */
  function oneByOne(
    groupNow: () => string,
    adminChat: AdminChat,
    makeRun: (adminChat: AdminChat) => (work: Work) => Promise<void>,
    lanesOf: Journal = journal,
  ) {
    let isCurrentOurs: IsOurs = () => true;
    const run = makeRun(chatForOne(adminChat, () => isCurrentOurs()));
    return createOutbox<Work>({
      ...options,
      ...besideOthers(options.beside, () => chatSeat(groupNow())),
      journal: lanesOf,
      // A card that is shown makes its lead's follow-ups due, and may have to be edited; a follow-up, its note.
      async run(work, isOurs) {
        isCurrentOurs = isOurs;
        await run(work).finally(wake).finally(wakeNotes);
      },
      spanOf: (work) => spanOfMessage(work, adminChat.chatId()),
      most: 1,
      mostPerLane: () => 1,
    });
  }

  const shown = createChatOutboxes(chats.at, (chat, adminChat) => {
    const turns = createFollowUpTurns({ ...options, adminChat, chat });
    const makeRun = (adminChat: AdminChat) => createAdminWork({ ...options, adminChat, chat });
    return oneByOne(() => chats.groupOf(chat), turns.chat, makeRun, turns.journal);
  });
  const edited = createChatOutboxes(
    chats.ofGroup,
    (group, adminChat) =>
      oneByOne(
        () => group,
        adminChat,
        (adminChat) => createAdminWork({ ...options, adminChat, chat: group }),
      ),
  );

  function wake(): void {
    for (const chat of chats.keys()) {
      const outbox = shown.at(chat);
      for (const lane of [ADMIN_CHAT_LANE, FOLLOW_UPS_LANE]) outbox?.wake(laneOfChat(lane, chat));
    }
    for (const group of chats.groups()) edited.at(group)?.wake(laneOfChat(EDITS_LANE, group));
  }

  return {
    wake,
    found(named) {
      const { lane, chat } = readLane(named);
      if (chat === null || !LANES.has(lane)) return true; // A newer version's.
      const isEdit = lane === EDITS_LANE;
      const isInUse = (isEdit ? chats.groups() : chats.keys()).includes(chat);
      if (isInUse) (isEdit ? edited : shown).at(chat)?.found(named);
      return isInUse;
    },
    stop: async () => void await Promise.all([shown.stop(), edited.stop()]),
  };
}
