// Visitors' actions that most stories share.

import assert from "node:assert/strict";
import type { Press, SimMessage, Visitor } from "../../lib/simulator/telegram/server.ts";
import type { World } from "./world.ts";
import { CHOICE, CONFIRMATION } from "./shipped_texts.ts";

/** The visitor of the required texts. */
export function galliard({ telegram }: Pick<World, "telegram">): Visitor {
  return telegram.user({ first_name: "Galliard", username: "betterrman" });
}

/** Opens a profile's link; returns the greeting. */
export async function greet(visitor: Visitor, profile = "agency"): Promise<SimMessage> {
  visitor.start(profile);
  return await visitor.chat.nextMessage();
}

/** Becomes a lead: greeted, pressed, confirmed. */
export async function becomeLead(
  visitor: Visitor,
): Promise<{ readonly menu: SimMessage; readonly press: Press }> {
  const menu = await greet(visitor);
  const press = visitor.press(menu, CHOICE);
  await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
  await press.answered;
  return { menu, press };
}

export function wordsOf(message: SimMessage): string {
  return message.text ?? message.caption ?? "";
}

export function buttonTexts(message: SimMessage): string[] {
  return (message.reply_markup?.inline_keyboard ?? []).flat().map(({ text }) => text);
}

/** Fails if anything comes into the managers' chat before a marker lead's follow-up does. */
export async function assertAdminChatSilent(world: World): Promise<void> {
  // A second visitor's follow-up passes the same queue, so everything before it has been shown.
  const marker = world.telegram.user({ first_name: "Marker", username: "marker" });
  await becomeLead(marker);
  marker.say("marker");
  const first = await world.admin.chat.nextMessage();
  assert.match(wordsOf(first), /@marker/);
}
