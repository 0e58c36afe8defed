// The words of a lead's timeline.

import type { AttemptRecord } from "../../lib/lead.ts";
import { bilingual } from "./bilingual.ts";

type Outcomes = Readonly<Record<NonNullable<AttemptRecord["outcome"]>, string>>;

export const MOMENTS = bilingual({
  received: (choice: string) => `Посетитель выбрал «${choice}»`,
  repeated: (times: number) =>
    times === 1
      ? "Посетитель нажал ещё раз: это тот же лид"
      : `Посетитель нажал ещё раз, всего повторов: ${times}. Это тот же лид`,
  heldByBlock: "Не отправлен: посетитель заблокирован",
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
    unsent: "не отправлен",
    unexpected: "неожиданная ошибка",
  } as Outcomes,
  doubtfulAnswer: (status: number) => `ответила ${status}, лид мог дойти`,
  sending: "отправляется…",
  postOwed: "Ждёт отправки в CRM",
  dealMade: "создана",
  notesOwed: (count: number) => `Ждут отправки в CRM примечания к сделке: ${count}`,
  notesGivenUp: (count: number) => `CRM не приняла примечания к сделке: ${count}. Внесите их сами`,
  cardShown: "Карточка в чате менеджеров",
  cardOwed: "Карточка ждёт отправки в чат менеджеров",
  openCard: "Открыть карточку",
  alerted: "Чат менеджеров не принял карточку: предупредили запасной чат",
  closed: (by: string) => `Внесён вручную: ${by}`,
  turns: {
    taken: (by: string) => `Взят в работу: ${by}`,
    taken_over: (by: string) => `Перешёл к другому: ${by}`,
    returned: (by: string) => `Возвращён: ${by}`,
  },
  turnBefore: {
    had: (by: string) => `(раньше: ${by})`,
    closed: (by: string) => `(до этого внесён: ${by})`,
  },
}, {
  received: (choice: string) => `The visitor chose “${choice}”`,
  repeated: (times: number) =>
    times === 1
      ? "The visitor pressed again: it is the same lead"
      : `The visitor pressed again, ${times} repeats in all: it is the same lead`,
  heldByBlock: "Not sent: the visitor is blocked",
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
    unsent: "not sent",
    unexpected: "unexpected error",
  },
  doubtfulAnswer: (status: number) => `answered ${status}, the lead may have arrived`,
  sending: "being sent…",
  postOwed: "Waits to be sent to the CRM",
  dealMade: "created",
  notesOwed: (count: number) => `Notes to the deal that wait to be sent to the CRM: ${count}`,
  notesGivenUp: (count: number) =>
    `Notes to the deal that the CRM did not take: ${count}. Enter them yourself`,
  cardShown: "Card in the managers' chat",
  cardOwed: "The card waits to be sent to the managers' chat",
  openCard: "Open the card",
  alerted: "The managers' chat did not take the card: the second chat was told",
  closed: (by: string) => `Entered by hand: ${by}`,
  turns: {
    taken: (by: string) => `Taken: ${by}`,
    taken_over: (by: string) => `Taken over: ${by}`,
    returned: (by: string) => `Returned: ${by}`,
  },
  turnBefore: {
    had: (by: string) => `(before: ${by})`,
    closed: (by: string) => `(was entered by: ${by})`,
  },
});

export type MomentWords = typeof MOMENTS["ru"];
