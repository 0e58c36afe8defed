// The managers' lanes: cards, notes and follow-ups of each chat, and edits of each group. Holds no rule about leads.

import {
  ADMIN_CHAT_LANE,
  EDITS_LANE,
  FOLLOW_UPS_LANE,
  type Journal,
  laneOfChat,
  type Work,
} from "../journal/journal.ts";
import type { AdminChat } from "../managers/chat.ts";
import type { ManagersChats } from "../managers/chats.ts";
import { createFollowUpTurns } from "../managers/follow_up_turns.ts";
import { type AdminWorkOptions, createAdminWork } from "../managers/work.ts";
import { createChatOutboxes } from "./chat_outboxes.ts";
import { createOutbox } from "./outbox.ts";
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
}

/** The managers' lanes of all chats. */
export interface ManagersLanes {
  /** Tells that managers may be owed something. */
  wake(): void;
  /** Takes up nothing more, and resolves when what was in hand is recorded. */
  stop(): Promise<void>;
}

/** Idle until `wake`. */
export function createManagersLanes(options: ManagersLanesOptions): ManagersLanes {
  const { journal, chats, wakeNotes } = options;

  function oneByOne(
    run: (work: Work) => Promise<void>,
    adminChat: Pick<AdminChat, "chatId">,
    lanesOf: Journal = journal,
  ) {
    return createOutbox<Work>({
      ...options,
      journal: lanesOf,
      // A card that is shown makes its lead's follow-ups due, and may have to be edited; a follow-up, its note.
      run: (work) => run(work).finally(wake).finally(wakeNotes),
      spanOf: (work) => spanOfMessage(work, adminChat.chatId()),
      most: 1,
      mostPerLane: () => 1,
    });
  }

  const shown = createChatOutboxes(chats.at, (chat, adminChat) => {
    const turns = createFollowUpTurns({ ...options, adminChat, chat });
    const adminWork = createAdminWork({ ...options, adminChat: turns.chat, chat });
    return oneByOne(adminWork, adminChat, turns.journal);
  });
  const edited = createChatOutboxes(
    chats.ofGroup,
    (chat, adminChat) => oneByOne(createAdminWork({ ...options, adminChat, chat }), adminChat),
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
    stop: async () => void await Promise.all([shown.stop(), edited.stop()]),
  };
}
