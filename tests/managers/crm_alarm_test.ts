// The notes to managers about CRMs that decline every lead, and about tokens that end.

import assert from "node:assert/strict";
import type { CrmToken } from "../../lib/crm/crm_tokens.ts";
import { type Journal, openJournal } from "../../lib/journal/journal.ts";
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
function notesIn(journal: Journal, nowMs: number): string[] {
  const notes: string[] = [];
  for (;;) {
    const work = journal.takeWorkOfKind("admin_chat", "note", nowMs);
    if (work === undefined) return notes;
    notes.push(work.body.text);
    journal.finishWork(work);
  }
}

function withAlarm(run: (it: ReturnType<typeof anAlarm>) => void): void {
  const journal = openJournal(":memory:");
  try {
    run(anAlarm(journal));
  } finally {
    journal.close();
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

Deno.test("that a CRM takes leads again is not said where the offer to send all open cards says so", () => {
  const journal = openJournal(":memory:");
  const parts = partsOf(journal);
  const alarm = createCrmAlarm({ journal, wake() {}, now: () => NOON_MS, log: aLog().log });
  const fail = (chatId: number) => {
    const lead = aNewLead({ id: `lead-${chatId}`, chatId });
    const { post } = journal.recordChoice(lead, aConfirmation(), "crm:host:a", true)!;
    alarm.answered(anAmoProfile(), declined("unpaid"), post.subject);
    parts.turnIntoCard(post, "crm_failed", NOON_MS);
    parts.crmFailed(post.subject);
    const card = journal.takeWorkOfKind("admin_chat", "card", NOON_MS)!;
    journal.settleInAdminChat([card], { chatId: -100, messageId: chatId }, NOON_MS);
    return post.subject;
  };
  const first = fail(1);
  const second = fail(2);
  notesIn(journal, NOON_MS);
  alarm.answered(anAmoProfile(), ACCEPTED, first); // Sent again by a manager: the other card stays.
  assert.deepEqual([notesIn(journal, NOON_MS), alarm.troubles()], [[], []]);
  journal.closeByHand(first, "@anna", NOON_MS);
  alarm.answered(anAmoProfile(), declined("unpaid"), second);
  notesIn(journal, NOON_MS);
  alarm.answered(anAmoProfile(), ACCEPTED, second); // The last one: nothing is left to offer.
  assert.deepEqual(notesIn(journal, NOON_MS), ["✅ AmoCRM снова принимает лиды: MONSTER AGENCY."]);
  journal.close();
});

Deno.test("an alarm that the journal does not take is said with the next lead, and keeps no outcome from being recorded", () => {
  const journal = openJournal(":memory:");
  let isFull = true;
  const { log, lines } = aLog();
  const alarm = createCrmAlarm({
    journal: {
      ...journal,
      noteFact(...fact) {
        if (isFull) throw new StorageError("database or disk is full");
        journal.noteFact(...fact);
      },
    },
    wake() {},
    now: () => NOON_MS,
    log,
  });
  alarm.answered(anAmoProfile(), declined("unpaid"), 1);
  assert.match(lines.join(), /database or disk is full/);
  isFull = false;
  alarm.answered(anAmoProfile(), declined("unpaid"), 1);
  assert.equal(notesIn(journal, NOON_MS).length, 1);
  journal.close();
});

Deno.test("a refused token is one note for all leads of a profile, also across a restart", () =>
  withAlarm((it) => {
    for (let lead = 0; lead < 3; lead++) it.answered(declined("token_refused"));
    it.restart();
    it.answered(declined("token_refused"));
    const [note = "", ...others] = it.notes();
    assert.match(note, /^⚠️ AmoCRM: токен не принят/);
    assert.ok(note.includes("MONSTER AGENCY"), note);
    assert.deepEqual(others, []);
    assert.equal(it.state.wakes, 1);
    const known = { profile: "agency", trouble: "token_refused", sinceMs: NOON_MS };
    assert.deepEqual(it.troubles(), [known]);
  }));

Deno.test("what a profile's CRM declines is told in the profile's own chat", () => {
  const journal = openJournal(":memory:");
  const own = new Map([["agency", { chat: "-200", group: "-200" }]]);
  journal.placeWork({ byProfile: own, groups: new Map([[-200, "-200"]]) });
  anAlarm(journal).answered(declined("unpaid"));
  assert.deepEqual(notesIn(journal, NOON_MS), []);
  const note = journal.takeWorkOfKind("admin_chat@-200", "note", NOON_MS);
  assert.match(note?.body.text ?? "", /аккаунт не оплачен/);
  journal.close();
});

Deno.test("another state of the same profile is another note", () =>
  withAlarm((it) => {
    it.answered(declined("token_refused"));
    it.answered(declined("unpaid"));
    it.answered(declined("forbidden"));
    assert.deepEqual(
      it.notes().map((note) => note.split(".")[0]),
      [
        "⚠️ AmoCRM: токен не принят",
        "⚠️ AmoCRM: аккаунт не оплачен",
        "⚠️ AmoCRM: доступ запрещён",
      ],
    );
  }));

Deno.test("a lead that amoCRM takes again ends the trouble with one note", () =>
  withAlarm((it) => {
    it.answered(declined("token_refused"));
    it.notes();
    it.answered(ACCEPTED);
    it.answered(ACCEPTED);
    assert.deepEqual(it.notes(), ["✅ AmoCRM снова принимает лиды: MONSTER AGENCY."]);
    assert.deepEqual(it.troubles(), []);
  }));

Deno.test("what a CRM answers otherwise, and a plain webhook, raise no alarm", () =>
  withAlarm((it) => {
    it.answered({ kind: "answered", status: 500, body: "" });
    it.answered({ kind: "timeout", afterMs: 10_000 });
    it.answered(ACCEPTED);
    it.answered(declined("forbidden"), { ...it.profile, crm: null });
    assert.deepEqual(it.notes(), []);
  }));

function withTokens(
  run: (it: {
    readonly token: { endsAtMs: number };
    readonly at: (ms: number) => string[];
  }) => void,
): void {
  const journal = openJournal(":memory:");
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
    run({
      token,
      at(ms) {
        nowMs = ms;
        alarm().look(); // As after a restart.
        alarm().look();
        return notesIn(journal, nowMs);
      },
    });
  } finally {
    journal.close();
  }
}

Deno.test("a token's end is told 30, 7 and 1 days before and when it has come, once each", () =>
  withTokens(({ token: { endsAtMs }, at }) => {
    const told = [31, 30, 29, 8, 7, 6, 2, 1, 0.5, 0, -1, -30]
      .filter((days) => at(endsAtMs - days * DAY_MS).length === 1);
    assert.deepEqual(told, [30, 7, 1, 0]);
  }));

Deno.test("a bot that was off is told once of a token that ended meanwhile", () =>
  withTokens(({ token: { endsAtMs }, at }) => {
    const [note = "", ...others] = at(endsAtMs + DAY_MS);
    assert.match(note, /^⚠️ Токен AmoCRM закончился 2026-02-24: MONSTER AGENCY\./);
    assert.deepEqual(others, []);
  }));

Deno.test("a new token is told of anew", () =>
  withTokens(({ token, at }) => {
    const soonMs = token.endsAtMs - DAY_MS;
    assert.equal(at(soonMs).length, 1);
    token.endsAtMs += 365 * DAY_MS;
    assert.equal(at(soonMs).length, 0);
    assert.equal(at(token.endsAtMs - 30 * DAY_MS).length, 1);
  }));
