// The words of the login.

import type { Language } from "../../lib/page/language.ts";
import { bilingual } from "./bilingual.ts";

export const LOGIN = bilingual({
  title: "Вход",
  byLink: "Вы открыли ссылку из чата менеджеров.",
  enter: "Войти на этом устройстве",
  stale: "Ссылка устарела или уже использована.",
  askAgain: "Отправьте /admin в чат менеджеров — бот пришлёт новую.",
  ask: "Отправьте /admin в чат менеджеров — бот пришлёт ссылку для входа.",
  orPassword: "или по паролю",
  password: "Пароль",
  enterByPassword: "Войти",
  wrongPassword: "Пароль не подошёл. Проверьте раскладку и регистр",
  tooMany: (seconds: number) =>
    `Слишком много неудачных попыток. Подождите ${seconds} с и попробуйте снова`,
  passwordName: "по паролю",
}, {
  title: "Log in",
  byLink: "You opened a link from the managers' chat.",
  enter: "Log in on this device",
  stale: "This link is out of date or was already used.",
  askAgain: "Send /admin to the managers' chat and the bot will send a new one.",
  ask: "Send /admin to the managers' chat and the bot will send a link to log in.",
  orPassword: "or with the password",
  password: "Password",
  enterByPassword: "Log in",
  wrongPassword: "Wrong password. Check the keyboard layout and Caps Lock",
  tooMany: (seconds: number) => `Too many failed tries. Wait ${seconds} s and try again`,
  passwordName: "by password",
});

/** A person as records name them; those who logged in by password have only these words. */
export function personIn(name: string, language: Language): string {
  return name === LOGIN.ru.passwordName ? LOGIN[language].passwordName : name;
}
