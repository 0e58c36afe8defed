// How much of SQLite a lead takes: counted on the running bot, from a visitor's press to the end of all that follows.

import assert from "node:assert/strict";
import type { SimMessage, Visitor } from "../../lib/simulator/telegram/server.ts";
import { withBot } from "../helpers/bot_here.ts";
import type { World } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { greet, wordsOf } from "../helpers/visits.ts";
import { watchStatements } from "../helpers/watched_statements.ts";

const PRESSES = 20;

/** Most statements of a press whose POST was accepted, of all that is run from its update to its end. */
const MOST = 10;

/** Begin and end transactions, and look after the running bot: no press brings them. */
const NOT_OF_A_PRESS = /^(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA)\b|'tried'|'trial'/;

interface Visit {
  readonly visitor: Visitor;
  readonly menu: SimMessage;
}

for (
  const [how, press] of Object.entries({
    "one after the end of another": async (
      world: World,
      visits: readonly Visit[],
      counter: Counter,
    ) => {
      for (const visit of visits) {
        await pressAndEnd(world, [visit]);
        await untilQuiet(counter);
      }
    },
    "one after another": async (world: World, visits: readonly Visit[]) => {
      for (const visit of visits) await pressAndEnd(world, [visit]);
    },
    "all at once": pressAndEnd,
  })
) {
  Deno.test(`a press with an accepted POST runs at most ${MOST} statements when visitors press ${how}`, async () => {
    using counter = countStatements();
    await withBot(async ({ world }) => {
      const visits: Visit[] = [];
      for (let nth = 0; nth < PRESSES; nth++) {
        const visitor = world.telegram.user({ first_name: `V${nth}`, username: `visitor${nth}` });
        visits.push({ visitor, menu: await greet(visitor) });
      }
      await untilQuiet(counter);
      const before = counter.total();
      await press(world, visits, counter);
      await untilQuiet(counter);
      const each = (counter.total() - before) / PRESSES;
      assert.ok(each <= MOST, `${each} statements a press:\n${counter.report()}`);
    });
  });
}

async function pressAndEnd(world: World, visits: readonly Visit[]): Promise<void> {
  for (const { visitor, menu } of visits) visitor.press(menu, CHOICE);
  for (const { visitor } of visits) {
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    await world.crm.nextLead();
  }
}

interface Counter extends Disposable {
  total(): number;
  report(): string;
}

/** Nothing has been run for as long as what has ended may be gathered. */
async function untilQuiet(counter: Counter): Promise<void> {
  for (let quiet = 0, seen = -1; quiet < 4; quiet = counter.total() === seen ? quiet + 1 : 0) {
    seen = counter.total();
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Counts the statements that any database runs from now on. */
function countStatements(): Counter {
  const counts = new Map<string, number>();
  const watch = watchStatements((sql) => {
    if (NOT_OF_A_PRESS.test(sql)) return;
    const words = sql.replace(/\s+/g, " ").trim();
    counts.set(words, (counts.get(words) ?? 0) + 1);
  });
  return {
    total: () => [...counts.values()].reduce((sum, each) => sum + each, 0),
    report: () =>
      [...counts].sort(([, a], [, b]) => b - a).map(([sql, times]) =>
        `${times} × ${sql.slice(0, 110)}`
      ).join("\n"),
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}
