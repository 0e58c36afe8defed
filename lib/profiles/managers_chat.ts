// A profile's own managers' chat: `managers_chat_id` and `topic_id` of locales.json, and the form's fields for them. Touches no file.

import { type Fault, found } from "./faults.ts";
import { text } from "./raw_values.ts";

/** A chat that gets a profile's cards in place of the main managers' chat. */
export interface OwnChat {
  /** A group's, supergroup's or channel's id: below zero (https://core.telegram.org/bots/api#chat). */
  readonly chatId: number;
  /** A topic of a forum group; null for none. */
  readonly topicId: number | null;
}

/** The fields as typed; empty for the main managers' chat. */
export interface OwnChatForm {
  readonly chatId: string;
  readonly topicId: string;
}

/** Nothing typed. */
export const NO_OWN_CHAT: OwnChatForm = { chatId: "", topicId: "" };

const CHAT_KEY = "managers_chat_id";
const TOPIC_KEY = "topic_id";

const WANTED_CHAT = "нужен id группы из ответа на /id, целое число меньше нуля";
const WANTED_TOPIC = "нужен номер темы из ответа на /id, целое число больше нуля";

/** Topics are named by message ids (https://core.telegram.org/constructor/message: `id:int`). */
const MOST_TOPIC = 2 ** 31 - 1;

/**
 * Reads a profile's own chat; null for the main one. What cannot be a chat or a topic is a warning and counts as not set:
 * the cards still reach managers.
 */
export function readOwnChat(
  raw: Readonly<Record<string, unknown>>,
  profile: string,
  warnings: Fault[],
): OwnChat | null {
  const warn = (key: string, message: string) => {
    warnings.push({ path: profile === "" ? key : `${profile}.${key}`, message });
  };
  const [id, topic] = [raw[CHAT_KEY] ?? null, raw[TOPIC_KEY] ?? null];
  if (id !== null && !isWholeBetween(id, -Number.MAX_SAFE_INTEGER, -1)) {
    warn(CHAT_KEY, `${foundValue(id)}, ${WANTED_CHAT}`);
    return null;
  }
  if (topic !== null && !isWholeBetween(topic, 1, MOST_TOPIC)) {
    warn(TOPIC_KEY, `${foundValue(topic)}, ${WANTED_TOPIC}`);
    return id === null ? null : { chatId: id, topicId: null };
  }
  if (id === null && topic !== null) warn(TOPIC_KEY, `нет ${CHAT_KEY}, без него темы не бывает`);
  return id === null ? null : { chatId: id, topicId: topic };
}

export function ownChatForm(profile: Readonly<Record<string, unknown>>): OwnChatForm {
  return { chatId: text(profile[CHAT_KEY]), topicId: text(profile[TOPIC_KEY]) };
}

/** The keys of a profile that a form changes; undefined where a key goes. What was not changed keeps its spelling. */
export function ownChatChange(
  profile: Readonly<Record<string, unknown>>,
  form: OwnChatForm | undefined,
): Readonly<Record<string, unknown>> {
  if (form === undefined) return {};
  const before = ownChatForm(profile);
  return {
    ...change(CHAT_KEY, before.chatId, form.chatId.trim()),
    ...change(TOPIC_KEY, before.topicId, form.topicId.trim()),
  };
}

function change(key: string, before: string, typed: string): Readonly<Record<string, unknown>> {
  if (typed === before) return {};
  if (typed === "") return { [key]: undefined };
  const plain = typed.replace(/^[−–—]/, "-"); // A dash instead of a minus, as some programs paste it.
  return { [key]: /^-?\d{1,16}$/.test(plain) ? Number(plain) : typed };
}

function isWholeBetween(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least &&
    value <= most;
}

function foundValue(value: unknown): string {
  if (typeof value !== "string") return found(value);
  const isNumber = /^-?\d{1,16}$/.test(value.trim());
  return isNumber ? `найдено ${value.trim()} в кавычках` : found(value);
}
