// What parseProfiles makes of a file: the profiles, or each fault with its path.

import assert from "node:assert/strict";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { profileOfWord } from "../../lib/profiles/profile.ts";
import {
  anotherProfile,
  aProfile,
  type Locales,
  someLocales,
  someProfiles,
} from "../helpers/a_profile.ts";
import { assertFault, assertNoFault, faultsOf } from "../helpers/file_faults.ts";

Deno.test("parseProfiles reads a whole file", () => {
  const result = parseProfiles(someLocales());
  assert.ok(result.ok);
  assert.deepEqual(result.warnings, []);
  const { welcomeText, menu, byKey, byCallbackData } = result.profiles;
  assert.equal(welcomeText, "Выберите, с чем вам помочь.");
  assert.deepEqual(menu, [{ text: "Маркетинг", callbackData: "select_agency" }]);
  assert.deepEqual([...byKey.keys()], ["agency"]);
  const agency = byKey.get("agency");
  assert.deepEqual(agency, {
    key: "agency",
    name: "MONSTER AGENCY",
    state: "live",
    pausedText: null,
    aliases: [],
    webhook: { url: "https://crm.example.ru/webhook/agency", fault: null },
    crm: null,
    ownChat: null,
    crmTimeoutMs: null,
    photoUrl: "https://example.ru/agency.jpg",
    photoFile: null,
    caption: "Что для вас сейчас главное?",
    buttons: [
      { text: "Привлечь клиентов", callbackData: "agency_clients" },
      { text: "Создать сайт", callbackData: "agency_website" },
    ],
    confirmationTemplate: "✅ Принято: {choice}.",
    followUpTemplate: "Дополнение от @{username}:\n{message}",
    afterHoursText: null,
    awayText: null,
    thanksText: null,
    phone: null,
    choices: new Map([["agency_clients", "Привлечь клиентов"], ["agency_website", "Создать сайт"]]),
    translations: new Map(),
  });
  assert.equal(byCallbackData.get("agency_website"), agency);
  assert.equal(byCallbackData.get("select_agency"), undefined);
});

Deno.test("the shipped locales.json has three profiles and no fault", async () => {
  const result = parseProfiles(JSON.parse(await Deno.readTextFile("locales/locales.json")));
  assert.ok(result.ok, JSON.stringify(result));
  const { byKey } = result.profiles;
  assert.deepEqual([...byKey.keys()], ["agency", "cg", "express"]);
  assert.equal(byKey.get("agency")?.name, "MONSTER AGENCY");
  assert.equal(byKey.get("agency")?.buttons[0]?.text, "Привлечь клиентов");
  assert.equal(
    byKey.get("agency")?.confirmationTemplate,
    "✅ Принято: {choice}.\n\n👤 Наш стратег свяжется с вами в Telegram в ближайшее время.\n\n" +
      "💡 Чтобы ускорить процесс, отправьте ссылку на ваш текущий сайт или соцсеть.",
  );
});

Deno.test("optional keys may be missing, null or blank", () => {
  const profile = aProfile((agency) => {
    delete agency.webhook_url;
    agency.timeout_seconds = null;
    agency.step1.photo_url = " ";
    delete agency.step2.choices;
    delete agency.step2.admin_message_template;
  });
  assert.deepEqual(
    [profile.webhook, profile.crmTimeoutMs, profile.photoUrl, profile.choices.size],
    [null, null, null, 0],
  );
  assertNoFault(({ agency }) => agency.step1.photo_url = null);
  assertNoFault(({ agency }) => delete agency.step1.photo_url);
});

Deno.test("keys that nobody knows are no fault, wherever they stand", () => {
  assertNoFault((locales) => {
    locales["$schema"] = "https://example.ru/schema.json";
    locales["_comment"] = ["not a profile"];
    locales.fallback.emoji = "🔥";
    locales.agency.owner = { name: "Galliard" };
    locales.agency.step1.buttons[0].color = "red";
    locales.agency.step2.delay = 5;
    locales.agency.followup.limit = null;
  });
});

Deno.test("the shipped file has no key that does nothing", async () => {
  const known = new Set(
    ("name webhook_url step1 photo_url caption buttons text callback_data step2 " +
      "success_caption_template choices followup admin_followup_template").split(" "),
  );
  const { fallback: _menu, ...profiles } = JSON.parse(
    await Deno.readTextFile("locales/locales.json"),
  );
  const strangers: string[] = [];
  JSON.stringify(Object.values(profiles), (key, value) => {
    if (key !== "" && !/^\d+$/.test(key) && !known.has(key)) strangers.push(key);
    return key === "choices" ? undefined : value;
  });
  assert.deepEqual(strangers, []);
});

Deno.test("a profile's old words lead to it, and each word to one profile", () => {
  const profiles = someProfiles((all) => {
    all.agency.aliases = ["flowers", "roses-1"];
    all.cg = anotherProfile("cg");
  });
  assert.equal(profileOfWord(profiles, "flowers")?.key, "agency");
  assert.equal(profileOfWord(profiles, "roses-1")?.key, "agency");
  assert.equal(profileOfWord(profiles, "cg")?.key, "cg");
  assert.equal(profileOfWord(profiles, "fallback"), undefined);
  assert.deepEqual(
    faultsOf(someLocales((all) => {
      all.cg = { ...anotherProfile("cg"), aliases: ["flowers", "agency", "cg"] };
      all.agency.aliases = ["flowers", "flowers", "а", "", "x".repeat(58), "fallback"];
      all.list = {
        ...anotherProfile("list"),
        aliases: Array(51).fill("").map((_, nth) => `w${nth}`),
      };
      all.word = { ...anotherProfile("word"), aliases: "flowers" };
    })).map(({ path, message }) => `${path}: ${message}`),
    [
      "list.aliases: прежних ссылок 51, нужно не больше 50",
      "word.aliases: найден текст, нужен список",
      "agency.aliases[1]: найдено «flowers» второй раз, уже есть в agency.aliases[0]",
      ...[2, 3, 4].map((index) =>
        `agency.aliases[${index}]: слово не годится для ссылки, нужно от 1 до 57 символов ` +
        "A–Z, a–z, 0–9, _ и -"
      ),
      "agency.aliases[5]: такое слово для ссылки занято, нужно другое",
      "cg.aliases[0]: найдено «flowers» второй раз, уже есть в agency.aliases[0]",
      "cg.aliases[1]: найдено «agency», но это слово самого профиля",
      "cg.aliases[2]: найдено «cg», но это слово самого профиля",
    ],
  );
});

Deno.test("{name} is the profile's name in every text, and has to fit with it", () => {
  const profile = aProfile((agency) => {
    agency.name = "Имя $1";
    agency.step1.caption = "{name}!";
    agency.step1.buttons[0].text = "О {name}";
    agency.step2.choices.agency_clients = "Клиенты {name}";
    agency.step2.success_caption_template = "{name}: {choice}";
    agency.translations = { en: { step2: { success_caption_template: "{name} got {choice}" } } };
  });
  assert.equal(profile.caption, "Имя $1!");
  assert.equal(profile.buttons[0]?.text, "О Имя $1");
  assert.equal(profile.choices.get("agency_clients"), "Клиенты Имя $1");
  assert.equal(profile.confirmationTemplate, "Имя $1: {choice}");
  assert.equal(profile.translations.get("en")?.confirmationTemplate, "Имя $1 got {choice}");
  const name = "x".repeat(200);
  assert.deepEqual(
    faultsOf(someLocales(({ agency }) => {
      agency.name = name;
      agency.step1.caption = "{name}" + "y".repeat(3_896);
      agency.step1.buttons[0].text = "{name}" + "y".repeat(57);
    })),
    [{
      path: "agency.step1.buttons[0].text",
      message: "вместе с названием символов 257, нужно не больше 256",
    }],
  );
});

Deno.test("admin_message_template is kept and not looked at", () => {
  assertNoFault(({ agency }) => agency.step2.admin_message_template = "no placeholder, {stranger}");
});

const FAULTS: readonly [
  what: string,
  edit: (locales: Locales) => void,
  path: string,
  message: string,
][] = [
  [
    "the menu is missing",
    (locales) => delete locales.fallback,
    "fallback",
    "нет, нужно значение",
  ],
  [
    "the menu is text",
    (locales) => locales.fallback = "text",
    "fallback",
    "найден текст, нужен объект",
  ],
  [
    "the menu's text is missing",
    ({ fallback }) => delete fallback.welcome_text,
    "fallback.welcome_text",
    "нет, нужно значение",
  ],
  [
    "the menu's text is blank",
    ({ fallback }) => fallback.welcome_text = " \n",
    "fallback.welcome_text",
    "пусто, нужен текст от 1 до 4096 символов",
  ],
  [
    "the menu has no buttons",
    ({ fallback }) => fallback.buttons = [],
    "fallback.buttons",
    "нет ни одной кнопки, нужно от 1 до 50",
  ],
  [
    "a menu button leads to no profile",
    ({ fallback }) => fallback.buttons[0].callback_data = "select_cg",
    "fallback.buttons[0].callback_data",
    "найдено «select_cg», нужно select_<профиль> из этого файла",
  ],
  [
    "a menu button is no select_ button",
    ({ fallback }) => fallback.buttons[0].callback_data = "agency",
    "fallback.buttons[0].callback_data",
    "найдено «agency», нужно select_<профиль> из этого файла",
  ],
  [
    "a menu button's text is missing",
    ({ fallback }) => delete fallback.buttons[0].text,
    "fallback.buttons[0].text",
    "нет, нужно значение",
  ],
  ["a profile is null", (locales) => locales.agency = null, "agency", "найдено null, нужен объект"],
  [
    "a profile is text",
    (locales) => locales.agency = "text",
    "agency",
    "найден текст, нужен объект",
  ],
  ["the name is missing", ({ agency }) => delete agency.name, "agency.name", "нет, нужно значение"],
  [
    "the name is a number",
    ({ agency }) => agency.name = 7,
    "agency.name",
    "найдено 7, нужен текст",
  ],
  [
    "the name is empty",
    ({ agency }) => agency.name = "",
    "agency.name",
    "пусто, нужен текст от 1 до 256 символов",
  ],
  [
    "timeout_seconds is text",
    ({ agency }) => agency.timeout_seconds = "10",
    "agency.timeout_seconds",
    "найден текст, нужно число секунд",
  ],
  [
    "timeout_seconds is out of range",
    ({ agency }) => agency.timeout_seconds = 121,
    "agency.timeout_seconds",
    "найдено 121, нужно число секунд от 1 до 120",
  ],
  [
    "step1 is missing",
    ({ agency }) => delete agency.step1,
    "agency.step1",
    "нет, нужно значение",
  ],
  [
    "photo_url is no address",
    ({ agency }) => agency.step1.photo_url = "agency.jpg",
    "agency.step1.photo_url",
    "не похоже на адрес, нужен адрес http:// или https:// без логина и пароля",
  ],
  [
    "photo_url has another scheme",
    ({ agency }) => agency.step1.photo_url = "file:///agency.jpg",
    "agency.step1.photo_url",
    "найдена схема «file:», нужен адрес http:// или https:// без логина и пароля",
  ],
  [
    "photo_url has a password",
    ({ agency }) => agency.step1.photo_url = "https://me:pw@example.ru/agency.jpg",
    "agency.step1.photo_url",
    "найден адрес с логином, нужен адрес http:// или https:// без логина и пароля",
  ],
  [
    "the caption is missing",
    ({ agency }) => delete agency.step1.caption,
    "agency.step1.caption",
    "нет, нужно значение",
  ],
  [
    "the buttons are no list",
    ({ agency }) => agency.step1.buttons = {},
    "agency.step1.buttons",
    "найден объект, нужен список",
  ],
  [
    "there is no button",
    ({ agency }) => agency.step1.buttons = [],
    "agency.step1.buttons",
    "нет ни одной кнопки, нужно от 1 до 50",
  ],
  [
    "a button is text",
    ({ agency }) => agency.step1.buttons[1] = "Сайт",
    "agency.step1.buttons[1]",
    "найден текст, нужен объект",
  ],
  [
    "a button's text is empty",
    ({ agency }) => agency.step1.buttons[1].text = "",
    "agency.step1.buttons[1].text",
    "пусто, нужен текст от 1 до 256 символов",
  ],
  [
    "a button's callback_data is missing",
    ({ agency }) => delete agency.step1.buttons[1].callback_data,
    "agency.step1.buttons[1].callback_data",
    "нет, нужно значение",
  ],
  [
    "a button's callback_data is empty",
    ({ agency }) => agency.step1.buttons[1].callback_data = "",
    "agency.step1.buttons[1].callback_data",
    "байт 0, нужно от 1 до 64",
  ],
  [
    "a profile's button pretends to be a menu button",
    ({ agency }) => agency.step1.buttons[1].callback_data = "select_cg",
    "agency.step1.buttons[1].callback_data",
    "найдено «select_cg», но select_ бывает только у кнопок меню",
  ],
  [
    "two buttons have one callback_data",
    ({ agency }) => agency.step1.buttons[1].callback_data = "agency_clients",
    "agency.step1.buttons[1].callback_data",
    "найдено «agency_clients» второй раз, уже есть в agency.step1.buttons[0].callback_data",
  ],
  [
    "two menu buttons have one callback_data",
    ({ fallback }) => fallback.buttons[1] = { text: "Ещё раз", callback_data: "select_agency" },
    "fallback.buttons[1].callback_data",
    "найдено «select_agency» второй раз, уже есть в fallback.buttons[0].callback_data",
  ],
  [
    "step2 is missing",
    ({ agency }) => delete agency.step2,
    "agency.step2",
    "нет, нужно значение",
  ],
  [
    "the confirmation is missing",
    ({ agency }) => delete agency.step2.success_caption_template,
    "agency.step2.success_caption_template",
    "нет, нужно значение",
  ],
  [
    "the confirmation has no {choice}",
    ({ agency }) => agency.step2.success_caption_template = "Принято",
    "agency.step2.success_caption_template",
    "нет {choice}, нужен текст с {choice}",
  ],
  [
    "the confirmation has a stranger's placeholder",
    ({ agency }) => agency.step2.success_caption_template = "{choice} {username} {}",
    "agency.step2.success_caption_template",
    "найдено {username}, {}, можно только {choice} и {name}",
  ],
  [
    "the choices are text",
    ({ agency }) => agency.step2.choices = "text",
    "agency.step2.choices",
    "найден текст, нужен объект",
  ],
  [
    "a choice is a number",
    ({ agency }) => agency.step2.choices.agency_clients = 1,
    "agency.step2.choices.agency_clients",
    "найдено 1, нужен текст",
  ],
  [
    "followup is missing",
    ({ agency }) => delete agency.followup,
    "agency.followup",
    "нет, нужно значение",
  ],
  [
    "the follow-up has no {message}",
    ({ agency }) => agency.followup.admin_followup_template = "От @{username}",
    "agency.followup.admin_followup_template",
    "нет {message}, нужен текст с {username} и {message}",
  ],
  [
    "the follow-up has none of its placeholders",
    ({ agency }) => agency.followup.admin_followup_template = "Дополнение",
    "agency.followup.admin_followup_template",
    "нет {username} и {message}, нужен текст с {username} и {message}",
  ],
  [
    "the follow-up has a stranger's placeholder",
    ({ agency }) => agency.followup.admin_followup_template = "{username} {message} {choice}",
    "agency.followup.admin_followup_template",
    "найдено {choice}, можно только {username}, {message} и {name}",
  ],
];

for (const [what, edit, path, message] of FAULTS) {
  Deno.test(`parseProfiles points at ${path} when ${what}`, () => {
    assertFault(edit, path, message);
  });
}

Deno.test("parseProfiles refuses what is no object", () => {
  for (
    const [content, was] of [
      [null, "найдено null"],
      [[], "найден список"],
      ["{}", "найден текст"],
      [7, "найдено 7"],
      [undefined, "нет значения"],
    ]
  ) {
    assert.deepEqual(faultsOf(content), [{ path: "", message: `${was}, нужен объект JSON` }]);
  }
});

Deno.test("parseProfiles refuses a file without profiles, notes do not count", () => {
  const { fallback } = someLocales();
  fallback.buttons = [{ text: "Маркетинг", callback_data: "other" }];
  assert.deepEqual(
    faultsOf({ fallback, _note: {}, $schema: {} }).map(({ path, message }) =>
      `${path}: ${message}`
    ),
    [
      ": нет ни одного профиля, нужен хотя бы один",
      "fallback.buttons[0].callback_data: найдено «other», нужно select_<профиль> из этого файла",
    ],
  );
});

Deno.test("parseProfiles lists all faults of a file at once", () => {
  const faults = faultsOf(someLocales((locales) => {
    delete locales.fallback.welcome_text;
    delete locales.agency.name;
    locales.agency.step1.buttons[1].callback_data = "";
    locales.cg = anotherProfile("cg");
    locales.cg.step2.success_caption_template = "{client}";
    locales["кириллица"] = anotherProfile("third");
  }));
  assert.deepEqual(faults.map(({ path }) => path), [
    "fallback.welcome_text",
    "agency.name",
    "agency.step1.buttons[1].callback_data",
    "cg.step2.success_caption_template",
    "cg.step2.success_caption_template",
    "кириллица",
  ]);
});

Deno.test("callback_data is unique across the profiles of a file", () => {
  assertFault(
    (locales) => {
      locales.cg = anotherProfile("cg");
      locales.cg.step1.buttons[0].callback_data = "agency_website";
    },
    "cg.step1.buttons[0].callback_data",
    "найдено «agency_website» второй раз, уже есть в agency.step1.buttons[1].callback_data",
  );
});

Deno.test("a webhook address that is missing is a warning, and the profile has none", () => {
  for (const missing of [undefined, null, "", "  "]) {
    const result = parseProfiles(someLocales(({ agency }) => agency.webhook_url = missing));
    assert.ok(result.ok);
    assert.deepEqual(result.warnings, [
      { path: "agency.webhook_url", message: "нет адреса вебхука" },
    ]);
    assert.equal(result.profiles.byKey.get("agency")?.webhook, null);
  }
});

Deno.test("a webhook address that is impossible is a warning, never a fault", () => {
  const wanted = "нужен адрес http:// или https://";
  for (
    const [value, message] of [
      ["crm.example.ru/webhook", `не похоже на адрес, ${wanted} без логина и пароля`],
      ["http:/crm.example.ru/f3b1", `не похоже на адрес, ${wanted} без логина и пароля`],
      ["http:\\\\crm.example.ru\\f3b1", `не похоже на адрес, ${wanted} без логина и пароля`],
      ["https://", `не похоже на адрес, ${wanted} без логина и пароля`],
      ["http://127.0.0.1:65536/", `не похоже на адрес, ${wanted} без логина и пароля`],
      ["ftp://example.ru", `найдена схема «ftp:», ${wanted} без логина и пароля`],
      ["https://me:pw@example.ru/", `найден адрес с логином, ${wanted} без логина и пароля`],
      ["https://me@example.ru/", `найден адрес с логином, ${wanted} без логина и пароля`],
      ["https://:pw@example.ru/", `найден адрес с логином, ${wanted} без логина и пароля`],
      [42, `найдено 42, ${wanted}`],
      [["https://example.ru"], `найден список, ${wanted}`],
      [{ url: "https://example.ru" }, `найден объект, ${wanted}`],
    ]
  ) {
    const result = parseProfiles(someLocales(({ agency }) => agency.webhook_url = value));
    assert.ok(result.ok, `stopped by ${value}`);
    assert.deepEqual(result.warnings, [{ path: "agency.webhook_url", message }]);
    assert.equal(result.profiles.byKey.get("agency")?.webhook?.fault, message);
  }
});

Deno.test("a webhook address loses the space around it", () => {
  const profile = aProfile((agency) => agency.webhook_url = " https://crm.example.ru/a\n");
  assert.deepEqual(profile.webhook, { url: "https://crm.example.ru/a", fault: null });
});

Deno.test("no fault or warning quotes an address", () => {
  const secret = "f3b1c0de";
  const result = parseProfiles(someLocales(({ agency }) => {
    agency.webhook_url = `ftp://example.ru/${secret}`;
    agency.step1.photo_url = `ftp://example.ru/${secret}`;
  }));
  assert.ok(!JSON.stringify(result).includes(secret));
});

Deno.test("a profile cannot be called constructor or prototype", () => {
  for (const key of ["constructor", "prototype"]) {
    assertFault(
      (locales) => locales[key] = anotherProfile("other"),
      key,
      "такое слово для ссылки занято, нужно другое",
    );
  }
});

Deno.test("__proto__ is no profile, and no profile inherits from it", () => {
  const text = JSON.stringify(someLocales()).replace(/^\{/, '{"__proto__":{"cg":{"name":"X"}},');
  const result = parseProfiles(JSON.parse(text));
  assert.ok(result.ok);
  assert.deepEqual([...result.profiles.byKey.keys()], ["agency"]);
});

Deno.test("a menu button cannot lead to fallback, __proto__ or constructor", () => {
  for (const key of ["fallback", "__proto__", "constructor", "toString"]) {
    assertFault(
      ({ fallback }) => fallback.buttons[0].callback_data = `select_${key}`,
      "fallback.buttons[0].callback_data",
      `найдено «select_${key}», нужно select_<профиль> из этого файла`,
    );
  }
});

Deno.test("parseProfiles points at agency.step2.choices when the choices are a list", () => {
  assertFault(
    ({ agency }) => agency.step2.choices = ["Привлечь клиентов", "Создать сайт"],
    "agency.step2.choices",
    "найден список, нужен объект",
  );
});

// Valibot's record drops the keys constructor, prototype and __proto__ unseen.
Deno.test("a choice counts under whatever callback_data its button has", () => {
  const profile = aProfile((agency) => {
    agency.step1.buttons[0].callback_data = "constructor";
    agency.step2.choices = { constructor: "Привлечь клиентов и партнёров" };
  });
  assert.equal(profile.choices.get("constructor"), "Привлечь клиентов и партнёров");
});
