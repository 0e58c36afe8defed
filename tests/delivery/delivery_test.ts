// The rule between a press and everything owed for it, where the stories do not reach: a journal that cannot be written, a slow
// visitor's chat, a POST that may leave at once or has to wait.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import type { ShowOutcome } from "../../lib/managers/chat.ts";
import { createShownWords } from "../../lib/managers/shown_words.ts";
import { createDelivery, type Delivery } from "../../lib/delivery/delivery.ts";
import { cardMessage } from "../../lib/managers/card_messages.ts";
import type { CrmRequest } from "../../lib/crm/post.ts";
import { ADMIN_CHAT_LANE, EDITS_LANE, type Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";
import type { SendOutcome } from "../../lib/visitors/chat.ts";
import {
  A_HELD_LINE,
  aConfirmation,
  aNewLead,
  aVisitor,
  NOON_MS,
  someContent,
} from "../helpers/a_lead.ts";
import { crmSide, noNotes } from "../helpers/crm_side.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { aProfile, someProfiles } from "../helpers/a_profile.ts";
import { recordsAtOnce } from "../helpers/records_at_once.ts";
import { partsOf } from "../helpers/journal_parts.ts";
import { oneChat } from "../helpers/one_chat.ts";
import { slowJournal } from "../helpers/slow_journal.ts";

interface Room extends LogOfTest {
  readonly journal: Journal;
  readonly delivery: Delivery;
  /** The ids of the leads POSTed so far. */
  readonly posted: string[];
  /** What the managers read, in order. */
  readonly texts: string[];
  /** Lets time go by, in ms. */
  later(ms: number): void;
  /** What was sent, in order: «confirmation», «POST», «card», «follow-up», «edit», «note». */
  readonly sent: string[];
}

interface Options {
  readonly breakJournal?: (journal: Journal) => Partial<Journal>;
  readonly confirm?: () => Promise<SendOutcome>;
  readonly thank?: (chatId: number) => Promise<SendOutcome>;
  readonly send?: (request: CrmRequest) => Promise<CrmOutcome>;
  /** Where managers may be asked: how much room Telegram's pace leaves, and what does not get there. */
  readonly managers?: {
    readonly ready?: () => Promise<void>;
    readonly fails?: (what: string, text: string) => boolean | Promise<boolean>;
  };
}

async function withDelivery(run: (room: Room) => Promise<void>, options: Options = {}) {
  const lines = aLog();
  const opened = await openJournal(":memory:");
  const journal = { ...opened, ...options.breakJournal?.(opened) };
  const profiles = someProfiles();
  const posted: string[] = [];
  const sent: string[] = [];
  const texts: string[] = [];
  let nowMs = NOON_MS;
  const shared = {
    journal,
    now: () => nowMs,
    random: () => 1,
    sleep: turn,
    stopping: new AbortController().signal,
    log: lines.log,
  };
  async function shown(what: string, text = ""): Promise<ShowOutcome> {
    const messageId = sent.push(what);
    texts.push(text);
    if (await options.managers?.fails?.(what, text)) return { kind: "failed", reason: "503" };
    return { kind: "shown", message: { chatId: -1, messageId } };
  }
  const never = () => Promise.reject(new Error("no manager is asked here"));
  const recordDurably = createDurableRecording(shared);
  const delivery = createDelivery({
    shownWords: createShownWords(),
    ...shared,
    recordDurably,
    recordDone: recordsAtOnce(journal, recordDurably),
    afterVisitors: turn,
    profiles: () => profiles,
    crmTimeoutMs: 10_000,
    repeatWindowMs: 10 * 60_000,
    tellTime: String,
    cutOff: new AbortController().signal,
    ...crmSide(),
    crm: {
      send: noNotes,
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
      askPhone: never,
      remind: never,
    },
    chats: oneChat({
      chatId: () => -1,
      ready: () => options.managers?.ready?.() ?? Promise.resolve(),
      show: options.managers ? ({ text }) => shown(text === NOTE ? "note" : "card", text) : never,
      edit: options.managers ? (_, { text }) => shown("edit", text) : never,
      alert: () => Promise.resolve(false),
      showPart: options.managers ? () => shown("follow-up") : never,
    }),
  });
  try {
    await run({
      ...lines,
      journal: opened,
      delivery,
      posted,
      sent,
      texts,
      later: (ms) => nowMs += ms,
    });
  } finally {
    await delivery.stop();
    await opened.close();
  }
}

const NOTE = "📊 За вчера";

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
    assert.equal((await journal.findLead(1))?.state, "in_crm");
    assert.deepEqual(await journal.lanes(""), []);
    assert.equal(await delivery.receive(aNewLead(), CONFIRMATION, aProfile()), undefined);
    assert.equal(posted.length, 1);
  }));

Deno.test("the same wish on another menu is confirmed there, and is no lead", () =>
  withDelivery(async ({ delivery, journal, sent, posted }) => {
    await delivery.receive(aNewLead(), CONFIRMATION, aProfile());
    const again = aNewLead({ id: "again", menuMessageId: 3 });
    const lead = await delivery.receive(again, { ...CONFIRMATION, messageId: 3 }, aProfile());
    for (let nth = 0; nth < 3; nth++) await turn();
    assert.equal(lead?.number, 1);
    assert.deepEqual(sent.toSorted(), ["POST", "confirmation", "confirmation"]);
    assert.equal(posted.length, 1);
    assert.deepEqual(await journal.lanes(""), []);
  }));

Deno.test("of a visitor's 99 leads 20 are POSTed, all are confirmed, and the managers read one line", () =>
  withDelivery(async ({ delivery, journal, sent, texts, posted, later }) => {
    for (let nth = 1; nth <= 99; nth++) {
      const lead = aNewLead({ id: `id-${nth}`, menuMessageId: nth, choice: `№ ${nth}` });
      await delivery.receive(lead, { ...CONFIRMATION, messageId: nth }, aProfile());
    }
    for (let nth = 0; nth < 50; nth++) await turn();
    later(5_000);
    delivery.wake();
    for (let nth = 0; nth < 5; nth++) await turn();
    assert.equal(posted.length, 20);
    assert.equal(sent.filter((what) => what === "confirmation").length, 99);
    const line = "⚠️ Ещё 79 лидов от @betterrman за час не отправлены в CRM, " +
      "они на странице «Лиды»";
    assert.deepEqual(texts, [line]);
    assert.deepEqual(await journal.lanes(""), []);
    const { in_crm, in_admin_chat } = await journal.countLeads();
    assert.deepEqual([in_crm, in_admin_chat], [20, 79]);
    assert.equal(await delivery.sendAll("agency", "@maria", { chatId: -1, messageId: 1 }), 0);
  }, { managers: {} }));

Deno.test("a visitor whose leads are held back is not spoken of again before an hour has passed", () =>
  withDelivery(async ({ delivery, texts, later }) => {
    let menus = 0;
    async function press(times: number): Promise<void> {
      for (let nth = 0; nth < times; nth++) {
        const menu = ++menus;
        const lead = aNewLead({ id: `id-${menu}`, menuMessageId: menu, choice: `№ ${menu}` });
        await delivery.receive(lead, { ...CONFIRMATION, messageId: menu }, aProfile());
      }
    }
    async function showWhatIsDue(): Promise<void> {
      delivery.wake();
      for (let nth = 0; nth < 5; nth++) await turn();
    }
    await press(22);
    later(5_000);
    await showWhatIsDue();
    assert.equal(texts.length, 1);
    await press(2);
    later(20 * 60_000);
    await showWhatIsDue();
    assert.equal(texts.length, 1);
    later(60 * 60_000);
    await showWhatIsDue();
    assert.equal(texts.length, 2);
    assert.match(texts[1] ?? "", /Ещё 2 лида /);
  }, { managers: {} }));

Deno.test("a lead that a defect keeps the managers from hearing of is not held back in silence", () => {
  let calls = 0;
  return withDelivery(async ({ delivery, journal }) => {
    for (let menu = 1; menu <= 20; menu++) {
      const lead = aNewLead({ id: `id-${menu}`, menuMessageId: menu, choice: `№ ${menu}` });
      await delivery.receive(lead, { ...CONFIRMATION, messageId: menu }, aProfile());
    }
    const lead = aNewLead({ id: "id-21", menuMessageId: 21, choice: "№ 21" });
    const confirmation = { ...CONFIRMATION, messageId: 21 };
    await assert.rejects(delivery.receive(lead, confirmation, aProfile()), TypeError);
    assert.equal(await journal.findLead(21), undefined);
    assert.equal((await delivery.receive(lead, confirmation, aProfile()))?.number, 21);
  }, {
    managers: {},
    breakJournal: (journal) => ({
      recordHeld(...held) {
        if (calls++ === 0) throw new TypeError("recordHeld is broken");
        return journal.recordHeld(...held);
      },
    }),
  });
});

Deno.test("a lead that was held back can be sent, as a person decides", () =>
  withDelivery(async ({ delivery, journal, posted }) => {
    await journal.recordHeld(aNewLead(), CONFIRMATION, A_HELD_LINE);
    assert.equal(await delivery.resend(1, "@maria"), "asked");
    for (let nth = 0; nth < 3; nth++) await turn();
    assert.equal(posted.length, 1);
    assert.equal((await journal.findLead(1))?.state, "in_crm");
  }));

Deno.test("a POST does not wait for a visitor's chat that does not answer", () => {
  const silence = Promise.withResolvers<SendOutcome>();
  return withDelivery(async ({ delivery, journal }) => {
    const received = delivery.receive(aNewLead(), CONFIRMATION, aProfile());
    await turn();
    await turn();
    const state = (await journal.findLead(1))?.state;
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
    assert.equal((await journal.countLeads()).in_crm, 140);
  }, {
    send() {
      const gate = Promise.withResolvers<CrmOutcome>();
      gates.push(gate);
      return gate.promise;
    },
  });
});

Deno.test("no more than 128 POSTs to a host and 256 in all are open, however slow the journal is", () => {
  const end = Promise.withResolvers<CrmOutcome>();
  return withDelivery(async ({ delivery, posted }) => {
    const hosts = ["a", "b", "c"].map((host) => ({
      host,
      profile: aProfile((agency) => agency.webhook_url = `https://${host}.example.ru/webhook`),
    }));
    const received = Array.from({ length: 140 }, (_, nth) =>
      hosts.map(({ host, profile }) => {
        const chatId = nth * hosts.length + host.charCodeAt(0);
        const lead = aNewLead({ id: `${host}-${nth}`, menuMessageId: chatId, chatId });
        return delivery.receive(lead, { ...CONFIRMATION, chatId }, profile);
      })).flat();
    await Promise.all(received);
    await turn();
    const open = hosts.map(({ host }) => posted.filter((id) => id.startsWith(host)).length);
    end.resolve({ kind: "accepted", status: 200 });
    assert.ok(open.every((posts) => posts <= 128), `${open} POSTs are open`);
    assert.equal(open.reduce((sum, posts) => sum + posts), 256);
  }, { breakJournal: slowJournal, send: () => end.promise });
});

// — What the managers are owed —

async function aLeadOf(journal: Journal, nth: number, receivedAtMs: number) {
  const visitor = aVisitor({ username: `visitor${nth}` });
  const lead = aNewLead({ id: `lead-${nth}`, menuMessageId: nth, receivedAtMs, visitor });
  const { confirmation, post } =
    (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", false))!;
  await journal.finishWork(confirmation);
  assert.ok(post.kind === "post");
  return post;
}

async function oweCards(journal: Journal, from: number, to: number, atMs = NOON_MS): Promise<void> {
  for (let nth = from; nth <= to; nth++) {
    await partsOf(journal).turnIntoCard(await aLeadOf(journal, nth, atMs), "crm_failed", atMs);
  }
}

async function oweFollowUp(journal: Journal, lead: number, parts = 1): Promise<void> {
  for (let messageId = 1; messageId <= parts; messageId++) {
    const message = { lead, chatId: lead, messageId, albumId: parts > 1 ? "album" : null };
    await journal.recordFollowUp({ ...message, content: someContent() }, NOON_MS - 1_000);
  }
}

/** Of leads that are in the CRM. */
async function oweFollowUps(journal: Journal, from: number, to: number, parts = 1): Promise<void> {
  for (let nth = from; nth <= to; nth++) {
    const post = await aLeadOf(journal, nth, NOON_MS);
    const attempt = await journal.beginAttempt(nth, null, NOON_MS);
    await journal.endAttempt(post, attempt, { kind: "accepted", status: 200 }, NOON_MS);
    await oweFollowUp(journal, nth, parts);
  }
}

const thank = () => Promise.resolve({ kind: "sent" } as const);

async function allTurns(): Promise<void> {
  for (let nth = 0; nth < 40; nth++) await turn();
}

Deno.test("cards and follow-ups that wait take turns, however long the line of either is", () =>
  withDelivery(async ({ delivery, journal, sent }) => {
    await oweFollowUps(journal, 1, 9);
    await oweCards(journal, 10, 15);
    delivery.wake();
    await allTurns();
    assert.equal(sent.length, 15);
    for (let nth = 1; nth < 12; nth++) assert.notEqual(sent[nth], sent[nth - 1]);
  }, { managers: {}, thank }));

Deno.test("a follow-up comes right after its lead's card, not when it looks again", () =>
  withDelivery(async ({ delivery, journal, sent }) => {
    await oweCards(journal, 1, 3);
    await oweFollowUp(journal, 3);
    delivery.wake();
    await allTurns();
    assert.deepEqual(sent, ["card", "card", "card", "follow-up"]);
  }, { managers: {}, thank }));

Deno.test("a follow-up comes right after a card that did not get there at first", () => {
  let failures = 1;
  return withDelivery(async ({ delivery, journal, sent, later }) => {
    await oweCards(journal, 1, 1);
    await oweFollowUp(journal, 1);
    delivery.wake();
    await allTurns();
    assert.deepEqual(sent, ["card"]);
    later(30_000);
    delivery.wake();
    await allTurns();
    assert.deepEqual(sent, ["card", "card", "follow-up"]);
  }, { managers: { fails: () => failures-- > 0 }, thank });
});

Deno.test("cards that come while one waits for Telegram's pace go with it", () => {
  const ready = Promise.withResolvers<void>();
  return withDelivery(async ({ delivery, journal, sent }) => {
    await oweCards(journal, 1, 1);
    delivery.wake();
    await allTurns();
    await oweCards(journal, 2, 21);
    ready.resolve();
    delivery.wake();
    await allTurns();
    assert.deepEqual(await journal.lanes(ADMIN_CHAT_LANE), []);
    assert.ok(sent.length < 21, `${sent.length} messages`);
  }, { managers: { ready: () => ready.promise } });
});

Deno.test("cards that were taken to go together come later when the journal fails between them", () => {
  let takings = 0;
  return withDelivery(async ({ delivery, journal, later }) => {
    await oweCards(journal, 1, 25);
    delivery.wake();
    await allTurns();
    later(60_000);
    delivery.wake();
    await allTurns();
    assert.equal((await journal.countLeads()).in_admin_chat, 25);
  }, {
    managers: {},
    breakJournal: (journal) => ({
      takeWorkOfKind(lane, kind, nowMs) {
        if (++takings === 3) return Promise.reject(new StorageError("disk I/O error"));
        return journal.takeWorkOfKind(lane, kind, nowMs);
      },
    }),
  });
});

Deno.test("a lead that is closed while its card waits is not announced", () => {
  const ready = Promise.withResolvers<void>();
  return withDelivery(async ({ delivery, journal, sent }) => {
    await oweCards(journal, 1, 1);
    await journal.markUndelivered(
      (await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", NOON_MS))!,
      NOON_MS,
    );
    delivery.wake();
    await allTurns();
    assert.ok(await delivery.closeByHand(1, "Анна"));
    ready.resolve();
    await allTurns();
    assert.deepEqual(sent, []);
    assert.deepEqual(await journal.lanes("admin_chat"), []);
  }, { managers: { ready: () => ready.promise } });
});

Deno.test("what a person sent is not shown when they are erased while it waits for Telegram's pace", () => {
  const ready = Promise.withResolvers<void>();
  return withDelivery(async ({ delivery, journal, sent }) => {
    await oweFollowUps(journal, 1, 1);
    delivery.wake();
    await allTurns();
    assert.equal(await journal.erasePerson(aNewLead().chatId, "Анна", NOON_MS), 1);
    ready.resolve();
    await allTurns();
    assert.deepEqual(sent, []);
    assert.deepEqual(await journal.lanes(""), []);
  }, { managers: { ready: () => ready.promise }, thank });
});

Deno.test("a note that names a person is not shown when they are erased while it waits for Telegram's pace", () => {
  const ready = Promise.withResolvers<void>();
  return withDelivery(async ({ delivery, journal, sent }) => {
    const { subject: number } = await aLeadOf(journal, 1, NOON_MS);
    const [post] = await journal.takeWork("crm:host:a", NOON_MS, 9);
    await partsOf(journal).turnIntoCard(post!, "crm_failed", NOON_MS);
    await journal.settleInAdminChat(
      [(await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", NOON_MS))!],
      { chatId: -1, messageId: 99 },
      NOON_MS,
    );
    const { chatId } = (await journal.findLead(number))!;
    const line = "⚠️ Ещё 1 лид от @betterrman";
    await partsOf(journal).oweHeldLine(chatId, "agency", NOON_MS - 60 * 60_000, {
      alone: line,
      counted: line,
    });
    delivery.wake();
    await allTurns();
    assert.equal(await journal.erasePerson(chatId, "Анна", NOON_MS), 1);
    ready.resolve();
    await allTurns();
    assert.equal(sent.includes("card"), false);
  }, { managers: { ready: () => ready.promise } });
});

Deno.test("cards of one message stand in the order that its edits keep", () =>
  withDelivery(async ({ delivery, journal, texts }) => {
    for (let nth = 30; nth > 0; nth--) await aLeadOf(journal, nth, NOON_MS);
    for (const post of await journal.takeWork("crm:host:a", NOON_MS, 99)) {
      await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS - post.subject);
    }
    delivery.wake();
    await allTurns();
    const address = (await journal.findLead(30))?.card;
    assert.ok(address);
    const cards = await journal.cardsOn(address);
    assert.ok(cards.length > 1);
    assert.equal(texts[0], cardMessage(cards, String).message.text);
  }, { managers: {} }));

Deno.test("cards whose showing a defect kept from being recorded are shown once, and recorded later", () => {
  let defects = 2;
  return withDelivery(async ({ delivery, journal, sent, later, lines }) => {
    await oweCards(journal, 1, 30);
    for (let nth = 0; nth < 3; nth++) {
      delivery.wake();
      await allTurns();
      later(300_000);
    }
    assert.equal(defects, 0);
    assert.equal((await journal.countLeads()).in_admin_chat, 30);
    assert.deepEqual(await journal.lanes(ADMIN_CHAT_LANE), []);
    const messages = new Set<number | undefined>();
    for (let lead = 1; lead <= 30; lead += 1) {
      messages.add((await journal.findLead(lead))?.card?.messageId);
    }
    assert.equal(sent.length, messages.size);
    const stacks = lines.filter((line) =>
      line.includes("TypeError: settleInAdminChat is broken at")
    );
    assert.equal(stacks.length, 2);
  }, {
    managers: {},
    breakJournal: (journal) => ({
      async settleInAdminChat(...args) {
        if (defects > 0 && defects-- > 0) throw new TypeError("settleInAdminChat is broken");
        await journal.settleInAdminChat(...args);
      },
    }),
  });
});

Deno.test("a confirmation that a defect kept from being recorded is sent once", () =>
  withDelivery(async ({ delivery, journal, sent, later, lines }) => {
    await delivery.receive(aNewLead(), CONFIRMATION, aProfile());
    await allTurns();
    later(600_000);
    delivery.wake();
    await allTurns();
    assert.deepEqual(sent, ["confirmation", "POST"]);
    assert.deepEqual(await journal.lanes(""), []);
    assert.ok(lines.some((line) => line.includes("TypeError: recordDone is broken at")));
  }, {
    breakJournal: (journal) => ({
      recordDone(done) {
        if (done.some(({ kind }) => kind === "confirmed")) {
          throw new TypeError("recordDone is broken");
        }
        return journal.recordDone(done);
      },
    }),
  }));

for (const kind of ["accepted", "answered"] as const) {
  Deno.test(`a lead whose POST was ${kind}, which a defect kept from being recorded, is not POSTed again and gets a card`, () => {
    let defects = 1;
    const breakOnce = () => {
      if (defects-- > 0) throw new TypeError("the outcome cannot be recorded");
    };
    return withDelivery(async ({ delivery, journal, posted, sent, later }) => {
      using time = new FakeTime(NOON_MS);
      await delivery.receive(aNewLead(), CONFIRMATION, aProfile());
      await allTurns();
      assert.deepEqual(await journal.openAttempts(), [{ lead: 1, nth: 1 }]);
      later(1_000);
      time.tick(1_000);
      await allTurns();
      assert.equal(posted.length, 1);
      assert.deepEqual((await journal.attemptsOf(1)).map(({ outcome }) => outcome), [
        "interrupted",
      ]);
      assert.equal((await journal.findLead(1))?.state, "in_admin_chat");
      assert.ok(sent.includes("card"));
    }, {
      managers: {},
      send: () =>
        Promise.resolve(
          kind === "accepted" ? { kind, status: 200 } : { kind, status: 500, body: "" },
        ),
      breakJournal: (journal) => ({
        recordDone(done) {
          if (done.some(({ kind }) => kind === "accepted")) breakOnce();
          return journal.recordDone(done);
        },
        async endAttempt(...ended) {
          breakOnce();
          await journal.endAttempt(...ended);
        },
      }),
    });
  });
}

Deno.test("a report that did not get there is not said after a later one", () => {
  let failures = 1;
  const answer = Promise.withResolvers<CrmOutcome>();
  return withDelivery(async ({ delivery, journal, texts, later }) => {
    await oweCards(journal, 1, 1);
    delivery.wake();
    await allTurns();
    const offer = { chatId: -1, messageId: 99 };
    assert.equal(await delivery.sendAll("agency", "Анна", offer), 1);
    await allTurns();
    assert.equal(failures, 0);
    answer.resolve({ kind: "accepted", status: 200 });
    await allTurns();
    later(600_000);
    delivery.wake();
    await allTurns();
    assert.deepEqual(await journal.lanes(""), []);
    const reports = texts.filter((text) => text.includes("из 1"));
    assert.match(reports.at(-1) ?? "", /1 из 1/);
  }, {
    send: () => answer.promise,
    managers: { fails: (_, text) => text.includes("0 из 1") && failures-- > 0 },
  });
});

Deno.test("edits wait for no message and take no message's turn", () => {
  const hanging = Promise.withResolvers<boolean>();
  return withDelivery(async ({ delivery, journal, sent }) => {
    await oweFollowUps(journal, 1, 9);
    await oweCards(journal, 10, 10);
    for (let nth = 0; nth < 9; nth++) {
      const message = { chatId: -1, messageId: nth };
      const counts = { total: 0, sent: 0, failed: 0, skipped: 0, stopped: false };
      const body = { message, report: { profileName: "", ...counts } };
      await journal.addWork({ lane: EDITS_LANE, kind: "offer_update", subject: 0, body }, NOON_MS);
    }
    delivery.wake();
    await allTurns();
    assert.deepEqual(sent.toSorted(), ["card", ...Array(9).fill("edit")]);
    hanging.resolve(false);
    await allTurns();
    assert.equal(sent.length, 19);
  }, { managers: { fails: (what) => what !== "edit" && hanging.promise }, thank });
});

Deno.test("cards that did not fit into a message go before later ones, and not before all else", () =>
  withDelivery(async ({ delivery, journal, sent, later }) => {
    await oweCards(journal, 1, 30);
    const note = { lane: ADMIN_CHAT_LANE, kind: "note", subject: 0, body: { text: NOTE } } as const;
    await journal.addWork(note, NOON_MS + 1_000);
    await oweCards(journal, 31, 120, NOON_MS + 2_000);
    later(3_000);
    delivery.wake();
    await allTurns();
    assert.deepEqual(await journal.lanes(ADMIN_CHAT_LANE), []);
    assert.ok(sent.indexOf("note") < sent.length / 2, "30 of 120 cards came before it");
  }, { managers: {} }));

for (
  const [cards, followUps, parts, how] of [
    [20, 0, 1, "one by one"],
    [21, 0, 1, "several to a message"],
    [10, 20, 1, "one by one"],
    [11, 20, 1, "several to a message"],
    [18, 2, 1, "one by one"],
    [19, 2, 1, "several to a message"],
    [2, 5, 10, "one by one"],
    [3, 5, 10, "several to a message"],
  ] as const
) {
  const waiting = `${cards} cards, ${followUps} follow-ups of ${parts} messages`;
  Deno.test(`with ${waiting} due, cards go ${how}`, () =>
    withDelivery(async ({ delivery, journal, sent }) => {
      await oweCards(journal, 1, cards);
      await oweFollowUps(journal, cards + 1, cards + followUps, parts);
      delivery.wake();
      await allTurns();
      assert.deepEqual(await journal.lanes(ADMIN_CHAT_LANE), []);
      const messages = sent.filter((what) => what === "card").length;
      assert.equal(messages === cards, how === "one by one", `${messages} messages`);
    }, { managers: {}, thank }));
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
    await journal.addWork(
      { lane: "visitors", kind: "thanks", subject: 1, body: { chatId: 7 } },
      NOON_MS,
    );
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
      const body = { chatId };
      await journal.addWork({ lane: "visitors", kind: "thanks", subject: chatId, body }, NOON_MS);
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
      finishWork: async (work) => isFull ? undefined : await journal.finishWork(work),
      async takeWork(lane, nowMs, most) {
        const works = await journal.takeWork(lane, nowMs, most);
        if (isFull) { for (const work of works) await journal.releaseWork(work, nowMs); }
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
        ...(postsNow
          ? {}
          : { nextWorkDueAtMs: () => Promise.resolve(0), takeWork: () => Promise.resolve([]) }),
      }),
    }));
}
