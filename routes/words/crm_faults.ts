// The faults of a profile's `crm` in English. Each has two halves: what was found, and what is needed.

/** Translates a fault of `crm`; undefined for another sentence. */
export function crmFaultInEnglish(message: string): string | undefined {
  const comma = Math.max(...BETWEEN.map((each) => message.indexOf(each)));
  if (comma < 0) return undefined;
  const found = inEnglish(message.slice(0, comma), FOUND);
  const wanted = inEnglish(message.slice(comma + 2), WANTED);
  return found === undefined || wanted === undefined ? undefined : `${found}, ${wanted}`;
}

/** How a second half begins. */
const BETWEEN = [", нуж", ", может быть", ", можно только"];

/** Phrases; `…` stands for what is the same in both languages. */
type Phrases = readonly (readonly [russian: string, english: string])[];

function inEnglish(part: string, phrases: Phrases): string | undefined {
  for (const [russian, english] of phrases) {
    const [before = "", after] = russian.split("…");
    if (after === undefined) {
      if (part === russian) return english;
    } else if (part.startsWith(before) && part.endsWith(after)) {
      return english.replace("…", () => part.slice(before.length, part.length - after.length));
    }
  }
  return undefined;
}

const FOUND: Phrases = [
  ["нет", "missing"],
  ["найдено null", "it is null"],
  ["найден список", "it is a list"],
  ["найден объект", "it is an object"],
  ["найден текст", "it is a text"],
  ["найдено «…»", "it is “…”"],
  ["найдено …", "it is …"],
  ["пусто", "empty"],
  ["список пуст", "the list is empty"],
  ["неизвестно …", "… is unknown"],
  ["найден общий адрес", "this is the address of all accounts"],
  ["найден адрес целиком", "this is a whole address"],
  ["найдены лишние знаки", "there is something around the account"],
  ["не похоже на аккаунт", "it is no account"],
  ["не похоже на хост", "it is no host"],
  ["не похоже на вебхук Битрикс24", "it is no webhook of Bitrix24"],
  ["не похоже на скрипт Google", "it is no Google script"],
  ["ключ нельзя хранить в файле", "a key must not stand in the file"],
  ["имя секрета не годится", "the secret's name cannot be used"],
  ["секреты бывают только в заголовках", "secrets belong in headers alone"],
  ["в заголовках бывают только секреты", "headers take secrets alone"],
  ["ключ поля не годится", "this is no field"],
  ["имя заголовка не годится", "this is no header's name"],
  ["этот заголовок ставит сам бот", "the bot sets this header itself"],
  ["такой заголовок уже есть", "this header is there already"],
  ["найден перенос строки или управляющий знак", "it has a line break or a control character"],
  ["найдены знаки не из Latin-1", "it has characters outside Latin-1"],
  ["без воронки сделку не создать", "no deal can be made without a pipeline"],
  ["такого ключа нет", "there is no such key"],
  ["символов …", "… characters"],
  ["байт …", "… bytes"],
  ["уровней …", "… levels"],
  ["полей …", "… fields"],
  ["меток …", "… tags"],
  ["заголовков …", "… headers"],
  ["статусов …", "… statuses"],
  ["хостов …", "… hosts"],
  ["нет токена", "there is no token"],
  ["этап не выбран", "no stage is chosen"],
  ["это адрес самой таблицы", "this is the sheet's own address"],
  ["это пробный адрес скрипта", "this is the script's test address"],
  ["не прочесть", "it cannot be read"],
  ["это имя уже есть выше", "this name is there already"],
  ["это не объект", "this is no object"],
  ["слишком много вложенных скобок", "too many brackets are nested"],
  ["текст обрывается", "the text breaks off"],
  ["найдено число", "it is a number"],
  ["найдено слово без кавычек", "it is a word without quotes"],
];

const WANTED: Phrases = [
  ["нужен объект", "an object is needed"],
  ["нужен список", "a list is needed"],
  ["нужен текст", "a text is needed"],
  ["нужен текст от 1 до … символов", "a text of 1 to … characters is needed"],
  ["нужна одна строка", "one line is needed"],
  ["нужна латиница", "Latin letters are needed"],
  ["нужен другой", "another is needed"],
  ["нужен другой текст", "another text is needed"],
  ["нужно не больше …", "at most … are possible"],
  ["нужно целое число от 1", "a whole number from 1 is needed"],
  ["нужно целое число от 200 до 299", "a whole number from 200 to 299 is needed"],
  [
    "нужно одно из: draft, live, paused; может быть, …",
    "one of these is needed: draft, live, paused; perhaps …",
  ],
  ["нужно одно из: …", "one of these is needed: …"],
  ["нужна ссылка {secret:имя}", "the reference {secret:name} is needed"],
  ["нужны a–z, 0–9 и _, первой буква", "a–z, 0–9 and _ are needed, first a letter"],
  [
    "нужен код из A–Z, 0–9 и _ или номер поля",
    "a code of A–Z, 0–9 and _ or a field's number is needed",
  ],
  ["нужны латинские буквы, цифры и дефис", "Latin letters, digits and - are needed"],
  ["нужно имя вида …", "a name such as … is needed"],
  [
    "нужен адрес вида monster.amocrm.ru или monster.kommo.com",
    "an address such as monster.amocrm.ru or monster.kommo.com is needed",
  ],
  [
    "нужен адрес вида https://<портал>/rest/<номер>/<ключ>/",
    "an address such as https://<portal>/rest/<number>/<key>/ is needed",
  ],
  ["нужен адрес вида …", "an address such as … is needed"],
  ["нужен …, без https://", "… without https:// is needed"],
  ["нужно ровно …", "exactly … is needed"],
  ["нужен долгосрочный", "a long-lived one is needed"],
  ["нужен один из списка", "one of the list is needed"],
  ["нужен адрес", "an address is needed"],
  [
    "нужен адрес скрипта, который заканчивается на /exec",
    "the script's address, which ends in /exec, is needed",
  ],
  ["нужно имя = значение", "name = value is needed"],
  ["нужно имя: значение", "name: value is needed"],
  ["нужно другое", "another is needed"],
  ["нужно { в начале и } в конце", "{ at the beginning and } at the end are needed"],
  ["нужна закрывающая скобка «…»", "the closing “…” is needed"],
  ["нужно значение", "a value is needed"],
  ["нужен ключ в кавычках", "a key in quotes is needed"],
  ["нужно двоеточие после ключа", "a colon after the key is needed"],
  ["нужно убрать лишнее", "take out what is too much"],
  ["нужен текст в кавычках …", "a text in quotes, a number, true, false or null is needed"],
  ["нужен …", "… is needed"],
  ["может быть, …", "perhaps …"],
  ["можно только …", "only … are possible"],
];
