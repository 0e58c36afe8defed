// What the Russian texts of the managers' chat mean, for readers of English. The bot itself writes Russian there.

type Gloss = readonly (readonly [beginning: string, meaning: string])[];

const MESSAGES: Gloss = [
  [
    "⚠️ [FALLBACK - CRM НЕДОСТУПНА]",
    "A new lead that the CRM did not take, with all that is needed to enter it by hand and to contact the client. " +
    "Reply to this card and the client gets your answer.",
  ],
  [
    "⚠️ [WEBHOOK НЕ НАСТРОЕН]",
    "A new lead of a profile that has no CRM yet: enter it by hand.",
  ],
  ["📎 Дополнение", "A follow-up: the client has sent more after their request."],
  ["✏️ Исправлено", "The client has corrected their message."],
  [
    "🔑 Страница настроек",
    "The config page: this link works once, for 10 minutes, on this machine.",
  ],
  ["🔑 Готовим ссылку", "The link is being made."],
  ["🔑 Вход выполнен", "The login link was used: by whom, when."],
  ["🔑 Ссылка устарела", "The login link has expired. /admin sends a new one."],
  ["✅ CRM снова принимает лиды", "The CRM takes leads again; so many cards are still open."],
  ["⏳ Отправляем в CRM", "The open cards are being sent to the CRM."],
  ["📤 Отправлено в CRM", "So many of the open cards were sent to the CRM."],
  ["❌ Не доставлено", "Your answer did not reach the client, and why."],
  ["CRM по профилям", "How each profile's CRM does, and today's leads by where they are."],
  ["Лиды: ", "All leads, the newest first, with a link to each card; below, the open ones."],
  ["Лидов нет", "No leads yet."],
  ["Сюда приходят лиды", "What the bot does here, its buttons and its commands."],
  ["Найдено: ", "The leads that were found."],
  ["Таких лидов нет", "No such leads."],
  ["Напишите, кого искать", "Write whom to find: a name, a @username, a lead's number or a phone."],
];

const BUTTONS: Gloss = [
  ["✅ Внёс", "Entered by hand"],
  ["🔁 Отправить в CRM", "Send to the CRM"],
  ["Отправить все в CRM", "Send all to the CRM"],
  ["🙋 Беру", "I take it"],
  ["↩️ Вернуть", "Reopen"],
  ["Открытые (", "Open ones"],
  ["Все лиды", "All leads"],
  ["Раньше →", "Earlier"],
  ["← Новее", "Newer"],
  ["« Новые", "Newest"],
];

const ANSWERS: Gloss = [
  ["Лид ваш", "The lead is yours"],
  ["Лид теперь ваш", "The lead is yours now"],
  ["Этот лид уже у вас", "You have this lead already"],
  ["Лид уже взят", "Another manager has this lead. Press again within a minute to take it over"],
  ["Лид № ", "The lead's number and time, why it is here, how many attempts were made"],
  ["Записано: лид внесён", "Noted: the lead was entered"],
  ["Отправляем в CRM…", "Sending to the CRM…"],
  ["Уже отправляем", "It is being sent"],
  ["Этот лид уже закрыт", "This lead is closed already"],
  ["Лид снова открыт", "The lead is open again"],
  ["Открытых карточек нет", "There are no open cards"],
];

const COMMANDS: Gloss = [
  ["status", "How the CRMs do, and today's leads"],
  ["leads", "All leads and the open cards"],
  ["admin", "A link to the config page"],
  ["help", "What the bot can do"],
];

/** Every beginning of a text that is explained; a test looks for each in the bot's code. */
export const EXPLAINED: readonly string[] = [...MESSAGES, ...BUTTONS, ...ANSWERS]
  .map(([beginning]) => beginning);

/** What a message of the managers' chat means; undefined for one that is not known. */
export function messageGloss(text: string): string | undefined {
  return meaningOf(text, MESSAGES);
}

/** What a button says. */
export function buttonGloss(text: string): string | undefined {
  return meaningOf(text, BUTTONS);
}

/** What the bot answers to a press. */
export function answerGloss(text: string): string | undefined {
  return meaningOf(text, ANSWERS);
}

/** What a command does. */
export function commandGloss(command: string): string | undefined {
  return meaningOf(command, COMMANDS);
}

function meaningOf(text: string, gloss: Gloss): string | undefined {
  return gloss.find(([beginning]) => text.startsWith(beginning))?.[1];
}
