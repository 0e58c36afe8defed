// Checks at start and every hour whether the bot may write into a configured chat, and logs why not. Sends no message.

import type { Api } from "grammy";
import type { Chat, ChatFullInfo, ChatMember } from "grammy/types";
import type { Log } from "../log/log.ts";
import { type CallFailure, describeError, failureOf } from "../telegram/failures.ts";

/** Why nothing can be shown in a chat. */
export type ChatProblem =
  /** There is no such chat, or the bot was never in it. */
  | "not_found"
  /** The bot was removed or blocked, or a person has not started it. */
  | "no_access"
  /** It is a member that may not send messages. */
  | "may_not_write"
  /** It is not an administrator of the channel who may post. */
  | "not_admin";

/** The state of one chat, checked regularly. */
export interface ChatCheck {
  start(botId: number): void;
  /** The last problem found; undefined once the chat has taken a message since. */
  problem(): ChatProblem | undefined;
  /** When it was found, by `now`; undefined where there is none. */
  problemSinceMs(): number | undefined;
  /** Whether the last check that got an answer found that the bot may write. */
  isUsable(): boolean;
  /** Whether it found that the topic refuses messages, which come without it then. */
  isTopicRefused(): boolean;
}

/** What a check needs. */
export interface ChatCheckOptions {
  readonly api: Pick<Api, "getChat" | "getChatMember" | "sendChatAction">;
  /** What names the chat, for the log: a variable, or the place in locales.json. */
  readonly variable: string;
  /** What names its topic. */
  readonly topicVariable?: string;
  /** Whether cards go there. */
  readonly isForCards: boolean;
  readonly chatId: () => number;
  readonly topicId: number | null;
  /** When the chat last took a message; undefined before the first. */
  readonly lastShownAtMs: () => number | undefined;
  /** Called when the chat is first found usable, and after each problem. */
  readonly onUsable: (type: Chat["type"]) => void;
  readonly now: () => number;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/** How often a usable chat is checked, and a lasting problem logged again, in ms. */
const HOUR_MS = 60 * 60_000;

/** Waits while a chat is unusable or Telegram does not answer, in ms: doubling, at most a minute. */
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/** What a look at a chat found. */
export type ChatVerdict =
  | { readonly kind: "usable"; readonly type: Chat["type"]; readonly topicFault: string | null }
  | { readonly kind: "unusable"; readonly problem: ChatProblem; readonly reason: string }
  /** The group became this supergroup. */
  | { readonly kind: "moved"; readonly to: number }
  /** Telegram gave no answer about the chat. */
  | { readonly kind: "unknown" };

/** Creates a check that begins with `start`. */
export function createChatCheck(options: ChatCheckOptions): ChatCheck {
  const { variable, topicVariable = "", isForCards } = options;
  const { chatId, topicId, lastShownAtMs, onUsable, now, sleep, stopping, log } = options;
  let lastProblem: ChatProblem | undefined;
  let sinceMs: number | undefined;
  let foundAtMs = -Infinity;
  let saidAtMs = -Infinity;
  let usable = false;
  let topicFault: string | null = null;

  async function run(botId: number): Promise<void> {
    for (let waits = 0; !stopping.aborted;) {
      const verdict = await lookAtChat(options, botId);
      if (stopping.aborted) return;
      if (verdict.kind === "usable") noteUsable(verdict.type, verdict.topicFault);
      if (verdict.kind === "unusable") noteProblem(verdict.problem, verdict.reason);
      waits = verdict.kind === "usable" ? 0 : waits + 1;
      const waitMs = FIRST_WAIT_MS * 2 ** Math.min(waits - 1, 9);
      await sleep(waits === 0 ? HOUR_MS : Math.min(waitMs, LONGEST_WAIT_MS));
    }
  }

  function noteUsable(type: Chat["type"], fault: string | null): void {
    if (lastProblem !== undefined) {
      log.info("✅ Чат {chat} ({variable}) снова доступен", { chat: chatId(), variable });
    }
    lastProblem = sinceMs = undefined;
    if (fault !== null && fault !== topicFault) {
      log.warn(
        "⚠️ {variable}={topic}: такой темы в чате нет или она закрыта: {reason}. " +
          "Карточки придут в группу без темы. Верное значение назовёт /id, отправленная в теме",
        { variable: topicVariable, topic: topicId, reason: fault },
      );
    }
    topicFault = fault;
    if (!usable) onUsable(type);
    usable = true;
  }

  function noteProblem(found: ChatProblem, reason: string): void {
    usable = false;
    if (known() === undefined) sinceMs = now();
    foundAtMs = now();
    if (found !== lastProblem || now() - saidAtMs >= HOUR_MS) {
      saidAtMs = now();
      const facts = { variable, chat: chatId(), reason };
      const message = `{variable}={chat}: ${CHAT_ADVICE[found]} ({reason})`;
      if (isForCards) log.error(`❌ ${message}`, facts);
      else log.warn(`⚠️ ${message}`, facts);
    }
    lastProblem = found;
  }

  /** A message that was shown since ends a problem. */
  function known(): ChatProblem | undefined {
    return (lastShownAtMs() ?? -Infinity) >= foundAtMs ? undefined : lastProblem;
  }

  return {
    start: (botId) => void run(botId),
    problem: known,
    problemSinceMs: () => known() === undefined ? undefined : sinceMs,
    isTopicRefused: () => topicFault !== null,
    isUsable: () => usable || (foundAtMs > -Infinity && known() === undefined),
  };
}

/** What a problem means, and what to do. */
export const CHAT_ADVICE: Readonly<Record<ChatProblem, string>> = {
  not_found: "такого чата нет, или бот в нём не состоит, карточки туда не придут. " +
    "Добавьте бота в чат и отправьте там /id: он ответит, что и где написать",
  no_access: "бота нет в этом чате, карточки туда не придут. " +
    "Верните его; в личном чате отправьте ему /start",
  may_not_write: "боту нельзя писать в этот чат, карточки туда не придут. " +
    "Разрешите ему отправлять сообщения или сделайте администратором",
  not_admin: "в этом канале бот не может публиковать, карточки туда не придут. " +
    "Сделайте его администратором с правом публиковать сообщения",
};

/** Asks Telegram once whether the bot may write into a chat; `botId` is its own id. Never rejects. */
export async function lookAtChat(
  { api, chatId, topicId }: Pick<ChatCheckOptions, "api" | "chatId" | "topicId">,
  botId: number,
): Promise<ChatVerdict> {
  const id = chatId();
  let chat: ChatFullInfo | undefined;
  try {
    chat = await api.getChat(id);
    if (chat.type === "private") await api.sendChatAction(id, "typing");
    else {
      const problem = problemOf(chat, await api.getChatMember(id, botId));
      if (problem !== undefined) return { kind: "unusable", problem, reason: "права бота" };
    }
    return { kind: "usable", type: chat.type, topicFault: await askTopic(api, id, topicId) };
  } catch (error) {
    const failure = failureOf(error);
    if (failure?.kind === "refused" && failure.migratedTo !== undefined) {
      return { kind: "moved", to: failure.migratedTo };
    }
    const problem = problemIn(failure, chat);
    if (problem === undefined) return { kind: "unknown" };
    return { kind: "unusable", problem, reason: describeError(error) };
  }
}

function problemOf(chat: ChatFullInfo, member: ChatMember): ChatProblem | undefined {
  if (member.status === "left" || member.status === "kicked") return "no_access";
  if (chat.type === "channel") {
    const mayPost = member.status === "creator" ||
      member.status === "administrator" && member.can_post_messages !== false;
    return mayPost ? undefined : "not_admin";
  }
  const isMuted = member.status === "restricted" && !member.can_send_messages ||
    member.status === "member" && chat.permissions?.can_send_messages === false;
  return isMuted ? "may_not_write" : undefined;
}

/** Undefined for errors that say nothing about the chat, such as network faults. */
function problemIn(
  failure: CallFailure | undefined,
  chat: ChatFullInfo | undefined,
): ChatProblem | undefined {
  if (failure?.kind === "forbidden") return "no_access";
  if (failure?.kind !== "refused") return undefined;
  // Channels answer getChatMember to administrators only.
  return chat?.type === "channel" ? "not_admin" : "not_found";
}

/** Why the topic refuses messages; null if it takes them or that is not known. */
async function askTopic(
  api: ChatCheckOptions["api"],
  chatId: number,
  topicId: number | null,
): Promise<string | null> {
  if (topicId === null) return null;
  try {
    await api.sendChatAction(chatId, "typing", { message_thread_id: topicId });
    return null;
  } catch (error) {
    return failureOf(error)?.kind === "refused" ? describeError(error) : null;
  }
}
