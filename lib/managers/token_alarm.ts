// Tells the managers when an amoCRM token is about to end, and when it has. Sends nothing.

import type { CrmToken } from "../crm/crm_tokens.ts";
import { isRecord } from "../foreign.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import { lookRepeatedly } from "./repeated_look.ts";
import type { Profiles } from "../profiles/profile.ts";
import { tokenEndText } from "./crm_texts.ts";
import type { TellTime } from "./texts.ts";

const DAY_MS = 24 * 60 * 60_000;

/** How many days before its end a token is told of; 0 when it has ended. */
const TOLD_AT_DAYS = [0, 1, 7, 30] as const;

const LOOK_MS = 60 * 60_000;

/** How the names of facts about what was told begin; the name of the secret follows. */
const FACT = "token_end:";

/** Watches the ends of tokens. */
export interface TokenAlarm {
  /** Checks once. */
  look(): Promise<void>;
  /** Checks every hour until the process stops. */
  run(): Promise<void>;
}

/** Creates the alarm. What was told is kept in the journal, so a restart does not repeat it. */
export function createTokenAlarm(
  { tokens, profiles, journal, wake, tellTime, mayLook, sleep, stopping, now, log }: {
    readonly tokens: () => readonly CrmToken[];
    readonly profiles: () => Profiles;
    readonly journal: Pick<Journal, "fact" | "noteFact" | "chatOf">;
    /** Called when a note was queued. */
    readonly wake: () => void;
    readonly tellTime: TellTime;
    /** As of `lookRepeatedly`. */
    readonly mayLook?: (() => boolean) | undefined;
    readonly sleep: (ms: number) => Promise<void>;
    readonly stopping: AbortSignal;
    readonly now: () => number;
    readonly log: Log;
  },
): TokenAlarm {
  async function lookAt({ secret, endsAtMs, profiles: keys }: CrmToken): Promise<void> {
    const daysLeft = (endsAtMs - now()) / DAY_MS;
    const level = TOLD_AT_DAYS.find((days) => daysLeft <= days);
    if (level === undefined) return;
    const told = toldOf(await journal.fact(FACT + secret));
    if (told?.endsAtMs === endsAtMs && told.level <= level) return;
    const profileNames = keys.map((key) => profiles().byKey.get(key)?.name ?? key);
    const text = tokenEndText({ profileNames, daysLeft, endsAt: tellTime(endsAtMs) });
    const value = JSON.stringify({ endsAtMs, level });
    await journal.noteFact(FACT + secret, value, text, now(), keys.map(journal.chatOf));
    wake();
  }

  async function look(): Promise<void> {
    for (const token of tokens()) await lookAt(token);
  }

  return {
    look,
    run: () =>
      lookRepeatedly(look, {
        everyMs: LOOK_MS,
        mayLook,
        failed: "❌ О сроке токена менеджерам не сказать: {cause}. Повторим",
        sleep,
        stopping,
        log,
      }),
  };
}

function toldOf(
  fact: string | undefined,
): { readonly endsAtMs: number; readonly level: number } | undefined {
  if (fact === undefined) return undefined;
  const stored: unknown = JSON.parse(fact);
  const { endsAtMs, level } = isRecord(stored) ? stored : {};
  return { endsAtMs: Number(endsAtMs), level: Number(level) };
}
