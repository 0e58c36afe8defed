// The words of a profile's form.

import type { CrmOutcome } from "../../lib/lead.ts";
import { bilingual, plural } from "./bilingual.ts";
import { PROFILE_STATE } from "./profile_state.ts";

const ruFaults = (count: number) =>
  `${count} ${plural("ru", count, { one: "ошибка", few: "ошибки", many: "ошибок" })}`;
const enFaults = (count: number) =>
  `${count} ${plural("en", count, { one: "fault", many: "faults" })}`;

export const PROFILE = bilingual({
  name: "Название",
  nameHint: "Стоит в карточке для менеджеров и в названии сделки.",
  webhook: "Адрес вебхука",
  webhookHint: "Сюда уходят лиды. Пусто — все лиды придут в чат менеджеров.",
  test: "Проверить",
  testing: "Проверяем…",
  timeout: "Ждать ответа CRM",
  seconds: "с",
  timeoutHint: (seconds: number) => `Пусто — ${seconds} с, как задано для всего бота.`,
  photo: "Фото",
  caption: "Приветствие",
  captionOver: "Длиннее 1024 символов: Telegram не примет с фото, уйдёт один текст.",
  buttons: "Кнопки",
  button: (nth: number) => `Кнопка ${nth}`,
  buttonKey: "Ключ кнопки",
  choice: "Другими словами в CRM",
  choiceHint: "Пусто — как на кнопке.",
  choiceOf: (nth: number) => `Другими словами в CRM, кнопка ${nth}`,
  up: (nth: number) => `Выше: кнопка ${nth}`,
  down: (nth: number) => `Ниже: кнопка ${nth}`,
  remove: (nth: number) => `Убрать: кнопка ${nth}`,
  add: "+ кнопка",
  confirmation: "Подтверждение",
  confirmationHint:
    "Посетитель видит его сразу после нажатия. Вместо {choice} встанет его выбор, " +
    "вместо {name} — название профиля, и так в любом тексте.",
  afterHours: "Вне рабочего времени",
  afterHoursHint:
    "Добавится к подтверждению, когда рабочий день окончен: скажите, когда ответите. Пусто — ничего.",
  afterHoursNever: "Добавится к подтверждению вне рабочего времени. Пока оно не задано " +
    "(WORK_HOURS), поэтому никто этого не прочтёт.",
  followUp: "Дополнение для менеджера",
  followUpHint:
    "Что придёт в чат, когда посетитель напишет ещё. {username} — кто, {message} — что " +
    "написал, {name} — название профиля.",
  thanks: "Ответ на дополнение",
  thanksHint: "Что прочтёт посетитель, когда напишет ещё. Пусто — обычный текст.",
  away: "После перерыва в работе бота",
  awayHint: "Встанет над теми же кнопками, если бота не было на связи. Пусто — как в меню.",
  aliases: "Прежние ссылки",
  aliasesHint: "Они по-прежнему ведут сюда: со старых постов и напечатанных QR-кодов. " +
    "Уберите ту, что больше не нужна.",
  removeAlias: (word: string) => `Убрать прежнюю ссылку ${word}`,
  save: "Сохранить",
  show: "Показать в предпросмотре",
  preview: "Показать, как это увидят",
  saved: "Сохранено. Уже работает.",
  created:
    "Черновик создан. Впишите свои тексты, выберите, куда уходят лиды, попробуйте его в Telegram " +
    "и опубликуйте.",
  published: PROFILE_STATE.ru.published,
  paused: PROFILE_STATE.ru.pausedNow,
  resumed: PROFILE_STATE.ru.resumed,
  undo: "Вернуть как было",
  unsaved: "Ещё не сохранено.",
  notSaved: (count: number) => `Не сохранено: ${ruFaults(count)}. Исправьте отмеченные поля.`,
  elsewhere: "Ошибка не в этой форме",
  renewed:
    "Не сохранено: форма открыта до этого входа. Набранное на месте — проверьте и сохраните ещё раз.",
  broken: {
    file:
      "Не сохранено: в файле locales.json на диске ошибка. Исправьте файл и сохраните ещё раз, набранное осталось в форме.",
    database:
      "Не сохранено: в базе данных профили с ошибкой. Замените их — deno task profiles import — и сохраните ещё раз, набранное осталось в форме.",
  },
  failed: (reason: string) =>
    `Не сохранено: ${reason}. Набранное осталось в форме, бот работает с прежними текстами. `,
  remedy: {
    file: "Освободите место или исправьте права и сохраните ещё раз.",
    database: "Сохраните ещё раз, когда база ответит.",
  },
  keyIsNew: "Новый ключ CRM уже действует.",
  stale: "Не сохранено: пока вы правили, здесь сохранили другое.",
  staleWhat:
    "Ниже обе версии. В форме — ваша: сохраните её, если она нужна вместо той, или возьмите сохранённую.",
  takeTheirs: "Взять сохранённую",
  mine: "Ваша версия",
  theirs: "Сейчас сохранено",
  place: "Поле",
  empty: "пусто",
  more: "Ещё",
  history: "История",
  sources: "Источники",
  duplicate: "Дублировать",
  rename: "Сменить ссылку",
  delete: "Удалить…",
  back: "Все профили",
  base: "Русский",
  trialTook: (status: number, took: string) => `Ответ ${status} за ${took}`,
  trialAnswer: "Ответ CRM",
  trialMark: "Пробная сделка помечена словом «ТЕСТ», её можно удалить.",
  trialImpossible: "Адрес не годится. Нужен адрес http:// или https:// без логина и пароля",
  trialForbidden: "Это служебный адрес машины, CRM на нём не бывает",
  trialEmpty: "Впишите адрес, тогда его можно проверить",
  trial: {
    accepted: "CRM приняла лид: сделка создана",
    moved: "Адрес ведёт на другую страницу, лиды по нему не доходят. Впишите конечный адрес",
    unauthorized: "CRM не пускает: адрес устарел или в нём ошибка. Возьмите новый в CRM",
    missing: "CRM не знает такого адреса. Проверьте, что он скопирован целиком",
    declined: "CRM отказала. Проверьте адрес и настройки вебхука в CRM",
    broken: "В CRM поломка. Лиды придут в чат менеджеров, пока её не починят",
    odd: "Это не похоже на CRM: ждали ответ 200, 201 или 202",
    unreachable: "Адрес не отвечает: нет связи. Лиды придут в чат менеджеров, пока его не исправят",
    interrupted: "Связь оборвалась, лид мог дойти. Проверьте в CRM",
    timeout: (took: string) =>
      `Адрес не отвечает за ${took}. Лиды придут в чат менеджеров, пока его не исправят`,
    client: "По этому адресу ничего не отправить. Проверьте его",
  },
}, {
  name: "Name",
  nameHint: "Stands on the managers' card and in the deal's title.",
  webhook: "Webhook address",
  webhookHint: "Leads go here. Empty: all leads come to the managers' chat.",
  test: "Test",
  testing: "Testing…",
  timeout: "Wait for the CRM",
  seconds: "s",
  timeoutHint: (seconds: number) => `Empty: ${seconds} s, as set for the whole bot.`,
  photo: "Photo",
  caption: "Greeting",
  captionOver: "Over 1024 characters: Telegram takes no photo with it, the text goes alone.",
  buttons: "Buttons",
  button: (nth: number) => `Button ${nth}`,
  buttonKey: "The button's key",
  choice: "In other words for the CRM",
  choiceHint: "Empty: as on the button.",
  choiceOf: (nth: number) => `In other words for the CRM, button ${nth}`,
  up: (nth: number) => `Up: button ${nth}`,
  down: (nth: number) => `Down: button ${nth}`,
  remove: (nth: number) => `Remove: button ${nth}`,
  add: "+ button",
  confirmation: "Confirmation",
  confirmationHint: "The visitor sees it right after pressing. {choice} becomes what they chose, " +
    "{name} the profile's name, here and in every text.",
  afterHours: "Outside working hours",
  afterHoursHint:
    "Added to the confirmation when the working day is over: say when you will answer. Empty: nothing.",
  afterHoursNever: "Added to the confirmation outside working hours. They are not set yet " +
    "(WORK_HOURS), so no visitor will read this.",
  followUp: "Follow-up for the manager",
  followUpHint:
    "What comes to the chat when the visitor writes more. {username} is who, {message} is what, " +
    "{name} is the profile's name.",
  thanks: "Answer to a follow-up",
  thanksHint: "What the visitor reads after writing more. Empty: the usual text.",
  away: "After the bot was away",
  awayHint: "Stands above the same buttons after the bot was away. Empty: as in the menu.",
  aliases: "Links before",
  aliasesHint: "They still lead here, from old posts and printed QR codes. " +
    "Remove one that is not needed any more.",
  removeAlias: (word: string) => `Remove the old link ${word}`,
  save: "Save",
  show: "Show in the preview",
  preview: "Show how it will look",
  saved: "Saved. Already at work.",
  created:
    "The draft is made. Enter your texts, choose where leads go, try it in Telegram, and publish it.",
  published: PROFILE_STATE.en.published,
  paused: PROFILE_STATE.en.pausedNow,
  resumed: PROFILE_STATE.en.resumed,
  undo: "Take it back",
  unsaved: "Not saved yet.",
  notSaved: (count: number) => `Not saved: ${enFaults(count)}. Correct the marked fields.`,
  elsewhere: "The fault is not in this form",
  renewed:
    "Not saved: the form is from before this login. What you typed is in place: check it and save again.",
  broken: {
    file:
      "Not saved: the file locales.json on disk has a fault. Fix the file and save again; what you typed is still in the form.",
    database:
      "Not saved: the profiles in the database have a fault. Replace them by deno task profiles import and save again; what you typed is still in the form.",
  },
  failed: (reason: string) =>
    `Not saved: ${reason}. What you typed is still in the form, the bot works with the texts before. `,
  remedy: {
    file: "Make room or mend the rights, and save again.",
    database: "Save again when the database answers.",
  },
  keyIsNew: "The CRM's new key is in use already.",
  stale: "Not saved: something else was saved here while you were editing.",
  staleWhat:
    "Both versions are below. The form holds yours: save it if it should replace the other, or take the saved one.",
  takeTheirs: "Take the saved one",
  mine: "Your version",
  theirs: "Saved now",
  place: "Field",
  empty: "empty",
  more: "More",
  history: "History",
  sources: "Sources",
  duplicate: "Duplicate",
  rename: "Change link",
  delete: "Delete…",
  back: "All profiles",
  base: "Russian",
  trialTook: (status: number, took: string) => `Answer ${status} in ${took}`,
  trialAnswer: "The CRM's answer",
  trialMark: "The test deal is marked “ТЕСТ” and can be deleted.",
  trialImpossible:
    "This address is no good. It must be http:// or https:// without a login and password",
  trialForbidden: "This is an address of the machine itself; no CRM lives there",
  trialEmpty: "Enter an address, then it can be tested",
  trial: {
    accepted: "The CRM took the lead: the deal is made",
    moved: "The address leads to another page, and leads do not get there. Enter the final address",
    unauthorized: "The CRM does not let the lead in: the address is old or wrong. Take a new one",
    missing: "The CRM does not know this address. Check that it was copied whole",
    declined: "The CRM declined. Check the address and the webhook's settings in the CRM",
    broken: "The CRM is broken. Leads go to the managers' chat until it is repaired",
    odd: "This does not look like a CRM: the answer should be 200, 201 or 202",
    unreachable:
      "The address does not answer: no connection. Leads go to the managers' chat until it is fixed",
    interrupted: "The connection broke, the lead may have arrived. Look in the CRM",
    timeout: (took: string) =>
      `The address did not answer within ${took}. Leads go to the managers' chat until it is fixed`,
    client: "Nothing can be sent to this address. Check it",
  },
});

export type ProfileWords = typeof PROFILE["ru"];

export function meaningOf(
  outcome: CrmOutcome,
  { trial }: ProfileWords,
  took: string,
): string {
  switch (outcome.kind) {
    case "accepted":
      return trial.accepted;
    case "answered":
      return meaningOfStatus(outcome.status, trial);
    case "unreachable":
      return trial.unreachable;
    case "interrupted":
      return trial.interrupted;
    case "timeout":
      return trial.timeout(took);
    case "client":
    case "unsent":
    case "unexpected":
      return trial.client;
  }
}

function meaningOfStatus(status: number, trial: ProfileWords["trial"]): string {
  if (status >= 500) return trial.broken;
  if (status === 401 || status === 403) return trial.unauthorized;
  if (status === 404 || status === 410) return trial.missing;
  if (status >= 400) return trial.declined;
  return status >= 300 ? trial.moved : trial.odd;
}
