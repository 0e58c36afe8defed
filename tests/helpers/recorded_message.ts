// What the bot has recorded of a message in the managers' chat.

import { DatabaseSync } from "node:sqlite";
import type { SimMessage } from "../../lib/simulator/telegram/server.ts";
import type { World } from "./world.ts";

/** Resolves when the bot knows whom a message that it has shown is about: a person who reads it answers later than that. */
export async function untilRecorded(world: World, message: SimMessage): Promise<void> {
  while (!isRecorded(world, message)) await new Promise((resolve) => setTimeout(resolve, 20));
}

function isRecorded({ folder }: World, { message_id: id }: SimMessage): boolean {
  using db = new DatabaseSync(`${folder}/data/triborg.db`, { readOnly: true, timeout: 5_000 });
  const about = "SELECT 1 FROM lead_messages WHERE message_id = ?1";
  const row = db.prepare(`SELECT 1 FROM leads WHERE card_message_id = ?1 UNION ALL ${about}`).get(
    id,
  );
  return row !== undefined;
}
