// Access to the page: one-time links, sessions, form tokens. Stores hashes only; knows no cookies and no routes.

import { createHash, createHmac, randomBytes } from "node:crypto";
import { createThrottle } from "./throttle.ts";
import { isSameSecret } from "../same_secret.ts";
import type { AuthRecords, Session, SessionLimits } from "../journal/auth.ts";

export type { Session } from "../journal/auth.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a one-time link works, in ms: enough to open it, too short to be found in the chat later. */
export const LINK_MS = 10 * MINUTE_MS;

/** A session ends after 12 hours unused, so it lasts a working day, and after a week in any case; in ms. */
export const SESSION_IDLE_MS = 12 * HOUR_MS;
export const SESSION_MOST_MS = 7 * 24 * HOUR_MS;

/** Wrong passwords that an address may send within a minute: room for typing errors, none for guessing. */
export const MOST_FAILURES = 5;

/** A session's last use is recorded at most this often, in ms. */
const TOUCH_MS = MINUTE_MS;

/** Where a login comes from. */
export interface Visit {
  /** The network address, as far as the page can tell. */
  readonly address: string;
  readonly device: string;
}

/** A one-time link into the page. */
export interface LoginLink {
  readonly url: string;
  /** Whether it opens only on the bot's own machine. */
  readonly isLocal: boolean;
  readonly hash: string;
  readonly askedBy: string;
  readonly expiresAtMs: number;
}

export type Entry =
  | {
    readonly kind: "entered";
    readonly cookie: string;
    readonly session: Session;
  }
  /** The link is unknown, used or expired, or the password is wrong. */
  | { readonly kind: "refused" }
  /** Too many wrong passwords from this address: this one was not checked. */
  | { readonly kind: "too_many"; readonly waitMs: number };

export interface Auth {
  readonly hasPassword: boolean;
  /** Makes a one-time token that works for {@linkcode LINK_MS}. `askedBy` is its owner's name in sessions and history. */
  issueLink(askedBy: string): Promise<string>;
  /** Whether a link's token is valid now. Consumes nothing. */
  isLinkGood(token: string): Promise<boolean>;
  /** Counts no failures: 256 random bits cannot be guessed, and a stranger's attempts must not lock managers out. */
  enterByLink(token: string, visit: Visit): Promise<Entry>;
  /** @param name The person's name in the list of sessions and in the history. */
  enterByPassword(password: string, name: string, visit: Visit): Promise<Entry>;
  /** The session of a cookie; records its use. */
  findSession(cookie: string): Promise<Session | undefined>;
  formToken(cookie: string): string;
  isFormToken(cookie: string, token: string): boolean;
  /** Most recently used first. */
  sessions(): Promise<Session[]>;
  endSession(number: number): Promise<void>;
}

/** The hash by which the journal stores a link. */
export function linkHash(token: string): string {
  return hash(token);
}

/** The URL for a link's token. */
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
    /** Called after a login by link. */
    readonly linkUsed?: () => void;
    /** A monotonic clock, in ms; defaults to `now`. */
    readonly elapsedMs?: () => number;
  },
): Auth {
  const throttle = createThrottle(MOST_FAILURES, MINUTE_MS);

  function limits(): SessionLimits {
    return { seenAfterMs: now() - SESSION_IDLE_MS, openedAfterMs: now() - SESSION_MOST_MS };
  }

  async function enter(open: (hash: string) => Promise<Session | undefined>): Promise<Entry> {
    const cookie = newSecret();
    const session = await open(hash(cookie));
    if (session === undefined) return { kind: "refused" };
    await committed();
    return { kind: "entered", cookie, session };
  }

  return {
    hasPassword: password !== null,
    async issueLink(askedBy) {
      const token = newSecret();
      const link = { hash: hash(token), askedBy, expiresAtMs: now() + LINK_MS };
      await records.addLink(link, limits(), now());
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
    /** Counts a failure before any await, so that concurrent attempts cannot share a count. */
    async enterByPassword(given, name, visit) {
      const waitMs = throttle.waitMs(visit.address, elapsedMs());
      if (waitMs > 0) return { kind: "too_many", waitMs };
      if (password !== null && isSameSecret(given, password)) {
        const { device } = visit;
        return await enter((cookie) =>
          records.openSession({ hash: cookie, device }, name, limits(), now())
        );
      }
      throttle.recordFailure(visit.address, elapsedMs());
      return { kind: "refused" };
    },
    async findSession(cookie) {
      const session = await records.findSession(hash(cookie), limits());
      if (session !== undefined && now() - session.seenAtMs >= TOUCH_MS) {
        await records.touchSession(session.number, now());
      }
      return session;
    },
    formToken,
    isFormToken: (cookie, token) => isSameSecret(token, formToken(cookie)),
    sessions: () => records.listSessions(limits()),
    async endSession(number) {
      await records.endSession(number);
      await committed();
    },
  };
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** A plain hash suffices for a secret of 256 random bits: it cannot be guessed. */
function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Derived from the session's secret, so nothing has to be stored. */
function formToken(cookie: string): string {
  return createHmac("sha256", cookie).update("form").digest("base64url");
}
