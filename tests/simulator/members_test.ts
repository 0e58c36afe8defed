// getChatMember of the simulated Telegram tells of other people what the real one tells, and no more.

import assert from "node:assert/strict";
import { errorOf, TOKEN, withTelegram } from "../helpers/a_telegram.ts";
import { createApi } from "../../lib/telegram/client.ts";
import { describeError } from "../../lib/telegram/failures.ts";
import { startTelegramServer } from "../../lib/simulator/telegram/server.ts";

Deno.test("a member is told with their standing, and somebody who is not there as having left", () =>
  withTelegram(async ({ telegram, api, chatId }) => {
    const group = telegram.group({ title: "Менеджеры", type: "supergroup" });
    const maria = group.member({ first_name: "Мария" });
    const { status, user } = await api.getChatMember(group.id, maria.id);
    assert.deepEqual([status, user.first_name], ["member", "Мария"]);
    group.setMember(maria, "muted");
    const muted = await api.getChatMember(group.id, maria.id);
    assert.ok(muted.status === "restricted" && muted.is_member && !muted.can_send_messages);
    assert.equal((await api.getChatMember(group.id, chatId)).status, "left");
    assert.equal((await api.getChatMember(chatId, chatId)).status, "member");
  }));

Deno.test("who Telegram does not know, and who is hidden from the bot, is refused", async () => {
  await using telegram = await startTelegramServer({ token: TOKEN });
  const api = createApi({ token: TOKEN, apiRoot: telegram.url });
  const refused = async (chat: number, user: number) =>
    describeError(await errorOf(api.getChatMember(chat, user)));
  const group = telegram.group({ title: "Менеджеры", type: "supergroup" });
  const channel = telegram.group({ title: "Канал", type: "channel" });
  const maria = group.member({ first_name: "Мария" });
  assert.equal(await refused(group.id, 4_242), "400: Bad Request: member not found");
  assert.equal(await refused(maria.id, 4_242), "400: Bad Request: member not found");
  assert.equal(
    await refused(channel.id, maria.id),
    "400: Bad Request: member list is inaccessible",
  );
  group.hideMembers();
  assert.equal(await refused(group.id, maria.id), "400: Bad Request: CHAT_ADMIN_REQUIRED");
  group.promoteBot();
  assert.equal((await api.getChatMember(group.id, maria.id)).status, "member");
});
