// The work on notes: how one leaves, and what becomes of it.

import assert from "node:assert/strict";
import { createCallPace } from "../../lib/crm/call_pace.ts";
import { createNoteWork } from "../../lib/crm/note_work.ts";
import type { CrmNote } from "../../lib/journal/journal.ts";
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

Deno.test("a note has its profile's deadline, as the lead had", async () => {
  const { signal } = new AbortController();
  const deadlines: number[] = [];
  const finished: number[] = [];
  const profiles = someProfiles(({ agency }) => {
    agency.crm = { kind: "amocrm", account: ACCOUNT, token: "{secret:amo}" };
    agency.timeout_seconds = 3;
  });
  let elapsedMs = 0;
  const work = createNoteWork({
    journal: {
      finishNote: ({ id }) => void finished.push(id),
      postponeNote: () => assert.fail(),
      releaseNote: () => assert.fail(),
      giveUpNote: () => assert.fail(),
    },
    crm: {
      send({ timeoutMs }) {
        deadlines.push(timeoutMs);
        return Promise.resolve({ kind: "accepted", status: 200 });
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
    log: aLog().log,
    cutOff: signal,
  });
  await work(NOTE);
  assert.deepEqual([deadlines, finished], [[3_000], [1]]);
});
