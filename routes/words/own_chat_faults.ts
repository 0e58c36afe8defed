// Faults of a profile's own managers' chat in English; the parser's are Russian (lib/profiles/managers_chat.ts).

const CHAT = "a group's id as /id names it is needed, a whole number below zero";
const TOPIC = "a topic's number as /id names it is needed, a whole number above zero";

export const OWN_CHAT_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^найдено (\S+) в кавычках, нужен id группы .*$/, `$1 stands in quotes, ${CHAT}`],
  [/^найдено (\S+), нужен id группы .*$/, `it is $1, ${CHAT}`],
  [/^найден \S+, нужен id группы .*$/, `it is no number, ${CHAT}`],
  [/^найдено (\S+) в кавычках, нужен номер темы .*$/, `$1 stands in quotes, ${TOPIC}`],
  [/^найдено (\S+), нужен номер темы .*$/, `it is $1, ${TOPIC}`],
  [/^найден \S+, нужен номер темы .*$/, `it is no number, ${TOPIC}`],
  [/^нет managers_chat_id, .*$/, "managers_chat_id is missing, without it there is no topic"],
];
