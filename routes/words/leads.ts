// The words of the leads' list and of one lead.

import type { AttemptRecord } from "../../lib/lead.ts";
import { bilingual, plural } from "./bilingual.ts";

const ruLeads = (count: number) =>
  `${count} ${plural("ru", count, { one: "лид", few: "лида", many: "лидов" })}`;
const enLeads = (count: number) =>
  `${count} ${plural("en", count, { one: "lead", many: "leads" })}`;

type Outcomes = Readonly<Record<NonNullable<AttemptRecord["outcome"]>, string>>;
type Ended = Omit<Outcomes, "answered">;

const ru = {
  title: "Лиды",
  byState: "Где лиды",
  all: "Все",
  filters: "Отбор",
  profile: "Профиль",
  source: "Источник",
  anySource: "Все источники",
  anyProfile: "Все профили",
  from: "С",
  to: "По",
  search: "Имя, @username, запрос или id",
  show: "Показать",
  reset: "Сбросить",
  csv: "CSV",
  csvHint: "Скачать этот список таблицей",
  list: "Список лидов",
  empty: "Лидов пока нет. Откройте ссылку профиля в Telegram и нажмите кнопку.",
  nothing: "Таких лидов нет.",
  nothingLeft: "Здесь пусто: никто не ждёт.",
  cutShort: (most: number) => `Просмотрено ещё ${ruLeads(most)}, а поиск не окончен.`,
  lookOn: "Искать дальше",
  newest: "Новые",
  newer: "Новее",
  older: "Раньше",
  oldest: "Самые первые",
  pages: "Страницы списка",
  erasedPerson: "данные стёрты",
  byHandShort: "Внёс",
  byHand: "Внесён вручную",
  byHandOf: (who: string) => `Внёс: ${who}, отметить внесённым вручную`,
  resend: "Отправить в CRM ещё раз",
  resendOf: (who: string) => `Отправить в CRM ещё раз: ${who}`,
  doubtful: "Прошлая попытка могла дойти. Сначала проверьте, нет ли лида в CRM: возможен дубль.",
  done: {
    asked: "Отправляем в CRM…",
    running: "Уже отправляем в CRM…",
    unknown: "Ответа CRM пока нет.",
    settled: "Ничего не изменено: этот лид уже в CRM или внесён.",
    closed: "Записано: лид внесён вручную. Карточка в чате менеджеров закроется.",
    erased: "Личные данные стёрты.",
  },
  reload: " Обновите страницу через несколько секунд.",
  ended: {
    accepted: "CRM приняла: сделка создана.",
    unreachable: "Нет связи с CRM: лид не дошёл и ждёт вас.",
    interrupted: "Связь с CRM оборвалась. Лид мог дойти: сначала проверьте CRM.",
    timeout: "CRM не ответила вовремя. Лид мог дойти: сначала проверьте CRM.",
    client: "Адрес вебхука не годится. Исправьте его в профиле.",
    unexpected: "Неожиданная ошибка: лид ждёт вас.",
  } as Ended,
  endedAnswered: (status: number) => `CRM ответила ${status}: лид ждёт вас.`,
  endedDoubtful: (status: number) =>
    `CRM ответила ${status}. Лид мог дойти: сначала проверьте CRM.`,
  back: "Все лиды",
  leadOf: (number: number) => `Лид № ${number}`,
  choice: "Запрос",
  language: "Язык",
  userId: "id в Telegram",
  write: "Написать в Telegram",
  writeById: "Откроется в приложении Telegram: имени пользователя у посетителя нет.",
  life: "Что было с лидом",
  received: (choice: string) => `Посетитель выбрал «${choice}»`,
  repeated: (times: number) =>
    times === 1
      ? "Посетитель нажал ещё раз: это тот же лид"
      : `Посетитель нажал ещё раз, всего повторов: ${times}. Это тот же лид`,
  held: "В CRM не отправлен: слишком много лидов от этого посетителя за час. Решать вам",
  confirmed: "Посетитель получил подтверждение",
  confirming: "Подтверждение посетителю ещё не дошло. Пробуем снова",
  attempt: (by: string | null) => by === null ? "CRM" : `CRM, ещё раз (${by})`,
  outcomes: {
    accepted: "сделка создана",
    answered: "отказала, ответ",
    unreachable: "нет связи, лид не дошёл",
    interrupted: "связь оборвалась, лид мог дойти",
    timeout: "нет ответа за",
    client: "адрес вебхука не годится",
    unexpected: "неожиданная ошибка",
  } as Outcomes,
  doubtfulAnswer: (status: number) => `ответила ${status}, лид мог дойти`,
  sending: "отправляется…",
  postOwed: "Ждёт отправки в CRM",
  deal: (id: number) => `сделка ${id}`,
  dealMade: "создана",
  openDeal: "Открыть сделку в CRM",
  notesOwed: (count: number) => `Ждут отправки в CRM примечания к сделке: ${count}`,
  notesGivenUp: (count: number) => `CRM не приняла примечания к сделке: ${count}. Внесите их сами`,
  cardShown: "Карточка в чате менеджеров",
  cardOwed: "Карточка ждёт отправки в чат менеджеров",
  openCard: "Открыть карточку",
  alerted: "Чат менеджеров не принял карточку: предупредили запасной чат",
  closed: (by: string) => `Внесён вручную: ${by}`,
  erase: "Стереть этого человека…",
  eraseTitle: "Стереть человека",
  eraseOf: (who: string) => `Стереть: ${who}`,
  eraseWhat: (leads: number) =>
    `Будут стёрты имя, username, id, телефон, сообщения и ответы CRM — во всех его лидах (${
      ruLeads(leads)
    }). Сами лиды останутся в счёте. Вернуть нельзя.`,
  eraseOpen: (leads: number) =>
    `Ещё не внесены: ${ruLeads(leads)}. Они закроются, их карточки в чате — тоже: перезвонить ` +
    "будет некому.",
  eraseElsewhere:
    "Записи в CRM и пересланные сообщения в чате менеджеров бот не удаляет. Удалите их сами.",
  eraseBackups: (until: string) =>
    `В ночных копиях журнала эти данные останутся до ${until}: копии сменяются за неделю, если бот ` +
    "работает каждую ночь. Копии, сделанные вручную, и отложенные журналы удалите сами.",
  eraseBusy:
    "Лид этого человека сейчас в пути к CRM. Подождите минуту и повторите: ничего не стёрто.",
  eraseWord: "стереть",
  eraseConfirm: (word: string) => `Чтобы стереть, впишите слово «${word}»`,
  eraseMismatch: (word: string) => `Впишите «${word}» — буква в букву.`,
  eraseDo: "Стереть навсегда",
  erasedAlready: "Личные данные этого лида уже стёрты.",
  columns: [
    "№",
    "Получен",
    "Профиль",
    "Запрос",
    "Имя",
    "Username",
    "id",
    "Где",
    "Внёс",
    "Когда",
    "Сделка",
    "Адрес сделки",
    "Источник",
    "Телефон",
  ],
};

export const LEADS = bilingual<typeof ru>(ru, {
  title: "Leads",
  byState: "Where the leads are",
  all: "All",
  filters: "Filter",
  profile: "Profile",
  source: "Source",
  anySource: "All sources",
  anyProfile: "All profiles",
  from: "From",
  to: "To",
  search: "Name, @username, request or id",
  show: "Show",
  reset: "Reset",
  csv: "CSV",
  csvHint: "Download this list as a table",
  list: "List of leads",
  empty: "No leads yet. Open a profile's link in Telegram and press a button.",
  nothing: "There are no such leads.",
  nothingLeft: "Nothing here: nobody is waiting.",
  cutShort: (most: number) => `Looked through ${enLeads(most)} more, and the search goes on.`,
  lookOn: "Look further",
  newest: "Newest",
  newer: "Newer",
  older: "Older",
  oldest: "Very first",
  pages: "Pages of the list",
  erasedPerson: "data erased",
  byHandShort: "Entered",
  byHand: "Entered by hand",
  byHandOf: (who: string) => `Entered: ${who}, mark as entered by hand`,
  resend: "Send to the CRM again",
  resendOf: (who: string) => `Send to the CRM again: ${who}`,
  doubtful:
    "The last attempt may have arrived. Look for the lead in the CRM first: it may be there twice.",
  done: {
    asked: "Sending to the CRM…",
    running: "Already sending to the CRM…",
    unknown: "No answer from the CRM yet.",
    settled: "Nothing was changed: the lead is in the CRM or was entered already.",
    closed: "Noted: entered by hand. The card in the managers' chat will close.",
    erased: "The personal data is erased.",
  },
  reload: " Reload the page in a few seconds.",
  ended: {
    accepted: "The CRM took it: deal created.",
    unreachable: "No connection to the CRM: the lead did not arrive and waits for you.",
    interrupted: "The connection to the CRM broke. The lead may have arrived: check the CRM first.",
    timeout: "The CRM did not answer in time. The lead may have arrived: check the CRM first.",
    client: "The webhook address is no good. Fix it in the profile.",
    unexpected: "Unexpected error: the lead waits for you.",
  },
  endedAnswered: (status: number) => `The CRM answered ${status}: the lead waits for you.`,
  endedDoubtful: (status: number) =>
    `The CRM answered ${status}. The lead may have arrived: check the CRM first.`,
  back: "All leads",
  leadOf: (number: number) => `Lead No. ${number}`,
  choice: "Request",
  language: "Language",
  userId: "Telegram id",
  write: "Write in Telegram",
  writeById: "Opens in the Telegram app: the visitor has no username.",
  life: "The lead's life",
  received: (choice: string) => `The visitor chose “${choice}”`,
  repeated: (times: number) =>
    times === 1
      ? "The visitor pressed again: it is the same lead"
      : `The visitor pressed again, ${times} repeats in all: it is the same lead`,
  held: "Not sent to the CRM: too many leads of this visitor within an hour. The decision is yours",
  confirmed: "The visitor got the confirmation",
  confirming: "The confirmation has not reached the visitor yet. Trying again",
  attempt: (by: string | null) => by === null ? "CRM" : `CRM, once more (${by})`,
  outcomes: {
    accepted: "deal created",
    answered: "declined, answer",
    unreachable: "no connection, the lead did not arrive",
    interrupted: "the connection broke, the lead may have arrived",
    timeout: "no answer within",
    client: "the webhook address is no good",
    unexpected: "unexpected error",
  },
  doubtfulAnswer: (status: number) => `answered ${status}, the lead may have arrived`,
  sending: "being sent…",
  postOwed: "Waits to be sent to the CRM",
  deal: (id: number) => `deal ${id}`,
  dealMade: "created",
  openDeal: "Open the deal in the CRM",
  notesOwed: (count: number) => `Notes to the deal that wait to be sent to the CRM: ${count}`,
  notesGivenUp: (count: number) =>
    `Notes to the deal that the CRM did not take: ${count}. Enter them yourself`,
  cardShown: "Card in the managers' chat",
  cardOwed: "The card waits to be sent to the managers' chat",
  openCard: "Open the card",
  alerted: "The managers' chat did not take the card: the second chat was told",
  closed: (by: string) => `Entered by hand: ${by}`,
  erase: "Erase this person…",
  eraseTitle: "Erase a person",
  eraseOf: (who: string) => `Erase: ${who}`,
  eraseWhat: (leads: number) =>
    `Name, username, id, phone, messages and the CRM's answers will be erased from all their leads (${
      enLeads(leads)
    }). The leads themselves stay counted. This cannot be taken back.`,
  eraseOpen: (leads: number) =>
    `Not entered yet: ${enLeads(leads)}. They will be closed, and so will their cards in the ` +
    "chat: there would be nobody to call back.",
  eraseElsewhere:
    "The bot deletes neither records in the CRM nor messages passed on to the managers' chat. Delete those yourself.",
  eraseBackups: (until: string) =>
    `The journal's nightly backups will hold this data until ${until}: they are replaced within a week ` +
    "if the bot runs every night. Copies made by hand and journals put aside are yours to delete.",
  eraseBusy:
    "A lead of this person is on its way to the CRM. Wait a minute and try again: nothing was erased.",
  eraseWord: "erase",
  eraseConfirm: (word: string) => `To erase, type the word “${word}”`,
  eraseMismatch: (word: string) => `Type “${word}”, letter by letter.`,
  eraseDo: "Erase for good",
  erasedAlready: "The personal data of this lead is erased already.",
  columns: [
    "No.",
    "Received",
    "Profile",
    "Request",
    "Name",
    "Username",
    "id",
    "Where",
    "Entered by",
    "When",
    "Deal",
    "Deal address",
    "Source",
    "Phone",
  ],
});

export type LeadsWords = typeof LEADS["ru"];
