// The words about the question for a phone.

import { bilingual } from "./bilingual.ts";

export const PHONE = bilingual({
  title: "Номер телефона",
  hint: "Бот спросит его после подтверждения. Пусто — не спрашивать.",
  hintOfTranslation: "Бот спросит его после подтверждения.",
  ask: "Вопрос",
  askPlaceholder: "📞 Оставьте номер, и мы перезвоним.",
  wait: "Ждать номер",
  seconds: "с",
  waitHint:
    "Столько лид ждёт ответа, потом уходит в CRM без номера. Номер, присланный позже, — дополнение.",
  more: "Кнопки и ответ",
  share: "Кнопка «поделиться»",
  skip: "Кнопка «пропустить»",
  thanks: "Ответ",
  thanksHint:
    "Что прочтёт посетитель, когда оставит номер или пропустит вопрос. Пусто — обычный текст.",
  label: (part: string) => `Номер телефона: ${part}`,
  shared: "поделился номером",
  lead: "Телефон",
  waiting: (until: string) => `Ждём номер телефона до ${until}, потом — в CRM`,
}, {
  title: "Phone number",
  hint: "The bot asks for it after the confirmation. Empty: it does not ask.",
  hintOfTranslation: "The bot asks for it after the confirmation.",
  ask: "Question",
  askPlaceholder: "📞 Leave your number, and we will call you.",
  wait: "Wait for the number",
  seconds: "s",
  waitHint:
    "So long a lead waits for the answer, then it goes to the CRM without one. A number that comes later is a follow-up.",
  more: "Buttons and answer",
  share: "Button that shares",
  skip: "Button that skips",
  thanks: "Answer",
  thanksHint:
    "What the visitor reads after leaving a number or skipping the question. Empty: the usual text.",
  label: (part: string) => `Phone number: ${part}`,
  shared: "shared the number",
  lead: "Phone",
  waiting: (until: string) => `Waiting for the phone number until ${until}, then to the CRM`,
});
