// The words about blocked visitors.

import { bilingual } from "./bilingual.ts";

export const BLOCKING = bilingual({
  block: "Заблокировать посетителя",
  blockHint:
    "Бот отвечает ему как прежде, но его лиды и сообщения не уходят ни в CRM, ни в чат менеджеров.",
  unblock: "Разблокировать посетителя",
  unblockHint:
    "Новые лиды и сообщения пойдут как обычно. Прежние остаются здесь, их можно отправить в CRM.",
  blocked: (by: string, when: string) => `🚫 Посетитель заблокирован: ${by}, ${when}`,
}, {
  block: "Block the visitor",
  blockHint:
    "The bot answers them as before, but their leads and messages go neither to the CRM nor to the managers' chat.",
  unblock: "Unblock the visitor",
  unblockHint:
    "New leads and messages go as usual. Earlier ones stay here and can be sent to the CRM.",
  blocked: (by: string, when: string) => `🚫 The visitor is blocked: ${by}, ${when}`,
});
