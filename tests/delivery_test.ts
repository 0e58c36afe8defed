// The rule between a press and everything owed for it, where the stories do not reach: a journal that cannot be written, a slow
// visitor's chat, a POST that may leave at once or has to wait.

import assert from "node:assert/strict";
import type { ShowOutcome } from "../lib/admin_chat.ts";
import { createDelivery, type Delivery } from "../lib/delivery.ts";
import type { CrmRequest } from "../lib/crm.ts";
import { type Journal, openJournal } from "../lib/journal.ts";
import type { CrmOutcome } from "../lib/lead.ts";
import { createKeep } from "../lib/outbox.ts";
import type { SendOutcome } from "../lib/visitor_chat.ts";
import { aNewLead, NOON_MS, someContent } from "./helpers/a_lead.ts";
import { aLog, type LogOfTest } from "./helpers/a_log.ts";
import { aProfile, someProfiles } from "./helpers/a_profile.ts";

interface Room extends LogOfTest {
  readonly journal: Journal;
  readonly delivery: Delivery;
  /** The ids of the leads POSTed so far. */
  readonly posted: string[];
  /** What was sent, in order: «confirmation», «POST», «card», «follow-up». */
  readonly sent: string[];
}

interface Options {
  readonly breakJournal?: (journal: Journal) => Partial<Journal>;
  readonly confirm?: () => Promise<SendOutcome>;
  readonly thank?: (chatId: number) => Promise<SendOutcome>;
  readonly send?: (request: CrmRequest) => Promise<CrmOutcome>;
  /** Whether managers may be asked; everything is shown to them then. */
  readonly managers?: boolean;
}

async function withDelivery(run: (room: Room) => Promise<void>, options: Options = {}) {
  const lines = aLog();
  const opened = openJournal(":memory:");
  const journal = { ...opened, ...options.breakJournal?.(opened) };
  const profiles = someProfiles();
  const posted: string[] = [];
  const sent: string[] = [];
  const shared = {
    journal,
    now: () => NOON_MS,
    random: () => 1,
    sleep: turn,
    stopping: new AbortController().signal,
    log: lines.log,
  };
  function shown(what: string): Promise<ShowOutcome> {
    sent.push(what);
    return Promise.resolve({ kind: "shown", message: { chatId: -1, messageId: sent.length } });
  }
  const never = () => Promise.reject(new Error("no manager is asked here"));
  const delivery = createDelivery({
    ...shared,
    keep: createKeep(shared),
    afterVisitors: turn,
    profiles: () => profiles,
    crmTimeoutMs: 10_000,
    tellTime: String,
    cutOff: new AbortController().signal,
    crm: {
      sendLead(request) {
        posted.push(request.idempotencyKey);
        sent.push("POST");
        return options.send?.(request) ?? Promise.resolve({ kind: "accepted", status: 200 });
      },
      close() {},
    },
    visitorChat: {
      confirm() {
        sent.push("confirmation");
        return options.confirm?.() ?? Promise.resolve({ kind: "sent" });
      },
      thank: options.thank ?? never,
      remind: never,
    },
    adminChat: {
      chatId: () => -1,
      room: () => 1,
      show: options.managers ? () => shown("card") : never,
      edit: never,
      alert: never,
      showPart: options.managers ? () => shown("follow-up") : never,
    },
  });
  try {
    await run({ ...lines, journal: opened, delivery, posted, sent });
  } finally {
    await delivery.stop();
    opened.close();
  }
}

const CONFIRMATION = { chatId: 1, messageId: 2, text: "✅ Принято", photo: false };

async function turn(): Promise<void> {
  for (let nth = 0; nth < 5; nth++) await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("receive sends the confirmation, then the POST, each once, and the lead is in the CRM", () =>
  withDelivery(async ({ delivery, journal, sent, posted }) => {
    const lead = await delivery.receive(aNewLead(), CONFIRMATION, aProfile());
    for (let nth = 0; nth < 3; nth++) await turn();
    assert.deepEqual(sent, ["confirmation", "POST"]);
    assert.deepEqual(posted, [lead?.id]);
    assert.equal(journal.findLead(1)?.state, "in_crm");
    assert.deepEqual(journal.lanes(""), []);
    assert.equal(await delivery.receive(aNewLead(), CONFIRMATION, aProfile()), undefined);
    assert.equal(posted.length, 1);
  }));

Deno.test("a POST does not wait for a visitor's chat that does not answer", () => {
  const silence = Promise.withResolvers<SendOutcome>();
  return withDelivery(async ({ delivery, journal }) => {
    const received = delivery.receive(aNewLead(), CONFIRMATION, aProfile());
    await turn();
    await turn();
    const state = journal.findLead(1)?.state;
    silence.resolve({ kind: "sent" });
    await received;
    assert.equal(state, "in_crm");
  }, { confirm: () => silence.promise });
});

Deno.test("more leads than may be POSTed to one host wait, and each is POSTed once when there is room", () => {
  const gates: PromiseWithResolvers<CrmOutcome>[] = [];
  return withDelivery(async ({ delivery, journal, posted }) => {
    for (let nth = 1; nth <= 140; nth++) {
      const lead = aNewLead({ id: `id-${nth}`, menuMessageId: nth, chatId: nth });
      await delivery.receive(lead, { ...CONFIRMATION, chatId: nth, messageId: nth }, aProfile());
    }
    await turn();
    await turn();
    assert.equal(posted.length, 128);
    while (gates.length > 0) {
      gates.shift()?.resolve({ kind: "accepted", status: 200 });
      await turn();
    }
    assert.equal(new Set(posted).size, 140);
    assert.equal(posted.length, 140);
    assert.equal(journal.countLeads().in_crm, 140);
  }, {
    send() {
      const gate = Promise.withResolvers<CrmOutcome>();
      gates.push(gate);
      return gate.promise;
    },
  });
});

/** Leads whose cards are due, and leads in the CRM that sent something more before. */
function oweManagers(journal: Journal, { cards, followUps }: Record<string, number>): void {
  for (let nth = 1; nth <= cards! + followUps!; nth++) {
    const lead = aNewLead({ id: `lead-${nth}`, menuMessageId: nth });
    const { confirmation, post } = journal.recordChoice(lead, "{}", "crm:host:a", false)!;
    journal.finishWork(confirmation);
    if (nth <= cards!) {
      journal.oweCard(post, "crm_failed", NOON_MS);
      continue;
    }
    const attempt = journal.beginAttempt(nth, null, NOON_MS);
    journal.settleInCrm(post, attempt, { kind: "accepted", status: 200 }, NOON_MS);
    const message = { lead: nth, chatId: nth, messageId: nth, albumId: null };
    journal.recordFollowUp({ ...message, content: someContent() }, NOON_MS - 1_000);
  }
}

const toManagers = (what: string) => what === "card" || what === "follow-up";

Deno.test("cards and follow-ups that wait take turns, however long the line of either is", () =>
  withDelivery(async ({ delivery, journal, sent }) => {
    oweManagers(journal, { cards: 6, followUps: 9 });
    delivery.wake();
    for (let nth = 0; nth < 30; nth++) await turn();
    const turns = sent.filter(toManagers);
    assert.equal(turns.length, 15);
    for (let nth = 1; nth < 12; nth++) assert.notEqual(turns[nth], turns[nth - 1]);
  }, { managers: true, thank: () => Promise.resolve({ kind: "sent" }) }));

for (
  const [cards, followUps, how] of [
    [20, 0, "one by one when they have a minute for themselves"],
    [11, 1, "several to a message when follow-ups have half of it"],
    [21, 0, "several to a message when a minute is too short"],
  ] as const
) {
  Deno.test(`${cards} cards and ${followUps} follow-ups: cards go ${how}`, () =>
    withDelivery(async ({ delivery, journal, sent }) => {
      oweManagers(journal, { cards, followUps });
      delivery.wake();
      for (let nth = 0; nth < 30; nth++) await turn();
      assert.deepEqual(journal.lanes("admin_chat"), []);
      const messages = sent.filter((what) => what === "card").length;
      assert.equal(messages === cards, how.startsWith("one"), `${messages} messages`);
    }, { managers: true, thank: () => Promise.resolve({ kind: "sent" }) }));
}

Deno.test("visitors' chats that do not answer leave room for what is owed to others", () => {
  const silence = Promise.withResolvers<SendOutcome>();
  const thanked: number[] = [];
  return withDelivery(async ({ delivery, journal }) => {
    const received = [];
    for (let nth = 1; nth <= 100; nth++) {
      const lead = aNewLead({ id: `id-${nth}`, menuMessageId: nth, chatId: nth });
      received.push(delivery.receive(lead, { ...CONFIRMATION, chatId: nth }, aProfile()));
    }
    await turn();
    journal.addWork({ lane: "visitors", kind: "thanks", subject: 1, body: "7" }, NOON_MS);
    await journal.committed();
    delivery.wake();
    await turn();
    silence.resolve({ kind: "sent" });
    await Promise.all(received);
    assert.deepEqual(thanked, [7]);
  }, {
    confirm: () => silence.promise,
    thank(chatId) {
      thanked.push(chatId);
      return Promise.resolve({ kind: "sent" });
    },
  });
});

Deno.test("thanks that become due while the disk is full are sent once", () => {
  let isFull = false;
  const thanked: number[] = [];
  return withDelivery(async ({ delivery, journal }) => {
    for (const chatId of [1, 2, 3]) {
      const body = String(chatId);
      journal.addWork({ lane: "visitors", kind: "thanks", subject: chatId, body }, NOON_MS);
    }
    await journal.committed();
    isFull = true;
    for (let nth = 0; nth < 10; nth++) {
      delivery.wake();
      await turn();
    }
    isFull = false;
    await turn();
    assert.deepEqual(thanked, [1, 2, 3]);
  }, {
    thank(chatId) {
      thanked.push(chatId);
      return Promise.resolve({ kind: "sent" });
    },
    // A full disk undoes what a turn wrote, the taking of work among it: it stays due.
    breakJournal: (journal) => ({
      committed: () => isFull ? Promise.reject(new Error("full")) : journal.committed(),
      committedSoon: () => isFull ? Promise.reject(new Error("full")) : journal.committed(),
      finishWork: (work) => isFull ? undefined : journal.finishWork(work),
      takeWork(lane, nowMs, most) {
        const works = journal.takeWork(lane, nowMs, most);
        if (isFull) { for (const work of works) journal.releaseWork(work, nowMs); }
        return works;
      },
    }),
  });
});

for (const postsNow of [true, false]) {
  const how = postsNow ? "leaves at once" : "has to wait";
  Deno.test(`receive rejects, and sends nothing, when the journal cannot be written and the POST ${how}`, () =>
    withDelivery(async ({ delivery, sent }) => {
      await assert.rejects(delivery.receive(aNewLead(), CONFIRMATION, aProfile()), /full/);
      await turn();
      assert.deepEqual(sent, []);
    }, {
      breakJournal: () => ({
        committed: () => Promise.reject(new Error("full")),
        ...(postsNow ? {} : { nextWorkDueAtMs: () => 0, takeWork: () => [] }),
      }),
    }));
}
