// The words about a profile's own managers' chat.

import { bilingual } from "./bilingual.ts";

export const OWN_CHAT = bilingual({
  title: "Свой чат менеджеров",
  hint: "Карточки, дополнения и напоминания этого профиля придут туда. Пусто — в главный чат.",
  chat: "id чата",
  chatHint: "Добавьте бота в нужную группу и отправьте там /id — он назовёт число.",
  topic: "Тема",
  topicHint: "Номер темы назовёт /id, отправленная в ней. Пусто — без темы.",
  label: (part: string) => `Свой чат менеджеров: ${part}`,
  checking: "Проверяем, может ли бот туда писать. Обновите страницу через несколько секунд",
  usable: "Бот может писать в этот чат",
  topicRefused:
    "Бот может писать в этот чат, но такой темы там нет или она закрыта: карточки придут без темы",
  failing: (since: string) => `Чат не принимает сообщения с ${since}. Карточки ждут`,
  faulty: {
    file: (fault: string) => `В файле: ${fault} Карточки идут в главный чат`,
    database: (fault: string) => `В профилях: ${fault} Карточки идут в главный чат`,
  },
  problem: {
    not_found:
      "Такого чата нет, или бот в нём не состоит. Карточки ждут: добавьте бота в чат и отправьте там /id",
    no_access: "Бота нет в этом чате. Карточки ждут: верните его",
    may_not_write:
      "Боту нельзя писать в этот чат. Карточки ждут: разрешите ему отправлять сообщения или сделайте администратором",
    not_admin:
      "Бот не может публиковать в этом канале. Карточки ждут: сделайте его администратором с правом публиковать",
  },
}, {
  title: "Managers' chat of its own",
  hint: "This profile's cards, follow-ups and reminders go there. Empty: to the main chat.",
  chat: "Chat id",
  chatHint: "Add the bot to the group and send /id there: it names the number.",
  topic: "Topic",
  topicHint: "/id, sent in the topic, names its number. Empty: no topic.",
  label: (part: string) => `Managers' chat of its own: ${part}`,
  checking: "Checking whether the bot may write there. Reload the page in a few seconds",
  usable: "The bot may write into this chat",
  topicRefused:
    "The bot may write into this chat, but there is no such topic or it is closed: cards come without it",
  failing: (since: string) => `The chat has taken no message since ${since}. Cards wait`,
  faulty: {
    file: (fault: string) => `In the file: ${fault} Cards go to the main chat`,
    database: (fault: string) => `In the profiles: ${fault} Cards go to the main chat`,
  },
  problem: {
    not_found:
      "There is no such chat, or the bot is not in it. Cards wait: add the bot to the chat and send /id there",
    no_access: "The bot is not in this chat. Cards wait: add it again",
    may_not_write:
      "The bot may not write into this chat. Cards wait: permit it to send messages, or make it an administrator",
    not_admin:
      "The bot cannot post in this channel. Cards wait: make it an administrator who may post messages",
  },
});
