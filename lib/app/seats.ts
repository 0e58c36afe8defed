// This process beside others on the same journal: the seats that it wants, and what it finds that they have made due.

import type { FollowShared } from "./follow_shared.ts";
import type { AllManagersChats } from "./managers_chats.ts";
import type { Answers } from "../delivery/answers.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { type Beside, pacedAccounts } from "../delivery/lane_seats.ts";
import type { Place } from "../journal/alone.ts";
import { accountOfNotes, type DueLanes, type Journal, PACED_LANES } from "../journal/journal.ts";
import { POLLING_SEAT, seatsOf } from "../journal/seats.ts";
import type { Profiles } from "../profiles/profile.ts";
import type { Inbox } from "../telegram/update_inbox.ts";

/** The topic of the wake-up that says that work of another process's seat is due. */
export const WORK_TOPIC = "work";

/** How often lanes with due work are looked for, in ms: a wake-up may be lost. */
const LOOK_MS = 1_000;

/** Within this several lanes are told of by one wake-up, in ms. */
const GATHERED_MS = 20;

/** How often the ids of groups are compared with what other processes found, in ms. */
const FOLLOW_MS = 30_000;

/** How often work may be put where it belongs that another process has owed to a chat which is not in use, in ms. */
const PLACE_MS = 10_000;

/** What the delivery needs to know of others; undefined for a process alone. */
export function createBeside(
  { crew, journal }: { readonly crew: Place; readonly journal: Pick<Journal, "tellOthers"> },
): Beside | undefined {
  if (crew.pace === undefined) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tell(): void {
    timer = undefined;
    if (!crew.isAlive()) return;
    journal.tellOthers(WORK_TOPIC).catch(() => {}); // They look by themselves.
  }

  return {
    seats: crew,
    elsewhere: () => void (timer ??= setTimeout(tell, GATHERED_MS)),
  };
}

export interface SeatsOptions {
  readonly crew: Place;
  readonly journal: Pick<Journal, "dueLanes">;
  readonly profiles: () => Profiles;
  readonly chats: Pick<AllManagersChats, "groups" | "followSoon" | "placeAgain">;
  readonly delivery: Pick<Delivery, "found">;
  readonly answers: Pick<Answers, "found">;
  readonly inbox: Pick<Inbox, "found">;
  /** Told how often what all share has changed. Never rejects. */
  readonly seen: FollowShared["seen"];
  readonly now: () => number;
  readonly elapsedMs: () => number;
}

export interface SeatWork {
  /** Asks for the seats of the profiles and chats in use. */
  follow(): void;
  /** Looks at once, then every second and when others say so. Does nothing where there are no others. */
  start(): void;
  /** Resolves when a look under way has ended. Others may poll from then on; the other seats are kept for what is in hand. */
  stop(): Promise<void>;
}

/** Idle until `start`. */
export function createSeatWork(options: SeatsOptions): SeatWork {
  const { crew, journal, profiles, chats, delivery, answers, inbox, seen, now, elapsedMs } =
    options;
  /** Accounts that work waits for, also where no profile leads any more. */
  const accounts = new Set<string>();
  let wanted = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking: Promise<void> | undefined;
  let mustLookAgain = false;
  let followedMs = elapsedMs();
  let placedMs = -Infinity;
  let stopped = true;

  function follow(): void {
    if (stopped) return;
    const seats = seatsOf(chats.groups(), [...pacedAccounts(profiles()), ...accounts]);
    if (wanted === seats.join("\n")) return;
    wanted = seats.join("\n");
    crew.want(seats);
  }

  async function look(): Promise<void> {
    if (!crew.isAlive()) return;
    if (elapsedMs() - followedMs >= FOLLOW_MS) {
      followedMs = elapsedMs();
      chats.followSoon();
    }
    const due = await journal.dueLanes(now());
    if (stopped) return;
    for (const account of accountsIn(due)) accounts.add(account);
    follow();
    const found = [delivery.found(due), answers.found(due.answers)];
    if (due.updates) inbox.found();
    if (due.revisions !== undefined) void seen(due.revisions);
    if (found.includes(false) && elapsedMs() - placedMs >= PLACE_MS) {
      placedMs = elapsedMs();
      await chats.placeAgain();
    }
  }

  /** One look at a time; another follows where there was a reason meanwhile. */
  function lookSoon(): void {
    if (stopped) return;
    mustLookAgain = looking !== undefined;
    looking ??= look().catch(() => {}).finally(() => { // The journal's faults are told by what needs it.
      looking = undefined;
      if (mustLookAgain) lookSoon();
      else plan();
    });
  }

  function plan(): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(lookSoon, LOOK_MS);
  }

  return {
    follow,
    start() {
      if (crew.pace === undefined) return;
      stopped = false;
      crew.onChange(lookSoon);
      crew.onWake(WORK_TOPIC, lookSoon);
      follow();
      lookSoon();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      if (wanted !== "") crew.want(wanted.split("\n").filter((seat) => seat !== POLLING_SEAT));
    },
  };
}

function accountsIn({ work, notes }: DueLanes): string[] {
  const paced = work.filter((lane) => lane.startsWith(PACED_LANES));
  return [...paced.map((lane) => lane.slice(PACED_LANES.length)), ...notes.map(accountOfNotes)];
}
