import assert from "node:assert/strict";
import { createHealth, watchSends } from "../../lib/app/health.ts";
import {
  ANSWER_PATIENCE_MS,
  type HealthFacts,
  LEAD_PATIENCE_MS,
  POLL_PATIENCE_MS,
  reportOf,
  troublesOf,
} from "../../lib/page/health_report.ts";
import type { ShowOutcome } from "../../lib/managers/chat.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { openPage } from "../helpers/a_page.ts";
import { partsOf } from "../helpers/journal_parts.ts";
import { VERSION } from "../../lib/version.ts";

function someFacts(details: Partial<HealthFacts> = {}): HealthFacts {
  return {
    nowMs: NOON_MS,
    startedAtMs: NOON_MS - 1_000,
    databaseWritable: undefined,
    polledAtMs: undefined,
    oldestUndeliveredAtMs: undefined,
    undeliveredLeads: 0,
    adminChatFailsSinceMs: undefined,
    ...details,
  };
}

Deno.test("what is not known yet is not unhealthy", () => {
  assert.deepEqual(reportOf(someFacts()), {
    ok: true,
    version: VERSION,
    reasons: [],
    journal: "sqlite",
    database: { writable: null },
    crew: null,
    polling: { startedAt: "2026-01-15T11:59:59.000Z", lastAnswerAt: null },
    webhook: null,
    undelivered: { leads: 0, oldestAt: null },
    answers: { unsent: 0, oldestAt: null },
    adminChat: { failingSince: null },
    profileChats: [],
    profiles: { ok: true, brokenSince: null, drafts: 0, paused: [] },
    crm: { refusing: [], withoutKey: [], tokens: [] },
  });
});

Deno.test("on PostgreSQL the process, the living and the held seats are told, and never their names", () => {
  const crew = { process: undefined, living: 3, seats: { polling: 1, chat: 2 } };
  const report = reportOf(someFacts({ crew }));
  assert.equal(report.journal, "postgresql");
  assert.deepEqual(report.crew, { ...crew, process: null });
});

Deno.test("CRMs that decline, tokens that end and keys that are missing are told, and are no reason to call the bot unhealthy", () => {
  const { ok, crm } = reportOf(someFacts({
    crmTroubles: [{ profile: "agency", trouble: "token_refused", sinceMs: NOON_MS }],
    crmTokens: [
      { secret: "amo", account: "monster.amocrm.ru", profiles: ["agency"], endsAtMs: NOON_MS },
    ],
    withoutKey: ["cg"],
  }));
  assert.equal(ok, true);
  assert.deepEqual(crm, {
    refusing: [
      { profile: "agency", reason: "token_refused", since: "2026-01-15T12:00:00.000Z" },
    ],
    withoutKey: ["cg"],
    tokens: [{ profiles: ["agency"], endsAt: "2026-01-15T12:00:00.000Z" }],
  });
});

Deno.test("a broken locales.json is told, and is no reason to call the bot unhealthy", () => {
  const { ok, reasons, profiles } = reportOf(someFacts({ profilesBrokenSinceMs: NOON_MS }));
  assert.deepEqual([ok, reasons], [true, []]);
  const since = "2026-01-15T12:00:00.000Z";
  assert.deepEqual(profiles, { ok: false, brokenSince: since, drafts: 0, paused: [] });
});

Deno.test("paused profiles are named, drafts only counted, as /health asks for no login", () => {
  const states = { agency: "live", cg: "paused", promo: "draft" } as const;
  const report = reportOf(someFacts({ profileStates: new Map(Object.entries(states)) }));
  assert.equal(report.ok, true);
  const profiles = { ok: true, brokenSince: null, drafts: 1, paused: ["cg"] };
  assert.deepEqual(report.profiles, profiles);
  assert.doesNotMatch(JSON.stringify(report), /promo/);
});

Deno.test("polling is alive for two minutes after Telegram's last answer, and no longer", () => {
  const polledAtMs = NOON_MS - POLL_PATIENCE_MS;
  assert.deepEqual(troublesOf(someFacts({ polledAtMs })), []);
  assert.deepEqual(troublesOf(someFacts({ polledAtMs: polledAtMs - 1 })), [
    { kind: "polling", sinceMs: polledAtMs - 1 },
  ]);
});

Deno.test("a Telegram that has not answered since the start is a trouble after two minutes", () => {
  const startedAtMs = NOON_MS - POLL_PATIENCE_MS - 1;
  assert.deepEqual(troublesOf(someFacts({ startedAtMs })), [
    { kind: "polling", sinceMs: startedAtMs },
  ]);
});

Deno.test("a webhook that updates do not arrive at is a trouble, in place of Telegram's silence", () => {
  const webhook = {
    pending: 3,
    lastError: { atMs: NOON_MS - 60_000, cause: "Connection refused" },
    failsSinceMs: NOON_MS - 30_000,
  };
  const facts = someFacts({ webhook, polledAtMs: NOON_MS - 2 * POLL_PATIENCE_MS });
  assert.deepEqual(troublesOf(facts), [
    { kind: "webhook", pending: 3, sinceMs: NOON_MS - 30_000 },
  ]);
  assert.deepEqual(reportOf(facts).webhook, {
    pending: 3,
    failingSince: "2026-01-15T11:59:30.000Z",
    lastErrorAt: "2026-01-15T11:59:00.000Z",
    lastError: "Connection refused",
  });
  const works = someFacts({ webhook: { ...webhook, failsSinceMs: undefined } });
  assert.deepEqual(troublesOf(works), []);
});

Deno.test("a lead on its way is no trouble until it is late", () => {
  const oldestUndeliveredAtMs = NOON_MS - LEAD_PATIENCE_MS;
  assert.deepEqual(troublesOf(someFacts({ oldestUndeliveredAtMs })), []);
  assert.deepEqual(
    troublesOf(someFacts({ oldestUndeliveredAtMs: oldestUndeliveredAtMs - 1 })),
    [{ kind: "undelivered", leads: 1, sinceMs: oldestUndeliveredAtMs - 1 }],
  );
});

Deno.test("a lead that the managers' chat refused is a trouble at once", () => {
  const facts = someFacts({ oldestUndeliveredAtMs: NOON_MS - 1, undeliveredLeads: 3 });
  assert.deepEqual(troublesOf(facts), [
    { kind: "undelivered", leads: 3, sinceMs: NOON_MS - 1 },
  ]);
});

Deno.test("an answer on its way to its visitor is no trouble until it is late", () => {
  const oldestUnsentAnswerAtMs = NOON_MS - ANSWER_PATIENCE_MS;
  assert.deepEqual(troublesOf(someFacts({ oldestUnsentAnswerAtMs, unsentAnswers: 2 })), []);
  const late = someFacts({ oldestUnsentAnswerAtMs: oldestUnsentAnswerAtMs - 1, unsentAnswers: 2 });
  assert.deepEqual(troublesOf(late), [
    { kind: "answers", answers: 2, sinceMs: oldestUnsentAnswerAtMs - 1 },
  ]);
  const { ok, reasons, answers } = reportOf(late);
  assert.deepEqual([ok, reasons, answers.unsent], [false, ["answers"], 2]);
});

Deno.test("the facts name the oldest answer that its visitor does not have, until it is sent or given up", async () => {
  const journal = await openJournal(":memory:");
  let nowMs = NOON_MS;
  const health = createHealth({
    journal,
    lastPolledAtMs: () => nowMs,
    adminChatFailsSinceMs: () => undefined,
    now: () => nowMs,
  });
  await partsOf(journal).insertLead(aNewLead());
  await journal.rememberAbout(1, [{ chatId: -1, messageId: 9 }]);
  const write = (messageId: number) =>
    journal.recordAnswer({
      kind: "answer",
      chatId: -1,
      messageId,
      albumId: null,
      by: "@anna",
      target: { chatId: -1, messageId: 9 },
      content: someContent(),
    }, nowMs);
  await write(10);
  nowMs += 1_000;
  await write(11);
  assert.deepEqual(
    [(await health.facts()).oldestUnsentAnswerAtMs, (await health.facts()).unsentAnswers],
    [NOON_MS, 2],
  );
  nowMs = NOON_MS + ANSWER_PATIENCE_MS + 1;
  assert.deepEqual(troublesOf(await health.facts()).map(({ kind }) => kind), ["answers"]);
  const [first] = await journal.takeAnswerWork("answers", nowMs, 9);
  assert.ok(first?.kind === "send");
  await journal.finishAnswer(first, { copies: [1], missing: null }, nowMs);
  assert.equal((await health.facts()).oldestUnsentAnswerAtMs, NOON_MS + 1_000);
  const [second] = await journal.takeAnswerWork("answers", nowMs, 9);
  assert.ok(second?.kind === "send");
  await journal.refuseAnswer(second, "403: blocked", nowMs);
  assert.equal((await health.facts()).oldestUnsentAnswerAtMs, undefined);
  await journal.close();
});

Deno.test("a journal that cannot be written is the worst reason of all", () => {
  const facts = someFacts({ databaseWritable: false, adminChatFailsSinceMs: NOON_MS });
  assert.deepEqual(reportOf(facts).reasons, ["database", "admin_chat"]);
  assert.equal(reportOf(facts).ok, false);
});

Deno.test("a managers' chat that the bot cannot write into is a trouble before any send", () => {
  const facts = someFacts({ adminChatProblem: "not_found" });
  assert.deepEqual(troublesOf(facts), [{ kind: "admin_chat_unusable", problem: "not_found" }]);
  assert.deepEqual(troublesOf({ ...facts, adminChatProblemSinceMs: NOON_MS }), [
    { kind: "admin_chat_unusable", problem: "not_found", sinceMs: NOON_MS },
  ]);
  assert.deepEqual(reportOf(facts).reasons, ["admin_chat_unusable"]);
});

Deno.test("a profile's own chat that fails is a trouble of its own, and the report says whose it is", () => {
  const own = {
    failsSinceMs: undefined,
    problem: undefined,
    isUsable: true,
    isTopicRefused: false,
  };
  const facts = someFacts({
    ownChats: [
      { ...own, profiles: ["agency", "cg"], failsSinceMs: NOON_MS },
      { ...own, profiles: ["express"], problem: "no_access", isUsable: false },
      { ...own, profiles: ["site"], problem: "not_found", isUsable: false },
    ],
    profileStates: new Map([["site", "draft"]]),
  });
  const { ok, reasons, adminChat, profileChats } = reportOf(facts);
  assert.equal(ok, false);
  assert.deepEqual(reasons, ["profile_chat", "profile_chat_unusable"]);
  assert.equal(adminChat.failingSince, null);
  const since = new Date(NOON_MS).toISOString();
  assert.deepEqual(profileChats, [
    { profiles: ["agency", "cg"], failingSince: since, problem: null },
    { profiles: ["express"], failingSince: null, problem: "no_access" },
    { profiles: [], failingSince: null, problem: "not_found" }, // A draft's key is in no page without a login.
  ]);
});

Deno.test("sends to the managers' chat are failing from the first that fails to the next that does not", async () => {
  let nowMs = 1;
  let outcome: ShowOutcome = { kind: "failed", reason: "403" };
  const send = () => Promise.resolve(outcome);
  const { chat, failsSinceMs } = watchSends(
    {
      chatId: () => 1,
      ready: () => Promise.resolve(),
      show: send,
      edit: send,
      alert: () => Promise.resolve(true),
      showPart: send,
    },
    () => nowMs,
  );
  assert.equal(failsSinceMs(), undefined);
  await chat.show({ text: "", entities: [] });
  nowMs = 2;
  await chat.edit({ chatId: 1, messageId: 1 }, { text: "", entities: [] }, { inline_keyboard: [] });
  assert.equal(failsSinceMs(), 1);
  outcome = { kind: "stopped" };
  await chat.show({ text: "", entities: [] });
  assert.equal(failsSinceMs(), 1);
  outcome = { kind: "shown", message: { chatId: 1, messageId: 1 } };
  await chat.show({ text: "", entities: [] });
  assert.equal(failsSinceMs(), undefined);
});

Deno.test("the journal is tried when somebody asks, and not more than every five seconds", async () => {
  const journal = await openJournal(":memory:");
  let nowMs = NOON_MS;
  let tries = 0;
  let full = false;
  const health = createHealth({
    journal: {
      ...journal,
      async rememberFact(name, value) {
        tries += 1;
        if (full) throw new Error("disk full");
        await journal.rememberFact(name, value);
      },
    },
    lastPolledAtMs: () => undefined,
    adminChatFailsSinceMs: () => undefined,
    now: () => nowMs,
  });
  assert.equal((await health.facts()).databaseWritable, undefined);
  const [first, second] = await Promise.all([health.check(), health.check()]);
  assert.deepEqual([first.databaseWritable, second.databaseWritable, tries], [true, true, 1]);
  full = true;
  nowMs += 4_999;
  assert.equal((await health.check()).databaseWritable, true);
  nowMs += 1;
  assert.equal((await health.check()).databaseWritable, false);
  assert.equal(tries, 2);
  await journal.close();
});

Deno.test("a journal that cannot be read is a trouble of its own, and no health throws", async () => {
  const journal = await openJournal(":memory:");
  let damaged = true;
  const health = createHealth({
    journal: {
      ...journal,
      undelivered() {
        if (damaged) throw new Error("database disk image is malformed");
        return journal.undelivered();
      },
    },
    lastPolledAtMs: () => undefined,
    adminChatFailsSinceMs: () => undefined,
    now: () => NOON_MS,
  });
  for (const facts of [await health.facts(), await health.check()]) {
    assert.deepEqual(troublesOf(facts), [{ kind: "database", sinceMs: NOON_MS }]);
    assert.equal(reportOf(facts).ok, false);
  }
  damaged = false;
  assert.equal(await health.tryToRecord(), undefined);
  assert.deepEqual(troublesOf(await health.facts()), []);
  await journal.close();
  assert.notEqual(await health.tryToRecord(), undefined);
  assert.deepEqual(reportOf(await health.check()).reasons, ["database"]);
});

Deno.test("the age of a lead and of Telegram's silence do not change when the clock is set", async () => {
  const journal = await openJournal(":memory:");
  await journal.recordChoice(aNewLead({ receivedAtMs: NOON_MS }), aConfirmation(), "crm", false);
  let nowMs = NOON_MS;
  let elapsedMs = 0;
  const health = createHealth({
    journal,
    lastPolledAtMs: () => undefined,
    adminChatFailsSinceMs: () => undefined,
    now: () => nowMs,
    elapsedMs: () => elapsedMs,
  });
  const kinds = async () => troublesOf(await health.facts()).map(({ kind }) => kind);
  for (const setByMs of [0, 86_400_000, -2 * 86_400_000]) {
    nowMs += setByMs;
    assert.deepEqual(await kinds(), []);
  }
  nowMs += LEAD_PATIENCE_MS + 1;
  elapsedMs += LEAD_PATIENCE_MS + 1;
  assert.deepEqual(await kinds(), ["polling", "undelivered"]);
  await journal.close();
});

Deno.test("the facts name the oldest lead that nobody has", async () => {
  const journal = await openJournal(":memory:");
  const undelivered = await journal.recordChoice(
    aNewLead({ menuMessageId: 1, receivedAtMs: NOON_MS - 20 }),
    aConfirmation(),
    "crm",
    false,
  );
  await journal.recordChoice(
    aNewLead({ menuMessageId: 2, receivedAtMs: NOON_MS - 10 }),
    aConfirmation(),
    "crm",
    false,
  );
  assert.deepEqual(await journal.undelivered(), { oldestAtMs: NOON_MS - 20, leads: 0 });
  await partsOf(journal).moveLead(undelivered?.lead.number ?? 0, "undelivered");
  assert.deepEqual(await journal.undelivered(), { oldestAtMs: NOON_MS - 20, leads: 1 });
  await partsOf(journal).moveLead(undelivered?.lead.number ?? 0, "in_admin_chat");
  assert.deepEqual(await journal.undelivered(), { oldestAtMs: NOON_MS - 10, leads: 0 });
  await journal.close();
});

Deno.test("/health is 200 for anybody while all is well", async () => {
  await using page = await openPage();
  const response = await page.browser().get("/health");
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal((await response.json()).ok, true);
});

Deno.test("/health is 503 with its reasons, and tells of no person", async () => {
  await using page = await openPage();
  const { journal } = page;
  const recorded = await journal.recordChoice(aNewLead(), aConfirmation(), "crm.example", false);
  await partsOf(journal).moveLead(recorded?.lead.number ?? 0, "undelivered");
  const response = await page.browser().get("/health");
  assert.equal(response.status, 503);
  const text = await response.text();
  assert.deepEqual(JSON.parse(text).reasons, ["undelivered"]);
  assert.deepEqual(JSON.parse(text).undelivered, {
    leads: 1,
    oldestAt: "2026-01-15T12:00:00.000Z",
  });
  assert.doesNotMatch(text, /Galliard|betterrman|310452007|crm\.example|Привлечь/);
});

Deno.test("/health is 503 in JSON also when the facts cannot be had, and the log says why, once", async () => {
  await using page = await openPage({
    deps: { health: () => Promise.reject(new Error("database disk image is malformed")) },
  });
  for (let tries = 0; tries < 3; tries += 1) {
    const response = await page.browser().get("/health");
    assert.equal(response.status, 503);
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    assert.deepEqual(await response.json(), {
      ok: false,
      version: VERSION,
      reasons: ["check_failed"],
    });
  }
  const told = page.log.lines.filter((line) => line.includes("malformed"));
  assert.equal(told.length, 1);
});

Deno.test("/health is JSON when the check throws in a crowd", async () => {
  const health = () => {
    throw new TypeError("no facts");
  };
  const turns = { take: () => Promise.reject(new Error("no turn")), isCrowded: () => true };
  await using page = await openPage({ deps: { health, turns } });
  const response = await page.browser().get("/health");
  assert.equal(response.status, 503);
  assert.equal((await response.json()).ok, false);
});

Deno.test("/health is only for reading", async () => {
  await using page = await openPage();
  const browser = await page.login();
  assert.equal((await browser.post("/health", {})).status, 405);
});
