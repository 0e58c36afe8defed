// The CRM's work on a journal in memory: what becomes of leads that a CRM asks to wait.

import assert from "node:assert/strict";
import { createCallPace } from "../../lib/crm/call_pace.ts";
import type { CrmRequest } from "../../lib/crm/post.ts";
import { createCrmWork } from "../../lib/crm/work.ts";
import { crmLane } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import type { Profiles } from "../../lib/profiles/profile.ts";
import { amoToken } from "../../lib/simulator/crm/amocrm.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { type Locales, someProfiles } from "../helpers/a_profile.ts";

const ACCOUNT = "monster.amocrm.ru";
const LANE = crmLane(ACCOUNT, true);
const DAY_S = 24 * 3600;
const TOKEN = amoToken({ expiresAtS: NOON_MS / 1000 + DAY_S });

function connected(edit: (agency: Locales) => void = () => {}): Profiles {
  return someProfiles(({ agency }) => {
    agency.webhook_url = "";
    agency.crm = { kind: "amocrm", account: ACCOUNT, token: "{secret:amo}" };
    edit(agency);
  });
}

function atOnce(write: () => void): Promise<void> {
  return Promise.resolve(write());
}

/** The work on a clock that each wait moves on; `answer` says how a POST ends, and may change what stands here. */
async function aWork(answer: (here: Here, request: CrmRequest) => Promise<CrmOutcome>) {
  let elapsedMs = -10_000;
  const here: Here = { profiles: connected(), secret: TOKEN, posts: [], slept() {} };
  const now = () => NOON_MS + elapsedMs;
  const { signal } = new AbortController();
  const callPace = createCallPace({
    elapsedMs: () => elapsedMs,
    sleep(ms) {
      elapsedMs += ms;
      here.slept();
      return Promise.resolve();
    },
    stopping: signal,
  });
  elapsedMs = 0;
  const journal = await openJournal(":memory:");
  const work = createCrmWork({
    journal,
    crm: {
      async sendLead(request) {
        here.posts.push({ url: request.url, body: request.body, atMs: elapsedMs });
        return Promise.resolve(await answer(here, request));
      },
      close() {},
    },
    profiles: () => here.profiles,
    callPace,
    crmContext: () => ({
      secret: () => here.secret,
      botUsername: "bot",
      amoCrmRoot: null,
      nowMs: now(),
    }),
    crmTimeoutMs: 10_000,
    async crmAnswered() {},
    wakeNotes() {},
    wakeManagers() {},
    ended() {},
    recordDurably: Object.assign(atOnce, { soon: atOnce }),
    recordDone: async (done) => Promise.resolve(await journal.recordDone([done])),
    now,
    log: aLog().log,
    cutOff: signal,
  });
  /** So many leads at noon. */
  async function press(count: number): Promise<void> {
    for (let nth = 1; nth <= count; nth += 1) {
      const lead = aNewLead({ id: `lead-${nth}`, chatId: nth, receivedAtMs: NOON_MS });
      await journal.recordChoice(lead, aConfirmation(), LANE, false);
    }
  }
  /** Works until no POST is owed. */
  async function finish(): Promise<void> {
    for (let dueMs; (dueMs = await journal.nextWorkDueAtMs(LANE)) !== undefined;) {
      elapsedMs = Math.max(elapsedMs, dueMs - NOON_MS);
      await Promise.all(
        (await journal.takeWork(LANE, now(), 50)).map((each) => {
          assert.ok(each.kind === "post");
          return work.run(each);
        }),
      );
    }
  }
  return { here, journal, press, finish, elapsedMs: () => elapsedMs };
}

interface Here {
  profiles: Profiles;
  secret: string;
  /** Called after each wait for a turn. */
  slept(): void;
  readonly posts: { readonly url: string; readonly body: string; readonly atMs: number }[];
}

const LIMITED: CrmOutcome = { kind: "answered", status: 429, body: "", retryAfterMs: 60_000 };
const TAKEN: CrmOutcome = { kind: "accepted", status: 200 };

Deno.test("100 leads of a CRM that asks each to wait a minute are the managers' within minutes, not hours", async () => {
  const { here, journal, press, finish, elapsedMs } = await aWork(() => Promise.resolve(LIMITED));
  await press(100);
  await finish();
  const cards = await journal.lanes("admin_chat");
  assert.deepEqual(cards, ["admin_chat"]);
  assert.equal((await journal.takeWork("admin_chat", NOON_MS + elapsedMs(), 200)).length, 100);
  assert.ok(elapsedMs() <= 5 * 60_000, `${elapsedMs()} ms`);
  assert.ok(here.posts.length <= 6, `${here.posts.length} POSTs`);
  await journal.close();
});

Deno.test("leads that were in line for a minute's wait are sent when it is over", async () => {
  let refusals = 1;
  const { here, journal, press, finish } = await aWork(() =>
    Promise.resolve(refusals-- > 0 ? LIMITED : TAKEN)
  );
  await press(20);
  await finish();
  assert.equal(here.posts.length, 21);
  assert.deepEqual(await journal.lanes("admin_chat"), []);
  await journal.close();
});

Deno.test("a long line alone makes no card", async () => {
  const { here, journal, press, finish, elapsedMs } = await aWork(() => Promise.resolve(TAKEN));
  await press(800);
  await finish();
  assert.ok(elapsedMs() > 2 * 60_000);
  assert.equal(here.posts.length, 800);
  assert.deepEqual(await journal.lanes("admin_chat"), []);
  await journal.close();
});

Deno.test("a lead in line goes where its profile says when its turn comes, with the secret of then", async () => {
  const { here, journal, press, finish } = await aWork((here, { headers }) => {
    tokens.push(headers["authorization"] ?? "");
    here.secret = amoToken({ expiresAtS: NOON_MS / 1000 + 2 * DAY_S });
    if (tokens.length === 2) {
      here.profiles = connected((agency) => {
        delete agency.crm;
        agency.webhook_url = "https://crm.example.ru/hook";
      });
    }
    return Promise.resolve(TAKEN);
  });
  const tokens: string[] = [];
  await press(3);
  await finish();
  const [first, second, third] = here.posts.map(({ url }) => new URL(url).host);
  assert.deepEqual([first, second, third], [ACCOUNT, ACCOUNT, "crm.example.ru"]);
  assert.notEqual(tokens[0], tokens[1]);
  await journal.close();
});

Deno.test("a lead whose turn has come goes where its profile says after the wait that its account asked for", async () => {
  let refusals = 1;
  const { here, journal, press, finish } = await aWork(() =>
    Promise.resolve(refusals-- > 0 ? LIMITED : TAKEN)
  );
  here.slept = () => {
    if (here.posts.length !== 1) return;
    here.profiles = connected((agency) => agency.crm.pipeline_id = 77);
  };
  await press(2);
  await finish();
  assert.equal(here.posts.length, 3);
  for (const { body } of here.posts.slice(1)) assert.equal(JSON.parse(body)[0].pipeline_id, 77);
  await journal.close();
});

Deno.test("a lead whose profile leaves the account during that wait is not sent there", async () => {
  let refusals = 1;
  const { here, journal, press, finish } = await aWork(() =>
    Promise.resolve(refusals-- > 0 ? LIMITED : TAKEN)
  );
  here.slept = () => {
    here.profiles = connected((agency) => {
      delete agency.crm;
      agency.webhook_url = "https://crm.example.ru/hook";
    });
  };
  await press(2);
  await finish();
  const hosts = here.posts.map(({ url }) => new URL(url).host);
  assert.deepEqual(hosts, [ACCOUNT, "crm.example.ru", "crm.example.ru"]);
  assert.equal((await journal.attemptsOf(2)).length, 1);
  await journal.close();
});

Deno.test("a lead in line whose visitor is blocked meanwhile is not POSTed, and the others are", async () => {
  let block = async () => {};
  const { here, journal, press, finish } = await aWork(async ({ posts }) => {
    if (posts.length === 1) await block();
    return TAKEN;
  });
  block = async () => void await journal.blockVisitor(3, "@anna", NOON_MS);
  await press(4);
  await finish();
  assert.equal(here.posts.length, 3);
  assert.deepEqual(await journal.attemptsOf(3), []);
  assert.deepEqual((await journal.countByProfile(0, Infinity)).get("agency"), {
    in_crm: 3,
    blocked: 1,
  });
  await journal.close();
});
