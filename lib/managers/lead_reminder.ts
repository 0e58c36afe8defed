// Reminds the managers of leads that no manager took or closed: one note, at most one an hour, within working hours. Sends nothing
// into their chat by itself.

import { ADMIN_CHAT_LANE, type Journal, laneOfChat, MAIN_CHAT } from "../journal/journal.ts";
import type { Lead, MessageAddress } from "../lead.ts";
import type { Log } from "../log/log.ts";
import { messageLink } from "../message_link.ts";
import { LIMITS } from "../profiles/limits.ts";
import { fullName } from "../visitor_name.ts";
import { clip, type Formatted } from "../visitors/texts.ts";
import { isWorkTime, type WorkHours } from "../work_hours.ts";
import { leadsWord } from "./texts.ts";

const LOOK_MS = 60_000;

/** From one reminder to the next, in ms (user requirement: at most one an hour). */
export const BETWEEN_REMINDERS_MS = 60 * 60_000;

/** After so many reminders in a row the alert chat is told too. */
const PATIENT_REMINDERS = 3;

/** Leads that a reminder names. */
const MOST_NAMED = 20;

/**
 * The last reminder, and how many there have been since the last moment without waiting leads. Of other chats than the main one
 * a colon and the chat's key follow.
 */
export const REMINDED_AT = "reminded_at_ms";
const REMINDERS = "reminders_in_a_row";

/** A managers' chat, and the leads that it is reminded of. */
export interface RemindedChat {
  readonly key: string;
  /** Those under which it was reminded before its group got another id. */
  readonly formerKeys: readonly string[];
  /** Of these profiles, or of all but these. */
  readonly of: { readonly profiles: ReadonlySet<string>; readonly isAllBut: boolean };
}

export interface LeadReminder {
  /** Looks once. */
  look(): Promise<void>;
  /** Looks each minute until the process stops. */
  run(): Promise<void>;
}

export interface LeadReminderOptions {
  readonly journal: Pick<
    Journal,
    | "waitingLeads"
    | "countDueWork"
    | "fact"
    | "rememberFact"
    | "forgetFact"
    | "noteFact"
    | "committed"
  >;
  /** How long a lead may wait, in ms; 0 for no reminders. */
  readonly remindAfterMs: number;
  readonly workHours: WorkHours;
  readonly timeZone: string;
  readonly chats: () => Promise<readonly RemindedChat[]>;
  /** Tells the alert chat. */
  readonly alert: (message: Formatted) => Promise<boolean>;
  /** Called when a reminder was queued. */
  readonly wake: () => void;
  /** Whether this process is the one that reminds; without it, it is. */
  readonly mayLook?: (() => boolean) | undefined;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  readonly now: () => number;
  readonly log: Log;
}

export function createLeadReminder(options: LeadReminderOptions): LeadReminder {
  const { journal, remindAfterMs, workHours, timeZone, now, log } = options;

  async function look(): Promise<void> {
    if (remindAfterMs === 0) return;
    for (const chat of await options.chats()) await lookAt(chat);
  }

  async function lookAt({ key, formerKeys, of }: RemindedChat): Promise<void> {
    const nowMs = now();
    const { leads, all } = await journal.waitingLeads(nowMs - remindAfterMs, MOST_NAMED, of);
    const keys = [key, ...formerKeys];
    const reminders = keys.map((each) => factOf(REMINDERS, each));
    if (all === 0) {
      for (const name of reminders) {
        if (await journal.fact(name) !== undefined) await journal.forgetFact(name);
      }
      return;
    }
    const lastAtMs = await Promise.all(
      keys.map(async (each) => Number(await journal.fact(factOf(REMINDED_AT, each)) ?? -Infinity)),
    );
    if (nowMs - Math.max(...lastAtMs) < BETWEEN_REMINDERS_MS) return;
    if (!isWorkTime(workHours, nowMs, timeZone)) return;
    const text = reminderText(leads, all, remindAfterMs / 60_000);
    const before = Math.max(
      ...await Promise.all(reminders.map(async (name) => Number(await journal.fact(name) ?? 0))),
    );
    // A chat that takes no messages finds one reminder when it is back, not one of each hour. Before the first, what waits is
    // something else.
    const isWaiting = before > 0 && await isNoteWaiting(key);
    const chats = isWaiting ? [] : [key];
    await journal.noteFact(factOf(REMINDED_AT, key), String(nowMs), text, nowMs, chats);
    await journal.rememberFact(factOf(REMINDERS, key), String(before + 1));
    await journal.committed();
    log.info("⏰ Менеджерам напомнили о лидах, которые ждут: {leads}", { leads: all });
    options.wake();
    if (before >= PATIENT_REMINDERS) await options.alert({ text, entities: [] });
  }

  async function isNoteWaiting(key: string): Promise<boolean> {
    const lane = laneOfChat(ADMIN_CHAT_LANE, key);
    return await journal.countDueWork(lane, "note", Number.MAX_SAFE_INTEGER, 1) > 0;
  }

  return {
    look,
    async run() {
      while (!options.stopping.aborted) {
        const looked = options.mayLook?.() ?? true ? look() : Promise.resolve();
        await looked.catch((cause) => {
          if (options.stopping.aborted) return; // The journal is closed.
          log.error("❌ О лидах не напомнить: {cause}. Повторим", { cause: String(cause) });
        });
        await options.sleep(LOOK_MS);
      }
    },
  };
}

function factOf(name: string, key: string): string {
  return key === MAIN_CHAT ? name : `${name}:${key}`;
}

/** «⏰ 3 лида ждут дольше 30 минут:» and a line with a link for each. */
export function reminderText(leads: readonly Lead[], all: number, minutes: number): string {
  const isOne = all % 10 === 1 && all % 100 !== 11;
  const lines = [`⏰ ${leadsWord(all)} ${isOne ? "ждёт" : "ждут"} дольше ${minutes} мин:`];
  for (const each of leads) {
    const line = `№ ${each.number} · ${clip(fullName(each.visitor), 60)}${linkTo(each.card)}`;
    if (lines.join("\n").length + line.length > LIMITS.text - 100) break;
    lines.push(line);
  }
  const more = all - (lines.length - 1);
  if (more > 0) lines.push(`… и ещё ${more}: /leads`);
  return lines.join("\n");
}

function linkTo(card: MessageAddress | null): string {
  const link = card === null ? undefined : messageLink(card);
  return link === undefined ? "" : ` — ${link}`;
}
