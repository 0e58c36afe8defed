// Who is in a managers' chat, as Telegram tells it: asked rarely, remembered for a short while, and never a reason to wait or fail.

import assert from "node:assert/strict";
import { createMembership } from "../../lib/managers/membership.ts";
import { createApi } from "../../lib/telegram/client.ts";
import { startTelegramServer, type TelegramServer } from "../../lib/simulator/telegram/server.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { refusal, TOKEN } from "../helpers/a_telegram.ts";

const MINUTE_MS = 60_000;

interface Here {
  readonly telegram: TelegramServer;
  readonly log: LogOfTest;
  /** The chats that are asked about. */
  chats: number[];
  nowMs: number;
  isManager(userId: number): Promise<boolean>;
  /** How often Telegram was asked. */
  asked(): number;
}

async function withMembership(run: (here: Here) => Promise<void>): Promise<void> {
  await using telegram = await startTelegramServer({ token: TOKEN });
  const log = aLog();
  const here: Here = {
    telegram,
    log,
    chats: [],
    nowMs: 0,
    isManager: (userId) => membership.isManager(userId),
    asked: () => telegram.calls.filter(({ method }) => method === "getChatMember").length,
  };
  const membership = createMembership({
    api: createApi({ token: TOKEN, apiRoot: telegram.url }),
    chats: () => here.chats,
    now: () => here.nowMs,
    log: log.log,
  });
  await run(here);
}

for (const type of ["group", "supergroup"] as const) {
  Deno.test(`who is in a ${type} is a manager, in any role; one who left, was removed or never came is not`, () =>
    withMembership(async (here) => {
      const group = here.telegram.group({ title: "Менеджеры", type });
      here.chats = [group.id];
      for (const standing of ["creator", "administrator", "member", "muted"] as const) {
        const person = group.member({ first_name: standing });
        group.setMember(person, standing);
        assert.equal(await here.isManager(person.id), true, standing);
      }
      for (const standing of ["muted_outside", "kicked", null] as const) {
        const person = group.member({ first_name: String(standing) });
        group.setMember(person, standing);
        assert.equal(await here.isManager(person.id), false, String(standing));
      }
      assert.equal(await here.isManager(here.telegram.user({ first_name: "Galliard" }).id), false);
      assert.equal(await here.isManager(4_242), false); // Telegram knows no such person.
      assert.deepEqual(here.log.lines, []);
    }));
}

Deno.test("a member is remembered for five minutes, anybody else for half a minute", () =>
  withMembership(async (here) => {
    const group = here.telegram.group({ title: "Менеджеры" });
    here.chats = [group.id];
    const maria = group.member({ first_name: "Мария" });
    const guest = here.telegram.user({ first_name: "Galliard" });
    assert.deepEqual([await here.isManager(maria.id), await here.isManager(guest.id)], [
      true,
      false,
    ]);

    group.setMember(maria, null);
    group.join(guest);
    here.nowMs = 29_999;
    assert.deepEqual([await here.isManager(maria.id), await here.isManager(guest.id)], [
      true,
      false,
    ]);
    assert.equal(here.asked(), 2);
    here.nowMs = 30_000;
    assert.equal(await here.isManager(guest.id), true);
    here.nowMs = 5 * MINUTE_MS - 1;
    assert.equal(await here.isManager(maria.id), true);
    here.nowMs = 5 * MINUTE_MS;
    assert.equal(await here.isManager(maria.id), false);
    assert.equal(here.asked(), 4);
  }));

Deno.test("a thousand people are remembered, and the first is forgotten for the next", async () => {
  const asked: number[] = [];
  const { isManager } = createMembership({
    api: {
      getChatMember: (_chat, id) => {
        asked.push(id);
        return Promise.resolve({ status: "left", user: { id, is_bot: false, first_name: "" } });
      },
    },
    chats: () => [-1],
    now: () => 0,
    log: aLog().log,
  });
  for (let id = 1; id <= 1_001; id += 1) await isManager(id);
  for (const id of [2, 1_001]) await isManager(id);
  assert.equal(asked.length, 1_001);
  await isManager(1);
  assert.equal(asked.at(-1), 1);
});

Deno.test("an answer that makes no sense makes no manager, and fails nothing", async () => {
  for (const answer of [null, 5, {}, { status: "robot" }, { status: "restricted" }]) {
    const log = aLog();
    const { isManager } = createMembership({
      api: { getChatMember: () => Promise.resolve(answer as never) },
      chats: () => [-1],
      now: () => 0,
      log: log.log,
    });
    assert.equal(await isManager(7), false, JSON.stringify(answer));
  }
});

Deno.test("a member of any of the chats is a manager, and a private chat is asked nothing", () =>
  withMembership(async (here) => {
    const [first, second] = ["Первый", "Второй"].map((title) => here.telegram.group({ title }));
    assert.ok(first && second);
    const [anna, boss] = [second.member({ first_name: "Анна" }), { id: 77 }];
    here.chats = [first.id, boss.id, second.id];
    assert.equal(await here.isManager(anna.id), true);
    assert.equal(here.asked(), 2);
    here.chats = [boss.id];
    assert.deepEqual([await here.isManager(boss.id), await here.isManager(78)], [true, false]);
    assert.equal(here.asked(), 2);
  }));

Deno.test("a group that became a supergroup is followed once", () =>
  withMembership(async (here) => {
    const group = here.telegram.group({ title: "Менеджеры" });
    const maria = group.member({ first_name: "Мария" });
    here.chats = [group.id];
    const supergroup = group.migrate();
    assert.equal(await here.isManager(maria.id), true);
    const round = { migrate_to_chat_id: group.id };
    const lift = here.telegram.fault({
      method: "getChatMember",
      fault: refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", round),
    });
    here.nowMs = 10 * MINUTE_MS;
    assert.equal(await here.isManager(maria.id), false);
    assert.equal(here.asked(), 4);
    lift();
    assert.ok(supergroup.id < 0);
  }));

Deno.test("members that are hidden from the bot are no managers, and the log says once what to do", () =>
  withMembership(async (here) => {
    const group = here.telegram.group({ title: "Менеджеры", type: "supergroup" });
    group.hideMembers();
    here.chats = [group.id];
    const [maria, anna] = [group.member({ first_name: "М" }), group.member({ first_name: "А" })];
    for (const { id } of [maria, anna, maria]) assert.equal(await here.isManager(id), false);
    assert.deepEqual(here.log.lines, [
      `⚠️ Не узнать, кто состоит в чате менеджеров ${group.id}: 400: Bad Request: CHAT_ADMIN_REQUIRED. ` +
      "Ссылка черновика пока показывает меню и менеджерам. Сделайте бота администратором этого чата",
    ]);
    group.promoteBot();
    assert.equal(await here.isManager(maria.id), true); // A failure is not remembered.
  }));

Deno.test("a Telegram that cannot be reached lets no one pass as a manager; that is logged once, and again after it was back", () =>
  withMembership(async (here) => {
    const group = here.telegram.group({ title: "Менеджеры" });
    here.chats = [group.id];
    const [maria, anna] = [group.member({ first_name: "М" }), group.member({ first_name: "А" })];
    await here.telegram.down();
    for (const { id } of [maria, anna]) assert.equal(await here.isManager(id), false);
    assert.equal(here.log.lines.length, 1);
    assert.match(here.log.lines[0] ?? "", /нет связи с Telegram/);
    assert.doesNotMatch(here.log.lines[0] ?? "", /администратором|987654321/);
    await here.telegram.up();
    assert.equal(await here.isManager(maria.id), true);
    await here.telegram.down();
    assert.equal(await here.isManager(anna.id), false);
    assert.equal(here.log.lines.length, 2);
  }));
