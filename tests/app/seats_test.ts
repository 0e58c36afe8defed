// What one process at a time does, by its seats: which it asks for, what it begins and ends with them, what it finds of others.

import assert from "node:assert/strict";
import { createBeside, createSeatWork, WORK_TOPIC } from "../../lib/app/seats.ts";
import { whileHeld } from "../../lib/app/while_held.ts";
import { ALONE } from "../../lib/journal/alone.ts";
import type { DueLanes } from "../../lib/journal/journal.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { aPlace } from "../helpers/a_place.ts";

const NOTHING: DueLanes = {
  work: [],
  answers: [],
  notes: [],
  phones: false,
  updates: false,
  revisions: undefined,
};

Deno.test("what a seat stands for begins when it is taken, and ends when it or the name is lost", async () => {
  const place = aPlace();
  const stopping = new AbortController();
  const lines: string[] = [];
  const run = whileHeld(place, "polling", async (signal) => {
    const name = place.id();
    lines.push(`begins as ${name}`);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    lines.push(`ends as ${name}`);
  });
  const ended = run(stopping.signal);
  await settled();
  assert.deepEqual(lines, []);
  place.take("upkeep");
  await settled();
  assert.deepEqual(lines, []);
  place.take("polling");
  await settled();
  assert.deepEqual(lines, ["begins as one"]);
  place.lose("polling");
  await settled();
  place.take("polling");
  await settled();
  place.rename("two");
  await settled();
  assert.deepEqual(lines.slice(1), [
    "ends as one",
    "begins as one",
    "ends as one",
    "begins as two",
  ]);
  stopping.abort();
  await ended;
  assert.deepEqual(lines.slice(5), ["ends as two"]);
});

Deno.test("what ends by itself ends the process's part too, with its reason", async () => {
  const place = aPlace();
  place.take("polling");
  const run = whileHeld(place, "polling", () => Promise.reject(new Error("no token")));
  await assert.rejects(run(new AbortController().signal), /no token/);
});

Deno.test("a process alone runs it as it is", () => {
  const run = () => Promise.resolve();
  assert.equal(whileHeld(ALONE, "polling", run), run);
});

Deno.test("a process asks for the seats of its chats, of the accounts of its profiles, and of those that work waits for", async () => {
  await withSeats(async ({ place, chats, look, due }) => {
    assert.deepEqual(place.wanted(), ["polling", "chat:", "crm:monster.amocrm.ru", "upkeep"]);
    chats.push("-100");
    due.push({
      ...NOTHING,
      notes: ["note:former.amocrm.ru"],
      work: ["crm:paced:gone.bitrix24.ru"],
    });
    await look();
    assert.deepEqual(place.wanted(), [
      "polling",
      "chat:",
      "chat:-100",
      "crm:monster.amocrm.ru",
      "crm:gone.bitrix24.ru",
      "crm:former.amocrm.ru",
      "upkeep",
    ]);
  });
});

Deno.test("a process looks when another tells of work, and not while it is out", () =>
  withSeats(async ({ place, found, look, due }) => {
    due.push({ ...NOTHING, work: ["admin_chat"], updates: true });
    place.hear(WORK_TOPIC);
    await settled();
    assert.deepEqual(found.slice(-2), ["admin_chat", "updates"]);
    const before = found.length;
    place.rename(undefined);
    due.push({ ...NOTHING, work: ["visitors"] });
    await look();
    assert.equal(found.length, before);
  }));

Deno.test("work for a chat that is not in use is put where it belongs, and not all the time", () =>
  withSeats(async ({ look, due, placed }) => {
    for (let nth = 0; nth < 3; nth++) {
      due.push({ ...NOTHING, work: ["admin_chat@-999"] });
      await look();
    }
    assert.equal(placed(), 1);
  }));

Deno.test("others are told once of what becomes due together, and never while this process is out", async () => {
  const place = aPlace();
  const told: string[] = [];
  const beside = createBeside({
    crew: place,
    journal: { tellOthers: (topic) => Promise.resolve(void told.push(topic)) },
  })!;
  for (let nth = 0; nth < 5; nth++) beside.elsewhere();
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual(told, [WORK_TOPIC]);
  place.rename(undefined);
  beside.elsewhere();
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(told.length, 1);
  assert.equal(
    createBeside({ crew: ALONE, journal: { tellOthers: () => Promise.reject() } }),
    undefined,
  );
});

interface Here {
  readonly place: ReturnType<typeof aPlace>;
  readonly chats: string[];
  /** What the journal says next; then nothing. */
  readonly due: DueLanes[];
  readonly found: string[];
  placed(): number;
  look(): Promise<void>;
}

async function withSeats(run: (here: Here) => Promise<void>): Promise<void> {
  const place = aPlace();
  const chats = [""];
  const due: DueLanes[] = [];
  const found: string[] = [];
  let placed = 0;
  const profiles = someProfiles();
  const agency = profiles.byKey.get("agency")!;
  const crm = { kind: "amocrm", account: "monster.amocrm.ru" } as unknown as typeof agency.crm;
  const seats = createSeatWork({
    crew: place,
    journal: { dueLanes: () => Promise.resolve(due.shift() ?? NOTHING) },
    profiles: () => ({ ...profiles, byKey: new Map([["agency", { ...agency, crm }]]) }),
    chats: {
      groups: () => chats,
      followSoon() {},
      placeAgain: () => Promise.resolve(void placed++),
    },
    delivery: {
      found({ work }) {
        found.push(...work);
        return !work.includes("admin_chat@-999");
      },
    },
    answers: { found: () => true },
    inbox: { found: () => void found.push("updates") },
    seen: () => Promise.resolve(),
    now: () => 0,
    elapsedMs: () => 0,
  });
  seats.start();
  await settled();
  try {
    await run({
      place,
      chats,
      due,
      found,
      placed: () => placed,
      async look() {
        place.hear(WORK_TOPIC);
        await settled();
      },
    });
  } finally {
    await seats.stop();
  }
}

async function settled(): Promise<void> {
  for (let nth = 0; nth < 5; nth++) await new Promise((resolve) => setImmediate(resolve));
}
