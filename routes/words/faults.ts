// Faults as sentences. The parser's are Russian; this file translates them into English.

import type { Fault } from "../../lib/profiles/faults.ts";
import type { Language } from "../../lib/page/language.ts";
import { crmFaultInEnglish } from "./crm_faults.ts";
import { OWN_CHAT_FAULTS } from "./own_chat_faults.ts";

/** A fault of the parser as a sentence in the page's language. */
export function faultSentence(message: string, language: Language): string {
  const plain = message.replace(TWICE_IN_MENU, "этот профиль уже есть в меню")
    .replace(GONE_FROM_MENU, "такого профиля больше нет, выберите другой");
  const said = faultWords(plain, language);
  return `${said.slice(0, 1).toUpperCase()}${said.slice(1)}.`;
}

export function faultWords(message: string, language: Language): string {
  return language === "ru" ? message : inEnglish(message);
}

/** A fault of the file on disk as a sentence, with its place if it has one. */
export function faultOfFile({ path, message }: Fault, language: Language): string {
  return path === "" || /^строка /.test(message)
    ? faultSentence(message, language)
    : `${path}: ${faultWords(message, language)}.`;
}

/** In the menu's form one chooses profiles, not callback data. */
const TWICE_IN_MENU = /^найдено «select_[^]+» второй раз, уже есть в [^]+$/;

const GONE_FROM_MENU = /^найдено «[^»]*», нужно select_<профиль> из этого файла$/;

function inEnglish(message: string): string {
  const [, line, column, rest] = /^строка (\d+), столбец (\d+): (.*)$/.exec(message) ?? [];
  if (rest !== undefined) return `line ${line}, column ${column}: ${inEnglish(rest)}`;
  const [, nth, ofLine] = /^строка (\d+): (.*)$/.exec(message) ?? [];
  if (ofLine !== undefined) return `line ${nth}: ${inEnglish(ofLine)}`;
  for (const [pattern, english] of ENGLISH) {
    if (pattern.test(message)) return message.replace(pattern, english);
  }
  return crmFaultInEnglish(message) ?? message;
}

const ADDRESS_RU = "нужен адрес http:\\/\\/ или https:\\/\\/ без логина и пароля";
const ADDRESS_EN = "an http:// or https:// address without a login and password is needed";

const ENGLISH: readonly (readonly [RegExp, string])[] = [
  [/^нет адреса вебхука$/, "there is no webhook address"],
  ...OWN_CHAT_FAULTS,
  [/^на диске нет места$/, "the disk is full"],
  [/^диск открыт только для чтения$/, "the disk is read-only"],
  [/^нет прав на запись$/, "there is no right to write"],
  [/^диск отвечает ошибкой$/, "the disk answers with an error"],
  [/^файл занят$/, "the file is in use"],
  [/^база данных не отвечает$/, "the database does not answer"],
  [/^ошибка диска ?(.*)$/, "an error of the disk $1"],
  [
    /^ключ «(.+)» второй раз, уже есть в строке (\d+)$/,
    "the key “$1” stands twice, first in line $2",
  ],
  [/^перед «(.)» лишняя запятая: уберите её$/, "a comma too many before “$1”: take it out"],
  [/^найден комментарий, .*$/, "a comment, which JSON does not have: take it out"],
  [/^.*, перед этим нужна запятая$/, "a comma is missing before this"],
  [/^файл обрывается, нужна закрывающая скобка «(.)»$/, "the file breaks off, “$1” is missing"],
  [/^текст не закрыт, .*$/, "a text is not closed, a quote is missing on this line"],
  [
    /^файла нет или его нельзя прочесть: проверьте LOCALES_PATH и права$/,
    "the file is missing or cannot be read: check LOCALES_PATH and its permissions",
  ],
  [/^файл пуст, нужны профили$/, "the file is empty, profiles are needed"],
  [/^кодировка не UTF-8, .*$/, "the encoding is not UTF-8, save the file in UTF-8"],
  [/^пусто, нужен текст от 1 до (\d+) символов$/, "empty, a text of 1 to $1 characters is needed"],
  [/^символов (\d+), нужно не больше (\d+)$/, "$1 characters, at most $2 fit"],
  [
    /^вместе с самым длинным выбором символов (\d+), нужно не больше (\d+)$/,
    "$1 characters with the longest choice in it, at most $2 fit",
  ],
  [
    /^вместе с подтверждением символов (\d+), нужно не больше (\d+)$/,
    "$1 characters together with the confirmation, at most $2 fit",
  ],
  [/^байт (\d+), нужно от 1 до (\d+)$/, "$1 bytes, 1 to $2 are needed"],
  [
    /^на языке (\S+) такой же текст у кнопки (\d+), нужен другой$/,
    "in the language $1 it says what button $2 says, another text is needed",
  ],
  [
    /^такой же текст у кнопки (\d+), нужен другой$/,
    "it says what button $1 says, another text is needed",
  ],
  [/^такого профиля больше нет, выберите другой$/, "this profile is gone, choose another"],
  [/^нет ни одной кнопки, нужно от 1 до (\d+)$/, "there is no button, 1 to $1 are needed"],
  [/^кнопок (\d+), нужно не больше (\d+)$/, "$1 buttons, at most $2 are possible"],
  [/^нет (\S+) и (\S+), нужен текст с \S+ и \S+$/, "$1 and $2 are missing from the text"],
  [/^нет (\S+), нужен текст с .+$/, "$1 is missing from the text"],
  [
    /^найдено (\{.*\}), можно только (\S+), (\S+) и (\S+)$/,
    "$1 is unknown, only $2, $3 and $4 are possible",
  ],
  [/^найдено (\{.*\}), можно только (\S+) и (\S+)$/, "$1 is unknown, only $2 and $3 are possible"],
  [
    /^вместе с названием символов (\d+), нужно не больше (\d+)$/,
    "$1 characters with the name in it, at most $2 fit",
  ],
  [
    /^найдено (\S+), нужно число секунд от (\d+) до (\d+)$/,
    "it is $1, a number of seconds from $2 to $3 is needed",
  ],
  [/^найден текст, нужно число секунд$/, "it is a text, a number of seconds is needed"],
  [/^нет, нужно значение$/, "missing, a value is needed"],
  [new RegExp(`^не похоже на адрес, ${ADDRESS_RU}$`), `it is no address, ${ADDRESS_EN}`],
  [new RegExp(`^найдена схема «(.+)», ${ADDRESS_RU}$`), `it begins with “$1”, ${ADDRESS_EN}`],
  [new RegExp(`^найден адрес с логином, ${ADDRESS_RU}$`), `it holds a login, ${ADDRESS_EN}`],
  [
    /^это служебный адрес машины, CRM на нём не бывает$/,
    "this is an address of the machine itself, no CRM lives there",
  ],
  [
    /^это прежняя ссылка другого профиля, нужно другое слово$/,
    "this was another profile's link, choose another word",
  ],
  [/^прежних ссылок (\d+), нужно не больше (\d+)$/, "$1 links before, at most $2 are possible"],
  [/^найдено «(.+)», но это слово самого профиля$/, "“$1” is the word of a profile itself"],
  [/^вложенность глубже (\d+), столько не бывает$/, "it is nested deeper than $1 levels"],
  [/^такое слово для ссылки занято, нужно другое$/, "this word is taken, choose another"],
  [
    /^слово не годится для ссылки, нужно от 1 до (\d+) символов .*$/,
    "1 to $1 characters of A–Z, a–z, 0–9, _ and - are needed",
  ],
  [/^этот профиль уже есть в меню$/, "this profile is in the menu already"],
  [/^пусто, нужно слово для ссылки$/, "empty, a word for the link is needed"],
  [/^первой нужна буква$/, "a letter has to come first"],
  [/^найдено «([^]+)» второй раз, уже есть в ([^]+)$/, "“$1” is there twice, first in $2"],
  [
    /^найдено «(.+)», но select_ бывает только у кнопок меню$/,
    "“$1” begins with select_, as only the menu's buttons may",
  ],
  [
    /^найдено «(.+)», нужно select_<профиль> из этого файла$/,
    "“$1” leads to no profile, choose another",
  ],
];
