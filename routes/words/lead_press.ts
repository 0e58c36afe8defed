// The words of what a press on a lead did, and of a lead that is followed until the CRM has answered.

import type { AttemptRecord } from "../../lib/lead.ts";
import { bilingual } from "./bilingual.ts";

type Outcome = NonNullable<AttemptRecord["outcome"]>;
type Ended = Readonly<Record<Exclude<Outcome, "answered">, string>>;

export const PRESS = bilingual({
  done: {
    asked: "Отправляем в CRM…",
    running: "Уже отправляем в CRM…",
    unknown: "Ответа CRM пока нет.",
    settled: "Ничего не изменено: этот лид уже в CRM или внесён.",
    closed: "Записано: лид внесён вручную. Карточка в чате менеджеров закроется.",
    erased: "Личные данные стёрты.",
    returned: "Лид снова открыт. Карточка в чате менеджеров откроется.",
    open: "Ничего не изменено: этот лид и так открыт.",
    late: "Вернуть можно в течение 10 минут, они прошли.",
    taken: "Лид ваш. На карточке в чате менеджеров это тоже видно.",
    yours: "Этот лид уже у вас.",
    owned: "Ничего не изменено: лид уже взяли, имя — рядом. Если он нужен вам, нажмите 🙋 ещё раз.",
  },
  reload: "Посмотреть, чем кончилось",
  /** A sentence, and after the bar what to press. */
  following: {
    lost: "Связь с ботом пропала, и чем кончилась отправка, пока не узнать.|Обновить страницу",
    loggedOut: "Вход закончился, и чем кончилась отправка, здесь не узнать.|Войти снова",
    late: "CRM молчит дольше двух минут.|Обновить страницу",
  },
  ended: {
    accepted: "CRM приняла: сделка создана.",
    unreachable: "Нет связи с CRM: лид не дошёл и ждёт вас.",
    interrupted: "Связь с CRM оборвалась. Лид мог дойти: сначала проверьте CRM.",
    timeout: "CRM не ответила вовремя. Лид мог дойти: сначала проверьте CRM.",
    client: "Адрес вебхука не годится. Исправьте его в профиле.",
    unsent: "Лид не отправлен. Причина — на его странице.",
    unexpected: "Неожиданная ошибка: лид ждёт вас.",
  } as Ended,
  endedAnswered: (status: number) => `CRM ответила ${status}: лид ждёт вас.`,
  endedDoubtful: (status: number) =>
    `CRM ответила ${status}. Лид мог дойти: сначала проверьте CRM.`,
}, {
  done: {
    asked: "Sending to the CRM…",
    running: "Already sending to the CRM…",
    unknown: "No answer from the CRM yet.",
    settled: "Nothing was changed: the lead is in the CRM or was entered already.",
    closed: "Noted: entered by hand. The card in the managers' chat will close.",
    erased: "The personal data is erased.",
    returned: "The lead is open again. The card in the managers' chat will open.",
    open: "Nothing was changed: the lead is open.",
    late: "A lead can be returned for 10 minutes; they are over.",
    taken: "The lead is yours. The card in the managers' chat says so too.",
    yours: "This lead is yours already.",
    owned:
      "Nothing was changed: another manager has the lead, the name is beside it. If you need it, press 🙋 again.",
  },
  reload: "See how it ended",
  following: {
    lost: "The connection to the bot is lost: how it ended cannot be learned yet.|Reload the page",
    loggedOut: "The login has ended: how it ended cannot be learned here.|Log in again",
    late: "The CRM has been silent for more than two minutes.|Reload the page",
  },
  ended: {
    accepted: "The CRM took it: deal created.",
    unreachable: "No connection to the CRM: the lead did not arrive and waits for you.",
    interrupted: "The connection to the CRM broke. The lead may have arrived: check the CRM first.",
    timeout: "The CRM did not answer in time. The lead may have arrived: check the CRM first.",
    client: "The webhook address is no good. Fix it in the profile.",
    unsent: "The lead was not sent. Its page says why.",
    unexpected: "Unexpected error: the lead waits for you.",
  },
  endedAnswered: (status: number) => `The CRM answered ${status}: the lead waits for you.`,
  endedDoubtful: (status: number) =>
    `The CRM answered ${status}. The lead may have arrived: check the CRM first.`,
});

export type PressWords = typeof PRESS["ru"];
