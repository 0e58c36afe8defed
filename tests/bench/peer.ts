// A process of its own: the Bot API, the CRM and the visitors of the measured bots. Lean, so that the bots are what is
// measured: it checks no call, but counts every press.

import { BOT, chatIdOf, pressUpdate, sentMessage, startUpdate } from "./presses.ts";
import { Session } from "./session.ts";
import { ownUsage } from "./usage.ts";

/** The bench's orders, each a POST to `/<name>` of the control address, and their reports. */
export interface Orders {
  /** Forgets everything of an earlier bot. */
  begin: { order: null; report: null };
  /** Waits for the first getUpdates after `begin`; reports when it came, in ms since 1970. */
  firstPoll: { order: null; report: number };
  /** Waits until the bot has called only getUpdates for a while. */
  quiet: { order: null; report: null };
  press: { order: PressOrder; report: PressReport };
}

export interface PressOrder {
  readonly count: number;
  /** Each press a little after the end of the last, or all at once. */
  readonly pace: "one by one" | "at once";
  /** A silent CRM reads leads and answers when everything else is done. */
  readonly crm: "answers" | "silent";
}

export interface PressReport {
  /** From each press to its confirmation. */
  readonly confirmationsMs: readonly number[];
  /** From the first press to the last confirmation and the last POST. */
  readonly allMs: number;
  /** From another visitor's /start, a moment after the presses, to the greeting; null without a silent CRM. */
  readonly greetingMs: number | null;
  /** The peer's own CPU time meanwhile. */
  readonly peerCpuMs: number;
}

/** The addresses, which the peer prints as one line of JSON when it listens. */
export interface Addresses {
  readonly control: string;
  readonly botApi: string;
  readonly webhook: string;
}

/** How long an order may take, in ms. */
export const DEADLINE_MS = 60_000;

/** How long a bot calls only getUpdates until it counts as quiet, in ms. */
const QUIET_MS = 150;

/** Time from the end of a press to the next, in ms: a press finds the bot idle, as most do. */
const GAP_MS = 25;

/** Time from the presses to the other visitor's /start, in ms. */
const START_AFTER_MS = 20;

/** The other visitor, who writes /start. */
const STARTER = 1_000_000_000;

let session = new Session();

async function answerCall(request: Request): Promise<Response> {
  const text = await request.text();
  const params = text === "" ? {} : JSON.parse(text);
  const method = request.url.slice(request.url.lastIndexOf("/") + 1);
  if (method === "getUpdates") return ok(await session.updates(params));
  session.lastCallAtMs = performance.now();
  switch (method) {
    case "answerCallbackQuery":
      session.presses.answered(params.callback_query_id);
      return ok("true");
    case "editMessageText":
      session.presses.confirmed(params.chat_id, params.text);
      return ok(JSON.stringify(sentMessage(params.chat_id, params.text)));
    case "sendMessage":
      if (Number(params.chat_id) === chatIdOf(STARTER)) session.greeted.resolve(performance.now());
      return ok(JSON.stringify(sentMessage(params.chat_id, params.text)));
    case "getMe":
      return ok(JSON.stringify(BOT));
    default:
      return ok("true");
  }
}

async function takeLead(request: Request): Promise<Response> {
  session.presses.posted(await request.json());
  session.lastCallAtMs = performance.now();
  await session.crmSpeaks;
  return json('{"result":"ok"}');
}

type Obeyed = {
  [Name in keyof Orders]: (order: Orders[Name]["order"]) => Promise<Orders[Name]["report"]>;
};

const obey: Obeyed = {
  begin() {
    session = new Session();
    return Promise.resolve(null);
  },
  firstPoll: () => session.firstPoll.promise,
  async quiet() {
    let idleMs: number;
    while ((idleMs = performance.now() - session.lastCallAtMs) < QUIET_MS || !session.polling) {
      await sleep(Math.max(QUIET_MS - idleMs, 10));
    }
    return null;
  },
  async press({ count, pace, crm }) {
    const { presses } = session;
    const silence = Promise.withResolvers<void>();
    if (crm === "silent") session.crmSpeaks = silence.promise;
    const peerCpuBeforeMs = ownUsage().cpuMs;
    try {
      const pressed = [];
      for (let left = count; left > 0; left -= pace === "at once" ? count : 1) {
        const added = presses.add(pace === "at once" ? count : 1);
        await session.untilPolling();
        session.push(added.map(pressUpdate), (atMs) => {
          for (const press of added) press.pressedAtMs = atMs;
        });
        pressed.push(...added);
        if (crm === "answers") await presses.done();
        if (pace === "one by one") await sleep(GAP_MS);
      }
      const greetingMs = crm === "silent" ? await greet() : null;
      await presses.done();
      if (presses.faults.length > 0) throw new Error(presses.faults.slice(0, 5).join("; "));
      const lastAtMs = Math.max(...pressed.flatMap((one) => [one.confirmedAtMs!, one.postedAtMs!]));
      return {
        confirmationsMs: pressed.map((one) => one.confirmedAtMs! - one.pressedAtMs),
        allMs: lastAtMs - pressed[0]!.pressedAtMs,
        greetingMs,
        peerCpuMs: ownUsage().cpuMs - peerCpuBeforeMs,
      };
    } finally {
      silence.resolve();
    }
  },
};

/** Sends another visitor's /start; returns how long the greeting took, in ms. */
async function greet(): Promise<number> {
  await sleep(START_AFTER_MS);
  let startedAtMs = 0;
  session.greeted = Promise.withResolvers();
  session.push([startUpdate(STARTER)], (atMs) => startedAtMs = atMs);
  return await session.greeted.promise - startedAtMs;
}

async function control(request: Request): Promise<Response> {
  const name = new URL(request.url).pathname.slice(1) as keyof Orders;
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    deadline.reject(
      new Error(`Nothing more within ${DEADLINE_MS} ms: ${session.presses.describe()}`),
    );
  }, DEADLINE_MS);
  try {
    const report = await Promise.race([
      obey[name](await request.json() as never),
      deadline.promise,
    ]);
    return json(JSON.stringify({ report }));
  } catch (error) {
    return json(
      JSON.stringify({ error: `${name}: ${error instanceof Error ? error.message : error}` }),
    );
  } finally {
    clearTimeout(timer);
  }
}

function ok(result: string): Response {
  return json(`{"ok":true,"result":${result}}`);
}

function json(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/json" } });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function listen(handler: (request: Request) => Promise<Response>): string {
  const { addr } = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return `http://127.0.0.1:${addr.port}`;
}

if (import.meta.main) {
  const addresses: Addresses = {
    control: listen(control),
    botApi: listen(answerCall),
    webhook: `${listen(takeLead)}/webhook/bench`,
  };
  console.log(JSON.stringify(addresses));
  for await (const _order of Deno.stdin.readable);
  Deno.exit(); // The bench is gone.
}
