// Many presses while processes and servers die, and what must hold of them afterwards.

import assert from "node:assert/strict";
import type { RecordedCall } from "../../lib/simulator/telegram/server.ts";
import { eventually } from "./crew_side.ts";
import type { CrewWorld } from "./crew_world.ts";
import { createChance, makeFlaky } from "./flaky.ts";
import { CHOICE, CONFIRMATION } from "./shipped_texts.ts";
import { greet, wordsOf } from "./visits.ts";

/** Something that strikes while presses are under way. */
export type Blow = (world: CrewWorld, chance: () => number) => Promise<void>;

export interface StormOptions {
  readonly presses: number;
  readonly seed: number;
  /** They strike one after another, the presses spread between them. */
  readonly blows: readonly Blow[];
}

/** What was seen beside what must hold. */
export interface StormReport {
  readonly leads: number;
  readonly inCrm: number;
  readonly cards: number;
  /** Leads in both places: an attempt was cut off that had arrived. */
  readonly doubled: number;
  /** Cards that came twice, as the first sending had no answer or its process was struck. */
  readonly cardsTwice: number;
  readonly tookMs: number;
}

/** From a message that Telegram took until that is on disk, on a busy machine, in ms. */
const RECORDED_WITHIN_MS = 3_000;

const MINUTE_MS = 60_000;
const MOST_A_MINUTE = 20;

/** How long the leads of a storm may take to be where they belong before processes are started anew for it, in ms. */
const CALM_MS = 15_000;

/** The same after such a start: what is left then waits for the pace alone. */
const PACED_MS = 4_000;

/**
 * Presses and strikes, then waits until everything is calm, and checks: each visitor is confirmed, each lead is in the CRM or
 * shown to the managers, no key came twice to the CRM, no card came twice without a reason, the chat's pace was kept.
 */
export async function storm(
  world: CrewWorld,
  { presses, seed, blows }: StormOptions,
): Promise<StormReport> {
  const beganAtMs = Date.now();
  const chance = createChance(seed);
  const visitors = Array.from(
    { length: presses },
    (_, index) => world.telegram.user({ first_name: `V${index}`, username: `visitor${index}` }),
  );
  const menus = await Promise.all(visitors.map((visitor) => greet(visitor)));
  const sends: RecordedCall[] = [];
  const stopListening = world.telegram.onCall((call) => {
    const isTaken = call.outcome.kind === "ok" ||
      call.outcome.kind === "reset" && call.outcome.processed;
    if (isTaken && call.method === "sendMessage" && call.chatId === world.admin.id) {
      sends.push(call);
    }
  });
  const calm = makeFlaky(world, chance);
  const struck: { readonly fromMs: number; readonly untilMs: number }[] = [];
  const group = Math.ceil(presses / blows.length);
  for (const [nth, blow] of blows.entries()) {
    visitors.slice(nth * group, (nth + 1) * group).forEach((visitor, index) => {
      const menu = menus[nth * group + index];
      if (menu !== undefined) visitor.press(menu, CHOICE);
    });
    await someMoment(world, chance);
    const fromMs = Date.now();
    await blow(world, chance);
    struck.push({ fromMs, untilMs: Date.now() });
  }
  calm();

  await Promise.all(
    visitors.map(({ chat }) => chat.waitFor((each) => wordsOf(each) === CONFIRMATION)),
  );
  const stormSends = [...sends];
  await settle(world, () => stormSends.push(...sends.slice(stormSends.length)));
  stopListening();

  const { rows } = world;
  const counted = await rows("SELECT state, count(*)::int AS leads FROM leads GROUP BY state");
  const states = new Map(counted.map(({ state, leads }) => [String(state), Number(leads)]));
  assert.equal([...states.values()].reduce((sum, leads) => sum + leads, 0), presses);
  assert.equal((states.get("undelivered") ?? 0) + (states.get("received") ?? 0), 0);

  const attempts = await rows("SELECT username, outcome FROM leads JOIN attempts ON lead = number");
  const withOutcome = (...outcomes: readonly string[]) =>
    new Set(
      attempts.filter(({ outcome }) => outcomes.includes(String(outcome)))
        .map(({ username }) => String(username)),
    );
  const mayHaveArrived = withOutcome("accepted", "interrupted", "timeout");
  const received = world.crm.received.flatMap(({ rawBody }) =>
    /"@(visitor\d+)"/.exec(rawBody)?.[1] ?? []
  );
  const inCrm = new Set(received.filter((name) => mayHaveArrived.has(name)));
  const cards = sends.flatMap((call) =>
    namesIn(String(call.params["text"])).map((name) => ({ name, call }))
  );
  const inChat = new Set(cards.map(({ name }) => name));
  for (const { user } of visitors) {
    const name = user.username ?? "";
    assert.ok(inCrm.has(name) || inChat.has(name), `${name} is lost`);
  }
  assert.equal(states.get("in_admin_chat") ?? 0, inChat.size);
  for (const [key, times] of world.crm.byKey) assert.equal(times, 1, `${key} was posted twice`);

  // In both places is only what the CRM took without the bot hearing of it, or what a blow cut off.
  const unheard = withOutcome("interrupted", "timeout");
  const doubled = [...inCrm].filter((name) => inChat.has(name));
  for (const name of doubled) assert.ok(unheard.has(name), `${name} is doubled without a reason`);

  let cardsTwice = 0;
  for (const name of inChat) {
    const own = cards.filter((card) => card.name === name);
    for (const { call } of own.slice(0, -1)) {
      cardsTwice++;
      const isCutOff = struck.some(({ fromMs, untilMs }) =>
        call.atMs >= fromMs - RECORDED_WITHIN_MS && call.atMs <= untilMs
      );
      assert.ok(call.outcome.kind === "reset" || isCutOff, `${name} has two cards for no reason`);
    }
  }
  assertPace(stormSends.map(({ atMs }) => atMs));
  return {
    leads: presses,
    inCrm: inCrm.size,
    cards: inChat.size,
    doubled: doubled.length,
    cardsTwice,
    tookMs: Date.now() - beganAtMs,
  };
}

/** The servers choose the moment: a call of one kind or another is under way, or some time has passed. */
async function someMoment({ crm, telegram }: CrewWorld, chance: () => number): Promise<void> {
  const moments = [
    () => crm.nextLead(),
    () => telegram.nextCall("editMessageText"),
    () => telegram.nextCall("answerCallbackQuery"),
    () => new Promise((resolve) => setTimeout(resolve, 150 * chance())),
  ];
  await moments[Math.floor(chance() * moments.length)]?.();
}

/**
 * Waits until nothing is owed. What the chat's pace keeps waiting is let through by starts with an empty minute: before the
 * first of them `paced` is called.
 */
async function settle(world: CrewWorld, paced: () => void): Promise<void> {
  const isCalm = async () => {
    const [owed] = await world.rows(
      `SELECT (SELECT count(*)::int FROM outbox WHERE kind IN ('post', 'card', 'confirmation'))
         + (SELECT count(*)::int FROM inbox WHERE body IS NOT NULL) AS works`,
    );
    return owed?.["works"] === 0;
  };
  for (let starts = 0;; starts++) {
    const untilMs = Date.now() + (starts === 0 ? CALM_MS : PACED_MS);
    while (Date.now() < untilMs) {
      if (await isCalm()) {
        if (starts === 0) paced();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    if (starts === 0) paced();
    assert.ok(starts < 40, "The storm's work is never done");
    const size = world.members.length;
    for (const { process } of world.members) process.thaw();
    await Promise.all(world.members.map(({ process }) => process.stop()));
    await world.server.sql(`UPDATE ${world.schema}.seats SET moments = '[]'`);
    await Promise.all(Array.from({ length: size }, () => world.start()));
  }
}

function assertPace(sentAtMs: readonly number[]): void {
  const sorted = sentAtMs.toSorted((a, b) => a - b);
  for (const [nth, atMs] of sorted.entries()) {
    const later = sorted[nth + MOST_A_MINUTE];
    assert.ok(
      later === undefined || later - atMs >= MINUTE_MS,
      `${MOST_A_MINUTE + 1} messages within ${(later ?? 0) - atMs} ms`,
    );
  }
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/@(visitor\d+)\n/g)].map(([, name]) => String(name));
}

/** Resolves when as many processes as before are ready. */
export async function untilReady(world: CrewWorld, size: number): Promise<void> {
  await eventually(async () => {
    const answers = await Promise.all(world.members.map(({ ready }) => ready()));
    return answers.filter((status) => status === 200).length >= size;
  }, `${size} processes that are ready`);
}
