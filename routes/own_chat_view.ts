// What a profile's page shows of its own managers' chat.

import { valueAt } from "../lib/json/text.ts";
import type { State } from "../lib/page/state.ts";
import type { ProfileForm } from "../lib/profiles/edits.ts";
import type { Fault } from "../lib/profiles/faults.ts";
import { ownChatForm, readOwnChat } from "../lib/profiles/managers_chat.ts";
import { record } from "../lib/profiles/raw_values.ts";
import type { OwnChatView } from "./components/own_chat_fields.tsx";

/** How often, and after how many ms each, a page looks for the verdict on a chat that was just saved. */
const MOST_LOOKS = 10;
const LOOK_MS = 100;

/** What is known of the saved chat, while the form has no other one. */
export function ownChatView({ deps }: State, key: string, { ownChat }: ProfileForm): OwnChatView {
  const raw = record(valueAt(deps.profiles.content(), key));
  const { chatId, topicId } = ownChatForm(raw);
  if (ownChat?.chatId !== chatId || ownChat.topicId !== topicId) return { kind: "none" };
  const faults: Fault[] = [];
  readOwnChat(raw, "", faults);
  const [fault] = faults;
  if (fault !== undefined) return { kind: "faulty", fault };
  const found = deps.ownChats().find(({ profiles }) => profiles.includes(key));
  return found === undefined ? { kind: "none" } : { kind: "known", state: found };
}

/** A chat that was just saved is being checked; most are in a moment. */
export async function untilChatIsChecked({ deps }: State, key: string): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const found = deps.ownChats().find(({ profiles }) => profiles.includes(key));
    if (found === undefined || found.isUsable || found.problem !== undefined) return;
    await deps.sleep(LOOK_MS);
  }
}
