// Killed at any line while two profiles have chats of their own and one of these refuses every second message: each card comes, and
// to its own chat alone.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { greet, wordsOf } from "../helpers/visits.ts";
import { withWorld, type World } from "../helpers/world.ts";

const VISITORS = 24;
const KILLS = 6;

Deno.test("leads of two profiles survive kills at any line: each has its card in its profile's chat, and none in another", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const groups = {
      agency: world.telegram.group({ title: "Агентство", type: "supergroup" }),
      cg: world.telegram.group({ title: "Графика", type: "supergroup" }),
    };
    await world.editLocales((locales) => {
      locales.agency.managers_chat_id = groups.agency.id;
      locales.cg.managers_chat_id = groups.cg.id;
    });
    await world.restart();
    const visitors = Array.from({ length: VISITORS }, (_, nth) => {
      const profile = nth % 2 === 0 ? "agency" as const : "cg" as const;
      const visitor = world.telegram.user({ first_name: `V${nth}`, username: `visitor${nth}` });
      return { visitor, profile };
    });
    const menus = await Promise.all(visitors.map((each) => greet(each.visitor, each.profile)));
    let sends = 0;
    const calm = world.telegram.fault({
      method: ({ method, chatId }) =>
        method === "sendMessage" && chatId === groups.agency.id && ++sends % 2 === 0,
      fault: { kind: "error", error_code: 502, description: "Bad Gateway" },
    });

    // When
    const presses = VISITORS / KILLS;
    for (let kill = 0; kill < KILLS; kill++) {
      const from = kill * presses;
      visitors.slice(from, from + presses).forEach(({ visitor, profile }, index) => {
        const menu = menus[from + index];
        const choice = profile === "agency" ? "Привлечь клиентов" : "Рекламный ролик";
        if (menu !== undefined) visitor.press(menu, choice);
      });
      await world.telegram.nextCall(kill % 2 === 0 ? "editMessageText" : "sendMessage");
      await world.bot.kill();
      await world.restart();
    }
    calm();

    // Then
    const namesOf = (messages: World["admin"]["chat"]["messages"]) =>
      new Set(
        messages.flatMap((each) =>
          [...wordsOf(each).matchAll(/@(visitor\d+)\n/g)].map(([, name]) => name)
        ),
      );
    await Promise.all(
      visitors.map(({ visitor, profile }) =>
        groups[profile].chat.waitFor((each) =>
          wordsOf(each).includes(`@${visitor.user.username}\n`)
        )
      ),
    );
    for (const profile of ["agency", "cg"] as const) {
      const theirs = visitors.filter((each) => each.profile === profile)
        .map(({ visitor }) => visitor.user.username);
      assert.deepEqual(namesOf(groups[profile].chat.messages), new Set(theirs));
    }
    assert.equal(world.admin.chat.messages.length, 0);
    await world.bot.stop();
    const db = new DatabaseSync(`${world.folder}/data/triborg.db`, { readOnly: true });
    const places = db.prepare(
      "SELECT profile, card_chat_id AS chat, state, count(*) AS leads FROM leads GROUP BY 1, 2, 3",
    ).all().map((row) => ({ ...row }));
    db.close();
    assert.deepEqual(
      places,
      (["agency", "cg"] as const).map((profile) => ({
        profile,
        chat: groups[profile].id,
        state: "in_admin_chat",
        leads: VISITORS / 2,
      })),
    );
  }, { asleep: true, telegram: { limits: "off", failsafeMs: 60_000 } }));
