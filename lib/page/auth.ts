// Who may use the page: one-time links, sessions, form tokens. Keeps hashes only; sets no cookies, knows no routes.

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createThrottle } from "./throttle.ts";
import type { AuthRecords, Session, SessionLimits } from "../journal/auth.ts";

export type { Session } from "../journal/auth.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a one-time link works, in ms (user requirement). */
export const LINK_MS = 10 * MINUTE_MS;

/** How long a session lasts unused, and at most, in ms (user requirement). */
export const SESSION_IDLE_MS = 12 * HOUR_MS;
export const SESSION_MOST_MS = 7 * 24 * HOUR_MS;

/** Wrong passwords an address has within a minute (user requirement). */
export const MOST_FAILURES = 5;

/** A session's use is written down at most this often, in ms. */
const TOUCH_MS = MINUTE_MS;

/** Where a try to come in was made. */
export interface Visit {
  /** The network address, as the page could best tell. */
  readonly address: string;
  /** What the browser says it is. */
  readonly device: string;
}

/** A one-time link into the page. */
export interface LoginLink {
  readonly url: string;
  /** Whether its address means the reader's own machine. */
  readonly isLocal: boolean;
  /** What is kept of it. */
  readonly hash: string;
  readonly askedBy: string;
  readonly expiresAtMs: number;
}

export type Entry =
  | {
    readonly kind: "entered";
    /** The session's secret: whoever shows it is in. */
    readonly cookie: string;
    readonly session: Session;
  }
  /** Unknown, used or expired link; wrong password. */
  | { readonly kind: "refused" }
  /** Too many wrong passwords from this address: this one is not even looked at. */
  | { readonly kind: "too_many"; readonly waitMs: number };

export interface Auth {
  /** Whether a password was set as the second way in. */
  readonly hasPassword: boolean;
  /**
   * Makes a one-time link's token. It works for {@linkcode LINK_MS} and once.
   *
   * @param askedBy Who asked, as the sessions' list and the history will call them.
   */
  issueLink(askedBy: string): Promise<string>;
  /** Whether a link's token would let somebody in now. Consumes nothing. */
  isLinkGood(token: string): boolean;
  /** Counts no failures: a token of 256 random bits cannot be guessed, and a stranger's guesses must keep out no manager. */
  enterByLink(token: string, visit: Visit): Promise<Entry>;
  /** @param name How the sessions' list and the history call who comes in by password. */
  enterByPassword(password: string, name: string, visit: Visit): Promise<Entry>;
  /** The session of a cookie, seen now. */
  findSession(cookie: string): Session | undefined;
  /** The token that every form of this session carries. */
  formToken(cookie: string): string;
  isFormToken(cookie: string, token: string): boolean;
  /** Last seen first. */
  sessions(): Session[];
  endSession(number: number): Promise<void>;
}

/** What the journal knows a link by. */
export function linkHash(token: string): string {
  return hash(token);
}

/** The page's address for a link's token. */
export function loginLink(origin: string, token: string): string {
  return `${origin}/login?token=${token}`;
}

export function createAuth(
  { records, committed, password, now, elapsedMs = now, linkUsed = () => {} }: {
    readonly records: AuthRecords;
    /** Resolves when what was recorded is on disk. */
    readonly committed: () => Promise<void>;
    readonly password: string | null;
    readonly now: () => number;
    /** Told when somebody came in by a link. */
    readonly linkUsed?: () => void;
    /** A monotonic clock for spans, in ms; `now` where that is one. */
    readonly elapsedMs?: () => number;
  },
): Auth {
  const throttle = createThrottle(MOST_FAILURES, MINUTE_MS);

  function limits(): SessionLimits {
    return { seenAfterMs: now() - SESSION_IDLE_MS, openedAfterMs: now() - SESSION_MOST_MS };
  }

  async function enter(open: (hash: string) => Session | undefined): Promise<Entry> {
    const cookie = newSecret();
    const session = open(hash(cookie));
    if (session === undefined) return { kind: "refused" };
    await committed();
    return { kind: "entered", cookie, session };
  }

  return {
    hasPassword: password !== null,
    async issueLink(askedBy) {
      const token = newSecret();
      const link = { hash: hash(token), askedBy, expiresAtMs: now() + LINK_MS };
      records.addLink(link, limits(), now());
      await committed();
      return token;
    },
    isLinkGood: (token) => records.hasLink(hash(token), now()),
    async enterByLink(token, { device }) {
      const entry = await enter((cookie) =>
        records.openByLink(hash(token), { hash: cookie, device }, limits(), now())
      );
      if (entry.kind === "entered") linkUsed();
      return entry;
    },
    /** Counts a failure before anything is awaited, so that tries at once do not share a count. */
    async enterByPassword(given, name, visit) {
      const waitMs = throttle.waitMs(visit.address, elapsedMs());
      if (waitMs > 0) return { kind: "too_many", waitMs };
      if (password !== null && isSame(given, password)) {
        const { device } = visit;
        return await enter((cookie) =>
          records.openSession({ hash: cookie, device }, name, limits(), now())
        );
      }
      throttle.recordFailure(visit.address, elapsedMs());
      return { kind: "refused" };
    },
    findSession(cookie) {
      const session = records.findSession(hash(cookie), limits());
      if (session !== undefined && now() - session.seenAtMs >= TOUCH_MS) {
        records.touchSession(session.number, now());
      }
      return session;
    },
    formToken,
    isFormToken: (cookie, token) => isSame(token, formToken(cookie)),
    sessions: () => records.listSessions(limits()),
    async endSession(number) {
      records.endSession(number);
      await committed();
    },
  };
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is kept of a secret of 256 random bits: a plain hash, as no guess could be tried against it. */
function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** One per session and derived from its secret, so there is nothing to keep. */
function formToken(cookie: string): string {
  return createHmac("sha256", cookie).update("form").digest("base64url");
}

/** Whether two texts are the same; takes the same time wherever they differ, and however long they are. */
export function isSame(given: string, wanted: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string) => createHmac("sha256", key).update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
