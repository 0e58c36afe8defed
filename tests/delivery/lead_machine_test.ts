// The way of a lead under arbitrary orders of outcomes, kills, defects and managers' presses: every lead ends somewhere, and no POST
// leaves that nobody asked for.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { CrmRequest } from "../../lib/crm/post.ts";
import { routeOf } from "../../lib/crm/destination.ts";
import { createCrmWork } from "../../lib/crm/work.ts";
import {
  ADMIN_CHAT_LANE,
  CRM_LANES,
  type Journal,
  SEND_ALL_LANES,
  type Work,
} from "../../lib/journal/journal.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { createDoneRecording } from "../../lib/journal/done.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { crmSide } from "../helpers/crm_side.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { type Death, type Life, type Mortal, mortalJournal } from "../helpers/mortal_journal.ts";
import { type MortalStore, withPostgresStore, withSqliteStore } from "../helpers/mortal_stores.ts";
import { HAS_POSTGRES } from "../helpers/postgres.ts";

const LANE = "crm:host:crm.example.ru";

const outcome: fc.Arbitrary<CrmOutcome> = fc.constantFrom<CrmOutcome>(
  { kind: "accepted", status: 200 },
  { kind: "answered", status: 500, body: "" },
  { kind: "unreachable", reason: "refused" },
  { kind: "interrupted", reason: "reset" },
  { kind: "timeout", afterMs: 10_000 },
  { kind: "client", reason: "port" },
  { kind: "unexpected", reason: "defect" },
);

/** The moves that end an attempt or a wish. */
const ENDS = ["recordDone", "endAttempt", "refusePost", "skipPost"] as const;
type End = typeof ENDS[number];

/** One thing that can happen; the number chooses among what is there. */
type Step =
  | { readonly kind: "press"; readonly menu: number }
  /** A press whose POST leaves as soon as it is recorded; its outcome. */
  | { readonly kind: "direct"; readonly menu: number; readonly outcome: CrmOutcome }
  /** The same, and the process is told to go before the POST has left. */
  | { readonly kind: "withdrawn"; readonly menu: number }
  /** So many POSTs at once, as they end. */
  | { readonly kind: "posts"; readonly outcomes: readonly CrmOutcome[] }
  | { readonly kind: "card"; readonly shown: boolean }
  | { readonly kind: "resend"; readonly pick: number }
  | { readonly kind: "send_all" }
  | { readonly kind: "by_hand"; readonly pick: number }
  /** A manager takes a lead, or returns one that was entered by hand. */
  | { readonly kind: "take"; readonly pick: number }
  | { readonly kind: "return"; readonly pick: number }
  /** The profile has no webhook address from now on, or has one again. */
  | { readonly kind: "webhook"; readonly there: boolean }
  /** The next such move throws when it has written everything. */
  | { readonly kind: "defect"; readonly of: End }
  | { readonly kind: "kill"; readonly death: Death };

const pick = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("press" as const), menu: fc.nat(3) }),
  fc.record({ kind: fc.constant("direct" as const), menu: fc.nat(3), outcome }),
  fc.record({ kind: fc.constant("withdrawn" as const), menu: fc.nat(3) }),
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("posts" as const),
      outcomes: fc.array(outcome, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("card" as const), shown: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("resend" as const), pick }) },
  fc.record({ kind: fc.constant("send_all" as const) }),
  fc.record({ kind: fc.constant("by_hand" as const), pick }),
  fc.record({ kind: fc.constant("take" as const), pick }),
  fc.record({ kind: fc.constant("return" as const), pick }),
  fc.record({ kind: fc.constant("webhook" as const), there: fc.boolean() }),
  fc.record({ kind: fc.constant("defect" as const), of: fc.constantFrom(...ENDS) }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("kill" as const),
      death: fc.record({
        commits: fc.nat(4),
        when: fc.constantFrom("before" as const, "after" as const),
      }),
    }),
  },
);

const MANAGER = { id: 7, name: "@anna", press: "1" };
const WITH_WEBHOOK = someProfiles();
const WITHOUT_WEBHOOK = someProfiles(({ agency }) => void (agency.webhook_url = ""));

/** The bot on a journal, and what the CRM and the managers' chat have seen whatever became of the process. */
class World {
  readonly menus = new Set<number>();
  readonly accepted = new Set<number>();
  readonly shown = new Set<number>();
  /** POSTs that the CRM got, and those that managers asked for, by lead. */
  readonly posts = new Map<number, number>();
  readonly wishes = new Map<number, number>();
  #unsaid: { readonly menus: number[]; readonly wishes: number[] } = { menus: [], wishes: [] };
  #defect: End | undefined;
  #outcomes: CrmOutcome[] = [];
  #profiles = WITH_WEBHOOK;
  #nowMs = NOON_MS;
  #life!: Life;
  #bot!: ReturnType<World["boot"]>;
  readonly #mortal: Mortal;

  constructor(store: MortalStore) {
    this.#mortal = mortalJournal(store, () => {
      for (const menu of this.#unsaid.menus) this.menus.add(menu);
      for (const lead of this.#unsaid.wishes) add(this.wishes, lead);
      this.#unsaid = { menus: [], wishes: [] };
    });
  }

  get journal(): Journal {
    return this.#bot.journal;
  }

  /** Starts the next process, as delivery does. */
  async start(): Promise<void> {
    this.#unsaid = { menus: [], wishes: [] };
    this.#defect = undefined;
    this.#life = await this.#mortal.live();
    this.#bot = this.boot(this.#life);
    const { journal } = this.#bot;
    await journal.recover({ kind: "interrupted", reason: "restart" }, this.#nowMs);
    await journal.committed();
  }

  boot(life: Life) {
    const now = () => this.#nowMs;
    const breaking = ENDS.map((end) => {
      const move = life.journal[end] as (...args: never[]) => unknown;
      return [end, (...args: never[]) => {
        const result = move(...args);
        if (this.#defect !== end) return result;
        this.#defect = undefined;
        throw new TypeError(`${end} is not what it was`);
      }];
    });
    const journal: Journal = { ...life.journal, ...Object.fromEntries(breaking) };
    journal.oweResend = async (lead, ...rest) => {
      const asked = await life.journal.oweResend(lead, ...rest);
      if (asked === "asked") this.#unsaid.wishes.push(lead);
      return asked;
    };
    const recordDurably = createDurableRecording({
      journal,
      log: aLog().log,
      random: () => 1,
      sleep: () => life.isAlive() ? Promise.resolve() : new Promise(() => {}),
      stopping: new AbortController().signal,
    });
    const recordDone = createDoneRecording({ journal, recordDurably, gather: someTurns });
    const giveBack = (work: Work) =>
      recordDurably(() => journal.postponeWork(work, this.#nowMs)).catch(() => {});
    const cutOff = new AbortController();
    const crmWork = createCrmWork({
      journal,
      recordDurably,
      recordDone,
      now,
      profiles: () => this.#profiles,
      crmTimeoutMs: 10_000,
      ...crmSide(),
      wakeManagers() {},
      wakeNotes() {},
      ended() {},
      log: aLog().log,
      cutOff: cutOff.signal,
      crm: {
        sendLead: async (request) => Promise.resolve(await this.#receive(life, request)),
        close() {},
      },
    });
    return { journal, recordDurably, recordDone, giveBack, crmWork, cutOff };
  }

  async #receive(life: Life, { idempotencyKey }: CrmRequest): Promise<CrmOutcome> {
    assert.ok(life.isAlive());
    const lead = Number(idempotencyKey);
    assert.ok(await this.journal.openAttemptOf(lead), "a POST is begun before it leaves");
    add(this.posts, lead);
    this.#assertAskedFor(lead);
    const ended = this.#outcomes.shift() ?? { kind: "answered", status: 500, body: "" };
    if (ended.kind === "accepted") this.accepted.add(lead);
    return ended;
  }

  #assertAskedFor(lead: number): void {
    const posts = this.posts.get(lead) ?? 0;
    const wishes = this.wishes.get(lead) ?? 0;
    assert.ok(posts <= 1 + wishes, `lead ${lead}: ${posts} POSTs, ${wishes} wishes`);
  }

  /** Does a step to its end, or until the process dies in it; then the next one starts. */
  async do(step: Step): Promise<void> {
    this.#nowMs += 1_000;
    const done = this.#do(step);
    done.catch(() => {}); // A process that died has nothing to say.
    await Promise.race([done, this.#life.died]);
    if (!this.#life.isAlive()) await this.start();
    await this.#assertNobodyForgotten();
  }

  async #do(step: Step): Promise<void> {
    const { journal } = this.#bot;
    switch (step.kind) {
      case "press":
        return await this.#press(step.menu);
      case "direct":
        return await this.#pressAndPost(step.menu, step.outcome);
      case "withdrawn":
        this.#bot.cutOff.abort();
        await this.#pressAndPost(step.menu, DECLINED);
        return await this.start();
      case "posts":
        return await this.#post(step.outcomes);
      case "card":
        return await this.#card(step.shown);
      case "resend": {
        const lead = this.#choose(step.pick);
        const running = lead !== undefined && await journal.findWork("post", lead) !== undefined;
        if (lead === undefined) return;
        const asked = await journal.oweResend(lead, "@maria", LANE, this.#nowMs);
        assert.ok(asked !== "asked" || !running, "a wish counts once while its attempt runs");
        return await journal.committed();
      }
      case "send_all":
        await this.#sendAll(journal);
        return await journal.committed();
      case "by_hand": {
        const lead = this.#choose(step.pick);
        if (lead !== undefined) await journal.closeByHand(lead, "@maria", this.#nowMs);
        return await journal.committed();
      }
      case "take": {
        const lead = this.#choose(step.pick);
        if (lead !== undefined) await journal.takeLead(lead, MANAGER, this.#nowMs);
        return await journal.committed();
      }
      case "return": {
        const lead = this.#choose(step.pick);
        if (lead !== undefined) await journal.returnLead(lead, "@maria", this.#nowMs);
        return await journal.committed();
      }
      case "webhook":
        this.#profiles = step.there ? WITH_WEBHOOK : WITHOUT_WEBHOOK;
        return;
      case "defect":
        this.#defect = step.of;
        return;
      case "kill":
        return this.#life.die(step.death);
      default:
        return step satisfies never;
    }
  }

  async #press(menu: number): Promise<void> {
    await this.#record(menu, false);
    await this.journal.committed();
  }

  /** As the delivery does a press while its lane is free. */
  async #pressAndPost(menu: number, outcome: CrmOutcome): Promise<void> {
    const { journal, crmWork, giveBack } = this.#bot;
    this.#outcomes = [outcome];
    const recorded = await this.#record(menu, true);
    await journal.committed();
    if (recorded === undefined) return;
    const { confirmation, lead, post: work, attempt } = recorded;
    assert.ok(work.kind === "post" && attempt !== undefined);
    const profile = WITH_WEBHOOK.byKey.get("agency");
    const route = profile && routeOf(profile);
    assert.ok(profile !== undefined && route != null);
    const posted = crmWork.post({ work, attempt, lead, profile, route }).catch(() =>
      giveBack(work)
    );
    const confirmed = this.#bot.recordDone({
      kind: "confirmed",
      work: confirmation,
      atMs: this.#nowMs,
    }).catch(() => {});
    await Promise.all([posted, confirmed]);
    await journal.committed();
  }

  async #record(menu: number, postsNow: boolean) {
    const known = this.menus.has(menu);
    const number = this.menus.size + 1;
    const lead = aNewLead({ menuMessageId: menu, id: String(number), receivedAtMs: this.#nowMs });
    const recorded = await this.journal.recordChoice(lead, aConfirmation(), LANE, postsNow);
    assert.equal(recorded === undefined, known, "one menu gives one lead");
    if (recorded !== undefined) this.#unsaid.menus.push(menu);
    return recorded;
  }

  async #sendAll(journal: Journal): Promise<void> {
    const numbers = Array.from({ length: this.menus.size }, (_, index) => index + 1);
    const quiet: number[] = [];
    for (const number of numbers) {
      if (await journal.findWork("post", number) === undefined) quiet.push(number);
    }
    await journal.beginSendAll(ALL_CARDS, this.#nowMs);
    for (const number of quiet) {
      if (await journal.findWork("post", number) !== undefined) this.#unsaid.wishes.push(number);
    }
  }

  /** As the outbox does the due work of the CRM's lanes. */
  async #post(outcomes: readonly CrmOutcome[]): Promise<void> {
    const { journal, crmWork, giveBack } = this.#bot;
    this.#outcomes = [...outcomes];
    const works: Work[] = [];
    for (const lane of await journal.lanes(CRM_LANES)) {
      const room = outcomes.length - works.length;
      const most = lane.startsWith(SEND_ALL_LANES) ? Math.min(room, 1) : room;
      for (const work of await journal.takeWork(lane, this.#nowMs, most)) {
        assert.ok(work.kind !== "unreadable");
        works.push(work);
      }
    }
    await journal.committed();
    await Promise.all(works.map((work) => crmWork.run(work).catch(() => giveBack(work))));
    await journal.committed();
  }

  async #card(shown: boolean): Promise<void> {
    const { journal, recordDurably } = this.#bot;
    const work = await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", this.#nowMs);
    if (work === undefined) return;
    const before = (await journal.findLead(work.subject))?.state;
    if (shown) {
      this.shown.add(work.subject);
      const card = { chatId: -100, messageId: work.subject };
      return await recordDurably(() => journal.settleInAdminChat([work], card, this.#nowMs));
    }
    await recordDurably(() => journal.markUndelivered(work, this.#nowMs + 1_000));
    const after = (await journal.findLead(work.subject))?.state;
    assert.equal(after, before === "received" ? "undelivered" : before);
  }

  #choose(pick: number): number | undefined {
    return this.menus.size === 0 ? undefined : 1 + pick % this.menus.size;
  }

  /** Every lead that neither the CRM nor a manager has is owed to one of them. */
  async #assertNobodyForgotten(): Promise<void> {
    for (let number = 1; number <= this.menus.size; number++) {
      const state = (await this.journal.findLead(number))?.state;
      const isSeen = state === "in_admin_chat" && this.shown.has(number);
      if (state === "in_crm" || state === "by_hand" || isSeen) continue;
      const owed = await this.journal.findWork("post", number) ??
        await this.journal.findWork("card", number);
      assert.ok(owed, `lead ${number} is ${state} and nothing is owed for it`);
    }
  }

  /** Lets everything that is owed go well. */
  async finish(): Promise<void> {
    await this.start();
    for (let rounds = 0; (await this.journal.lanes(CRM_LANES)).length > 0; rounds++) {
      assert.ok(rounds < 200, "the POSTs do not end");
      await this.do({ kind: "posts", outcomes: Array(3).fill(DECLINED) });
    }
    while (await this.journal.nextWorkDueAtMs(ADMIN_CHAT_LANE) !== undefined) {
      const [offer] = await this.journal.takeWork(ADMIN_CHAT_LANE, this.#nowMs, 1);
      if (offer?.kind === "offer") await this.journal.finishWork(offer);
      else if (offer !== undefined) await this.journal.releaseWork(offer, this.#nowMs);
      await this.do({ kind: "card", shown: true });
    }
  }

  async assertEnded(): Promise<void> {
    const counts = await this.journal.countLeads();
    assert.equal(counts.in_crm + counts.in_admin_chat + counts.by_hand, this.menus.size);
    assert.equal(counts.received + counts.undelivered, 0);
    assert.deepEqual(await this.journal.openAttempts(), []);
    assert.deepEqual(
      await this.journal.factsOf("send_all:"),
      [],
      "a run of all cards does not end",
    );
    for (let number = 1; number <= this.menus.size; number++) {
      const state = (await this.journal.findLead(number))?.state;
      if (state === "in_crm") assert.ok(this.accepted.has(number));
      if (state === "in_admin_chat") assert.ok(this.shown.has(number));
      this.#assertAskedFor(number);
      const attempts = (await this.journal.attemptsOf(number)).length;
      assert.ok(attempts >= (this.posts.get(number) ?? 0), "a POST without an attempt");
    }
  }
}

const ALL_CARDS = {
  profile: "agency",
  profileName: "MONSTER AGENCY",
  by: "@maria",
  offer: { chatId: -100, messageId: 7 },
};

/** While what has ended is gathered, other steps of the same moment end too, and a kill finds it unrecorded. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const DECLINED: CrmOutcome = { kind: "answered", status: 500, body: "" };

function add(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Lends worlds on each engine that is there. */
async function onEach(run: (world: World) => Promise<void>): Promise<void> {
  await withSqliteStore((store) => run(new World(store)));
  if (HAS_POSTGRES) await withPostgresStore((store) => run(new World(store)));
}

function live(steps: readonly Step[]): Promise<void> {
  return onEach((world) => liveIn(world, steps));
}

async function liveIn(world: World, steps: readonly Step[]): Promise<void> {
  await world.start();
  for (const each of steps) await world.do(each);
  await world.finish();
  await world.assertEnded();
}

const anySteps = fc.array(step, { maxLength: 80, size: "max" });

Deno.test("whatever the order of presses, outcomes, kills, defects and buttons, every lead ends somewhere and no POST leaves unasked", () =>
  fc.assert(
    fc.asyncProperty(
      anySteps,
      (steps) => withSqliteStore((store) => liveIn(new World(store), steps)),
    ),
    { numRuns: 300 },
  ));

Deno.test({
  name: "so it is on PostgreSQL",
  ignore: !HAS_POSTGRES,
  fn: () =>
    fc.assert(
      fc.asyncProperty(
        anySteps,
        (steps) => withPostgresStore((store) => liveIn(new World(store), steps)),
      ),
      { numRuns: 15 },
    ),
});

for (const when of ["before", "after"] as const) {
  for (const commits of [0, 1, 2, 3, 4]) {
    Deno.test(`a second sending that failed is not sent again by a kill ${when} commit ${commits} of it`, () =>
      live([
        { kind: "press", menu: 1 },
        { kind: "posts", outcomes: [DECLINED] },
        { kind: "card", shown: true },
        { kind: "resend", pick: 0 },
        { kind: "kill", death: { commits, when } },
        { kind: "posts", outcomes: [DECLINED] },
      ]));
  }
}

for (const when of ["before", "after"] as const) {
  for (const commits of [0, 1, 2, 3]) {
    for (const outcome of [{ kind: "accepted", status: 200 }, DECLINED] as const) {
      Deno.test(`a lead POSTed at once that ${outcome.kind} is not POSTed again by a kill ${when} commit ${commits} of it`, () =>
        live([
          { kind: "kill", death: { commits, when } },
          { kind: "direct", menu: 1, outcome },
          { kind: "posts", outcomes: [DECLINED] },
        ]));
    }
  }
}

Deno.test("a POST that has not left when the process is told to go is sent by the next one", () =>
  onEach(async (world) => {
    await world.start();
    await world.do({ kind: "withdrawn", menu: 1 });
    assert.equal(world.posts.get(1), undefined);
    await world.do({ kind: "posts", outcomes: [{ kind: "accepted", status: 200 }] });
    assert.equal((await world.journal.findLead(1))?.state, "in_crm");
    assert.equal((await world.journal.attemptsOf(1)).length, 1);
  }));

for (const end of ["recordDone", "endAttempt"] as const) {
  Deno.test(`a POST whose end a defect in ${end} kept from being recorded is not sent again`, () =>
    live([
      { kind: "press", menu: 1 },
      { kind: "defect", of: end },
      {
        kind: "posts",
        outcomes: [end === "recordDone" ? { kind: "accepted", status: 200 } : DECLINED],
      },
      { kind: "posts", outcomes: [DECLINED] },
    ]));
}
