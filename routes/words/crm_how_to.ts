// How to connect each kind of CRM: three sentences on the page, the rest behind them.

import { bilingual } from "./bilingual.ts";

export const CRM_HOW_TO = bilingual({
  amocrm: {
    steps: [
      "В AmoCRM откройте «amoМаркет», справа вверху «⋯», «Создать интеграцию» и «Внешняя интеграция».",
      "Отметьте доступ к данным аккаунта, сохраните и установите её.",
      "На вкладке «Ключи и доступы» нажмите «Сгенерировать токен» и вставьте его сюда: AmoCRM " +
      "покажет его один раз.",
    ],
    more: [
      "Интеграцию создаёт администратор аккаунта. В Kommo это «Настройки» → «Интеграции» → " +
      "«Create integration» → «Private integration».",
      "Срок токена — от дня до пяти лет. За 30, 7 и 1 день до конца бот напомнит в чате менеджеров.",
      "«Проверить» только читает: аккаунт, воронки и сотрудников. Ничего не создаётся.",
      "«Неразобранное» должно быть включено в воронке. Выключено — выберите «Сразу на этап».",
      "Дополнения посетителя станут примечаниями сделки.",
    ],
  },
  bitrix24: {
    steps: [
      "В Битрикс24 откройте «Разработчикам» → «Другое» → «Входящий вебхук».",
      "В правах отметьте «CRM (crm)» и сохраните.",
      "Скопируйте адрес вебхука и вставьте сюда.",
    ],
    more: [
      "Адрес вида https://портал.bitrix24.ru/rest/1/ключ/ — это и есть пароль, никому его не давайте.",
      "Лиды создаются от имени того, кто создал вебхук.",
      "Если в портале выключены лиды, Битрикс24 сразу сделает из лида сделку.",
    ],
  },
  google_sheets: {
    steps: [
      "В таблице откройте «Расширения» → «Apps Script», вставьте код ниже вместо того, что там, и " +
      "сохраните.",
      "Нажмите «Начать развёртывание» → «Новое развёртывание» → «Веб-приложение», доступ — «Все».",
      "Скопируйте адрес, который заканчивается на /exec, и вставьте сюда.",
    ],
    more: [
      "Google спросит разрешение: «Дополнительные настройки» → «Перейти на страницу». Это ваш скрипт.",
      "Первая строка таблицы — названия столбцов, скрипт запишет их сам. Порядок меняйте в коде.",
      "После правки кода нужно новое развёртывание, иначе работает прежний код.",
    ],
  },
  webhook: {
    steps: [
      "Подойдёт любой сервис, который принимает JSON: Make, Albato, n8n, свой сервер.",
      "Создайте в нём вебхук и вставьте его адрес сюда.",
      "Нажмите «Проверить»: уйдёт лид с пометкой «ТЕСТ».",
    ],
    more: [
      "Бот отправляет один POST на лид и ждёт ответа 200, 201 или 202. Всё остальное — карточка в чате.",
      "n8n: сценарий должен быть включён, адрес — рабочий, /webhook/, а не /webhook-test/.",
      "Make и Albato: сначала нажмите там «ждать данные», потом здесь «Проверить».",
    ],
  },
}, {
  amocrm: {
    steps: [
      "In amoCRM open “amoMarket”, “⋯” at the top right, “Create integration” and “External integration”.",
      "Tick access to the account's data, save and install it.",
      "On the tab “Keys and scopes” press “Generate token” and paste it here: amoCRM shows it once.",
    ],
    more: [
      "The account's administrator makes the integration. In Kommo: “Settings” → “Integrations” → " +
      "“Create integration” → “Private integration”.",
      "A token lasts from a day to five years. The bot reminds the managers' chat 30, 7 and 1 days before.",
      "“Test” only reads: account, pipelines and people. Nothing is created.",
      "“Unsorted” has to be on in the pipeline. If it is off, choose “Straight to a stage”.",
      "A visitor's follow-ups become notes of the deal.",
    ],
  },
  bitrix24: {
    steps: [
      "In Bitrix24 open “Developer resources” → “Other” → “Inbound webhook”.",
      "Among the permissions tick “CRM (crm)” and save.",
      "Copy the webhook's address and paste it here.",
    ],
    more: [
      "An address such as https://portal.bitrix24.com/rest/1/key/ is a password: keep it to yourself.",
      "Leads are made in the name of the user who made the webhook.",
      "Where the portal has leads switched off, Bitrix24 turns a lead into a deal at once.",
    ],
  },
  google_sheets: {
    steps: [
      "In the sheet open “Extensions” → “Apps Script”, paste the code below over what is there, and save.",
      "Press “Deploy” → “New deployment” → “Web app”, access: “Anyone”.",
      "Copy the address that ends in /exec and paste it here.",
    ],
    more: [
      "Google asks for permission: “Advanced” → “Go to the page”. It is your own script.",
      "The first row has the columns' names; the script writes them. Change their order in the code.",
      "After a change of the code a new deployment is needed, or the old code goes on working.",
    ],
  },
  webhook: {
    steps: [
      "Any service that takes JSON will do: Make, Albato, n8n, a server of your own.",
      "Make a webhook there and paste its address here.",
      "Press “Test”: a lead marked “ТЕСТ” goes out.",
    ],
    more: [
      "The bot sends one POST per lead and waits for 200, 201 or 202. Anything else: a card in the chat.",
      "n8n: the workflow has to be active, the address the production one, /webhook/, not /webhook-test/.",
      "Make and Albato: first press “wait for data” there, then “Test” here.",
    ],
  },
});
