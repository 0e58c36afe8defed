// Killed at any line while managers answer and visitors give their phones: each answer arrives, in order, and a kill repeats at
// most what was under way; no phone is lost, and no lead POSTed twice.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { withWorld, type World } from "../helpers/world.ts";
import { becomeLead, greet, wordsOf } from "../helpers/visits.ts";

const ASK = "📞 Оставьте номер, и мы перезвоним.";
const OF_CG = "Другая идея";
const VISITORS = 8;
const ROUNDS = 12;

Deno.test("answers, edits, notes and phones survive kills at any line: all arrive in order, nothing at another visitor, no lead is POSTed twice", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const visitors = Array.from(
      { length: VISITORS },
      (_, nth) => world.telegram.user({ first_name: `V${nth}`, username: `v${nth}` }),
    );
    for (const each of visitors) await becomeLead(each);
    const cards = await Promise.all(
      visitors.map(({ user }) =>
        world.admin.chat.waitFor((each) => wordsOf(each).includes(`: @${user.username}\n`))
      ),
    );
    const manager = world.admin.member({ first_name: "Anna", username: "anna" });
    const askedLeads = Array.from(
      { length: ROUNDS },
      (_, nth) => world.telegram.user({ first_name: `P${nth}`, username: `p${nth}` }),
    );
    // A greeting that fails is no lead yet.
    const menus = await Promise.all(askedLeads.map((each) => greet(each, "cg")));
    let calls = 0;
    const calm = world.telegram.fault({
      method: ({ method }) => method !== "getUpdates" && ++calls % 7 === 0,
      fault: { kind: "error", error_code: 502, description: "Bad Gateway" },
    });

    // The server chooses the moment: each kill waits for a call of another kind to be done.
    const moments = ["copyMessage", "setMessageReaction", "getUpdates", "editMessageText"];
    for (const [round, asked] of askedLeads.entries()) {
      asked.press(menus[round] ?? 0, OF_CG);
      await asked.chat.waitFor((each) => wordsOf(each) === ASK);
      asked.say(`8 916 000-10-${round + 10}`);
      const said = cards.map((card, nth) => manager.reply(card, `${nth}: ${round}`));
      cards.forEach((card, nth) => manager.reply(card, `/note ${nth}: ${round} внутри`));
      const moment = moments[round % moments.length] ?? "";
      if (moment === "editMessageText") {
        await world.telegram.nextCall("copyMessage");
        said.forEach((each, nth) => manager.edit(each, `${nth}: ${round}, исправлено`));
      }
      await world.telegram.nextCall(moment);
      await world.bot.kill();
      await world.restart();
      await world.telegram.untilPolled();
    }
    calm();

    const last = ROUNDS - 1;
    await Promise.all(
      visitors.map(({ chat }, nth) =>
        chat.waitFor((each) => each.text === `${nth}: ${last}, исправлено`)
      ),
    );
    await untilNothingIsOwed(world);
    for (const [nth, { chat, id }] of visitors.entries()) {
      const got = chat.messages.filter(({ from }) => from.id !== id)
        .flatMap(({ text = "" }) => /^(\d+): (\d+)(.*)$/.exec(text)?.slice(1) ? [text] : []);
      const rounds = got.map((text) => Number(/^\d+: (\d+)/.exec(text)?.[1]));
      assert.ok(got.every((text) => text.startsWith(`${nth}: `)), got.join(" · "));
      assert.ok(got.every((text) => !text.includes("внутри")));
      const firsts = rounds.filter((round, at) => rounds.indexOf(round) === at);
      assert.deepEqual(firsts, Array.from({ length: ROUNDS }, (_, round) => round));
      // Only an answer whose sending a kill cut off is said again, so at most one for each kill.
      assert.ok(rounds.length <= 2 * ROUNDS, got.join(" · "));
      for (const round of firsts.filter((each) => each % moments.length === 3)) {
        const newest = got.filter((text) => text.startsWith(`${nth}: ${round}`)).at(-1);
        assert.equal(newest, `${nth}: ${round}, исправлено`);
      }
    }
    await world.telegram.nextCall("getUpdates");
    const phones = query(world, "SELECT username, phone FROM leads WHERE profile = 'cg'");
    assert.deepEqual(
      phones.map(({ username, phone }) => [username, phone]).toSorted(),
      askedLeads.map(({ user }, nth) => [user.username, `+791600010${nth + 10}`])
        .toSorted(),
    );
    assert.deepEqual([...world.crm.byKey].filter(([, times]) => times > 1), []);
    assert.deepEqual(query(world, "SELECT 1 FROM outbox WHERE kind = 'post'"), []);
    const counts = query(
      world,
      "SELECT kind, state, count(*) AS answers FROM answers GROUP BY kind, state ORDER BY kind",
    );
    assert.deepEqual(counts.map((row) => ({ ...row })), [
      { kind: "answer", state: "sent", answers: VISITORS * ROUNDS },
      { kind: "note", state: "kept", answers: VISITORS * ROUNDS },
    ]);
  }, {
    telegram: { limits: "off", failsafeMs: 60_000 },
    locales: (locales) => void (locales.cg.phone = { ask: ASK, wait_seconds: 600 }),
  }));

/** Lets the bot work until nothing is owed about answers. */
async function untilNothingIsOwed(world: World): Promise<void> {
  for (;;) {
    const [owed] = query(world, "SELECT count(*) AS works FROM answer_work");
    if (owed?.["works"] === 0) return;
    await world.telegram.nextCall("getUpdates");
    await world.telegram.nextCall("setMessageReaction");
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
