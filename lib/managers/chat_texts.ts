// What the bot says of a managers' chat itself: its id, its topic, and what it does not do there. Sends nothing.

import type { ProfilePlace } from "../profiles/fault_lines.ts";
import { clip } from "../visitors/texts.ts";

/** Answers `/admin` in a profile's own managers' chat. */
export const ADMIN_ELSEWHERE =
  "Ссылку на страницу настроек бот даёт только в главном чате менеджеров: отправьте /admin там.";

/** Answers `/admin` in a channel: a link that logs in is not for all its readers. */
export const ADMIN_IN_CHANNEL =
  "В канале ссылку прочли бы все подписчики. На страницу настроек входите по ADMIN_PASSWORD.";

/** Answers a press in a chat that is no managers' chat any more, and whose cards still stand there. */
export const NO_MANAGERS_CHAT =
  "Этот чат больше не чат менеджеров, кнопки здесь не работают. Лиды — на странице настроек или в новом чате.";

/** What a chat is to the bot: the main managers' chat, profiles' own one, or none. */
export type ChatRole =
  | { readonly kind: "main" | "none" }
  | { readonly kind: "own"; readonly profileNames: readonly string[] };

/** Answers `/id` with the chat's id, the lines for `.env` and those of a profile. */
export function idText(
  chatId: number,
  topicId: number | null,
  role: ChatRole,
  place: ProfilePlace = "file",
): string {
  const lines = [`id этого чата: ${chatId}`, ""];
  const env = [`ADMIN_CHAT_ID=${chatId}`];
  if (topicId !== null) env.push(`ADMIN_TOPIC_ID=${topicId}`);
  if (role.kind === "own") {
    lines.push(`Сюда приходят лиды профилей: ${named(role.profileNames)}.`);
  } else {
    const isMain = role.kind === "main";
    lines.push(
      isMain ? "Лиды приходят сюда. В .env:" : "Чтобы лиды приходили сюда, в .env:",
      ...env,
    );
  }
  if (chatId < 0) lines.push("", ...profileLines(chatId, topicId, place));
  return lines.join("\n");
}

const MOST_NAME = 60;
const MOST_NAMES = 1_000;

function profileLines(chatId: number, topicId: number | null, place: ProfilePlace): string[] {
  const topic = topicId === null ? "" : `, "topic_id": ${topicId}`;
  return [
    `Для одного профиля — на его странице, «Свой чат менеджеров», или в ${TEXTS[place]}:`,
    `"managers_chat_id": ${chatId}${topic}`,
  ];
}

/** What the text of the profiles is called. */
const TEXTS: Readonly<Record<ProfilePlace, string>> = {
  file: "locales.json",
  database: "тексте профилей в базе",
};

/** The note that the topic refuses messages. @param path Where the profiles name it; null for the main chat. */
export function topicAwayText(path: string | null, place: ProfilePlace = "file"): string {
  const where = path === null
    ? "поправьте ADMIN_TOPIC_ID в .env"
    : `поправьте ${path} в ${TEXTS[place]}`;
  return "⚠️ Тема для лидов закрыта или удалена, пока пишем в общий раздел группы. " +
    `Откройте её снова, или отправьте /id в другой теме и ${where}.`;
}

/** The note in the main chat that a profile's own chat takes no cards. */
export function ownChatFailsText(profileNames: readonly string[]): string {
  return `⚠️ ${
    chatOf(profileNames)
  } не принимает карточки. Лиды не потеряны: они ждут и видны на странице «Лиды».` +
    "\n\nПроверьте, что бот в том чате и может писать, или смените чат на странице профиля.";
}

/** The note that it takes them again. */
export function ownChatMendedText(profileNames: readonly string[]): string {
  return `✅ ${chatOf(profileNames)} снова принимает карточки.`;
}

function chatOf(profileNames: readonly string[]): string {
  const profiles = profileNames.length > 1 ? "профилей" : "профиля";
  return `Чат менеджеров ${profiles} ${named(profileNames)}`;
}

function named(profileNames: readonly string[]): string {
  return clip(profileNames.map((name) => clip(name, MOST_NAME)).join(", "), MOST_NAMES);
}
