// Several processes in one test: each with a real place in the crew, its own connection to the journal, a delivery and the managers' chat.

import { type Api, GrammyError } from "grammy";
import { createBeside, createSeatWork } from "../../lib/app/seats.ts";
import { createAnswers } from "../../lib/delivery/answers.ts";
import { createDelivery, type Delivery } from "../../lib/delivery/delivery.ts";
import type { Place } from "../../lib/journal/alone.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openPostgresJournal } from "../../lib/journal/postgres/journal.ts";
import { chatSeat, nameFor } from "../../lib/journal/seats.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { createAdminChat, MESSAGES_PER_MINUTE } from "../../lib/managers/chat.ts";
import { createSharedPace } from "../../lib/managers/shared_pace.ts";
import { createShownWords } from "../../lib/managers/shown_words.ts";
import { createAnswerChat } from "../../lib/visitors/answer_chat.ts";
import { aLog } from "./a_log.ts";
import { someProfiles } from "./a_profile.ts";
import { aCrewMember, connecting, type CrewMember } from "./crew_side.ts";
import { crmSide, noNotes } from "./crm_side.ts";
import { oneChat } from "./one_chat.ts";
import type { PostgresServer } from "./postgres.ts";
import { recordsAtOnce } from "./records_at_once.ts";

/** What Telegram and the CRM do, and what they got, from any process. */
export interface Outside {
  /** The texts in the managers' chat, with the process that sent them. */
  readonly shown: { readonly by: string; readonly text: string; readonly atMs: number }[];
  readonly posted: string[];
  /** How a POST ends. */
  crm: (by: string) => Promise<CrmOutcome>;
  /** For how long Telegram asks a process to wait, in s; 0 for not at all. */
  retryAfterS: (by: string) => number;
}

export interface ProcessHere {
  readonly journal: Journal;
  readonly delivery: Delivery;
  readonly place: Place;
  readonly member: CrewMember;
  /** Its monotonic clock jumps, as that of a process that was stopped meanwhile. */
  jump(ms: number): void;
  end(): Promise<void>;
}

export function anOutside(): Outside {
  return {
    shown: [],
    posted: [],
    crm: () => Promise.resolve({ kind: "answered", status: 500, body: "" }),
    retryAfterS: () => 0,
  };
}

/** Starts a process that would take these seats alone. */
export async function aProcess(
  name: string,
  { server, schema, seats, outside }: {
    readonly server: PostgresServer;
    readonly schema: string;
    readonly seats: readonly string[];
    readonly outside: Outside;
  },
): Promise<ProcessHere> {
  const { log } = aLog();
  const stop = new AbortController();
  let jumpedMs = 0;
  const elapsedMs = () => performance.now() + jumpedMs;
  const changes: (() => void)[] = [];
  const started = Promise.withResolvers<Delivery>();
  let member: CrewMember | undefined;
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, stop.signal.aborted ? 0 : ms);
      stop.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  const { journal } = await openPostgresJournal({
    url: server.url,
    schema,
    botId: "7",
    random: Math.random,
    onWaiting: () => {},
    async join() {
      member = aCrewMember({
        url: server.url,
        schema,
        connect: connecting(server.url, schema),
        seats,
        elapsedMs,
        stopping: stop.signal,
        sleep,
        takeOver: async (dead) => void await (await started.promise).takeOver(dead),
        report: () => changes.forEach((changed) => changed()),
      });
      await member.joined();
      return member;
    },
  });
  const crew = member!;
  const place: Place = {
    ...crew,
    onChange: (changed) => void changes.push(changed),
    onWake: crew.wakes.on,
    want: (wanted) => crew.want(wanted.filter((seat) => seats.includes(seat))),
  };
  const now = Date.now;
  const shared = {
    journal,
    now,
    elapsedMs,
    random: Math.random,
    stopping: stop.signal,
    sleep,
    log,
    beside: createBeside({ crew: place, journal }),
  };
  const api = {
    sendMessage(_: number, text: string) {
      const waitS = outside.retryAfterS(name);
      if (waitS > 0) return Promise.reject(tooMany(waitS));
      return Promise.resolve({
        message_id: outside.shown.push({ by: name, text, atMs: performance.now() }),
      });
    },
    editMessageText: () => Promise.resolve(true),
  } as unknown as Api;
  const recordDurably = createDurableRecording(shared);
  const seat = chatSeat("");
  const adminChat = createAdminChat({
    ...shared,
    now: elapsedMs,
    api,
    chatId: -100,
    topicId: null,
    alertChatId: null,
    name: () => nameFor(place, seat),
    pace: createSharedPace(place.pace!(seat, { most: MESSAGES_PER_MINUTE, withinMs: 60_000 }), {
      ...shared,
      isAlive: place.isAlive,
      holds: () => place.holds(seat),
    }),
    onMigrate() {},
  });
  const profiles = someProfiles();
  const chats = oneChat(adminChat);
  const delivery = createDelivery({
    ...shared,
    ...crmSide(),
    shownWords: createShownWords(),
    recordDurably,
    recordDone: recordsAtOnce(journal, recordDurably),
    afterVisitors: () => Promise.resolve(),
    profiles: () => profiles,
    crmTimeoutMs: 10_000,
    repeatWindowMs: 0,
    tellTime: String,
    cutOff: stop.signal,
    crm: {
      async sendLead({ idempotencyKey }) {
        outside.posted.push(String(idempotencyKey));
        return await outside.crm(name);
      },
      send: noNotes,
      close() {},
    },
    visitorChat: {
      confirm: () => Promise.resolve({ kind: "sent" }),
      remind: () => Promise.reject(new Error("nobody is reminded here")),
      askPhone: () => Promise.resolve({ kind: "sent" }),
      thank: () => Promise.resolve({ kind: "sent" }),
    },
    chats,
  });
  const answers = createAnswers({
    ...shared,
    answerChat: createAnswerChat(api),
    chats,
    react: () => Promise.resolve("done"),
    recordDurably,
    tellTime: String,
    wakeNotes() {},
  });
  const seatWork = createSeatWork({
    ...shared,
    crew: place,
    profiles: () => profiles,
    chats: { groups: () => [""], followSoon() {}, placeAgain: () => Promise.resolve() },
    delivery,
    answers,
    inbox: { found() {} },
    seen: () => Promise.resolve(),
  });
  started.resolve(delivery);
  seatWork.start();
  return {
    journal,
    delivery,
    place,
    member: crew,
    jump: (ms) => void (jumpedMs += ms),
    async end() {
      stop.abort();
      await seatWork.stop();
      await Promise.all([delivery.stop(), answers.stop()]);
      await crew.end();
      await journal.close();
    },
  };
}

function tooMany(retryAfterS: number): GrammyError {
  return new GrammyError(
    "no",
    {
      ok: false,
      error_code: 429,
      description: "Too Many Requests",
      parameters: { retry_after: retryAfterS },
    },
    "sendMessage",
    {},
  );
}
