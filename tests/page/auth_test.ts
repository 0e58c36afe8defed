import assert from "node:assert/strict";
import {
  type Auth,
  createAuth,
  LINK_MS,
  loginLink,
  MOST_FAILURES,
  SESSION_IDLE_MS,
  SESSION_MOST_MS,
} from "../../lib/page/auth.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { authRecords } from "../../lib/journal/auth.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { NOON_MS } from "../helpers/a_lead.ts";

const HERE = { address: "192.0.2.7", device: "Firefox" };
const ELSEWHERE = { address: "192.0.2.8", device: "Chrome" };
const MINUTE_MS = 60_000;

Deno.test("a link works once and opens a session in the name of the person who asked for it", () =>
  withAuth(async ({ auth }) => {
    const token = await auth.issueLink("@manager");
    assert.equal(await auth.isLinkGood(token), true);

    const first = await auth.enterByLink(token, HERE);
    assert.equal(first.kind, "entered");
    const session = first.kind === "entered" ? await auth.findSession(first.cookie) : undefined;
    assert.equal(session?.openedBy, "@manager");
    assert.equal(session?.device, "Firefox");

    assert.equal(await auth.isLinkGood(token), false);
    assert.deepEqual(await auth.enterByLink(token, HERE), { kind: "refused" });
  }));

Deno.test("two concurrent uses of a link open one session", () =>
  withAuth(async ({ auth }) => {
    const token = await auth.issueLink("@manager");
    const both = await Promise.all([
      auth.enterByLink(token, HERE),
      auth.enterByLink(token, ELSEWHERE),
    ]);
    assert.deepEqual(both.map(({ kind }) => kind), ["entered", "refused"]);
  }));

Deno.test("a link works for ten minutes and not a millisecond longer", () =>
  withAuth(async ({ auth, clock }) => {
    const [early, late] = [await auth.issueLink("@a"), await auth.issueLink("@b")];
    clock.nowMs += LINK_MS - 1;
    assert.equal((await auth.enterByLink(early, HERE)).kind, "entered");
    clock.nowMs += 1;
    assert.equal(await auth.isLinkGood(late), false);
    assert.equal((await auth.enterByLink(late, HERE)).kind, "refused");
  }));

Deno.test("the database contains neither links nor cookies", () =>
  withAuth(async ({ auth, everything }) => {
    const token = await auth.issueLink("@manager");
    assert.equal((await everything()).includes(token), false);
    const entry = await auth.enterByLink(await auth.issueLink("@other"), HERE);
    assert.ok(entry.kind === "entered");
    assert.equal((await everything()).includes(entry.cookie), false);
    assert.ok((await everything()).includes("@manager"));
  }));

Deno.test("the password opens a session with the given name, a wrong one does not", () =>
  withAuth(async ({ auth }) => {
    assert.equal(auth.hasPassword, true);
    assert.equal((await auth.enterByPassword("incorrect", "по паролю", HERE)).kind, "refused");
    const entry = await auth.enterByPassword(PASSWORD, "по паролю", HERE);
    assert.equal(entry.kind === "entered" && entry.session.openedBy, "по паролю");
  }));

Deno.test("without a configured password no password works, not even an empty one", () =>
  withAuth(async ({ auth }) => {
    assert.equal(auth.hasPassword, false);
    assert.equal((await auth.enterByPassword("", "по паролю", HERE)).kind, "refused");
  }, null));

Deno.test("after five failures within a minute an address waits, and others do not", () =>
  withAuth(async ({ auth, clock }) => {
    for (let tries = 0; tries < MOST_FAILURES; tries += 1) {
      assert.equal((await auth.enterByPassword("wrong", "по паролю", HERE)).kind, "refused");
      clock.nowMs += 1000;
    }
    assert.deepEqual(await auth.enterByPassword(PASSWORD, "по паролю", HERE), {
      kind: "too_many",
      waitMs: MINUTE_MS - MOST_FAILURES * 1000,
    });
    assert.equal((await auth.enterByPassword(PASSWORD, "по паролю", ELSEWHERE)).kind, "entered");

    clock.nowMs += MINUTE_MS - MOST_FAILURES * 1000;
    assert.equal((await auth.enterByPassword(PASSWORD, "по паролю", HERE)).kind, "entered");
  }));

Deno.test("concurrent failures are counted one by one", () =>
  withAuth(async ({ auth }) => {
    const tries = Array.from(
      { length: 20 },
      () => auth.enterByPassword("guess", "по паролю", HERE),
    );
    const kinds = (await Promise.all(tries)).map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === "refused").length, MOST_FAILURES);
    assert.equal(kinds.filter((kind) => kind === "too_many").length, 20 - MOST_FAILURES);
  }));

Deno.test("a valid link works after any number of invalid ones", () =>
  withAuth(async ({ auth }) => {
    const token = await auth.issueLink("@manager");
    for (let tries = 0; tries < 10 * MOST_FAILURES; tries += 1) {
      assert.deepEqual(await auth.enterByLink(`guess ${tries}`, HERE), { kind: "refused" });
    }
    assert.equal((await auth.enterByPassword("wrong", "по паролю", HERE)).kind, "refused");
    assert.equal((await auth.enterByLink(token, HERE)).kind, "entered");
  }));

Deno.test("an address blocked for wrong passwords can still log in by link", () =>
  withAuth(async ({ auth }) => {
    const token = await auth.issueLink("@manager");
    for (let tries = 0; tries < MOST_FAILURES; tries += 1) {
      await auth.enterByPassword("wrong", "по паролю", HERE);
    }
    assert.equal((await auth.enterByPassword(PASSWORD, "по паролю", HERE)).kind, "too_many");
    assert.equal((await auth.enterByLink(token, HERE)).kind, "entered");
  }));

Deno.test("a session ends 12 hours after it was last used", () =>
  withAuth(async ({ auth, clock }) => {
    const cookie = await enter(auth);
    clock.nowMs += SESSION_IDLE_MS - 1;
    assert.ok(await auth.findSession(cookie));
    clock.nowMs += SESSION_IDLE_MS - 1;
    assert.ok(await auth.findSession(cookie));
    clock.nowMs += SESSION_IDLE_MS;
    assert.equal(await auth.findSession(cookie), undefined);
  }));

Deno.test("a session ends 7 days after it was opened, however much it is used", () =>
  withAuth(async ({ auth, clock }) => {
    const cookie = await enter(auth);
    const openedAtMs = clock.nowMs;
    while (clock.nowMs + 60 * MINUTE_MS < openedAtMs + SESSION_MOST_MS) {
      clock.nowMs += 60 * MINUTE_MS;
      assert.ok(await auth.findSession(cookie));
    }
    clock.nowMs = openedAtMs + SESSION_MOST_MS;
    assert.equal(await auth.findSession(cookie), undefined);
    assert.deepEqual(await auth.sessions(), []);
  }));

Deno.test("sessions are listed by last use, and each can be ended separately", () =>
  withAuth(async ({ auth, clock }) => {
    const phone = await enter(auth, "@phone");
    clock.nowMs += MINUTE_MS;
    const laptop = await enter(auth, "@laptop");
    assert.deepEqual((await auth.sessions()).map(({ openedBy }) => openedBy), [
      "@laptop",
      "@phone",
    ]);

    await auth.endSession((await auth.findSession(phone))?.number ?? 0);
    assert.equal(await auth.findSession(phone), undefined);
    assert.ok(await auth.findSession(laptop));
  }));

Deno.test("a form token belongs to one session and can be used repeatedly", () =>
  withAuth(async ({ auth }) => {
    const [one, other] = [await enter(auth), await enter(auth)];
    const token = auth.formToken(one);
    assert.equal(auth.isFormToken(one, token), true);
    assert.equal(auth.isFormToken(one, token), true);
    assert.equal(auth.isFormToken(other, token), false);
    assert.equal(auth.isFormToken(one, ""), false);
    assert.equal(token.includes(one), false);
  }));

Deno.test("wrong passwords are forgotten after a minute, even if the clock is set back by an hour meanwhile", () =>
  withAuth(async ({ auth, clock }) => {
    for (let nth = 0; nth < MOST_FAILURES; nth++) await auth.enterByPassword("wrong", "ann", HERE);
    clock.elapsedMs = clock.nowMs;
    clock.nowMs -= 60 * MINUTE_MS;
    const refused = await auth.enterByPassword(PASSWORD, "ann", HERE);
    assert.deepEqual(refused, { kind: "too_many", waitMs: MINUTE_MS });
    clock.elapsedMs += MINUTE_MS;
    assert.equal((await auth.enterByPassword(PASSWORD, "ann", HERE)).kind, "entered");
  }));

Deno.test("loginLink contains the page's address and the token", () => {
  assert.equal(loginLink("https://bot.example", "abc"), "https://bot.example/login?token=abc");
});

const PASSWORD = "correct horse battery";

interface Setup {
  readonly auth: Auth;
  /** The monotonic clock follows `now` unless set. */
  readonly clock: { nowMs: number; elapsedMs?: number };
  /** The content of both tables as text. */
  readonly everything: () => Promise<string>;
}

async function withAuth(
  story: (setup: Setup) => Promise<void>,
  password: string | null = PASSWORD,
): Promise<void> {
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  const clock: Setup["clock"] = { nowMs: NOON_MS };
  const auth = createAuth({
    records: authRecords(db),
    committed: db.committed,
    password,
    now: () => clock.nowMs,
    elapsedMs: () => clock.elapsedMs ?? clock.nowMs,
  });
  const rows = () =>
    Promise.all(
      ["links", "sessions"].map((table) => db.reader(`SELECT * FROM ${table}`).all()),
    );
  try {
    await story({ auth, clock, everything: async () => JSON.stringify(await rows()) });
  } finally {
    await db.close();
  }
}

async function enter(auth: Auth, by = "@manager"): Promise<string> {
  const entry = await auth.enterByLink(await auth.issueLink(by), HERE);
  assert.ok(entry.kind === "entered");
  return entry.cookie;
}
