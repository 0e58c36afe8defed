// The way of a lead under arbitrary orders of outcomes, restarts and managers' presses: whatever happens, nobody is forgotten.

import assert from "node:assert/strict";
import fc from "fast-check";
import { ADMIN_CHAT_LANE, type Journal, openJournal, type Work } from "../lib/journal.ts";
import type { CrmOutcome, LeadState } from "../lib/lead.ts";
import { aNewLead, NOON_MS } from "./helpers/a_lead.ts";

const LANE = "crm:host:crm.example";

const outcome: fc.Arbitrary<CrmOutcome> = fc.constantFrom<CrmOutcome>(
  { kind: "accepted", status: 200 },
  { kind: "answered", status: 500, body: "" },
  { kind: "unreachable", reason: "refused" },
  { kind: "interrupted", reason: "reset" },
  { kind: "timeout", afterMs: 10_000 },
  { kind: "client", reason: "port" },
  { kind: "unexpected", reason: "defect" },
);

/** One thing that can happen; the number chooses among what is there. */
type Step =
  | { readonly kind: "press"; readonly menu: number }
  | { readonly kind: "post_begins"; readonly pick: number }
  | { readonly kind: "post_ends"; readonly pick: number; readonly outcome: CrmOutcome }
  | { readonly kind: "card"; readonly pick: number; readonly shown: boolean }
  | { readonly kind: "resend"; readonly pick: number }
  | { readonly kind: "by_hand"; readonly pick: number }
  | { readonly kind: "restart" };

const pick = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("press" as const), menu: fc.nat(5) }),
  fc.record({ kind: fc.constant("post_begins" as const), pick }),
  fc.record({ kind: fc.constant("post_ends" as const), pick, outcome }),
  fc.record({ kind: fc.constant("card" as const), pick, shown: fc.boolean() }),
  fc.record({ kind: fc.constant("resend" as const), pick }),
  fc.record({ kind: fc.constant("by_hand" as const), pick }),
  fc.record({ kind: fc.constant("restart" as const) }),
);

/** The world around a journal: what a process has in hand, and what the CRM and the admin chat have seen. */
class World {
  readonly menus = new Set<number>();
  readonly taken = new Set<number>();
  readonly shown = new Set<number>();
  readonly posts = new Map<number, number>();
  readonly resends = new Map<number, number>();
  #posting: { readonly work: Work; readonly attempt: { lead: number; nth: number } }[] = [];
  #nowMs = NOON_MS;

  constructor(readonly journal: Journal) {}

  do(step: Step): void {
    this.#nowMs += 1000;
    switch (step.kind) {
      case "press":
        return this.#press(step.menu);
      case "post_begins":
        return this.#postBegins();
      case "post_ends":
        return this.#postEnds(step.pick, step.outcome);
      case "card":
        return this.#card(step.shown);
      case "resend": {
        const lead = this.#choose(step.pick);
        if (lead === undefined) return;
        const running = this.journal.findWork("post", lead) !== undefined;
        const asked = this.journal.oweResend(lead, "@maria", LANE, this.#nowMs);
        assert.ok(asked !== "asked" || !running, "a wish counts once while its attempt runs");
        if (asked === "asked") this.resends.set(lead, (this.resends.get(lead) ?? 0) + 1);
        return;
      }
      case "by_hand": {
        const lead = this.#choose(step.pick);
        if (lead !== undefined) this.journal.closeByHand(lead, "@maria", this.#nowMs);
        return;
      }
      case "restart":
        this.#posting = [];
        this.journal.recover({ kind: "interrupted", reason: "restart" }, this.#nowMs);
        return;
      default:
        return step satisfies never;
    }
  }

  #press(menu: number): void {
    const recorded = this.journal.recordChoice(
      aNewLead({ menuMessageId: menu, id: String(menu), receivedAtMs: this.#nowMs }),
      "{}",
      LANE,
      false,
    );
    assert.equal(recorded === undefined, this.menus.has(menu), "one menu gives one lead");
    this.menus.add(menu);
  }

  #postBegins(): void {
    const [work] = this.journal.takeWork(LANE, this.#nowMs, 1);
    if (work === undefined) return;
    const state = this.journal.findLead(work.subject)?.state;
    if (work.body !== "" && (state === "in_crm" || state === "by_hand")) {
      return this.journal.endResend(work, this.#nowMs);
    }
    const askedBy = work.body === "" ? null : work.body;
    const attempt = this.journal.beginAttempt(work.subject, askedBy, this.#nowMs);
    this.posts.set(work.subject, (this.posts.get(work.subject) ?? 0) + 1);
    this.#posting.push({ work, attempt });
  }

  #postEnds(pick: number, outcome: CrmOutcome): void {
    const [post] = this.#posting.splice(pick % Math.max(this.#posting.length, 1), 1);
    if (post === undefined) return;
    const { work, attempt } = post;
    if (outcome.kind === "accepted") {
      this.taken.add(work.subject);
      this.journal.settleInCrm(work, attempt, outcome, this.#nowMs);
    } else {
      this.journal.endAttempt(attempt, outcome, this.#nowMs);
      if (work.body === "") this.journal.oweCard(work, "crm_failed", this.#nowMs);
      else this.journal.endResend(work, this.#nowMs);
    }
  }

  #card(shown: boolean): void {
    const work = this.journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", this.#nowMs);
    if (work === undefined) return;
    if (!shown) {
      const before = this.journal.findLead(work.subject)?.state;
      this.journal.markUndelivered(work, this.#nowMs + 1000);
      const after = this.journal.findLead(work.subject)?.state;
      return assert.equal(after, before === "received" ? "undelivered" : before);
    }
    this.shown.add(work.subject);
    const card = { chatId: -100, messageId: work.subject };
    this.journal.settleInAdminChat([work], card, this.#nowMs);
  }

  #choose(pick: number): number | undefined {
    return this.menus.size === 0 ? undefined : 1 + pick % this.menus.size;
  }

  /** Lets everything that is owed go well. */
  finish(): void {
    this.do({ kind: "restart" });
    for (let round = 0; round < 200; round++) {
      this.do({ kind: "post_begins", pick: 0 });
      this.do({ kind: "post_ends", pick: 0, outcome: { kind: "answered", status: 500, body: "" } });
      this.do({ kind: "card", pick: 0, shown: true });
    }
  }
}

/** Every lead that nobody has is owed to somebody. */
function assertNobodyForgotten({ journal, menus }: World): void {
  for (let number = 1; number <= menus.size; number++) {
    const state = journal.findLead(number)?.state;
    if (state !== "received" && state !== "undelivered") continue;
    const owed = journal.findWork("post", number) ?? journal.findWork("card", number);
    assert.ok(owed, `lead ${number} is ${state} and nobody is working on it`);
  }
}

Deno.test("whatever the order of presses, outcomes, restarts and buttons, every lead ends with somebody", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = new World(openJournal(":memory:"));
      try {
        for (const each of steps) {
          world.do(each);
          assertNobodyForgotten(world);
        }
        world.finish();
        const counts = world.journal.countLeads();
        const settled = counts.in_crm + counts.in_admin_chat + counts.by_hand;
        assert.equal(settled, world.menus.size);
        assert.equal(counts.received + counts.undelivered, 0);
        for (let number = 1; number <= world.menus.size; number++) {
          const state: LeadState | undefined = world.journal.findLead(number)?.state;
          if (state === "in_crm") assert.ok(world.taken.has(number));
          if (state === "in_admin_chat") assert.ok(world.shown.has(number));
          const posts = world.posts.get(number) ?? 0;
          const wished = world.resends.get(number) ?? 0;
          assert.ok(posts <= 1 + wished, `lead ${number}: ${posts} POSTs, ${wished} wishes`);
        }
      } finally {
        world.journal.close();
      }
    }),
    { numRuns: 300 },
  );
});
