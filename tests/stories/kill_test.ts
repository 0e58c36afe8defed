// Killed at any line: many visitors, a failing CRM, a failing Telegram, and a process that dies again and again.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { World } from "../helpers/world.ts";
import { webhookEnv, withWorld } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { createChance, makeFlaky } from "../helpers/flaky.ts";
import { greet, wordsOf } from "../helpers/visits.ts";

Deno.test("300 presses survive kills at any line: each is confirmed, and is in the CRM or the managers' chat", () =>
  withWorld((world) => pressAndKill(world, { count: 300, kills: 20, asks: "getUpdates" }), {
    telegram: TELEGRAM,
  }));

Deno.test("so do 100 that come by webhook", () => {
  const webhook = webhookEnv();
  return withWorld(async (world) => {
    await world.restart();
    await pressAndKill(world, { count: 100, kills: 8, asks: "getWebhookInfo" });
  }, { asleep: true, env: webhook, telegram: TELEGRAM });
});

const TELEGRAM = { limits: "off", failsafeMs: 60_000 } as const;

/** @param asks The method by which the bot looks for updates. */
async function pressAndKill(
  world: World,
  { count, kills, asks }: { readonly count: number; readonly kills: number; readonly asks: string },
): Promise<void> {
  const chance = createChance(20251024);
  const visitors = Array.from(
    { length: count },
    (_, index) => world.telegram.user({ first_name: `V${index}`, username: `visitor${index}` }),
  );
  const menus = await Promise.all(visitors.map((visitor) => greet(visitor)));

  const calm = makeFlaky(world, chance);

  // The servers choose the moment: each kill waits for a call of another kind to be under way.
  const moments = [
    () => world.crm.nextLead(),
    () => world.telegram.nextCall("editMessageText"),
    () => world.telegram.nextCall("answerCallbackQuery"),
    () => world.telegram.nextCall(asks),
  ];
  const presses = Math.ceil(count / kills);
  for (let kill = 0; kill < kills; kill++) {
    const from = kill * presses;
    visitors.slice(from, from + presses).forEach((visitor, index) => {
      const menu = menus[from + index];
      if (menu !== undefined) visitor.press(menu, CHOICE);
    });
    await moments[kill % moments.length]?.();
    await world.bot.kill();
    await world.restart();
  }

  calm();
  await Promise.all(
    visitors.map(({ chat }) => chat.waitFor((each) => wordsOf(each) === CONFIRMATION)),
  );
  await settleEverything(world);

  const inCrm = new Set(acceptedNames(world));
  const cards = world.admin.chat.messages.flatMap((each) => namesIn(wordsOf(each)));
  const inChat = new Set(cards);
  for (const { user } of visitors) {
    const name = user.username ?? "";
    assert.ok(inCrm.has(name) || inChat.has(name), `${name} is lost`);
  }
  const counts = countStates(world);
  const all = Object.values(counts).reduce((sum, leads) => sum + leads, 0);
  assert.equal(all, count);
  assert.equal((counts["undelivered"] ?? 0) + (counts["received"] ?? 0), 0);
  assert.equal(counts["in_admin_chat"], inChat.size);
  // One attempt is one POST, and no restart makes a second: no key comes twice.
  for (const [key, times] of world.crm.byKey) assert.equal(times, 1, key);
  // In both places is only what the CRM took without the bot hearing of it, or what a kill cut off.
  const doubled = [...inCrm].filter((name) => inChat.has(name));
  const explained = new Set(interruptedNames(world));
  for (const name of doubled) {
    assert.ok(explained.has(name), `${name} is doubled without a reason`);
  }
}

/** Lets the bot work until every lead is delivered, and stops it. */
async function settleEverything(world: World): Promise<void> {
  for (;;) {
    await world.bot.stop();
    const [owed] = query(
      world,
      "SELECT count(*) AS cards FROM outbox WHERE kind IN ('card', 'post')",
    );
    if (owed?.["cards"] === 0) return;
    // A fresh process has a fresh minute's pace, which this Telegram does not enforce.
    const { line } = await world.restart();
    await line(/^(✅ Лид успешно|⚠️ Fallback)/);
  }
}

function countStates(world: World): Record<string, number> {
  return Object.fromEntries(
    query(world, "SELECT state, count(*) AS leads FROM leads GROUP BY state")
      .map((row) => [String(row["state"]), Number(row["leads"])]),
  );
}

/** Leads whose last attempt may have arrived, as the journal has it. */
function interruptedNames(world: World): string[] {
  return query(
    world,
    `SELECT username FROM leads JOIN attempts ON lead = number
     WHERE outcome IN ('interrupted', 'timeout')`,
  ).map(({ username }) => String(username));
}

/** Leads that reached the CRM by its own account, whatever it answered. */
function acceptedNames(world: World): string[] {
  return world.crm.received.flatMap(({ rawBody }) => /"@(visitor\d+)"/.exec(rawBody)?.[1] ?? [])
    .filter((name) =>
      query(
        world,
        `SELECT 1 FROM leads JOIN attempts ON lead = number
         WHERE username = '${name}' AND outcome IN ('accepted', 'interrupted')`,
      ).length > 0
    );
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/@(visitor\d+)\n/g)].map(([, name]) => String(name));
}

function query(world: World, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(`${world.folder}/data/triborg.db`, { timeout: 5000 });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
