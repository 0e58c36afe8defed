// The notes to managers about CRMs that decline every lead, and about tokens that end.

import assert from "node:assert/strict";
import type { CrmToken } from "../../lib/crm/crm_tokens.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";
import type { CrmOutcome, CrmTrouble } from "../../lib/lead.ts";
import { createCrmAlarm } from "../../lib/managers/crm_alarm.ts";
import { createTokenAlarm } from "../../lib/managers/token_alarm.ts";
import type { Profile } from "../../lib/profiles/profile.ts";
import { AMO_SETTINGS } from "../helpers/amo_settings.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { partsOf } from "../helpers/journal_parts.ts";
import { slowJournal } from "../helpers/slow_journal.ts";

const DAY_MS = 24 * 60 * 60_000;
const ACCEPTED: CrmOutcome = { kind: "accepted", status: 200 };

function declined(trouble: CrmTrouble): CrmOutcome {
  return { kind: "answered", status: 401, body: "", trouble };
}

function anAmoProfile(): Profile {
  const profile = someProfiles().byKey.get("agency");
  assert.ok(profile);
  return { ...profile, crm: AMO_SETTINGS };
}

/** The notes that the managers got since the last look. */
async function notesIn(journal: Journal, nowMs: number): Promise<string[]> {
  const notes: string[] = [];
  for (;;) {
    const work = await journal.takeWorkOfKind("admin_chat", "note", nowMs);
    if (work === undefined) return notes;
    notes.push(work.body.text);
    await journal.finishWork(work);
  }
}

async function withAlarm(
  run: (it: ReturnType<typeof anAlarm>) => Promise<void>,
  breakJournal: (journal: Journal) => Journal = (journal) => journal,
): Promise<void> {
  const journal = breakJournal(await openJournal(":memory:"));
  try {
    await run(anAlarm(journal));
  } finally {
    await journal.close();
  }
}

function anAlarm(journal: Journal) {
  const state = { wakes: 0 };
  const create = () =>
    createCrmAlarm({ journal, wake: () => state.wakes += 1, now: () => NOON_MS, log: aLog().log });
  let alarm = create();
  const profile = anAmoProfile();
  return {
    state,
    profile,
    answered: (outcome: CrmOutcome, of: Profile = profile) => alarm.answered(of, outcome, 1),
    troubles: () => alarm.troubles(),
    restart: () => alarm = create(),
    notes: () => notesIn(journal, NOON_MS),
  };
}

Deno.test("of POSTs that a CRM declines together one tells the managers", () =>
  withAlarm(async ({ answered, notes }) => {
    await Promise.all([1, 2, 3].map(() => answered(declined("token_refused"))));
    assert.equal((await notes()).length, 1);
    await Promise.all([1, 2, 3].map(() => answered(ACCEPTED)));
    assert.equal((await notes()).length, 1);
  }, slowJournal));

Deno.test("that a CRM takes leads again is not said where the offer to send all open cards says so", async () => {
  const journal = await openJournal(":memory:");
  const parts = partsOf(journal);
  const alarm = createCrmAlarm({ journal, wake() {}, now: () => NOON_MS, log: aLog().log });
  const fail = async (chatId: number) => {
    const lead = aNewLead({ id: `lead-${chatId}`, chatId });
    const { post } = (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", true))!;
    await alarm.answered(anAmoProfile(), declined("unpaid"), post.subject);
    await parts.turnIntoCard(post, "crm_failed", NOON_MS);
    await parts.crmFailed(post.subject);
    const card = (await journal.takeWorkOfKind("admin_chat", "card", NOON_MS))!;
    await journal.settleInAdminChat([card], { chatId: -100, messageId: chatId }, NOON_MS);
    return post.subject;
  };
  const first = await fail(1);
  const second = await fail(2);
  await notesIn(journal, NOON_MS);
  await alarm.answered(anAmoProfile(), ACCEPTED, first); // Sent again by a manager: the other card stays.
  assert.deepEqual([await notesIn(journal, NOON_MS), await alarm.troubles()], [[], []]);
  await journal.closeByHand(first, "@anna", NOON_MS);
  await alarm.answered(anAmoProfile(), declined("unpaid"), second);
  await notesIn(journal, NOON_MS);
  await alarm.answered(anAmoProfile(), ACCEPTED, second); // The last one: nothing is left to offer.
  assert.deepEqual(await notesIn(journal, NOON_MS), [
    "✅ AmoCRM снова принимает лиды: MONSTER AGENCY.",
  ]);
  await journal.close();
});

Deno.test("an alarm that the journal does not take is said with the next lead, and keeps no outcome from being recorded", async () => {
  const journal = await openJournal(":memory:");
  let isFull = true;
  const { log, lines } = aLog();
  const alarm = createCrmAlarm({
    journal: {
      ...journal,
      async noteFact(...fact) {
        if (isFull) throw new StorageError("database or disk is full");
        await journal.noteFact(...fact);
      },
    },
    wake() {},
    now: () => NOON_MS,
    log,
  });
  await alarm.answered(anAmoProfile(), declined("unpaid"), 1);
  assert.match(lines.join(), /database or disk is full/);
  isFull = false;
  await alarm.answered(anAmoProfile(), declined("unpaid"), 1);
  assert.equal((await notesIn(journal, NOON_MS)).length, 1);
  await journal.close();
});

Deno.test("a refused token is one note for all leads of a profile, also across a restart", () =>
  withAlarm(async (it) => {
    for (let lead = 0; lead < 3; lead++) await it.answered(declined("token_refused"));
    it.restart();
    await it.answered(declined("token_refused"));
    const [note = "", ...others] = await it.notes();
    assert.match(note, /^⚠️ AmoCRM: токен не принят/);
    assert.ok(note.includes("MONSTER AGENCY"), note);
    assert.deepEqual(others, []);
    assert.equal(it.state.wakes, 1);
    const known = { profile: "agency", trouble: "token_refused", sinceMs: NOON_MS };
    assert.deepEqual(await it.troubles(), [known]);
  }));

Deno.test("what a profile's CRM declines is told in the profile's own chat", async () => {
  const journal = await openJournal(":memory:");
  const own = new Map([["agency", { chat: "-200", group: "-200" }]]);
  await journal.placeWork({ byProfile: own, groups: new Map([[-200, "-200"]]) });
  await anAlarm(journal).answered(declined("unpaid"));
  assert.deepEqual(await notesIn(journal, NOON_MS), []);
  const note = await journal.takeWorkOfKind("admin_chat@-200", "note", NOON_MS);
  assert.match(note?.body.text ?? "", /аккаунт не оплачен/);
  await journal.close();
});

Deno.test("another state of the same profile is another note", () =>
  withAlarm(async (it) => {
    await it.answered(declined("token_refused"));
    await it.answered(declined("unpaid"));
    await it.answered(declined("forbidden"));
    assert.deepEqual(
      (await it.notes()).map((note) => note.split(".")[0]),
      [
        "⚠️ AmoCRM: токен не принят",
        "⚠️ AmoCRM: аккаунт не оплачен",
        "⚠️ AmoCRM: доступ запрещён",
      ],
    );
  }));

Deno.test("a lead that amoCRM takes again ends the trouble with one note", () =>
  withAlarm(async (it) => {
    await it.answered(declined("token_refused"));
    await it.notes();
    await it.answered(ACCEPTED);
    await it.answered(ACCEPTED);
    assert.deepEqual(await it.notes(), ["✅ AmoCRM снова принимает лиды: MONSTER AGENCY."]);
    assert.deepEqual(await it.troubles(), []);
  }));

Deno.test("what a CRM answers otherwise, and a plain webhook, raise no alarm", () =>
  withAlarm(async (it) => {
    await it.answered({ kind: "answered", status: 500, body: "" });
    await it.answered({ kind: "timeout", afterMs: 10_000 });
    await it.answered(ACCEPTED);
    await it.answered(declined("forbidden"), { ...it.profile, crm: null });
    assert.deepEqual(await it.notes(), []);
  }));

async function withTokens(
  run: (it: {
    readonly token: { endsAtMs: number };
    readonly at: (ms: number) => Promise<string[]>;
  }) => Promise<void>,
): Promise<void> {
  const journal = await openJournal(":memory:");
  const token = { endsAtMs: NOON_MS + 40 * DAY_MS };
  let nowMs = NOON_MS;
  const tokens = (): CrmToken[] => [
    { secret: "amo", account: "monster.amocrm.ru", profiles: ["agency"], ...token },
  ];
  const alarm = () =>
    createTokenAlarm({
      tokens,
      profiles: () => someProfiles(),
      journal,
      wake() {},
      tellTime: (atMs) => new Date(atMs).toISOString().slice(0, 10),
      sleep: () => Promise.resolve(),
      stopping: new AbortController().signal,
      now: () => nowMs,
      log: aLog().log,
    });
  try {
    await run({
      token,
      async at(ms) {
        nowMs = ms;
        await alarm().look(); // As after a restart.
        await alarm().look();
        return await notesIn(journal, nowMs);
      },
    });
  } finally {
    await journal.close();
  }
}

Deno.test("a token's end is told 30, 7 and 1 days before and when it has come, once each", () =>
  withTokens(async ({ token: { endsAtMs }, at }) => {
    const told: number[] = [];
    for (const days of [31, 30, 29, 8, 7, 6, 2, 1, 0.5, 0, -1, -30]) {
      if ((await at(endsAtMs - days * DAY_MS)).length === 1) told.push(days);
    }
    assert.deepEqual(told, [30, 7, 1, 0]);
  }));

Deno.test("a bot that was off is told once of a token that ended meanwhile", () =>
  withTokens(async ({ token: { endsAtMs }, at }) => {
    const [note = "", ...others] = await at(endsAtMs + DAY_MS);
    assert.match(note, /^⚠️ Токен AmoCRM закончился 2026-02-24: MONSTER AGENCY\./);
    assert.deepEqual(others, []);
  }));

Deno.test("a new token is told of anew", () =>
  withTokens(async ({ token, at }) => {
    const soonMs = token.endsAtMs - DAY_MS;
    assert.equal((await at(soonMs)).length, 1);
    token.endsAtMs += 365 * DAY_MS;
    assert.equal((await at(soonMs)).length, 0);
    assert.equal((await at(token.endsAtMs - 30 * DAY_MS)).length, 1);
  }));
