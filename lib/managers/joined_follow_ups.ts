// Texts of one visitor → one message, as many as Telegram's limits allow. Sends nothing, stores nothing.

import type { MessageEntity } from "grammy/types";
import { followUpParts } from "./cards.ts";
import type { FollowUp, Visitor } from "../lead.ts";
import type { Formatted } from "../visitors/texts.ts";

/** Most entities of one message; Telegram ignores the rest (https://limits.tginfo.me, "entities per message"). */
const MOST_ENTITIES = 100;

const BETWEEN = "\n\n";

/** The first of a visitor's follow-ups that are shown together, in their order. */
export interface Joined {
  /** How many, 2 or more. */
  readonly count: number;
  readonly message: Formatted;
}

/**
 * Joins the texts at the beginning of a line of follow-ups, under the template once. Media, albums, edits and
 * texts of another lead end the line.
 *
 * @param template Of the lead's profile; undefined when the profile is gone.
 * @returns Undefined where the first two do not go together.
 */
export function joinFollowUps(
  followUps: readonly FollowUp[],
  visitor: Visitor,
  template: string | undefined,
): Joined | undefined {
  const [first] = followUps;
  if (first === undefined) return undefined;
  let joined: Joined | undefined;
  let text = "";
  const entities: MessageEntity[] = [];
  for (const [index, { lead, partsShown, content, edit }] of followUps.entries()) {
    if (content.media !== null || partsShown > 0 || lead !== first.lead || edit) break;
    if (index > 0) text += BETWEEN;
    const own = content.entities as MessageEntity[]; // As Telegram sent them.
    entities.push(...own.map((each) => ({ ...each, offset: each.offset + text.length })));
    text += content.text;
    const whole = { ...first, content: { ...first.content, text, entities } };
    const [part, ...others] = followUpParts(whole, visitor, template);
    if (part?.kind !== "text" || others.length > 0) break;
    if (part.message.entities.length > MOST_ENTITIES) break;
    if (index > 0) joined = { count: index + 1, message: part.message };
  }
  return joined;
}
