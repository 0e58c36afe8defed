// The words of a lead's conversation.

import type { RefusalWords } from "../../lib/visitors/answer_refusals.ts";
import { bilingual } from "./bilingual.ts";

const ru = {
  title: "Переписка",
  visitor: "Клиент",
  edited: "исправлено",
  shown: (when: string) => `показано менеджерам ${when}`,
  waits: "ждёт показа менеджерам",
  heldBack: "Не передано менеджерам: посетитель заблокирован",
  note: (by: string) => `Заметка, клиент её не видит: ${by}`,
  sent: (when: string) => `доставлено ${when}`,
  sentPartly: (what: string) => `доставлено не всё: ${what}`,
  due: "ещё не дошло, пробуем снова",
  refused: (why: string) => `не доставлено: ${why}`,
  reasons: {
    blocked: "клиент заблокировал бота",
    deactivated: "аккаунт клиента удалён",
    no_chat: "у клиента нет чата с этим ботом",
    uneditable: "клиент удалил это сообщение",
    uncopyable: "сообщение удалено или его нельзя переслать",
    missing: (files: number) => `файлов альбома: ${files}`,
  } as RefusalWords,
  erased: "текст стёрт",
  write: "Написать",
  writeHint:
    "Бот пришлёт в чат менеджеров сообщение: ответьте на него, и ответ уйдёт клиенту от имени бота.",
  invited: "Сообщение отправлено в чат менеджеров. Ответьте на него — бот передаст ответ клиенту.",
};

export const CONVERSATION = bilingual<typeof ru>(ru, {
  title: "Conversation",
  visitor: "Client",
  edited: "edited",
  shown: (when) => `shown to the managers ${when}`,
  waits: "waits to be shown to the managers",
  heldBack: "Not passed to the managers: the visitor is blocked",
  note: (by) => `Note, not shown to the client: ${by}`,
  sent: (when) => `delivered ${when}`,
  sentPartly: (what) => `partly delivered: ${what}`,
  due: "not delivered yet, trying again",
  refused: (why) => `not delivered: ${why}`,
  reasons: {
    blocked: "the client has blocked the bot",
    deactivated: "the client's account was deleted",
    no_chat: "the client has no chat with this bot",
    uneditable: "the client has deleted this message",
    uncopyable: "the message was deleted or cannot be copied",
    missing: (files) => `files of the album: ${files}`,
  },
  erased: "text erased",
  write: "Write",
  writeHint:
    "The bot posts a message in the managers' chat: reply to it, and the reply goes to the client from the bot.",
  invited: "The message is in the managers' chat. Reply to it, and the bot passes the reply on.",
});

export type ConversationWords = typeof CONVERSATION["ru"];
