// The lanes of owed work: what does the work of each, how much of it at once, and what wakes which. Holds no rule about leads.

import { waitMs } from "../backoff.ts";
import type { CallPace } from "../crm/call_pace.ts";
import type { DestinationContext } from "../crm/destination.ts";
import { createNoteWork } from "../crm/note_work.ts";
import type { Crm, CrmCalls } from "../crm/post.ts";
import { type BegunPost, createCrmWork } from "../crm/work.ts";
import {
  accountOfNotes,
  CRM_LANES,
  type DueLanes,
  type Journal,
  MAIN_CHAT,
  noteLane,
  PACED_LANES,
  PHONES_LANE,
  SEND_ALL_LANES,
  VISITORS_LANE,
  type Work,
  type WorkOf,
} from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import type { ShownWords } from "../managers/shown_words.ts";
import type { ManagersChats } from "../managers/chats.ts";
import type { TellTime } from "../managers/texts.ts";
import type { CrmOutcome } from "../lead.ts";
import { type Beside, besideOthers, seatOfPosts } from "./lane_seats.ts";
import { createManagersLanes } from "./managers_lanes.ts";
import { createOutbox, type Place } from "./outbox.ts";
import { spanOfMessage, spanOfNote, spanOfPhone } from "./send_spans.ts";
import { crmSeat } from "../journal/seats.ts";
import type { RecordDone } from "../journal/done.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Profile, Profiles } from "../profiles/profile.ts";
import type { VisitorChat } from "../visitors/chat.ts";
import type { ConfirmationTimes } from "../visitors/confirmation_times.ts";
import { createPhoneWork } from "../visitors/phone_work.ts";
import { createVisitorWork } from "../visitors/work.ts";

/** Open POSTs: in all, and to one host, so that one dead CRM leaves room for the others. */
const MOST_POSTS = 256;
const MOST_POSTS_PER_HOST = 128;

/** The same to a host that limits calls: what it takes in 10 s, a common deadline. The others wait on disk. */
const MOST_POSTS_PER_PACED_HOST = 50;

/** Notes under way: in all, and to one account. */
const MOST_NOTES = 32;
const MOST_NOTES_PER_ACCOUNT = 4;

/** Messages to visitors that are repeated at once; first tries go with their update. */
const MOST_VISITORS = 64;

export interface LaneOptions {
  readonly journal: Journal;
  readonly crm: Crm & CrmCalls;
  /** Keeps the calls to each account within its rate. */
  readonly callPace: CallPace;
  /** What POSTs are prepared with. */
  readonly crmContext: () => DestinationContext;
  /** Called with how each POST of a profile ended. */
  readonly crmAnswered: (profile: Profile, outcome: CrmOutcome, lead: number) => Promise<void>;
  /** Called with how long it took from the press until the CRM accepted a lead; see `CrmWorkOptions`. */
  readonly accepted?: (seconds: number, profile: Profile) => void;
  /** Measures confirmations. */
  readonly confirmationTimes?: ConfirmationTimes;
  readonly shownWords: Pick<ShownWords, "remember">;
  readonly chats: ManagersChats;
  /** The place beside other processes; undefined for a process alone. */
  readonly beside?: Beside | undefined;
  readonly visitorChat: VisitorChat;
  readonly profiles: () => Profiles;
  readonly crmTimeoutMs: number;
  readonly tellTime: TellTime;
  readonly recordDurably: RecordDurably;
  readonly recordDone: RecordDone;
  readonly now: () => number;
  /** A monotonic clock for spans, in ms. Without one no follow-up is held back for the sake of others. */
  readonly elapsedMs?: () => number;
  readonly random: () => number;
  readonly log: Log;
  /** Cuts POSTs off that are still open when the process has to go. */
  readonly cutOff: AbortSignal;
}

/** A place for a POST. */
export type PostPlace = Place<Work>;

export interface Lanes {
  /** A place for a POST that may leave at once; undefined where there is no room, or where something due waits before it. */
  placeFor(lane: string): Promise<PostPlace | undefined>;
  /** Does a POST that was recorded as begun, as soon as `ready` says that it may leave; false means that there is none. */
  post(begun: BegunPost, place: PostPlace, ready: () => Promise<boolean>): void;
  /**
   * Gives a confirmation that was recorded just now; resolves when Telegram has answered. That is recorded later.
   *
   * @param pressedAtMs When Telegram handed the press over, by the monotonic clock.
   */
  confirm(work: WorkOf<"confirmation">, pressedAtMs?: number): Promise<void>;
  /** Tells that a CRM may be owed a POST. */
  wakePosts(lane: string): void;
  /** The same of the runs that send all cards of a profile. */
  wakeRuns(): void;
  wakeManagers(): void;
  wakeVisitors(): void;
  /** The same of notes to CRMs. */
  wakeNotes(): void;
  /** The same of questions for a phone; from now on each confirmation may make one due. */
  wakePhones(): void;
  /** Takes up what an earlier process left. */
  wakeAll(): void;
  /** Takes up what was found in the journal; false when some of it is of a chat that is not in use. */
  found(due: DueLanes): boolean;
  /** Takes up nothing more, and resolves when what was in hand is recorded. */
  stop(): Promise<void>;
}

export function createLanes(options: LaneOptions): Lanes {
  const { journal, chats, beside, profiles, now, random, log } = options;
  const ofAll = besideOthers(beside, () => undefined);
  const spanOf = (work: Work) => spanOfMessage(work, chats.at(MAIN_CHAT).chatId());
  const retryAtMs = (work: Pick<Work, "failures">, atLeastMs = 0) =>
    now() + waitMs(work.failures + 1, random(), atLeastMs);
  const crmWork = createCrmWork({
    ...options,
    mayCall: (account) => beside === undefined || beside.seats.holds(crmSeat(account)),
    wakeManagers,
    wakeNotes,
    ended: (work) => posts.free(work),
  });
  const posts = createOutbox({
    ...options,
    ...besideOthers(beside, (lane) => seatOfPosts(lane, profiles())),
    run: crmWork.run,
    factsOf: ({ subject }: Work) => ({ lead: subject }),
    most: MOST_POSTS,
    mostPerLane: mostPostsIn,
  });
  const notes = createOutbox({
    ...options,
    ...besideOthers(beside, (lane) => crmSeat(accountOfNotes(lane))),
    journal: {
      nextWorkDueAtMs: journal.nextNoteDueAtMs,
      takeWork: journal.takeNotes,
      postponeWork: journal.postponeNote,
      releaseWork: journal.releaseNote,
    },
    run: createNoteWork({ ...options, retryAtMs }),
    spanOf: spanOfNote,
    most: MOST_NOTES,
    mostPerLane: () => MOST_NOTES_PER_ACCOUNT,
  });
  const managers = createManagersLanes({ ...options, retryAtMs, wakeNotes });
  const visitorWork = createVisitorWork({ ...options, retryAtMs, wakeVisitors, confirmed });
  const visitors = createOutbox({
    ...options,
    ...ofAll,
    run: visitorWork.run,
    spanOf,
    most: MOST_VISITORS,
    mostPerLane: () => MOST_VISITORS,
  });
  const phones = createOutbox({
    ...options,
    ...ofAll,
    journal: {
      nextWorkDueAtMs: journal.nextPhoneWorkDueAtMs,
      takeWork: journal.takePhoneWork,
      postponeWork: journal.postponePhoneWork,
    },
    run: createPhoneWork({ ...options, retryAtMs, wakePosts: (lane) => posts.wake(lane) }),
    spanOf: spanOfPhone,
    most: MOST_VISITORS,
    mostPerLane: () => MOST_VISITORS,
  });
  /** Whether any profile has asked for a phone; else no confirmation costs a look. */
  let asksPhones = false;
  /** Bounded with their updates: counted with what is repeated they would leave that no room. */
  const firstTries = new Set<Promise<void>>();

  /** By the lanes that there are: a profile may have got another key. */
  const runLanes = () => journal.lanes(SEND_ALL_LANES);
  const crmLanes = () => journal.lanes(CRM_LANES);
  const noteLanes = () => journal.noteLanes(); // Also where no profile leads any more.

  async function phoneLanes(): Promise<string[]> {
    if (await journal.owesPhoneWork()) asksPhones = true;
    return asksPhones ? [PHONES_LANE] : [];
  }

  function wakeManagers(): void {
    managers.wake();
  }

  function wakeNotes(): void {
    for (const account of amoCrmAccounts(options.profiles())) notes.wake(noteLane(account));
  }

  function wakeVisitors(): void {
    visitors.wake(VISITORS_LANE);
  }

  function wakePhones(): void {
    asksPhones = true;
    phones.wake(PHONES_LANE);
  }

  function confirmed(): void {
    if (asksPhones) phones.wake(PHONES_LANE);
  }

  return {
    placeFor: posts.reserve,
    post({ work, ...begun }, place, ready) {
      place.run(work, async (isOurs) => {
        if (await ready()) await crmWork.post({ work, ...begun }, isOurs);
      });
    },
    confirm(work, pressedAtMs) {
      const { promise: tried, resolve } = Promise.withResolvers<void>();
      const confirmed = log.span(
        spanOf(work),
        () =>
          visitorWork.confirm(work, resolve, pressedAtMs)
            .catch((error) => visitors.giveBack(work, error)),
      );
      const done = confirmed.then(resolve);
      firstTries.add(done);
      done.then(() => firstTries.delete(done));
      return tried;
    },
    wakePosts: posts.wake,
    wakeRuns: () => posts.wakeFound(runLanes),
    wakeManagers,
    wakeVisitors,
    wakeNotes,
    wakePhones,
    wakeAll() {
      posts.wakeFound(crmLanes);
      wakeManagers();
      wakeVisitors();
      notes.wakeFound(noteLanes);
      phones.wakeFound(phoneLanes);
    },
    found({ work, notes: owedNotes, phones: arePhonesDue }) {
      let isAllInUse = true;
      for (const lane of work) {
        if (lane.startsWith(CRM_LANES)) posts.found(lane);
        else if (lane === VISITORS_LANE) visitors.found(lane);
        else if (!managers.found(lane)) isAllInUse = false;
      }
      for (const lane of owedNotes) notes.found(lane);
      if (arePhonesDue) {
        asksPhones = true;
        phones.found(PHONES_LANE);
      }
      return isAllInUse;
    },
    async stop() {
      const stopped = [posts, notes, managers, visitors, phones].map((each) => each.stop());
      await Promise.all([...stopped, ...firstTries]);
    },
  };
}

function amoCrmAccounts({ byKey }: Profiles): ReadonlySet<string> {
  const accounts = new Set<string>();
  for (const { crm } of byKey.values()) if (crm?.kind === "amocrm") accounts.add(crm.account);
  return accounts;
}

function mostPostsIn(lane: string): number {
  if (lane.startsWith(SEND_ALL_LANES)) return 1;
  return lane.startsWith(PACED_LANES) ? MOST_POSTS_PER_PACED_HOST : MOST_POSTS_PER_HOST;
}
