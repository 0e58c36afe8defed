// The schemas of locales.json: which values may stand under which keys. Touches no file.

import * as v from "valibot";
import { languageFault } from "./language.ts";
import { byteLength, CRM_TIMEOUT_SECONDS, LIMITS } from "./limits.ts";
import { PhoneSchema, PhoneTranslationSchema } from "./phone_schema.ts";
import { NAME } from "./name_in_texts.ts";
import { StateSchema } from "./state.ts";
import { atMost, dictionary, text } from "./value_schemas.ts";
import { addressFault } from "./webhook_address.ts";

/** A text that may be missing or blank: null then, and the bot uses its own. */
const ownText = v.pipe(
  v.nullish(v.pipe(v.string(), atMost(LIMITS.text))),
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

const CHOICE = "{choice}";

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
      (value) => unknownPlaceholders(value, placeholders).length === 0,
      (issue) =>
        `найдено ${someOf(unknownPlaceholders(issue.input, placeholders))}, ` +
        `можно только ${placeholders.join(", ")} и ${NAME}`,
    ),
  );

/** Takes no placeholders but `{choice}` and `{name}`; neither has to be there. */
const afterHours = v.check<string, (issue: v.CheckIssue<string>) => string>(
  (value) => unknownPlaceholders(value, [CHOICE]).length === 0,
  (issue) =>
    `найдено ${someOf(unknownPlaceholders(issue.input, [CHOICE]))}, ` +
    `можно только ${CHOICE} и ${NAME}`,
);

/** A few placeholders, each cut: a fault is one line. */
function someOf(found: readonly string[]): string {
  const shown = [...new Set(found)].slice(0, 5)
    .map((each) => each.length > 64 ? `${each.slice(0, 64)}…}` : each);
  return shown.join(", ");
}

function unknownPlaceholders(value: string, known: readonly string[]): string[] {
  return (value.match(/\{\w*\}/g) ?? []).filter((each) => each !== NAME && !known.includes(each));
}

const translatedButtons = v.optional(
  v.array(v.looseObject({ text: text(LIMITS.name), callback_data: v.string() })),
  [],
);

/** The menu in another language: the same text keys as its own; each may be missing. */
const MenuTranslationSchema = v.looseObject({
  welcome_text: v.optional(text(LIMITS.text)),
  away_text: v.optional(text(LIMITS.text)),
  buttons: translatedButtons,
});

/** What stands under `fallback`: the menu. */
export const MenuSchema = v.looseObject({
  welcome_text: text(LIMITS.text),
  away_text: v.optional(ownText, null),
  buttons,
  translations: v.optional(dictionary(MenuTranslationSchema, languageFault), {}),
});

/** A profile in another language: the same text keys as its own; each may be missing. */
const TranslationSchema = v.looseObject({
  paused_text: v.optional(text(LIMITS.text)),
  step1: v.optional(
    v.looseObject({
      caption: v.optional(text(LIMITS.text)),
      away_text: v.optional(text(LIMITS.text)),
      buttons: translatedButtons,
    }),
    {},
  ),
  step2: v.optional(
    v.looseObject({
      success_caption_template: v.optional(template(CHOICE)),
      after_hours_text: v.optional(v.pipe(text(LIMITS.text), afterHours)),
      choices: v.optional(dictionary(text(LIMITS.choice)), {}),
    }),
    {},
  ),
  followup: v.optional(v.looseObject({ thanks_text: v.optional(text(LIMITS.text)) }), {}),
  phone: v.optional(PhoneTranslationSchema, {}),
});

/** One profile as the file has it. */
export const ProfileSchema = v.looseObject({
  name: text(LIMITS.name),
  state: StateSchema,
  paused_text: v.optional(ownText, null),
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
  // Any value: its faults are warnings too.
  crm: v.optional(v.unknown()),
  managers_chat_id: v.optional(v.unknown()),
  topic_id: v.optional(v.unknown()),
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
    // Any text: a photo that is not there costs the greeting its photo, and nothing else.
    photo_file: v.nullish(v.string()),
    caption: text(LIMITS.text),
    away_text: v.optional(ownText, null),
    buttons,
  }),
  step2: v.looseObject({
    success_caption_template: template(CHOICE),
    after_hours_text: v.optional(
      v.pipe(
        v.nullish(v.pipe(v.string(), atMost(LIMITS.text), afterHours)),
        v.transform((value) => value?.trim() ? value : null),
      ),
      null,
    ),
    choices: v.optional(dictionary(text(LIMITS.choice)), {}),
  }),
  followup: v.looseObject({
    admin_followup_template: template("{username}", "{message}"),
    thanks_text: v.optional(ownText, null),
  }),
  phone: v.nullish(PhoneSchema),
  translations: v.optional(dictionary(TranslationSchema, languageFault), {}),
});

/** The menu, checked value by value. */
export type RawMenu = v.InferOutput<typeof MenuSchema>;
/** The menu in another language, checked value by value. */
export type RawMenuTranslation = v.InferOutput<typeof MenuTranslationSchema>;
/** A profile, checked value by value. */
export type RawProfile = v.InferOutput<typeof ProfileSchema>;
/** A profile in another language, checked value by value. */
export type RawTranslation = v.InferOutput<typeof TranslationSchema>;
