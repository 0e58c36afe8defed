// Joins texts of one visitor into one message, as many as Telegram's limits allow. Sends nothing, stores nothing.

import type { MessageEntity } from "grammy/types";
import { followUpParts } from "./cards.ts";
import type { FollowUp, Visitor } from "../lead.ts";
import type { Formatted } from "../visitors/texts.ts";

/** Most entities of one message; Telegram ignores the rest (https://limits.tginfo.me, "entities per message"). */
const MOST_ENTITIES = 100;

const BETWEEN = "\n\n";

/** The first `count` follow-ups of a visitor, 2 or more, as one message. */
export interface Joined {
  readonly count: number;
  readonly message: Formatted;
}

/** Joins leading texts under one template, up to media, an edit or another lead; undefined if the first two cannot be joined. */
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
