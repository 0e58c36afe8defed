// What the bot has recorded of a message in the managers' chat.

import { DatabaseSync } from "node:sqlite";
import type { SimMessage } from "../../lib/simulator/telegram/server.ts";
import type { World } from "./world.ts";

const PATIENCE_MS = 60_000;

/** Resolves when the bot knows whom a message that it has shown is about: a person who reads it answers later than that. */
export async function untilRecorded(world: World, { message_id: id }: SimMessage): Promise<void> {
  await recordedMessage(world, (each) => each.message_id === id);
}

/** The first message in the managers' chat that is recorded; what a kill made the bot show twice is recorded once. */
export async function recordedMessage(
  world: World,
  isIt: (message: SimMessage) => boolean,
): Promise<SimMessage> {
  for (const untilMs = Date.now() + PATIENCE_MS; Date.now() < untilMs;) {
    const found = world.admin.chat.messages.filter(isIt).find((each) => isRecorded(world, each));
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("No such message in the managers' chat is recorded");
}

function isRecorded({ folder }: World, { message_id: id }: SimMessage): boolean {
  using db = new DatabaseSync(`${folder}/data/triborg.db`, { readOnly: true, timeout: 5_000 });
  const about = "SELECT 1 FROM lead_messages WHERE message_id = ?1";
  const row = db.prepare(`SELECT 1 FROM leads WHERE card_message_id = ?1 UNION ALL ${about}`).get(
    id,
  );
  return row !== undefined;
}
