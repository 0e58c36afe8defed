// The work on notes: how one leaves, and what becomes of it.

import assert from "node:assert/strict";
import { createCallPace } from "../../lib/crm/call_pace.ts";
import { createNoteWork } from "../../lib/crm/note_work.ts";
import type { CrmRequest } from "../../lib/crm/post.ts";
import type { CrmNote } from "../../lib/journal/journal.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { amoToken } from "../../lib/simulator/crm/amocrm.ts";
import { aLead, NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";

const ACCOUNT = "monster.amocrm.ru";
const TOKEN = amoToken({ expiresAtS: NOON_MS / 1000 + 3600 });

const NOTE: CrmNote = {
  id: 1,
  lane: `note:${ACCOUNT}`,
  failures: 0,
  kind: "crm_note",
  lead: aLead(),
  deal: { id: 7, url: `https://${ACCOUNT}/leads/detail/7`, account: ACCOUNT },
  createdAtMs: NOON_MS,
  what: { kind: "request" },
};

const PHONE: CrmNote = { ...NOTE, what: { kind: "phone", contact: 2, phone: "+79161234567" } };

/** Does one note's work against an account that answers as told. */
async function work(note: CrmNote, answer: CrmOutcome = { kind: "accepted", status: 200 }) {
  const { signal } = new AbortController();
  const requests: CrmRequest[] = [];
  const ends: string[] = [];
  const { log, lines } = aLog();
  const profiles = someProfiles(({ agency }) => {
    agency.crm = { kind: "amocrm", account: ACCOUNT, token: "{secret:amo}" };
    agency.timeout_seconds = 3;
  });
  let elapsedMs = 0;
  await createNoteWork({
    journal: {
      finishNote: () => Promise.resolve(void ends.push("finished")),
      postponeNote: () => Promise.resolve(void ends.push("postponed")),
      releaseNote: () => Promise.resolve(void ends.push("released")),
      giveUpNote: () => Promise.resolve(void ends.push("given up")),
    },
    crm: {
      send(request) {
        requests.push(request);
        return Promise.resolve(answer);
      },
    },
    callPace: createCallPace({
      elapsedMs: () => elapsedMs,
      sleep: (ms) => Promise.resolve(void (elapsedMs += ms)),
      stopping: signal,
    }),
    crmContext: () => ({
      secret: () => TOKEN,
      botUsername: "bot",
      amoCrmRoot: null,
      nowMs: NOON_MS,
    }),
    profiles: () => profiles,
    crmTimeoutMs: 10_000,
    retryAtMs: () => NOON_MS,
    recordDurably: Object.assign((write: () => void) => Promise.resolve(write()), {
      soon: (write: () => void) => Promise.resolve(write()),
    }),
    now: () => NOON_MS,
    log,
    cutOff: signal,
  })(note);
  return { requests, ends, log: lines.join("\n") };
}

Deno.test("a note has its profile's deadline, as the lead had", async () => {
  const { requests, ends } = await work(NOTE);
  assert.deepEqual(requests.map(({ timeoutMs, method }) => [timeoutMs, method]), [
    [3_000, undefined],
  ]);
  assert.deepEqual(ends, ["finished"]);
});

Deno.test("a late phone is one PATCH of the contact's PHONE", async () => {
  const { requests, ends } = await work(PHONE);
  assert.deepEqual(requests.map(({ method, url, body }) => [method, url, JSON.parse(body)]), [[
    "PATCH",
    `https://${ACCOUNT}/api/v4/contacts/2`,
    {
      custom_fields_values: [{
        field_code: "PHONE",
        values: [{ value: "+79161234567", enum_code: "WORK" }],
      }],
    },
  ]]);
  assert.deepEqual(ends, ["finished"]);
});

for (
  const [outcome, end] of [
    [{ kind: "answered", status: 404, body: "Entity not found" }, "given up"],
    [{ kind: "answered", status: 400, body: "Bad" }, "given up"],
    [{ kind: "answered", status: 401, body: "Unauthorized" }, "postponed"],
    [{ kind: "answered", status: 429, body: "", retryAfterMs: 1_000 }, "postponed"],
    [{ kind: "interrupted", status: 502, reason: "Bad Gateway" }, "postponed"],
    [{ kind: "timeout", afterMs: 3_000 }, "postponed"],
  ] as const
) {
  const status = "status" in outcome ? outcome.status : outcome.kind;
  Deno.test(`a late phone that ends in ${status} is ${end}, and no log line has it`, async () => {
    const { ends, log } = await work(PHONE, outcome);
    assert.deepEqual(ends, [end]);
    assert.match(log, /Телефон в контакт сделки 7 не запис/);
    assert.doesNotMatch(log, /9161234567/);
  });
}

Deno.test("a note of a deal that is gone is tried for its day all the same", async () => {
  const gone = { kind: "answered", status: 404, body: "Entity not found" } as const;
  assert.deepEqual((await work(NOTE, gone)).ends, ["postponed"]);
  const later = { ...NOTE, createdAtMs: NOON_MS - 24 * 60 * 60_000 };
  assert.deepEqual((await work(later, gone)).ends, ["given up"]);
});
