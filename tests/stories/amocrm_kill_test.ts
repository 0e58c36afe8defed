// Killed at any line while leads go straight to amoCRM, which fails before and after it did what it was asked.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { AmoCrm } from "../../lib/simulator/crm/amocrm.ts";
import type { Visitor } from "../../lib/simulator/telegram/server.ts";
import { withAmoWorld } from "../helpers/amo_world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { buttonTexts, greet, wordsOf } from "../helpers/visits.ts";
import type { World } from "../helpers/world.ts";

const VISITORS = Number(Deno.env.get("KILL_VISITORS") ?? 24);
const KILLS = Math.ceil(VISITORS / 6);

Deno.test("leads for amoCRM survive kills at any line: none is lost, none is there twice, and their notes are complete", () =>
  withAmoWorld(async (world, amo) => {
    const visitors = Array.from(
      { length: VISITORS },
      (_, index) => world.telegram.user({ first_name: `V${index}`, username: `visitor${index}` }),
    );
    const menus = await Promise.all(visitors.map((visitor) => greet(visitor)));
    makeAmoFlaky(amo);
    // The servers choose the moment: each kill waits for another kind of call to be under way.
    const moments = [
      () => amo.nextDeal(),
      () => amo.nextNote(),
      () => world.telegram.nextCall("editMessageText"),
      () => amo.nextRequest(),
    ];
    const presses = Math.ceil(VISITORS / KILLS);
    for (let kill = 0; kill < KILLS; kill++) {
      const from = kill * presses;
      visitors.slice(from, from + presses).forEach((visitor, index) => {
        const menu = menus[from + index];
        if (menu !== undefined) visitor.press(menu, CHOICE);
        for (const text of followUpsOf(visitor)) visitor.say(text);
      });
      await moments[kill % moments.length]?.();
      await world.bot.kill();
      await world.restart();
    }
    amo.behave(null);
    await Promise.all(
      visitors.map(({ chat }) => chat.waitFor((each) => wordsOf(each) === CONFIRMATION)),
    );
    await settle(world);

    const states = new Map(
      query(world, "SELECT username, state FROM leads").map((
        row,
      ) => [row["username"], row["state"]]),
    );
    assert.equal(states.size, VISITORS);
    assert.deepEqual(amo.duplicates(), []);
    const deals = new Map(amo.deals.map((deal) => [deal.contact?.name, deal]));
    const cards = world.admin.chat.messages;
    for (const visitor of visitors) {
      const name = visitor.user.username ?? "";
      const deal = deals.get(`${visitor.user.first_name} (@${name})`);
      const card = cards.find((each) => wordsOf(each).includes(`@${name}\n`));
      const state = states.get(name);
      if (state !== "in_crm") {
        assert.equal(state, "in_admin_chat", name);
        assert.ok(card, `${name} is lost`);
        const isDoubtful = buttonTexts(card).some((text) => text.includes("возможен дубль"));
        assert.ok(deal === undefined || isDoubtful, `${name} is in amoCRM, and its card is silent`);
        continue;
      }
      assert.ok(deal, `${name} is not in amoCRM`);
      const [request = "", ...others] = new Set(amo.notesOf(deal.id).map(({ text }) => text));
      assert.match(request, /Привлечь клиентов/);
      assert.deepEqual(others, followUpsOf(visitor), `the notes of ${name}`);
    }
    assert.ok(amo.peakPerSecond() <= 7, `${amo.peakPerSecond()} calls within a second`);
  }, {
    telegram: { limits: "off", failsafeMs: 120_000 },
    amo: { failsafeMs: 120_000, retryAfterS: 1 },
  }));

/** What a visitor writes after the press. */
function followUpsOf({ user }: Visitor): string[] {
  return [`первое от ${user.first_name}`, `второе от ${user.first_name}`];
}

/** Every other call is answered well; the rest fail before or after they took effect. */
function makeAmoFlaky(amo: AmoCrm): void {
  let state = 20251129;
  const chance = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  amo.behave(() => {
    const rolled = chance();
    if (rolled < 0.6) return undefined;
    if (rolled < 0.7) return { kind: "answer", status: 429 };
    if (rolled < 0.8) {
      return { after: { kind: "answer", status: 502, body: "<h1>Bad Gateway</h1>" } };
    }
    return rolled < 0.9
      ? { after: { kind: "reset_after_reading" } }
      : { kind: "reset_after_reading" };
  });
}

/** Lets the bot work until every lead is somewhere and every note is written, and stops it. */
async function settle(world: World): Promise<void> {
  for (;;) {
    const [owed] = query(
      world,
      `SELECT (SELECT count(*) FROM outbox WHERE kind IN ('card', 'post', 'follow_up')) +
         (SELECT count(*) FROM crm_notes) AS works`,
    );
    if (owed?.["works"] === 0) return void await world.bot.stop();
    // What failed waits up to five minutes; a start makes all of it due.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await world.bot.stop();
    await world.restart();
  }
}

function query(world: World, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(`${world.folder}/data/triborg.db`, { timeout: 5000 });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
