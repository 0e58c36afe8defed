// Queues one note for the managers when the profiles stay broken where they are kept, and one when they are repaired. Sends nothing.

import { isRecord } from "../foreign.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import { lookRepeatedly } from "./repeated_look.ts";
import { brokenFileText, mendedFileText, type TellTime } from "./texts.ts";
import { faultWords, type ProfilePlace } from "../profiles/fault_lines.ts";
import type { Breakage } from "../profiles/store.ts";

/** How long the file may be broken before the managers are told, in ms: edits by hand take a while. */
export const BROKEN_PATIENCE_MS = 5 * 60_000;

const LOOK_MS = 15_000;

/** The journal's record of the current breakage. */
const FACT = "profiles_broken";

/** Watches the profiles that are kept. */
export interface ProfileAlarm {
  /** Checks once. */
  look(): Promise<void>;
  /** Checks every 15 s until the process stops. */
  run(): Promise<void>;
}

export function createProfileAlarm(
  { place, breakage, journal, wake, tellTime, mayLook, sleep, stopping, now, log }: {
    readonly place: ProfilePlace;
    readonly breakage: () => Breakage | undefined;
    readonly journal: Pick<Journal, "fact" | "rememberFact" | "forgetFact" | "noteFact">;
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
): ProfileAlarm {
  async function look(): Promise<void> {
    const broken = breakage();
    const known = readKnown(await journal.fact(FACT));
    if (broken === undefined) {
      if (known?.told) await tell(null, mendedFileText(place));
      else if (known !== undefined) await journal.forgetFact(FACT);
      return;
    }
    const sinceMs = Math.min(known?.sinceMs ?? Infinity, broken.sinceMs);
    const isDue = !known?.told && now() - sinceMs >= BROKEN_PATIENCE_MS;
    if (isDue) {
      const [fault] = broken.faults;
      const text = brokenFileText({
        place,
        since: tellTime(sinceMs),
        version: tellTime(broken.versionAtMs),
        fault: fault === undefined ? "" : faultWords(fault),
      });
      await tell(JSON.stringify({ sinceMs, told: true }), text);
    } else if (known === undefined) {
      await journal.rememberFact(FACT, JSON.stringify({ sinceMs, told: false }));
    }
  }

  async function tell(value: string | null, text: string): Promise<void> {
    await journal.noteFact(FACT, value, text, now());
    wake();
  }

  return {
    look,
    run: () =>
      lookRepeatedly(look, {
        everyMs: LOOK_MS,
        mayLook,
        failed: "❌ Об ошибке в профилях менеджерам не сказать: {cause}. Повторим",
        sleep,
        stopping,
        log,
      }),
  };
}

function readKnown(
  fact: string | undefined,
): { readonly sinceMs: number; readonly told: boolean } | undefined {
  if (fact === undefined) return undefined;
  const stored: unknown = JSON.parse(fact);
  const { sinceMs, told } = isRecord(stored) ? stored : {};
  return { sinceMs: Number(sinceMs), told: told === true };
}
