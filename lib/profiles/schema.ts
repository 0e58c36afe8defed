// The schema of locales.json: unknown → profiles, or a list of faults with their paths. Touches no file.

import * as v from "valibot";
import { CRM_TIMEOUT_SECONDS } from "./limits.ts";
import { isForbiddenAddress } from "./network_address.ts";
import { addressFault } from "./webhook_address.ts";

/** What is wrong at one place of locales.json, such as `agency.step1.buttons[2].callback_data`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

export interface Button {
  readonly text: string;
  readonly callbackData: string;
}

/**
 * One offer of the agency: what its visitors read, and where their leads go. `{name}` in any text has become
 * the name.
 */
export interface Profile {
  readonly key: string;
  readonly name: string;
  /** Words that links led here by before; they still do. */
  readonly aliases: readonly string[];
  /** Null where the file has none, or an impossible one: then leads go to the admin chat. */
  readonly webhook: Webhook | null;
  /** How long the CRM may take, in ms; null leaves it to the configuration. */
  readonly crmTimeoutMs: number | null;
  readonly photoUrl: string | null;
  readonly caption: string;
  readonly buttons: readonly Button[];
  /** With `{choice}`. */
  readonly confirmationTemplate: string;
  /** With `{username}` and `{message}`. */
  readonly followUpTemplate: string;
  /** What a visitor reads after a follow-up; null where the file says nothing. */
  readonly thanksText: string | null;
  readonly choices: ReadonlyMap<string, string>;
  /** By language tag in lower case, such as `en` or `pt-br`. */
  readonly translations: ReadonlyMap<string, Translation>;
}

/** A profile's texts in another language; what is missing is the base's. */
export interface Translation {
  readonly caption: string | null;
  /** By callback data. */
  readonly buttons: ReadonlyMap<string, string>;
  readonly confirmationTemplate: string | null;
  readonly thanksText: string | null;
  readonly choices: ReadonlyMap<string, string>;
}

/** What visitors read who came without a profile, or whose menu was open while the bot was away. */
export interface MenuTexts {
  readonly welcomeText: string;
  /** The reminder after an absence; null where the file says nothing. */
  readonly awayText: string | null;
  /** Each button's callback data is `select_<profile>`. */
  readonly menu: readonly Button[];
}

/** The menu's texts in another language; what is missing is the base's. */
export interface MenuTranslation {
  readonly welcomeText: string | null;
  readonly awayText: string | null;
  /** By callback data. */
  readonly buttons: ReadonlyMap<string, string>;
}

/** A webhook address as the file has it; `fault` says why nothing can be posted to it. */
export interface Webhook {
  readonly url: string;
  readonly fault: string | null;
}

export interface Profiles extends MenuTexts {
  /** By language tag in lower case. */
  readonly menuTranslations: ReadonlyMap<string, MenuTranslation>;
  readonly byKey: ReadonlyMap<string, Profile>;
  readonly byAlias: ReadonlyMap<string, Profile>;
  /** The profile whose greeting bears this callback data. */
  readonly byCallbackData: ReadonlyMap<string, Profile>;
}

export type ProfilesResult =
  /** Warnings only touch where a lead goes. */
  | { readonly ok: true; readonly profiles: Profiles; readonly warnings: readonly Fault[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Telegram's limits, in UTF-16 units where not said otherwise (Bot API: sendMessage, sendPhoto, InlineKeyboardButton). */
export const LIMITS = {
  text: 4096,
  caption: 1024,
  callbackDataBytes: 64,
  startPayload: 64,
  /** Ours: Telegram takes 100, but nobody reads such a menu on a phone. */
  buttons: 50,
  /** Ours: with these the card fits into one message whatever a visitor is called. */
  name: 256,
  choice: 1024,
  /** Ours: an admin reads them in one list. */
  aliases: 50,
  /** Ours: lists and objects within each other. A profile has 6, and JSON.stringify fails at some thousands. */
  depth: 64,
} as const;

/** Callback data of a menu button is this and the profile's key. */
export const SELECT = "select_";

const RESERVED = new Set(["fallback", "constructor", "prototype"]);

/**
 * Reads the parsed content of locales.json. Keys it does not know are no fault.
 *
 * @param content An object, or a map where the order of whole-number keys counts.
 */
export function parseProfiles(content: unknown): ProfilesResult {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  if (!isRecord(content)) {
    return { ok: false, faults: [{ path: "", message: `${found(content)}, нужен объект JSON` }] };
  }
  const all = content instanceof Map
    ? content as ReadonlyMap<string, unknown>
    : new Map(Object.entries(content));
  for (const [key, value] of all) {
    if (isTooDeep(value)) {
      faults.push({ path: key, message: `вложенность глубже ${LIMITS.depth}, столько не бывает` });
    }
  }
  if (faults.length > 0) return { ok: false, faults }; // Whatever walks through it would fail.
  const menu = read(FallbackSchema, all.get("fallback"), "fallback", faults);
  const entries = [...all].filter(([key]) => isProfileKey(key));
  if (entries.length === 0) {
    faults.push({ path: "", message: "нет ни одного профиля, нужен хотя бы один" });
  }

  const byKey = new Map<string, Profile>();
  const callbackDataPaths = new Map<string, string>();
  for (const [key, value] of entries) {
    checkKey(key, faults);
    const raw = read(ProfileSchema, value, key, faults);
    if (raw === undefined) continue;
    const profile = withNameIn(toProfile(key, raw));
    checkFilled(profile, key, faults);
    checkLengths(profile, undefined, `${key}.step2`, faults);
    for (const [language, translation] of profile.translations) {
      checkLengths(profile, translation, `${key}.translations.${language}.step2`, faults);
    }
    checkChoices(profile.buttons, `${key}.step1`, faults);
    checkUnique(profile.buttons, `${key}.step1`, callbackDataPaths, faults);
    if (profile.webhook === null) {
      warnings.push({ path: `${key}.webhook_url`, message: "нет адреса вебхука" });
    } else if (profile.webhook.fault !== null) {
      warnings.push({ path: `${key}.webhook_url`, message: profile.webhook.fault });
    }
    byKey.set(key, profile);
  }
  checkAliases([...byKey.values()], new Set(entries.map(([key]) => key)), faults);
  if (menu !== undefined) {
    checkUnique(menu.buttons.map(toButton), "fallback", callbackDataPaths, faults);
    checkMenu(menu.buttons.map(toButton), new Set(entries.map(([key]) => key)), faults);
  }
  if (faults.length > 0 || menu === undefined) return { ok: false, faults };

  const byCallbackData = new Map<string, Profile>();
  const byAlias = new Map<string, Profile>();
  for (const profile of byKey.values()) {
    for (const alias of profile.aliases) byAlias.set(alias, profile);
    for (const button of profile.buttons) byCallbackData.set(button.callbackData, profile);
  }
  const profiles: Profiles = {
    welcomeText: menu.welcome_text,
    awayText: menu.away_text,
    menu: menu.buttons.map(toButton),
    menuTranslations: inLowerCase(menu.translations, toMenuTranslation),
    byKey,
    byAlias,
    byCallbackData,
  };
  return { ok: true, profiles, warnings };
}

/** Goes level by level: a call for each would fail where it has to tell. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LIMITS.depth) return true;
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? Object.values(each) : []
    ).filter((each) => typeof each === "object" && each !== null);
  }
  return false;
}

/** Notes such as `_comment` or `$schema` may stand beside the profiles. */
function isProfileKey(key: string): boolean {
  return key !== "fallback" && !key.startsWith("_") && !key.startsWith("$");
}

/** The profile that a link's word leads to, also by a word that it had before. */
export function profileOfWord(
  { byKey, byAlias }: Pick<Profiles, "byKey" | "byAlias">,
  word: string,
): Profile | undefined {
  return byKey.get(word) ?? byAlias.get(word);
}

/** The profile as somebody of this language reads it: key by key over the base. */
export function inLanguage(profile: Profile, language: string | null): Profile {
  const translation = forLanguage(profile.translations, language);
  if (translation === undefined) return profile;
  const { caption, buttons, confirmationTemplate, thanksText, choices } = translation;
  return {
    ...profile,
    caption: caption ?? profile.caption,
    buttons: inWords(profile.buttons, buttons),
    confirmationTemplate: confirmationTemplate ?? profile.confirmationTemplate,
    thanksText: thanksText ?? profile.thanksText,
    // A button that is translated is not confirmed in the base's words.
    choices: new Map([...profile.choices, ...buttons, ...choices]),
  };
}

/** The menu as somebody of this language reads it: text by text over the base. */
export function menuInLanguage(profiles: Profiles, language: string | null): MenuTexts {
  const translation = forLanguage(profiles.menuTranslations, language);
  if (translation === undefined) return profiles;
  return {
    welcomeText: translation.welcomeText ?? profiles.welcomeText,
    awayText: translation.awayText ?? profiles.awayText,
    menu: inWords(profiles.menu, translation.buttons),
  };
}

/** A region's texts, else its language's: `pt` also serves `pt-BR`. */
function forLanguage<T>(byTag: ReadonlyMap<string, T>, language: string | null): T | undefined {
  const tag = language?.toLowerCase() ?? "";
  return byTag.get(tag) ?? byTag.get(tag.split("-")[0] ?? "");
}

function inWords(buttons: readonly Button[], texts: ReadonlyMap<string, string>): Button[] {
  return buttons.map(({ text, callbackData }) => ({
    text: texts.get(callbackData) ?? text,
    callbackData,
  }));
}

/** The profile with its name in place of `{name}`, in every text and language. */
export function withNameIn(profile: Profile): Profile {
  const { name } = profile;
  if (!textsOf(profile).some((text) => text.includes(NAME))) return profile;
  const put = (text: string) => text.replaceAll(NAME, () => name);
  const putIn = (texts: ReadonlyMap<string, string>) =>
    new Map([...texts].map(([key, text]) => [key, put(text)]));
  const maybe = (text: string | null) => text === null ? null : put(text);
  return {
    ...profile,
    caption: put(profile.caption),
    buttons: profile.buttons.map(({ text, callbackData }) => ({ text: put(text), callbackData })),
    confirmationTemplate: put(profile.confirmationTemplate),
    followUpTemplate: put(profile.followUpTemplate),
    thanksText: maybe(profile.thanksText),
    choices: putIn(profile.choices),
    translations: new Map(
      [...profile.translations].map(([language, texts]) => [language, {
        caption: maybe(texts.caption),
        buttons: putIn(texts.buttons),
        confirmationTemplate: maybe(texts.confirmationTemplate),
        thanksText: maybe(texts.thanksText),
        choices: putIn(texts.choices),
      }]),
    ),
  };
}

function textsOf(profile: Profile): string[] {
  const { caption, confirmationTemplate, followUpTemplate, thanksText, buttons, choices } = profile;
  return [
    caption,
    confirmationTemplate,
    followUpTemplate,
    thanksText ?? "",
    ...buttons.map(({ text }) => text),
    ...choices.values(),
    ...[...profile.translations.values()].flatMap((texts) => [
      texts.caption ?? "",
      texts.confirmationTemplate ?? "",
      texts.thanksText ?? "",
      ...texts.buttons.values(),
      ...texts.choices.values(),
    ]),
  ];
}

/** What becomes the profile's name in each of its texts. */
export const NAME = "{name}";

function longestOf(texts: readonly string[]): string {
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
}

/** What a press on this button asks for, in words. */
export function choiceText(profile: Profile, button: Button): string {
  return profile.choices.get(button.callbackData) ?? button.text;
}

const text = (most: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.trim() !== "", `пусто, нужен текст от 1 до ${most} символов`),
    v.check(
      (value) => value.trim() === "" || value.length <= most,
      (issue) => `символов ${issue.input.length}, нужно не больше ${most}`,
    ),
  );

/** A text that may be missing or empty: null then, for the bot's own. */
const ownText = v.pipe(
  v.nullish(
    v.pipe(
      v.string(),
      v.check(
        (value) => value.trim() === "" || value.length <= LIMITS.text,
        (issue) => `символов ${issue.input.length}, нужно не больше ${LIMITS.text}`,
      ),
    ),
  ),
  v.transform((value) => value?.trim() ? value : null),
);

const callbackData = v.pipe(
  v.string(),
  v.check((value) => {
    const bytes = byteLength(value);
    return bytes >= 1 && bytes <= LIMITS.callbackDataBytes;
  }, (issue) => `байт ${byteLength(issue.input)}, нужно от 1 до ${LIMITS.callbackDataBytes}`),
);

const buttons = v.pipe(
  v.array(v.looseObject({ text: text(LIMITS.name), callback_data: callbackData })),
  v.minLength(1, `нет ни одной кнопки, нужно от 1 до ${LIMITS.buttons}`),
  v.maxLength(
    LIMITS.buttons,
    (issue) => `кнопок ${issue.input.length}, нужно не больше ${LIMITS.buttons}`,
  ),
);

const template = (...placeholders: string[]) =>
  v.pipe(
    text(LIMITS.text),
    v.check(
      (value) => value.trim() === "" || placeholders.every((each) => value.includes(each)),
      (issue) =>
        `нет ${placeholders.filter((each) => !issue.input.includes(each)).join(" и ")}, ` +
        `нужен текст с ${placeholders.join(" и ")}`,
    ),
    v.check(
      (value) => strangers(value, placeholders).length === 0,
      (issue) =>
        `найдено ${someOf(strangers(issue.input, placeholders))}, ` +
        `можно только ${placeholders.join(", ")} и ${NAME}`,
    ),
  );

/**
 * An object with values of one kind under any key, as a map. Valibot's own record takes lists too, and
 * drops `constructor` and the like.
 */
function dictionary<T extends v.GenericSchema>(
  schema: T,
  keyFault: (key: string) => string | null = () => null,
) {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(isRecord),
    v.rawTransform(({ dataset, addIssue }) => {
      const map = new Map<string, v.InferOutput<T>>();
      for (const [key, value] of Object.entries(dataset.value)) {
        const here: v.ObjectPathItem = {
          type: "object",
          origin: "value",
          input: dataset.value,
          key,
          value,
        };
        const fault = keyFault(key);
        if (fault !== null) addIssue({ message: fault, path: [here] });
        const result = v.safeParse(schema, value, { message: describe });
        if (result.success) map.set(key, result.output);
        for (const { message, path } of result.issues ?? []) {
          addIssue({ message, path: [here, ...path ?? []] });
        }
      }
      return map;
    }),
  );
}

function languageFault(tag: string): string | null {
  if (/^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(tag)) return null;
  return "такого языка нет, нужен код вида en или pt-br";
}

/** A few of them, each cut: a fault is a line. */
function someOf(found: readonly string[]): string {
  const shown = [...new Set(found)].slice(0, 5)
    .map((each) => each.length > 64 ? `${each.slice(0, 64)}…}` : each);
  return shown.join(", ");
}

function strangers(value: string, placeholders: readonly string[]): string[] {
  return (value.match(/\{\w*\}/g) ?? []).filter((each) =>
    each !== NAME && !placeholders.includes(each)
  );
}

const translatedButtons = v.optional(
  v.array(v.looseObject({ text: text(LIMITS.name), callback_data: v.string() })),
  [],
);

/** The same text keys as the menu's own; each may be missing. */
const MenuTranslationSchema = v.looseObject({
  welcome_text: v.optional(text(LIMITS.text)),
  away_text: v.optional(text(LIMITS.text)),
  buttons: translatedButtons,
});

const FallbackSchema = v.looseObject({
  welcome_text: text(LIMITS.text),
  away_text: v.optional(ownText, null),
  buttons,
  translations: v.optional(dictionary(MenuTranslationSchema, languageFault), {}),
});

/** The same text keys as the profile's own; each may be missing. */
const TranslationSchema = v.looseObject({
  step1: v.optional(
    v.looseObject({ caption: v.optional(text(LIMITS.text)), buttons: translatedButtons }),
    {},
  ),
  step2: v.optional(
    v.looseObject({
      success_caption_template: v.optional(template("{choice}")),
      choices: v.optional(dictionary(text(LIMITS.choice)), {}),
    }),
    {},
  ),
  followup: v.optional(v.looseObject({ thanks_text: v.optional(text(LIMITS.text)) }), {}),
});

const ProfileSchema = v.looseObject({
  name: text(LIMITS.name),
  aliases: v.optional(
    v.pipe(
      v.array(v.string()),
      v.maxLength(
        LIMITS.aliases,
        (issue) => `прежних ссылок ${issue.input.length}, нужно не больше ${LIMITS.aliases}`,
      ),
    ),
    [],
  ),
  // Any value: a webhook address that is no address is a warning, never a fault.
  webhook_url: v.optional(v.unknown()),
  timeout_seconds: v.nullish(
    v.pipe(
      v.number(),
      v.check(
        (value) => value >= CRM_TIMEOUT_SECONDS.least && value <= CRM_TIMEOUT_SECONDS.most,
        (issue) =>
          `найдено ${issue.input}, нужно число секунд ` +
          `от ${CRM_TIMEOUT_SECONDS.least} до ${CRM_TIMEOUT_SECONDS.most}`,
      ),
    ),
  ),
  step1: v.looseObject({
    photo_url: v.nullish(
      v.pipe(
        v.string(),
        v.check(
          (value) => value.trim() === "" || addressFault(value) === null,
          (issue) => addressFault(issue.input) ?? "",
        ),
      ),
    ),
    caption: text(LIMITS.text),
    buttons,
  }),
  step2: v.looseObject({
    success_caption_template: template("{choice}"),
    choices: v.optional(dictionary(text(LIMITS.choice)), {}),
  }),
  followup: v.looseObject({
    admin_followup_template: template("{username}", "{message}"),
    thanks_text: v.optional(ownText, null),
  }),
  translations: v.optional(dictionary(TranslationSchema, languageFault), {}),
});

type RawProfile = v.InferOutput<typeof ProfileSchema>;

function read<T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  path: string,
  faults: Fault[],
): v.InferOutput<T> | undefined {
  const result = v.safeParse(schema, value, { message: describe });
  if (result.success) return result.output;
  for (const issue of result.issues) {
    faults.push({ path: path + pathOf(issue), message: issue.message });
  }
  return undefined;
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map(({ key }) => typeof key === "number" ? `[${key}]` : `.${key}`)
    .join("");
}

const WANTED: Readonly<Record<string, string>> = {
  string: "нужен текст",
  number: "нужно число секунд",
  array: "нужен список",
  loose_object: "нужен объект",
  custom: "нужен объект",
};

/** The sentence for a value of the wrong kind; the schemas above bring their own for wrong content. */
function describe(issue: v.BaseIssue<unknown>): string {
  const key = issue.path?.at(-1);
  // Valibot reports a missing key as a fault of the object that lacks it.
  if (issue.received === "undefined" || (key !== undefined && key.value === undefined)) {
    return "нет, нужно значение";
  }
  return `${found(issue.input)}, ${WANTED[issue.type] ?? "нужно другое значение"}`;
}

function found(value: unknown): string {
  if (value === undefined) return "нет значения";
  if (value === null) return "найдено null";
  if (Array.isArray(value)) return "найден список";
  if (typeof value === "object") return "найден объект";
  if (typeof value === "string") return "найден текст";
  return `найдено ${String(value)}`;
}

function checkKey(key: string, faults: Fault[], path = key): void {
  if (RESERVED.has(key)) {
    faults.push({ path, message: "такое слово для ссылки занято, нужно другое" });
  } else if (!/^[\w-]+$/.test(key) || byteLength(SELECT + key) > LIMITS.callbackDataBytes) {
    faults.push({
      path,
      message: `слово не годится для ссылки, нужно от 1 до ${
        LIMITS.callbackDataBytes - SELECT.length
      } символов A–Z, a–z, 0–9, _ и -`,
    });
  }
}

/** A word leads to one profile: it is no other's key, and one profile's alias once. */
function checkAliases(
  profiles: readonly Profile[],
  keys: ReadonlySet<string>,
  faults: Fault[],
): void {
  const seen = new Map<string, string>();
  for (const { key, aliases } of profiles) {
    aliases.forEach((alias, index) => {
      const path = `${key}.aliases[${index}]`;
      const first = seen.get(alias);
      checkKey(alias, faults, path);
      if (keys.has(alias)) {
        faults.push({ path, message: `найдено «${alias}», но это слово самого профиля` });
      } else if (first !== undefined) {
        faults.push({ path, message: `найдено «${alias}» второй раз, уже есть в ${first}` });
      } else {
        seen.set(alias, path);
      }
    });
  }
}

function checkUnique(
  buttons: readonly Button[],
  path: string,
  seen: Map<string, string>,
  faults: Fault[],
): void {
  buttons.forEach(({ callbackData }, index) => {
    const here = `${path}.buttons[${index}].callback_data`;
    const first = seen.get(callbackData);
    if (first === undefined) seen.set(callbackData, here);
    else {
      faults.push({
        path: here,
        message: `найдено «${callbackData}» второй раз, уже есть в ${first}`,
      });
    }
  });
}

function checkChoices(buttons: readonly Button[], path: string, faults: Fault[]): void {
  buttons.forEach(({ callbackData }, index) => {
    if (!callbackData.startsWith(SELECT)) return;
    faults.push({
      path: `${path}.buttons[${index}].callback_data`,
      message: `найдено «${callbackData}», но ${SELECT} бывает только у кнопок меню`,
    });
  });
}

function checkMenu(menu: readonly Button[], keys: ReadonlySet<string>, faults: Fault[]): void {
  menu.forEach(({ callbackData }, index) => {
    const key = callbackData.startsWith(SELECT) ? callbackData.slice(SELECT.length) : undefined;
    if (key !== undefined && keys.has(key)) return;
    faults.push({
      path: `fallback.buttons[${index}].callback_data`,
      message: `найдено «${callbackData}», нужно ${SELECT}<профиль> из этого файла`,
    });
  });
}

/** With a long name in place of `{name}` a text may no longer fit. */
function checkFilled(profile: Profile, key: string, faults: Fault[]): void {
  const check = (path: string, text: string, most: number) => {
    if (text.length <= most) return;
    const message = `вместе с названием символов ${text.length}, нужно не больше ${most}`;
    faults.push({ path: `${key}.${path}`, message });
  };
  check("step1.caption", profile.caption, LIMITS.text);
  profile.buttons.forEach(({ text }, index) => {
    check(`step1.buttons[${index}].text`, text, LIMITS.name);
  });
  check("followup.admin_followup_template", profile.followUpTemplate, LIMITS.text);
  check("followup.thanks_text", profile.thanksText ?? "", LIMITS.text);
  for (const [choice, text] of profile.choices) {
    check(`step2.choices.${choice}`, text, LIMITS.choice);
  }
  for (const [language, { caption, thanksText }] of profile.translations) {
    check(`translations.${language}.step1.caption`, caption ?? "", LIMITS.text);
    check(`translations.${language}.followup.thanks_text`, thanksText ?? "", LIMITS.text);
  }
}

/** Looks up a translation's texts one by one: a copy of the choices for each language would be quadratic. */
function checkLengths(
  profile: Profile,
  translation: Translation | undefined,
  path: string,
  faults: Fault[],
): void {
  const template = translation?.confirmationTemplate ?? profile.confirmationTemplate;
  const longest = longestOf(profile.buttons.map((button) => {
    const { callbackData } = button;
    return translation?.choices.get(callbackData) ?? translation?.buttons.get(callbackData) ??
      choiceText(profile, button);
  }));
  const length = template.replaceAll("{choice}", () => longest).length;
  if (length <= LIMITS.text) return;
  faults.push({
    path: `${path}.success_caption_template`,
    message: `вместе с самым длинным выбором символов ${length}, нужно не больше ${LIMITS.text}`,
  });
}

function toProfile(key: string, raw: RawProfile): Profile {
  return {
    key,
    name: raw.name,
    aliases: raw.aliases,
    webhook: toWebhook(raw.webhook_url),
    crmTimeoutMs: raw.timeout_seconds == null ? null : raw.timeout_seconds * 1000,
    photoUrl: raw.step1.photo_url?.trim() || null,
    caption: raw.step1.caption,
    buttons: raw.step1.buttons.map(toButton),
    confirmationTemplate: raw.step2.success_caption_template,
    followUpTemplate: raw.followup.admin_followup_template,
    thanksText: raw.followup.thanks_text,
    choices: raw.step2.choices,
    translations: inLowerCase(raw.translations, toTranslation),
  };
}

function inLowerCase<Raw, Texts>(
  translations: ReadonlyMap<string, Raw>,
  toTexts: (raw: Raw) => Texts,
): Map<string, Texts> {
  return new Map([...translations].map(([tag, raw]) => [tag.toLowerCase(), toTexts(raw)]));
}

function toMenuTranslation(raw: v.InferOutput<typeof MenuTranslationSchema>): MenuTranslation {
  return {
    welcomeText: raw.welcome_text ?? null,
    awayText: raw.away_text ?? null,
    buttons: new Map(raw.buttons.map(({ text, callback_data }) => [callback_data, text])),
  };
}

function toTranslation(
  { step1, step2, followup }: v.InferOutput<typeof TranslationSchema>,
): Translation {
  return {
    caption: step1.caption ?? null,
    buttons: new Map(step1.buttons?.map(({ text, callback_data }) => [callback_data, text])),
    confirmationTemplate: step2.success_caption_template ?? null,
    thanksText: followup.thanks_text ?? null,
    choices: step2.choices ?? new Map(),
  };
}

function toButton(raw: { text: string; callback_data: string }): Button {
  return { text: raw.text, callbackData: raw.callback_data };
}

function toWebhook(value: unknown): Webhook | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") {
    return { url: "", fault: `${found(value)}, нужен адрес http:// или https://` };
  }
  return value.trim() === "" ? null : { url: value.trim(), fault: webhookFault(value) };
}

function webhookFault(url: string): string | null {
  if (isForbiddenAddress(url)) return "это служебный адрес машины, CRM на нём не бывает";
  return addressFault(url);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byteLength(value: string): number {
  return new TextEncoder().encode(value).length;
}
