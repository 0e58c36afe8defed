// Killed at any line: many visitors, a failing CRM, a failing Telegram, and a process that dies again and again.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { House } from "../helpers/house.ts";
import { withHouse } from "../helpers/house.ts";
import { CHOICE, CONFIRMATION } from "../helpers/seed.ts";
import { greet, wordsOf } from "../helpers/visits.ts";

const VISITORS = 300;
const KILLS = 20;

Deno.test("300 presses survive kills at any line: each is confirmed, and is in the CRM or the managers' chat", () =>
  withHouse(async (house) => {
    const chance = createChance(20251024);
    const visitors = Array.from(
      { length: VISITORS },
      (_, index) => house.telegram.user({ first_name: `V${index}`, username: `visitor${index}` }),
    );
    const menus = await Promise.all(visitors.map((visitor) => greet(visitor)));

    house.crm.behave(() => {
      if (chance() > 0.4) return { kind: "answer" };
      return chance() > 0.5
        ? { kind: "answer", status: 500 }
        : chance() > 0.5
        ? { kind: "reset_after_reading" }
        : { kind: "reset_in_body", status: 502 };
    });
    const calm = makeTelegramFlaky(house, chance);

    // The servers choose the moment: each kill waits for a call of another kind to be under way.
    const moments = [
      () => house.crm.nextLead(),
      () => house.telegram.nextCall("editMessageText"),
      () => house.telegram.nextCall("answerCallbackQuery"),
      () => house.telegram.nextCall("getUpdates"),
    ];
    const presses = Math.ceil(VISITORS / KILLS);
    for (let kill = 0; kill < KILLS; kill++) {
      const from = kill * presses;
      visitors.slice(from, from + presses).forEach((visitor, index) => {
        const menu = menus[from + index];
        if (menu !== undefined) visitor.press(menu, CHOICE);
      });
      await moments[kill % moments.length]?.();
      await house.bot.kill();
      await house.restart();
    }

    calm();
    house.crm.behave({ kind: "answer" });
    await Promise.all(
      visitors.map(({ chat }) => chat.waitFor((each) => wordsOf(each) === CONFIRMATION)),
    );
    await settleEverything(house);

    const inCrm = new Set(acceptedNames(house));
    const cards = house.admin.chat.messages.flatMap((each) => namesIn(wordsOf(each)));
    const inChat = new Set(cards);
    for (const { user } of visitors) {
      const name = user.username ?? "";
      assert.ok(inCrm.has(name) || inChat.has(name), `${name} is lost`);
    }
    const counts = countStates(house);
    const all = Object.values(counts).reduce((sum, leads) => sum + leads, 0);
    assert.equal(all, VISITORS);
    assert.equal((counts["undelivered"] ?? 0) + (counts["received"] ?? 0), 0);
    assert.equal(counts["in_admin_chat"], inChat.size);
    // One attempt is one POST, and no restart makes a second: no key comes twice.
    for (const [key, times] of house.crm.byKey) assert.equal(times, 1, key);
    // In both places is only what the CRM took without the bot hearing of it, or what a kill cut off.
    const doubled = [...inCrm].filter((name) => inChat.has(name));
    const explained = new Set(interruptedNames(house));
    for (const name of doubled) {
      assert.ok(explained.has(name), `${name} is doubled without a reason`);
    }
  }, { telegram: { limits: "off", failsafeMs: 60_000 } }));

/** Telegram fails one call in ten, before or after it took effect. */
function makeTelegramFlaky(house: House, chance: () => number): () => void {
  const faults = [
    { kind: "error", error_code: 500, description: "Internal Server Error" },
    { kind: "reset_before" },
    { kind: "reset_after" },
    { kind: "html", status: 502 },
  ] as const;
  const removals = faults.map((fault) =>
    house.telegram.fault({
      method: ({ method }) => method !== "getUpdates" && chance() < 0.025,
      fault,
    })
  );
  return () => removals.forEach((remove) => remove());
}

/** The same chances in every run: a failure can be looked at again. */
function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Lets the bot work until nobody is owed a lead any more, and stops it. */
async function settleEverything(house: House): Promise<void> {
  for (;;) {
    await house.bot.stop();
    const [owed] = query(
      house,
      "SELECT count(*) AS cards FROM outbox WHERE kind IN ('card', 'post')",
    );
    if (owed?.["cards"] === 0) return;
    // A fresh process has a fresh minute's pace, which this Telegram does not enforce.
    const { line } = await house.restart();
    await line(/^(✅ Лид успешно|⚠️ Fallback)/);
  }
}

function countStates(house: House): Record<string, number> {
  return Object.fromEntries(
    query(house, "SELECT state, count(*) AS leads FROM leads GROUP BY state")
      .map((row) => [String(row["state"]), Number(row["leads"])]),
  );
}

/** Leads whose last attempt may have arrived, as the journal has it. */
function interruptedNames(house: House): string[] {
  return query(
    house,
    `SELECT username FROM leads JOIN attempts ON lead = number
     WHERE outcome IN ('interrupted', 'timeout')`,
  ).map(({ username }) => String(username));
}

/** Leads that reached the CRM by its own account, whatever it answered. */
function acceptedNames(house: House): string[] {
  return house.crm.received.flatMap(({ rawBody }) => /"@(visitor\d+)"/.exec(rawBody)?.[1] ?? [])
    .filter((name) =>
      query(
        house,
        `SELECT 1 FROM leads JOIN attempts ON lead = number
         WHERE username = '${name}' AND outcome IN ('accepted', 'interrupted')`,
      ).length > 0
    );
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/@(visitor\d+)\n/g)].map(([, name]) => String(name));
}

function query(house: House, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(`${house.folder}/data/triborg.db`, { timeout: 5000 });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
