// The doctor's look at the chats that the bot writes to of itself. Sends no message.

import { CHAT_ADVICE, type ChatVerdict, lookAtChat } from "../../managers/chat_check.ts";
import type { Profiles } from "../../profiles/profile.ts";
import { createApi } from "../../telegram/client.ts";
import { type Finding, findingsOf, shortened } from "./findings.ts";
import type { Settings } from "./settings.ts";
import { CALL_SECONDS } from "./telegram.ts";
import { CHECK_WITHIN_MS, within } from "../within.ts";

/** A chat that managers read. */
export interface ManagedChat {
  /** What names it: a variable, or a profile's key with the place in it. */
  readonly named: string;
  readonly id: number;
  readonly topicId: number | null;
  /** What names the topic. */
  readonly topicNamed: string;
  /** Whether cards have no other chat when this one fails. */
  readonly isNeeded: boolean;
}

/** The chats that variables name. */
export function chatsOf({ config, faulty }: Settings): ManagedChat[] {
  const { adminChatId, adminTopicId, alertChatId } = config;
  const chats: ManagedChat[] = [];
  if (!faulty.has("ADMIN_CHAT_ID")) {
    chats.push({
      named: "ADMIN_CHAT_ID",
      id: adminChatId,
      topicId: adminTopicId,
      topicNamed: "ADMIN_TOPIC_ID",
      isNeeded: true,
    });
  }
  if (alertChatId !== null && !faulty.has("ALERT_CHAT_ID")) {
    chats.push({
      named: "ALERT_CHAT_ID",
      id: alertChatId,
      topicId: null,
      topicNamed: "",
      isNeeded: false,
    });
  }
  return chats;
}

/** The chats that profiles have of their own, each once however many share it; none where the file cannot be read. */
export function ownChatsOf(profiles: Profiles | null): ManagedChat[] {
  const chats = new Map<string, ManagedChat>();
  for (const { key, ownChat } of profiles?.byKey.values() ?? []) {
    if (ownChat === null) continue;
    const { chatId: id, topicId } = ownChat;
    const named = `${id}:${topicId}`;
    if (chats.has(named)) continue;
    chats.set(named, {
      named: `${key}.managers_chat_id`,
      id,
      topicId,
      topicNamed: `${key}.topic_id`,
      isNeeded: true,
    });
  }
  return [...chats.values()];
}

/** Looks at every chat, side by side; `botId` is null where Telegram could not be asked for it. */
export async function lookAtChats(
  { config }: Settings,
  chats: readonly ManagedChat[],
  botId: number | null,
): Promise<Finding[]> {
  const { unknown, warning } = findingsOf("Чат менеджеров");
  if (chats.length === 0) return [unknown("не проверить, пока настройки с ошибкой")];
  if (botId === null) {
    return [unknown(`${chats.map(({ named }) => named).join(", ")}: не проверить без токена`)];
  }
  const { botToken: token, telegramApiRoot: apiRoot } = config;
  const api = createApi({ token, apiRoot, timeoutSeconds: CALL_SECONDS });
  const look = (chat: ManagedChat) =>
    lookAtChat({ api, chatId: () => chat.id, topicId: chat.topicId }, botId);
  const lookAndFollow = async (chat: ManagedChat) => {
    const verdict = await look(chat);
    if (verdict.kind !== "moved") return verdictFindings(chat, verdict);
    const moved = { ...chat, id: verdict.to };
    return [...verdictFindings(chat, verdict), ...verdictFindings(moved, await look(moved))];
  };
  const findings = await Promise.all(chats.map(async (chat) => {
    const late = (): Finding[] => verdictFindings(chat, { kind: "unknown" });
    return await within(lookAndFollow(chat), CHECK_WITHIN_MS, late);
  }));
  const twice = chats.find(({ id }, at) => chats.findIndex((each) => each.id === id) < at);
  if (twice?.named === "ALERT_CHAT_ID") {
    findings.push([warning("ALERT_CHAT_ID — тот же чат: если он откажет, запасного не будет")]);
  }
  return [...shortened(findings.flat())];
}

function verdictFindings(chat: ManagedChat, verdict: ChatVerdict): Finding[] {
  const { named, id, topicId, topicNamed, isNeeded } = chat;
  const { good, warning, fault, unknown } = findingsOf("Чат менеджеров");
  const bad = isNeeded ? fault : warning;
  switch (verdict.kind) {
    case "usable":
      if (verdict.topicFault !== null) {
        return [fault(
          `${topicNamed}=${topicId}: такой темы нет или она закрыта (${verdict.topicFault}), карточки придут ` +
            "в группу без темы: отправьте /id в нужной теме, бот назовёт её номер",
        )];
      }
      if (verdict.type === "channel" && named === "ADMIN_CHAT_ID") {
        return [warning(
          `${named}=${id}: канал, ссылку из /admin прочли бы все его подписчики: ` +
            "для входа на страницу задайте ADMIN_PASSWORD",
        )];
      }
      return [good(`${named}=${id}: бот состоит и может писать${topicWords(topicId)}`)];
    case "unusable":
      return [bad(`${named}=${id}: ${CHAT_ADVICE[verdict.problem]} (${verdict.reason})`)];
    case "moved":
      return [warning(
        `${named}=${id}: группа стала супергруппой, бот пишет туда: впишите новый id, ${named}=${verdict.to}`,
      )];
    case "unknown":
      return [unknown(`${named}=${id}: Telegram не ответил об этом чате, проверьте ещё раз`)];
    default:
      return verdict satisfies never;
  }
}

function topicWords(topicId: number | null): string {
  return topicId === null ? "" : `, тема ${topicId} открыта`;
}
