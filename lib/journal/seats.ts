// The seats: what one process at a time may do, by name. A process alone has them all.

import type { Place } from "./alone.ts";
import { MAIN_CHAT } from "./chats.ts";

/** Asks Telegram for updates, or looks after the webhook. */
export const POLLING_SEAT = "polling";

/** Does what has to be done now and then: the daily line, reminders, alarms, erasing. */
export const UPKEEP_SEAT = "upkeep";

const CHAT_SEATS = "chat:";

/**
 * Writes into a managers' group. One seat for all its topics, since Telegram counts their messages together, and for edits too.
 *
 * @param group As of `ChatMap`.
 */
export function chatSeat(group: string): string {
  return CHAT_SEATS + group;
}

/** Calls a CRM that limits the calls of an account; named by its host. */
export function crmSeat(account: string): string {
  return `crm:${account}`;
}

/** What is asked of this process's place. */
export type Seats = Pick<Place, "id" | "isAlive" | "holds">;

/**
 * The name under which this process may do now what belongs to a seat, or without a seat to any process that lives. Undefined
 * while it may not. What was begun under one name must not go on under another: between them others may have taken it over.
 */
export function nameFor(seats: Seats, seat?: string): string | undefined {
  return seat === undefined || seats.holds(seat) ? seats.id() : undefined;
}

/** The seats of a bot with these groups and accounts, the most important first. */
export function seatsOf(groups: Iterable<string>, accounts: Iterable<string>): string[] {
  const chats = new Set([MAIN_CHAT, ...groups]);
  return [
    POLLING_SEAT,
    ...[...chats].map(chatSeat),
    ...[...new Set(accounts)].map(crmSeat),
    UPKEEP_SEAT,
  ];
}
